//! How a connection ends when a request gets no whole answer.

/// Given to hyper as the service's error; hyper then leaves the connection to us.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Ending {
    /// A TCP reset.
    #[error("reset as ordered")]
    Reset,
    /// These bytes, which promise more than they hold, and then the end.
    #[error("cut off as ordered")]
    Truncate(Vec<u8>),
    /// The end, without a word.
    #[error("closed without an answer")]
    Close,
}

impl Ending {
    /// The ending that made hyper give the connection up, if it was one of ours.
    pub(super) fn of(error: &hyper::Error) -> Option<Self> {
        std::error::Error::source(error)?.downcast_ref().cloned()
    }
}
