use thiserror::Error;
use toolkit::ToolkitError;

/// Why there is no comparison.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// At the edge: arguments, documents.
    #[error(transparent)]
    Toolkit(#[from] ToolkitError),
    /// A first run has nothing to be compared with.
    #[error("{path}: no such baseline; --allow-missing baseline lets a first run pass")]
    NoBaseline {
        /// As given on the command line.
        path: String,
    },
    /// The runs say nothing about each other.
    #[error("incomparable: {0}")]
    Incomparable(String),
}
