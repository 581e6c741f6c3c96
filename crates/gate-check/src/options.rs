use std::time::Duration;

use argh::FromArgs;
use toolkit::{commit, duration};

/// Holds all evidence about a build against the gates file. Reads the evidence document from stdin and writes
/// it to stdout with the section `gates`.
#[derive(Debug, FromArgs)]
pub(crate) struct Options {
    /// the gates, YAML or JSON; required, but for --explain
    #[argh(option, arg_name = "file")]
    pub(crate) gates: Option<String>,

    /// an evidence document in place of stdin; may be repeated, the sections are merged
    #[argh(option, arg_name = "file")]
    pub(crate) results: Vec<String>,

    /// judge this group of gates and no other: performance, security, deployment, custom or provenance; may be repeated
    #[argh(option, arg_name = "group")]
    pub(crate) only: Vec<String>,

    /// let a group, a section or a metric be missing, as in security, memory or latency.p99_ms; may be repeated
    #[argh(option, arg_name = "name")]
    pub(crate) allow_missing: Vec<String>,

    /// fail evidence that is older, as in 24h or 7d
    #[argh(option, arg_name = "time", from_str_fn(duration::age))]
    pub(crate) max_age: Option<Duration>,

    /// fail evidence of another commit, or of none; at least seven digits
    #[argh(option, arg_name = "sha", from_str_fn(commit))]
    pub(crate) commit: Option<String>,

    /// fail the build with gates of the level warn too
    #[argh(switch)]
    pub(crate) fail_on_warn: bool,

    /// print what a gate asks and what became of it in --results, and exit
    #[argh(option, arg_name = "gate")]
    pub(crate) explain: Option<String>,

    /// where the document goes in place of stdout
    #[argh(option, arg_name = "file")]
    pub(crate) output: Option<String>,
}
