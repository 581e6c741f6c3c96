use argh::FromArgs;
use schema::Measured;

/// Compares a run with a baseline: each metric may be worse by at most the threshold. Reads the evidence
/// document of the run from stdin and writes it to stdout with the section `comparison`.
#[derive(Debug, FromArgs)]
pub(crate) struct Options {
    /// the evidence document of the run to compare with
    #[argh(option, arg_name = "file")]
    pub(crate) baseline: String,

    /// the evidence document of the current run in place of stdin
    #[argh(option, arg_name = "file")]
    pub(crate) current: Option<String>,

    /// how much worse a metric may be, in percent; 10 unless told otherwise
    #[argh(
        option,
        arg_name = "percent",
        default = "Measured::from(10)",
        from_str_fn(percent)
    )]
    pub(crate) threshold: Measured,

    /// let the baseline, a section or a metric be missing, as in baseline, memory or latency.p99_ms; may be
    /// repeated
    #[argh(option, arg_name = "name")]
    pub(crate) allow_missing: Vec<String>,

    /// compare runs of different machines, with a warning
    #[argh(switch)]
    pub(crate) allow_host_mismatch: bool,

    /// where the document goes in place of stdout
    #[argh(option, arg_name = "file")]
    pub(crate) output: Option<String>,
}

fn percent(text: &str) -> Result<Measured, String> {
    text.parse()
        .ok()
        .and_then(Measured::new)
        .filter(|percent| *percent > Measured::ZERO)
        .ok_or_else(|| "expected a number of percent above 0, as in 10".to_owned())
}
