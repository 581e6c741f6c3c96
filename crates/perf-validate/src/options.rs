use argh::FromArgs;

/// Holds one run against its thresholds: the top level of the evidence document, every batch size and every
/// test scenario. Reads the document from stdin and writes it to stdout with the section `validation`.
#[derive(Debug, FromArgs)]
pub(crate) struct Options {
    /// the limits, YAML or JSON
    #[argh(option, arg_name = "file")]
    pub(crate) thresholds: String,

    /// an evidence document in place of stdin; may be repeated
    #[argh(option, arg_name = "file")]
    pub(crate) results: Vec<String>,

    /// let a section, a metric or a check be missing, as in memory, latency.p99_ms or
    /// scenarios.batch_4.latency.p99_ms; may be repeated
    #[argh(option, arg_name = "name")]
    pub(crate) allow_missing: Vec<String>,

    /// where the document goes in place of stdout
    #[argh(option, arg_name = "file")]
    pub(crate) output: Option<String>,
}
