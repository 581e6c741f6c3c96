use std::io::{self, ErrorKind, Read};
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use rustls::pki_types::ServerName;
use schema::evidence::ProbeTimings;
use ureq::config::Config;
use ureq::{Agent, AsSendBody, Body, Error};

use super::certificate::Certificate;
use super::connection::{TracedConnector, TracedResolver};
use super::security::Security;
use super::target::{Place, Target};
use super::trace::{Phase, Trace};
use crate::ToolkitError;

/// More than any answer to a probe has reason to be.
const LARGEST_BODY_BYTES: usize = 4 << 20;
/// Methods whose requests say how long their body is even if they have none (RFC 9110, 8.6).
const METHODS_WITH_A_BODY: [&str; 3] = ["PATCH", "POST", "PUT"];

/// Sends one request at a time, each over a connection of its own, follows no redirect and asks no proxy: what answers is
/// the service itself.
#[derive(Debug)]
pub struct Client {
    security: Security,
    user_agent: String,
}

/// One request, below the path of a target.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// In capitals.
    pub method: &'a str,
    /// Begins with a slash and may hold a query.
    pub path: &'a str,
    /// Names and values, which may be secrets.
    pub headers: &'a [(String, String)],
    /// What it carries.
    pub body: Option<&'a [u8]>,
}

/// What became of a request. What came before a failure is there.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The status of the answer, if there is one.
    pub status: Option<u16>,
    /// The headers of the answer that are text, their names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body of the answer as far as it came.
    pub body: Vec<u8>,
    /// Why there is no whole answer, if there is none.
    pub failure: Option<Failure>,
    /// Where the time went.
    pub timings: ProbeTimings,
    /// The certificate of the service, if it showed one that can be read.
    pub certificate: Option<Certificate>,
}

/// Why a request has no whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where it failed.
    pub kind: FailureKind,
    /// In words, without the address.
    pub message: String,
}

/// Where a request can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The name of the host stands for no address.
    Dns,
    /// Nobody listens, or nobody can be reached.
    Connect,
    /// The handshake failed, or the certificate is not one to trust.
    Tls,
    /// The time was up.
    Timeout,
    /// The connection ended before there was an answer.
    Reset,
    /// What came is no whole answer of HTTP, or too long a one; or the request is none.
    Protocol,
}

impl Client {
    /// A client that trusts and shows what `security` says, under the name `user_agent`.
    pub fn new(security: Security, user_agent: &str) -> Client {
        Client {
            security,
            user_agent: user_agent.to_owned(),
        }
    }

    /// Whether connections are made to whoever answers.
    pub fn trusts_anyone(&self) -> bool {
        self.security.trusts_anyone()
    }

    /// Reads what connections to this target need, so that an error in it is told before the first request; no file is read
    /// for a target that speaks no TLS.
    pub fn prepare(&self, target: &Target) -> Result<(), ToolkitError> {
        match server_name(target)? {
            Some(_) => self.security.secured().map(drop),
            None => Ok(()),
        }
    }

    /// Sends a request and reads its answer, all of it until `deadline`.
    pub fn send(&self, target: &Target, request: &Request<'_>, deadline: Instant) -> Exchange {
        let trace = Trace::begin();
        let mut exchange = Exchange {
            status: None,
            headers: Vec::new(),
            body: Vec::new(),
            failure: None,
            timings: ProbeTimings::default(),
            certificate: None,
        };
        exchange.failure = self
            .exchange(target, request, deadline, &trace, &mut exchange)
            .err();
        let stamps = trace.stamps();
        exchange.timings = stamps.timings();
        exchange.certificate = stamps.certificate.as_ref().and_then(Certificate::of);
        drop(stamps);
        if let (Some(failure), Some(certificate)) = (&mut exchange.failure, exchange.certificate)
            && failure.kind == FailureKind::Tls
            && certificate.days_left() < 0
        {
            let when = certificate.not_after();
            failure.message = format!("the certificate of the service expired on {when}");
        }
        exchange
    }

    fn exchange(
        &self,
        target: &Target,
        request: &Request<'_>,
        deadline: Instant,
        trace: &Trace,
        exchange: &mut Exchange,
    ) -> Result<(), Failure> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::timeout(trace));
        }
        let agent = self
            .agent(target, left, trace)
            .map_err(|error| Failure::new(FailureKind::Tls, &error))?;
        let head =
            head(target, request).map_err(|error| Failure::new(FailureKind::Protocol, &error))?;
        let has_body = request.body.is_some() || METHODS_WITH_A_BODY.contains(&request.method);
        let answer = if has_body {
            run(&agent, head, request.body.unwrap_or_default())
        } else {
            run(&agent, head, ())
        };
        let mut answer = answer.map_err(|error| Failure::of(error, trace))?;
        exchange.status = Some(answer.status().as_u16());
        exchange.headers = texts(answer.headers());
        read_body(answer.body_mut(), &mut exchange.body).map_err(|error| match error {
            Some(error) => Failure::of(error.into(), trace),
            None => Failure {
                kind: FailureKind::Protocol,
                message: format!("the body is longer than {LARGEST_BODY_BYTES} bytes"),
            },
        })
    }

    /// An agent for one connection: how far that comes is in its own trace.
    fn agent(&self, target: &Target, left: Duration, trace: &Trace) -> Result<Agent, ToolkitError> {
        let unix = match &target.place {
            Place::Unix(address) => Some(address.clone()),
            Place::Host { .. } => None,
        };
        let tls = match server_name(target)? {
            Some(name) => Some((self.security.secured()?, name)),
            None => None,
        };
        let config = Config::builder()
            .timeout_global(Some(left))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .allow_non_standard_methods(true)
            .accept_encoding("identity")
            .user_agent(&self.user_agent)
            .max_idle_connections(0)
            .build();
        let resolver = TracedResolver {
            trace: trace.clone(),
            unix: unix.is_some(),
        };
        let connector = TracedConnector::new(trace, unix, tls);
        Ok(Agent::with_parts(config, connector, resolver))
    }
}

fn server_name(target: &Target) -> Result<Option<ServerName<'static>>, ToolkitError> {
    let Place::Host {
        name, tls: true, ..
    } = &target.place
    else {
        return Ok(None);
    };
    ServerName::try_from(name.clone())
        .map(Some)
        .map_err(|error| ToolkitError::Target {
            target: target.url.clone(),
            reason: format!("no certificate can be for this host: {error}"),
        })
}

fn head(target: &Target, request: &Request<'_>) -> Result<http::request::Parts, http::Error> {
    let scheme = match target.place {
        Place::Host { tls: true, .. } => "https",
        _ => "http",
    };
    let Target {
        authority, path, ..
    } = target;
    let uri: Uri = format!("{scheme}://{authority}{path}{}", request.path).parse()?;
    let mut head = http::Request::builder()
        .method(Method::from_bytes(request.method.as_bytes())?)
        .uri(uri)
        .body(())?
        .into_parts()
        .0;
    for (name, value) in request.headers {
        let name = HeaderName::from_bytes(name.as_bytes())?;
        head.headers
            .insert(name, HeaderValue::from_bytes(value.as_bytes())?);
    }
    Ok(head)
}

fn run(
    agent: &Agent,
    head: http::request::Parts,
    body: impl AsSendBody,
) -> Result<http::Response<Body>, Error> {
    agent.run(http::Request::from_parts(head, body))
}

fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let texts = headers.iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    texts.collect()
}

/// Reads a body as far as it comes. The error is `None` where there is more than anybody needs.
fn read_body(from: &mut Body, body: &mut Vec<u8>) -> Result<(), Option<io::Error>> {
    let most = LARGEST_BODY_BYTES as u64 + 1;
    // Not read_to_end, which would keep nothing of a body that breaks off.
    let mut reader = from.as_reader().take(most);
    let mut piece = [0; 16 * 1024];
    loop {
        match reader.read(&mut piece).map_err(Some)? {
            0 => break,
            count => body.extend_from_slice(&piece[..count]),
        }
    }
    if body.len() > LARGEST_BODY_BYTES {
        body.truncate(LARGEST_BODY_BYTES);
        return Err(None);
    }
    Ok(())
}

impl Exchange {
    /// The first header of this name, which is in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(known, _)| known == name)?;
        Some(value)
    }
}

impl Failure {
    fn new(kind: FailureKind, reason: &dyn std::error::Error) -> Failure {
        Failure {
            kind,
            message: reason.to_string(),
        }
    }

    fn timeout(trace: &Trace) -> Failure {
        let waited_for = match trace.stamps().phase {
            Phase::Resolving => "the name was looked up",
            Phase::Connecting => "a connection was made",
            Phase::Securing => "the TLS handshake was done",
            Phase::Asking => "an answer came",
            Phase::Reading => "the answer was whole",
        };
        Failure {
            kind: FailureKind::Timeout,
            message: format!("the time was up before {waited_for}"),
        }
    }

    fn of(error: Error, trace: &Trace) -> Failure {
        if matches!(error, Error::Timeout(_)) {
            return Failure::timeout(trace);
        }
        let phase = trace.stamps().phase;
        let kind = match (phase, &error) {
            (Phase::Resolving, _) => FailureKind::Dns,
            (Phase::Connecting, _) => FailureKind::Connect,
            (Phase::Securing, _) => FailureKind::Tls,
            (Phase::Asking, Error::Io(_)) => FailureKind::Reset,
            (Phase::Asking | Phase::Reading, _) => FailureKind::Protocol,
        };
        let message = match (kind, error) {
            (FailureKind::Dns, Error::HostNotFound) => "the host is not found".to_owned(),
            (FailureKind::Dns, Error::Io(error)) => format!("the host is not found: {error}"),
            (FailureKind::Reset, Error::Io(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                "the connection was closed before an answer came".to_owned()
            }
            (FailureKind::Reset, Error::Io(error)) => {
                format!("the connection broke before an answer came: {error}")
            }
            (FailureKind::Protocol, Error::Io(error)) => {
                format!("the answer broke off: {error}")
            }
            (FailureKind::Protocol, Error::Protocol(error)) => {
                format!("the answer is not HTTP: {error}")
            }
            (_, Error::Io(error)) => error.to_string(),
            (_, error) => error.to_string(),
        };
        Failure { kind, message }
    }
}
