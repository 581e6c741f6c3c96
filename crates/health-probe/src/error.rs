use thiserror::Error;
use toolkit::ToolkitError;

/// Why nothing could be asked.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// At the edge: arguments, documents, configuration, certificates.
    #[error(transparent)]
    Toolkit(#[from] ToolkitError),
    /// Nothing says where the service is.
    #[error("nothing says where the service is: give --base-url URL or --environment NAME")]
    NoTarget,
    /// Options that exclude each other.
    #[error("{one} and {other} exclude each other")]
    Exclusive {
        /// One option.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A version or a commit was asked for that nothing looks at: it would pass unseen.
    #[error(
        "{option}: no {one} of {probes} says where the {what} stands in an answer, expected one with \
         `expect: {{{what}: {{pointer: /{what}}}}}`"
    )]
    NowhereServed {
        /// The option.
        option: &'static str,
        /// `version` or `commit`.
        what: &'static str,
        /// `check` or `step`.
        one: &'static str,
        /// The file of the checks or steps.
        probes: String,
    },
    /// Another probe has written the section: what it found would be lost.
    #[error("stdin: {section} is there already: probe another service into a document of its own")]
    AlreadyAsked {
        /// The section's key.
        section: &'static str,
    },
    /// The commit of the run was asked for, and the document has none.
    #[error("--expect-commit run: found no run.source.commit in the document on stdin")]
    NoCommit,
}
