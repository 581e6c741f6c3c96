//! Everything that can keep the server from starting, and what the person reads then.

use std::io;
use std::path::PathBuf;

/// Why policy-server could not do its work. Each message names the file or option,
/// what was found, and what was expected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file or folder could not be written.
    #[error("{}: cannot be written: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file was read but does not hold what it should.
    #[error("{}: {reason}", path.display())]
    Invalid {
        /// The file or folder.
        path: PathBuf,
        /// What was found and what was expected.
        reason: String,
    },
    /// A file of the artifacts could not be put into its format.
    #[error("{file}: cannot be encoded: {source}")]
    Encode {
        /// Its name.
        file: &'static str,
        /// What its library said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The metrics could not be set up.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    /// Options that contradict each other or ask for the impossible.
    #[error("{0}")]
    Options(String),
    /// The address could not be bound.
    #[error("--host {host} --port {port}: cannot listen there: {source}")]
    Listen {
        /// The host as it was given.
        host: String,
        /// The port as it was given.
        port: u16,
        /// What the operating system said.
        source: io::Error,
    },
    /// The operating system refused something that the server cannot do without.
    #[error("{what}: {source}")]
    System {
        /// What was asked of it.
        what: &'static str,
        /// What it said.
        source: io::Error,
    },
}

impl Error {
    /// A file whose content is not what it should be.
    pub(crate) fn invalid(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        Self::Invalid {
            path: path.into(),
            reason: reason.into(),
        }
    }

    /// For `map_err` on reading.
    pub(crate) fn read(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Read { path, source }
    }

    /// For `map_err` on writing.
    pub(crate) fn write(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Write { path, source }
    }

    /// For `map_err` on encoding a file of the artifacts.
    pub(crate) fn encode<E>(file: &'static str) -> impl FnOnce(E) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        move |source| Self::Encode {
            file,
            source: Box::new(source),
        }
    }

    /// For `map_err` on a call of the operating system.
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}
