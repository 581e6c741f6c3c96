//! Connections that say how far they came and when, and which certificate they were shown.

use std::io::{self, ErrorKind, Read, Write};
use std::net::IpAddr;
use std::os::unix::net::{SocketAddr as UnixAddress, UnixStream};
use std::sync::Arc;

use http::Uri;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::time::{Duration, Instant};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, TcpConnector, Transport,
    TransportAdapter,
};

use super::security::Secured;
use super::trace::Trace;

/// Looks names up, and nothing where there is no name.
#[derive(Debug)]
pub(super) struct TracedResolver {
    pub(super) trace: Trace,
    /// Whether the service is at a socket, which has no address to be looked up.
    pub(super) unix: bool,
}

impl Resolver for TracedResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        if self.unix {
            self.trace.stamps().resolved(false);
            return Ok(self.empty());
        }
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let has_name = host.parse::<IpAddr>().is_err();
        self.trace.stamps().resolved(has_name);
        Ok(found)
    }
}

/// Connects to one service.
#[derive(Debug)]
pub(super) struct TracedConnector {
    trace: Trace,
    tcp: TcpConnector,
    unix: Option<UnixAddress>,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

impl TracedConnector {
    /// To a port in plain, to a port over TLS for a server of this name, or to a socket.
    pub(super) fn new(
        trace: &Trace,
        unix: Option<UnixAddress>,
        tls: Option<(&Secured, ServerName<'static>)>,
    ) -> TracedConnector {
        let tls = tls.map(|(secured, name)| {
            let mut config = ClientConfig::clone(&secured.config);
            let recorder = Recorder {
                trace: trace.clone(),
                verifier: Arc::clone(&secured.verifier),
            };
            config
                .dangerous()
                .set_certificate_verifier(Arc::new(recorder));
            (Arc::new(config), name)
        });
        TracedConnector {
            trace: trace.clone(),
            tcp: TcpConnector::default(),
            unix,
            tls,
        }
    }

    fn socket(&self, details: &ConnectionDetails<'_>) -> Result<Box<dyn Transport>, Error> {
        if let Some(address) = &self.unix {
            let stream = UnixStream::connect_addr(address)?;
            return Ok(Box::new(UnixTransport {
                stream,
                buffers: buffers(details.config),
            }));
        }
        let connected = Connector::<()>::connect(&self.tcp, details, None)?;
        let connected = connected.ok_or(Error::ConnectionFailed)?;
        Ok(Box::new(connected))
    }
}

impl Connector for TracedConnector {
    type Out = TracedTransport;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _chained: Option<()>,
    ) -> Result<Option<TracedTransport>, Error> {
        let mut transport = self.socket(details)?;
        self.trace.stamps().connected(self.tls.is_some());
        if let Some((config, name)) = &self.tls {
            transport = Box::new(handshake(transport, config, name, details)?);
            self.trace.stamps().secured();
        }
        Ok(Some(TracedTransport {
            is_answered: false,
            trace: self.trace.clone(),
            transport,
        }))
    }
}

fn handshake(
    transport: Box<dyn Transport>,
    config: &Arc<ClientConfig>,
    name: &ServerName<'static>,
    details: &ConnectionDetails<'_>,
) -> Result<TlsTransport, Error> {
    let mut session = ClientConnection::new(Arc::clone(config), name.clone())?;
    let mut socket = TransportAdapter::new(transport, details.current_time.clone());
    socket.set_timeout(left_after_connecting(details));
    session.complete_io(&mut socket)?;
    Ok(TlsTransport {
        stream: StreamOwned::new(session, socket),
        buffers: buffers(details.config),
    })
}

/// Connecting had a part of the time that both have.
fn left_after_connecting(details: &ConnectionDetails<'_>) -> NextTimeout {
    let mut timeout = details.timeout;
    if let (Duration::Exact(all), Instant::Exact(began)) = (timeout.after, details.now) {
        timeout.after = Duration::Exact(all.saturating_sub(began.elapsed()));
    }
    timeout
}

fn buffers(config: &Config) -> LazyBuffers {
    LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size())
}

/// The library takes a connection that is reset for the end of a body of unknown length; it is a body that was cut off.
fn broken_off(error: Error) -> Error {
    match error {
        Error::Io(error)
            if matches!(
                error.kind(),
                ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
            ) =>
        {
            Error::Io(io::Error::other(error.to_string()))
        }
        error => error,
    }
}

/// A connection that notes when the first byte of an answer came.
#[derive(Debug)]
pub(super) struct TracedTransport {
    trace: Trace,
    is_answered: bool,
    transport: Box<dyn Transport>,
}

impl Transport for TracedTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let came = self.transport.await_input(timeout);
        let came = came.map_err(|error| {
            if self.is_answered {
                broken_off(error)
            } else {
                error
            }
        })?;
        if came {
            self.is_answered = true;
            self.trace.stamps().answered();
        }
        Ok(came)
    }

    fn is_open(&mut self) -> bool {
        self.transport.is_open()
    }

    fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }
}

struct TlsTransport {
    stream: StreamOwned<ClientConnection, TransportAdapter>,
    buffers: LazyBuffers,
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.sock.set_timeout(timeout);
        self.stream.write_all(&self.buffers.output()[..amount])?;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.sock.set_timeout(timeout);
        let count = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(count);
        Ok(count > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl std::fmt::Debug for TlsTransport {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TlsTransport")
    }
}

#[derive(Debug)]
struct UnixTransport {
    stream: UnixStream,
    buffers: LazyBuffers,
}

impl Transport for UnixTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let limit = timeout.not_zero().map(|limit| *limit);
        self.stream.set_write_timeout(limit)?;
        let output = &self.buffers.output()[..amount];
        self.stream
            .write_all(output)
            .map_err(|error| timed(error, timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let limit = timeout.not_zero().map(|limit| *limit);
        self.stream.set_read_timeout(limit)?;
        let count = self
            .stream
            .read(self.buffers.input_append_buf())
            .map_err(|error| timed(error, timeout))?;
        self.buffers.input_appended(count);
        Ok(count > 0)
    }

    /// No connection is used twice.
    fn is_open(&mut self) -> bool {
        false
    }
}

fn timed(error: io::Error, timeout: NextTimeout) -> Error {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Error::Timeout(timeout.reason),
        _ => Error::Io(error),
    }
}

/// Notes the certificate that a service shows before it is judged: of one that is refused, too, it is to be said when it
/// expired.
#[derive(Debug)]
struct Recorder {
    trace: Trace,
    verifier: Arc<dyn ServerCertVerifier>,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.trace.stamps().certificate = Some(end_entity.clone().into_owned());
        self.verifier
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
