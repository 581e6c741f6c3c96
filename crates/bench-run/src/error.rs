use std::io;

use hdrhistogram::serialization::V2DeflateSerializeError;
use schema::SchemaError;
use thiserror::Error;
use toolkit::ToolkitError;

/// Why bench-run could not do its work.
#[derive(Debug, Error)]
pub enum BenchError {
    /// A file, a document or a signal handler.
    #[error(transparent)]
    Toolkit(#[from] ToolkitError),
    /// The document could not be built.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The document that is piped in holds a run already.
    #[error("stdin: holds a run already, expected a document without one")]
    SecondRun,
    /// Options that exclude each other.
    #[error("{one} and {other} exclude each other")]
    Exclusive {
        /// One option.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// An option that says nothing without another.
    #[error("{given} needs {missing}")]
    Alone {
        /// The option.
        given: &'static str,
        /// The other.
        missing: &'static str,
    },
    /// Two documents cannot have one place.
    #[error("--output and --duel-output are both {place}, expected a place for each document")]
    SameOutput {
        /// The file, or stdout.
        place: String,
    },
    /// Documents that could not go where they were to go.
    #[error("{}", .0.join("\n"))]
    Outputs(Vec<String>),
    /// The second service's command cannot be taken apart.
    #[error("--duel {command}: {reason}")]
    Duel {
        /// As typed, without passwords.
        command: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A page that could not be had.
    #[error("GET {url}: {reason}")]
    Fetch {
        /// Its address.
        url: String,
        /// Why.
        reason: String,
    },
    /// Nothing says where the service is.
    #[error(
        "nothing says where the service is: give --target URL, benchmark.target or benchmark.serve, or an \
         environments.yaml beside {config}"
    )]
    NoDestination {
        /// The configuration file.
        config: String,
    },
    /// An environment that the file does not know.
    #[error("{path}: environments: found no `{name}`, expected one of {known}")]
    UnknownEnvironment {
        /// The environments file.
        path: String,
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// Processors that this process may not use.
    #[error("{path}: benchmark.cores: found {found}, expected {expected}")]
    Cores {
        /// The configuration file.
        path: String,
        /// What was asked for.
        found: String,
        /// What can be had.
        expected: String,
    },
    /// The machine is less than the configuration asks for, and `--strict-hardware` was given.
    #[error("hardware requirements are not met: {}", .0.join("; "))]
    Hardware(Vec<String>),
    /// More connections than the process may have files open.
    #[error(
        "load generator: {needed} open files are needed, the limit is {limit}: raise it with ulimit -n"
    )]
    Descriptors {
        /// Connections, and what workers and process need beside them.
        needed: u64,
        /// The hard limit.
        limit: u64,
    },
    /// The served process could not be started or did not come to serve.
    #[error("serve: {command}: {reason}")]
    Serve {
        /// The command as configured, without passwords.
        command: String,
        /// What happened.
        reason: String,
    },
    /// The service's memory could not be read.
    #[error("{place}: {reason}")]
    Memory {
        /// A file, a folder or a page.
        place: String,
        /// What was found there.
        reason: String,
    },
    /// The place that the configuration names for the service's memory cannot be read.
    #[error("{path}: benchmark.memory.{key}: {reason}")]
    ConfiguredMemory {
        /// The configuration file.
        path: String,
        /// Which key names the place.
        key: &'static str,
        /// The place, and what was found there.
        reason: String,
    },
    /// A service was measured without a single request.
    #[error("not one request became due in the measured time: a low rate takes a longer one")]
    NothingDue,
    /// A worker could not be pinned, or its event loop failed.
    #[error("load generator: {0}")]
    Generator(#[from] io::Error),
    /// The workers could not be started.
    #[error("load generator: {0}")]
    Workers(#[from] rayon::ThreadPoolBuildError),
    /// A histogram of an impossible range.
    #[error("histogram: {0}")]
    Histogram(#[from] hdrhistogram::CreationError),
    /// A time that a histogram has no place for.
    #[error("histogram: {0}")]
    Record(#[from] hdrhistogram::RecordError),
    /// A histogram that cannot be written.
    #[error("histogram: {0:?}")]
    Encode(V2DeflateSerializeError),
}
