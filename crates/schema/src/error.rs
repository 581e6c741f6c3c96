use thiserror::Error;

/// What can be wrong with an evidence document.
#[derive(Debug, Error)]
pub enum SchemaError {
    /// There was not a single document in the input.
    #[error("empty: expected a JSON document, found nothing")]
    Empty,
    /// The text is not JSON, or is not an object.
    #[error("{0}")]
    Json(#[source] serde_json::Error),
    /// The text is JSON as far as it goes.
    #[error(
        "ends in the middle of a document, at line {line} column {column}: what wrote it was stopped, or not all of it arrived"
    )]
    CutOff {
        /// Where it ends, from 1.
        line: usize,
        /// Likewise.
        column: usize,
    },
    /// A known section holds a value of the wrong type or an impossible one.
    #[error("{path}: {message}")]
    Section {
        /// Where, as in `latency.p50_ms`.
        path: String,
        /// What was found and what was expected.
        message: String,
    },
    /// The document follows a major version that this build does not know.
    #[error("schema_version: found \"{found}\", expected \"{major}.x\"", major = crate::document::SCHEMA_MAJOR)]
    Version {
        /// The version as written in the document.
        found: String,
    },
    /// Two documents to be merged hold the same section with different content.
    #[error("section `{section}` stands in {first} and in {second}, with different content")]
    Conflict {
        /// The section's key.
        section: String,
        /// The document that holds it first.
        first: String,
        /// The document that holds it again.
        second: String,
    },
    /// A section could not be written as JSON.
    #[error("section `{section}` cannot be written: {source}")]
    Write {
        /// The section's key.
        section: String,
        /// Why.
        source: serde_json::Error,
    },
}

impl SchemaError {
    /// Why a text could not be read as JSON.
    pub(crate) fn of_json(error: serde_json::Error) -> SchemaError {
        if error.is_eof() {
            SchemaError::CutOff {
                line: error.line(),
                column: error.column(),
            }
        } else {
            SchemaError::Json(error)
        }
    }
}
