use thiserror::Error;
use toolkit::ToolkitError;

/// Why nothing was imported.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// At the edge: arguments, documents, files that cannot be opened.
    #[error(transparent)]
    Toolkit(#[from] ToolkitError),
    /// There is nothing to import.
    #[error("no file is named, expected at least one, as in scan-import trivy.json coverage.xml")]
    NoFiles,
    /// A file is in no format that is known here.
    #[error(
        "{file}: {found}, expected one of {formats}; --format says which where the content does not"
    )]
    UnknownFormat {
        /// As given on the command line.
        file: String,
        /// What it looks like.
        found: String,
        /// What was looked for.
        formats: String,
    },
    /// A file is in a format, but cut off, wrongly typed or impossible.
    #[error("{file}: read as {format}: {refusal}")]
    Refused {
        /// As given on the command line.
        file: String,
        /// The format's name.
        format: &'static str,
        /// Where and why.
        refusal: Refusal,
    },
    /// A section was changed by hand, so that what would be written is not what was read and more.
    #[error(
        "stdin: {section}: its figures are not those of its sources; import the files anew, into a document without it"
    )]
    ContradictsItsSources {
        /// The section's key.
        section: &'static str,
    },
    /// A section was written by hand, so that it is not known what its figures are made of.
    #[error(
        "stdin: {section}: has figures but no sources, so that nothing can be added to it; leave it out, or import into a document without it"
    )]
    WithoutSources {
        /// The section's key.
        section: &'static str,
    },
}

/// Why a file is not what its format says, and where.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub(crate) struct Refusal(String);

impl Refusal {
    /// With the place in `problem`, where there is one: a JSON path or a line.
    pub(crate) fn new(problem: impl Into<String>) -> Refusal {
        Refusal(problem.into())
    }

    /// At a line, from 1.
    pub(crate) fn at_line(line: u64, problem: impl std::fmt::Display) -> Refusal {
        Refusal(format!("line {line}: {problem}"))
    }
}
