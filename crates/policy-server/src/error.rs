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
    /// A file is not the one that the model card was written for.
    #[error(
        "{}: SHA-256 differs from the model card: expected {expected}, found {found}; \
         the file was changed or damaged after the artifacts were made",
        path.display()
    )]
    Digest {
        /// The changed file.
        path: PathBuf,
        /// The digest in the model card, in hexadecimal.
        expected: String,
        /// The digest of the file as it is, in hexadecimal.
        found: String,
    },
    /// A version already exists with other content.
    #[error(
        "{}: this version exists already and its {file} differs from what the seed gives; \
         choose another --version, or remove the folder",
        path.display()
    )]
    VersionExists {
        /// The folder of the version.
        path: PathBuf,
        /// The first file that differs.
        file: &'static str,
    },
    /// The tensors could not be put into the safetensors format.
    #[error("model.safetensors: cannot be encoded: {0}")]
    EncodeWeights(#[from] safetensors::SafeTensorError),
    /// The preprocessor could not be put into JSON.
    #[error("preprocessor.json: cannot be encoded: {0}")]
    EncodePreprocessor(#[from] serde_json::Error),
    /// The model card could not be put into YAML.
    #[error("model_card.yaml: cannot be encoded: {0}")]
    EncodeCard(#[from] serde_yaml::Error),
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

    /// For `map_err` on a call of the operating system.
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}
