use thiserror::Error;

/// Why what another tool wrote cannot be used. Each message names the file, and the line or path.
#[derive(Debug, Error)]
pub(crate) enum ForeignError {
    /// A line is not what its format has there.
    #[error("{name}:{line}: found {found:?}, expected {expected}")]
    Line {
        /// The file, or `stdin`.
        name: String,
        /// From 1.
        line: usize,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
    },
    /// A JSON value is not what its format has there.
    #[error("{name}: {path}: {message}")]
    Value {
        /// The file, or `stdin`.
        name: String,
        /// Where, as in `results[0].times[2]`.
        path: String,
        /// What was found and what was expected.
        message: String,
    },
    /// Benchmarks failed, or were broken off.
    #[error(
        "{name}:{line}: found {found:?}, expected benchmarks that passed: a broken run is no result"
    )]
    Failed {
        /// The file, or `stdin`.
        name: String,
        /// From 1.
        line: usize,
        /// The line that says so.
        found: String,
    },
    /// What every whole result has is not there.
    #[error("{name}: found no {missing}")]
    Incomplete {
        /// The file, or `stdin`.
        name: String,
        /// What is not there, and how to get it.
        missing: &'static str,
    },
}
