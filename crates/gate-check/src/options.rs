use argh::FromArgs;

/// Holds all evidence about a build against the gates file. Reads the evidence document from stdin and writes
/// it to stdout with the section `gates`.
#[derive(Debug, FromArgs)]
pub(crate) struct Options {
    /// the gates, YAML or JSON
    #[argh(option, arg_name = "file")]
    pub(crate) gates: String,

    /// an evidence document in place of stdin; may be repeated, the sections are merged
    #[argh(option, arg_name = "file")]
    pub(crate) results: Vec<String>,

    /// judge this group of gates and no other: performance, security or deployment; may be repeated
    #[argh(option, arg_name = "group")]
    pub(crate) only: Vec<String>,

    /// let a group, a section or a metric be missing, as in security, memory or latency.p99_ms; may be repeated
    #[argh(option, arg_name = "name")]
    pub(crate) allow_missing: Vec<String>,

    /// where the document goes in place of stdout
    #[argh(option, arg_name = "file")]
    pub(crate) output: Option<String>,
}
