use thiserror::Error;
use toolkit::ToolkitError;

/// Why nothing could be judged.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// At the edge: arguments, documents, the thresholds file.
    #[error(transparent)]
    Toolkit(#[from] ToolkitError),
    /// The thresholds file speaks of regressions alone, which are perf-compare's.
    #[error(
        "{file}: performance_thresholds: found none, expected at least one: nothing passes by default"
    )]
    NoThresholds {
        /// The thresholds file.
        file: String,
    },
    /// The report would stand in the middle of the document.
    #[error("--output {path}: stdout is where the document goes: expected a file for the report")]
    OutputIsStdout {
        /// As typed.
        path: String,
    },
    /// The report would take the place of what is judged.
    #[error(
        "--output {path}: the report would replace what {option} reads; the document goes to stdout: > FILE"
    )]
    OutputIsInput {
        /// As typed.
        path: String,
        /// The option that names the same file.
        option: &'static str,
    },
}
