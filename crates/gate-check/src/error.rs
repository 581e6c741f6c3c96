use thiserror::Error;
use toolkit::ToolkitError;

/// Why no gate could be judged.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// At the edge: arguments, documents, the gates file.
    #[error(transparent)]
    Toolkit(#[from] ToolkitError),
    /// No gates file was named.
    #[error("--gates is missing: expected the file that says what the evidence must hold")]
    NoGatesFile,
    /// A group was asked for that the file says nothing about.
    #[error("{file}: no {group} gates, expected some: --only {group} asks for them")]
    NoGatesInGroup {
        /// The gates file.
        file: String,
        /// The group's name.
        group: &'static str,
    },
    /// The age and origin of the evidence were to be judged, by nothing.
    #[error("--only provenance asks nothing without --commit or --max-age")]
    NoDemands,
    /// Every group of the file is empty.
    #[error("{file}: no gates, expected at least one: nothing passes by default")]
    NoGates {
        /// The gates file.
        file: String,
    },
    /// Two gates have one name.
    #[error(
        "{file}: custom_gates: name: found \"{name}\", expected another: a gate of its own has that name"
    )]
    NameTaken {
        /// The gates file.
        file: String,
        /// The name.
        name: String,
    },
    /// A waiver is of no gate of the file.
    #[error("{file}: {source}")]
    NoSuchGate {
        /// The gates file.
        file: String,
        /// With the nearest gate.
        source: ToolkitError,
    },
    /// The value that a custom gate asks of cannot be compared with its limit.
    #[error("custom gate {gate}: {pointer}: found {found}, expected {expected}, as its `value` is")]
    OtherKind {
        /// The gate's name.
        gate: String,
        /// The place in the document.
        pointer: String,
        /// What stands there.
        found: &'static str,
        /// What would have to.
        expected: &'static str,
    },
}
