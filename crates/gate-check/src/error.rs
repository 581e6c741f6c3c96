use schema::SchemaError;
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
    /// What a custom gate asks of cannot be read.
    #[error("custom gate {gate}: {source}")]
    Unreadable {
        /// The gate's name.
        gate: String,
        /// Where and why.
        source: SchemaError,
    },
    /// A figure is more than all.
    #[error("{metric}: found {found}, expected a percentage, at most 100")]
    MoreThanAll {
        /// The key path.
        metric: &'static str,
        /// What stands there.
        found: f64,
    },
    /// A section contradicts itself.
    #[error("{section}: its {what}")]
    Contradiction {
        /// The section's key.
        section: &'static str,
        /// Which of its figures, and why.
        what: &'static str,
    },
}
