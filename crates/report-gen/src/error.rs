use std::io;

use thiserror::Error;
use toolkit::ToolkitError;

/// Why there is no report.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// The document cannot be read, or the report not written.
    #[error(transparent)]
    Toolkit(#[from] ToolkitError),
    /// `--format` names no known format.
    #[error("--format: found {found}, expected one of {known}{hint}")]
    UnknownFormat {
        /// As typed.
        found: String,
        /// All names there are.
        known: String,
        /// The one that was probably meant.
        hint: String,
    },
    /// Nobody can tell which format belongs to which output.
    #[error(
        "--format: given {formats} times for {outputs} outputs: expected once for all of them, or once for each, in their order"
    )]
    FormatsAndOutputs {
        /// How many formats were named.
        formats: usize,
        /// How many outputs there are.
        outputs: usize,
    },
    /// The ending of `--output` belongs to no format, and `--format` was not given.
    #[error(
        "--output {path}: the ending tells no format: expected one of {endings}, or --format with one of {known}"
    )]
    UnknownEnding {
        /// As typed.
        path: String,
        /// All endings there are.
        endings: String,
        /// All names of formats there are.
        known: String,
    },
    /// Two reports cannot both be the whole of one file or of stdout.
    #[error("--output {path}: given twice")]
    OutputTwice {
        /// As typed.
        path: String,
    },
    /// The report cannot be laid out.
    #[error("the report cannot be laid out: {0}")]
    Layout(#[from] askama::Error),
    /// The same, of a report in XML.
    #[error("the report cannot be laid out: {0}")]
    Xml(#[from] io::Error),
    /// A table of values cannot be written.
    #[error("the table cannot be written: {0}")]
    Table(#[from] csv::Error),
}
