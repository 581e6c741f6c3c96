use schema::evidence::ErrorsByKind;

/// How a request ended other than well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The name does not resolve.
    Dns,
    /// No connection could be made.
    Connect,
    /// TLS was refused by one side or the other.
    Tls,
    /// No whole response in time.
    Timeout,
    /// The peer reset or closed the connection before a response began.
    Reset,
    /// Not HTTP, or a response that ended too early or too late.
    Protocol,
    /// A status that was not expected.
    Status(u16),
    /// The status as expected, the content not.
    InvalidResponse,
    /// It was due, and no connection could carry it in time.
    NotSent,
}

impl Failure {
    /// The counter of its kind.
    pub fn counter(self, errors: &mut ErrorsByKind) -> &mut u64 {
        match self {
            Failure::Dns => &mut errors.dns,
            Failure::Connect => &mut errors.connect,
            Failure::Tls => &mut errors.tls,
            Failure::Timeout => &mut errors.timeout,
            Failure::Reset => &mut errors.reset,
            Failure::Protocol => &mut errors.protocol,
            Failure::Status(300..400) => &mut errors.status_3xx,
            Failure::Status(400..500) => &mut errors.status_4xx,
            Failure::Status(500..600) => &mut errors.status_5xx,
            Failure::Status(_) | Failure::InvalidResponse => &mut errors.invalid_response,
            Failure::NotSent => &mut errors.not_sent,
        }
    }

    /// Whether the time that had passed counts as its latency: failing must not make the tail look better.
    pub fn has_latency(self) -> bool {
        matches!(self, Failure::Timeout | Failure::NotSent)
    }
}
