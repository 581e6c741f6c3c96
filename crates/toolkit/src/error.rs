use std::io;
use std::path::PathBuf;

use schema::SchemaError;
use thiserror::Error;

use crate::suggest;

/// What can go wrong at the edge of a tool. Each message names the file, and the line or path where there is one.
#[derive(Debug, Error)]
pub enum ToolkitError {
    /// A file cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Read {
        /// As given on the command line; `stdin` for the standard input.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file or stream cannot be written.
    #[error("{path}: cannot be written: {source}")]
    Write {
        /// As given on the command line; `stdout` for the standard output.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Nobody pipes anything in.
    #[error("stdin is a terminal: pipe an evidence document in, or name one with {option}")]
    NoInput {
        /// The option that names a file.
        option: &'static str,
    },
    /// An evidence document cannot be used.
    #[error("{path}: {source}")]
    Document {
        /// As given on the command line; `stdin` for the standard input.
        path: String,
        /// Why.
        source: SchemaError,
    },
    /// A section cannot be added to a document, or documents cannot be merged.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A configuration file cannot be used.
    #[error("{}", .0.join("\n"))]
    Configuration(Vec<String>),
    /// A signal handler cannot be installed.
    #[error("signals cannot be handled: {0}")]
    Signals(io::Error),
    /// A folder that a file is to be written to does not exist.
    #[error("{}: no such folder", .0.display())]
    NoFolder(PathBuf),
    /// An option names something that cannot exist.
    #[error("{option} {name}: there is nothing of that name{hint}")]
    UnknownName {
        /// The option.
        option: &'static str,
        /// As typed.
        name: String,
        /// The nearest known name, or all of them, as the end of the sentence.
        hint: String,
    },
    /// A header's value cannot be made of the environment.
    #[error("{configuration}: {place}: found {found}, {reason}")]
    Header {
        /// The configuration file.
        configuration: String,
        /// Where it stands in the file.
        place: String,
        /// What stands there in place of the value, never the value.
        found: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The address of a service cannot be used.
    #[error("target {target}: {reason}")]
    Target {
        /// The address, without user information.
        target: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A certificate or a key that cannot be used.
    #[error("{}: {reason}", .path.display())]
    Certificate {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// `https`, and nothing to trust.
    #[error(
        "found no root certificates on this system: name some with ca_cert, under tls in the configuration"
    )]
    NoRootCertificates,
    /// TLS could not be set up at all.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// An option asks for stdin, from which the documents come.
    #[error("{option} -: stdin is where the documents come from")]
    StdinTwice {
        /// The option.
        option: &'static str,
    },
}

impl ToolkitError {
    /// Refuses `name` as the value of `option`, with the nearest of the known names, or all if none is near.
    pub fn unknown_name<'a>(
        option: &'static str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> ToolkitError {
        ToolkitError::UnknownName {
            option,
            name: name.to_owned(),
            hint: suggest::hint_or_all(name, known),
        }
    }
}
