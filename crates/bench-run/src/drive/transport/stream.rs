use std::fmt;
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;

use mio::event::Source;
use mio::net::{TcpStream, UnixStream};
use mio::{Interest, Registry, Token};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{self, RecvFlags, SendFlags};

use super::endpoint::Endpoint;
use super::tls::TlsStream;
use crate::record::Failure;

/// A stream that is open or about to be, never waiting: what there is no room for or nothing of yet is told, and
/// readiness comes by edges.
#[derive(Debug)]
pub enum Stream {
    /// TCP in plain.
    Tcp(TcpStream),
    /// A Unix domain socket.
    Unix(UnixStream),
    /// TLS over TCP. Boxed, so that thousands of plain connections are not as large as one of these.
    Tls(Box<TlsStream>),
}

/// What came of an attempt to open a stream.
#[derive(Debug)]
pub enum Opened {
    /// It is being opened; [`Stream::is_ready`] tells its end.
    Stream(Stream),
    /// The backlog of a Unix domain socket is full, and nothing will tell when it no longer is.
    Full,
    /// It cannot be opened.
    Broken(Broken),
}

/// What a read brought.
#[derive(Debug, PartialEq)]
pub enum Received {
    /// This many bytes.
    Bytes {
        /// How many, at least one.
        count: usize,
        /// Whether there are no more for now: the next edge will tell of them.
        last: bool,
    },
    /// Nothing for now.
    Nothing,
    /// The end of what the peer has to say.
    End {
        /// Whether the peer meant it: TLS tells a connection that was closed from one that was cut.
        orderly: bool,
    },
}

/// Why a stream could not be opened or broke, where more than its kind is known with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The name does not resolve.
    Dns(String),
    /// No connection could be made.
    Connect(String),
    /// TLS was refused by one side or the other.
    Tls(String),
    /// The peer reset or closed the connection.
    Reset,
}

impl Broken {
    /// As requests are counted for it.
    pub fn failure(&self) -> Failure {
        match self {
            Broken::Dns(_) => Failure::Dns,
            Broken::Connect(_) => Failure::Connect,
            Broken::Tls(_) => Failure::Tls,
            Broken::Reset => Failure::Reset,
        }
    }

    /// The name of that kind in a document.
    pub fn kind(&self) -> &'static str {
        match self {
            Broken::Dns(_) => "dns",
            Broken::Connect(_) => "connect",
            Broken::Tls(_) => "tls",
            Broken::Reset => "reset",
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Dns(reason) => formatter.write_str(reason),
            Broken::Connect(reason) => write!(formatter, "no connection: {reason}"),
            Broken::Tls(reason) => write!(formatter, "TLS: {reason}"),
            Broken::Reset => formatter.write_str("the connection was closed or reset"),
        }
    }
}

impl Stream {
    /// Begins to open a stream. The error is one of our own, and no failure of the service: ports, descriptors or
    /// memory ran out.
    pub fn open(endpoint: &Endpoint, registry: &Registry, token: Token) -> io::Result<Opened> {
        let opened = match endpoint {
            Endpoint::Unresolved(reason) => return Ok(Opened::Broken(Broken::Dns(reason.clone()))),
            Endpoint::Tcp(address) => TcpStream::connect(*address).map(Stream::Tcp),
            Endpoint::Unix(address) => match UnixStream::connect_addr(address) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Opened::Full),
                result => result.map(Stream::Unix),
            },
            Endpoint::Tls {
                address,
                name,
                config,
            } => match TcpStream::connect(*address) {
                Ok(socket) => match TlsStream::new(socket, config, name) {
                    Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
                    Err(broken) => return Ok(Opened::Broken(broken)),
                },
                Err(error) => Err(error),
            },
        };
        match opened {
            Ok(mut stream) => {
                stream.register(registry, token)?;
                Ok(Opened::Stream(stream))
            }
            Err(error) if is_our_own(&error) => Err(io::Error::new(
                error.kind(),
                format!("no further connection can be opened from this machine: {error}"),
            )),
            Err(error) => Ok(Opened::Broken(Broken::Connect(error.to_string()))),
        }
    }

    fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        let source: &mut dyn Source = match self {
            Stream::Tcp(socket) => socket,
            Stream::Unix(socket) => socket,
            Stream::Tls(stream) => stream.socket(),
        };
        registry.register(source, token, Interest::READABLE | Interest::WRITABLE)?;
        // A latency without Nagle's algorithm is the service's; a socket that cannot do without it still works.
        let _ = match self {
            Stream::Tcp(socket) => socket.set_nodelay(true),
            Stream::Unix(_) => Ok(()),
            Stream::Tls(stream) => stream.socket().set_nodelay(true),
        };
        Ok(())
    }

    /// Goes on opening it, as far as it goes. Whether it is open: requests can be sent.
    pub fn is_ready(&mut self) -> Result<bool, Broken> {
        let connected = match self {
            Stream::Tcp(socket) => is_connected(socket.take_error(), socket.peer_addr()),
            Stream::Unix(socket) => is_connected(socket.take_error(), socket.peer_addr()),
            Stream::Tls(stream) => return stream.is_ready(),
        };
        connected.map_err(|error| match error.kind() {
            // It was made: a peer may accept and reset at once.
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Broken::Reset,
            _ => Broken::Connect(error.to_string()),
        })
    }

    /// Reads once.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<Received, Broken> {
        match self {
            Stream::Tcp(socket) => read_plain(socket, buffer),
            Stream::Unix(socket) => read_plain(socket, buffer),
            Stream::Tls(stream) => stream.read(buffer),
        }
    }

    /// Takes as many of these bytes as there is room for; the rest is to be given again.
    pub fn write(&mut self, bytes: &[u8]) -> Result<usize, Broken> {
        match self {
            Stream::Tcp(socket) => write_plain(socket, bytes),
            Stream::Unix(socket) => write_plain(socket, bytes),
            Stream::Tls(stream) => stream.write(bytes),
        }
    }

    /// Whether everything that was taken has been sent.
    pub fn is_flushed(&self) -> bool {
        match self {
            Stream::Tcp(_) | Stream::Unix(_) => true,
            Stream::Tls(stream) => stream.is_flushed(),
        }
    }

    /// Whether the peer has said, with or before what was read last, that it is about to close.
    pub fn peer_says_goodbye(&self) -> bool {
        match self {
            Stream::Tcp(_) | Stream::Unix(_) => false,
            Stream::Tls(stream) => stream.peer_says_goodbye(),
        }
    }
}

/// Whether the attempt to connect has come to an end, and to which.
pub(super) fn is_connected<Address>(
    error: io::Result<Option<io::Error>>,
    peer: io::Result<Address>,
) -> io::Result<bool> {
    if let Some(error) = error? {
        return Err(error);
    }
    match peer {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotConnected => Ok(false),
        Err(error) => Err(error),
    }
}

/// By the system call itself: the C library's makes a thread fit to be cancelled and back, which costs as much as
/// parsing the response.
fn read_plain(socket: &impl AsFd, buffer: &mut [u8]) -> Result<Received, Broken> {
    let size = buffer.len();
    match retry_on_intr(|| net::recv(socket, &mut *buffer, RecvFlags::empty())) {
        Ok((_, 0)) => Ok(Received::End { orderly: true }),
        // A read that did not fill the buffer has emptied the socket.
        Ok((_, count)) => Ok(Received::Bytes {
            count,
            last: count < size,
        }),
        Err(Errno::AGAIN) => Ok(Received::Nothing),
        Err(_) => Err(Broken::Reset),
    }
}

fn write_plain(socket: &impl AsFd, bytes: &[u8]) -> Result<usize, Broken> {
    let mut sent = 0;
    while sent < bytes.len() {
        match retry_on_intr(|| net::send(socket, &bytes[sent..], SendFlags::NOSIGNAL)) {
            Ok(0) | Err(Errno::AGAIN) => break,
            Ok(written) => sent += written,
            Err(_) => return Err(Broken::Reset),
        }
    }
    Ok(sent)
}

/// Whether a connection failed for want of something of ours: ports, descriptors, memory. That is no failure of
/// the service, and must not be counted as one.
fn is_our_own(error: &io::Error) -> bool {
    let own = [
        Errno::ADDRNOTAVAIL,
        Errno::MFILE,
        Errno::NFILE,
        Errno::NOBUFS,
        Errno::NOMEM,
    ];
    Errno::from_io_error(error).is_some_and(|errno| own.contains(&errno))
}
