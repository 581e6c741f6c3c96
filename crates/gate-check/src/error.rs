use thiserror::Error;
use toolkit::ToolkitError;

/// Why no gate could be judged.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// At the edge: arguments, documents, the gates file.
    #[error(transparent)]
    Toolkit(#[from] ToolkitError),
    /// A group was asked for that the file says nothing about.
    #[error("{file}: no {group} gates, expected some: --only {group} asks for them")]
    NoGatesInGroup {
        /// The gates file.
        file: String,
        /// The group's name.
        group: &'static str,
    },
    /// Every group of the file is empty.
    #[error("{file}: no gates, expected at least one: nothing passes by default")]
    NoGates {
        /// The gates file.
        file: String,
    },
}
