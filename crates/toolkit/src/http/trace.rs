//! How far a connection came, and when.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustls::pki_types::CertificateDer;
use schema::Measured;
use schema::evidence::ProbeTimings;

/// What a request waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Resolving,
    Connecting,
    Securing,
    /// Sending the request, and waiting for the first byte of an answer.
    Asking,
    /// There is an answer, and it is being read.
    Reading,
}

/// Written by the resolver, the connector and the connection, read by whoever sent the request.
#[derive(Clone, Debug)]
pub(super) struct Trace(Arc<Mutex<Stamps>>);

#[derive(Debug)]
pub(super) struct Stamps {
    pub(super) phase: Phase,
    pub(super) began: Instant,
    /// When the phase began.
    since: Instant,
    dns: Option<Duration>,
    connect: Option<Duration>,
    tls: Option<Duration>,
    first_byte: Option<Duration>,
    /// Of the service, as it showed it.
    pub(super) certificate: Option<CertificateDer<'static>>,
}

impl Trace {
    pub(super) fn begin() -> Trace {
        let now = Instant::now();
        Trace(Arc::new(Mutex::new(Stamps {
            phase: Phase::Resolving,
            began: now,
            since: now,
            dns: None,
            connect: None,
            tls: None,
            first_byte: None,
            certificate: None,
        })))
    }

    pub(super) fn stamps(&self) -> MutexGuard<'_, Stamps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stamps {
    /// Begins the next phase. A name that is an address was not looked up: `has_name` says which.
    pub(super) fn resolved(&mut self, has_name: bool) {
        let took = self.next(Phase::Connecting);
        self.dns = has_name.then_some(took);
    }

    pub(super) fn connected(&mut self, goes_on_with_tls: bool) {
        let next = if goes_on_with_tls {
            Phase::Securing
        } else {
            Phase::Asking
        };
        self.connect = Some(self.next(next));
    }

    pub(super) fn secured(&mut self) {
        self.tls = Some(self.next(Phase::Asking));
    }

    /// The first bytes of an answer have come; later ones change nothing.
    pub(super) fn answered(&mut self) {
        if self.phase == Phase::Asking {
            self.first_byte = Some(self.next(Phase::Reading));
        }
    }

    fn next(&mut self, phase: Phase) -> Duration {
        let now = Instant::now();
        let took = now - self.since;
        (self.phase, self.since) = (phase, now);
        took
    }

    /// Up to now.
    pub(super) fn timings(&self) -> ProbeTimings {
        let ms = |time: Duration| Measured::rounded(time.as_secs_f64() * 1e3);
        ProbeTimings {
            dns_ms: self.dns.and_then(ms),
            connect_ms: self.connect.and_then(ms),
            tls_ms: self.tls.and_then(ms),
            first_byte_ms: self.first_byte.and_then(ms),
            total_ms: ms(self.began.elapsed()),
        }
    }
}
