use argh::FromArgs;
use schema::Measured;

use crate::error::Error;

/// Compares a run with a baseline: each metric may be worse by at most the threshold. Reads the evidence
/// document of the run from stdin and writes it to stdout with the section `comparison`.
#[derive(Debug, FromArgs)]
pub(crate) struct Options {
    /// what to compare with: an evidence document, a history of them, a folder, or another tool's results;
    /// may be repeated
    #[argh(option, arg_name = "path")]
    pub(crate) baseline: Vec<String>,

    /// the evidence document or other tool's results of the current run in place of stdin
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

    /// a file whose regression_thresholds say it metric by metric, YAML or JSON
    #[argh(option, arg_name = "file")]
    pub(crate) thresholds: Option<String>,

    /// compare repetition by repetition two runs that were measured in turn (bench-run --duel)
    #[argh(switch)]
    pub(crate) paired: bool,

    /// fail what is not proven to hold: an inconclusive metric too
    #[argh(switch)]
    pub(crate) strict: bool,

    /// the latency that decides: p50, p95 or p99; p95 unless told otherwise
    #[argh(option, arg_name = "quantile", default = "Primary::P95")]
    pub(crate) primary: Primary,

    /// let only primary metrics decide
    #[argh(switch)]
    pub(crate) primary_only: bool,

    /// how much runs of one build differ, as a standard deviation in percent, where one run is compared with one
    #[argh(option, arg_name = "percent", from_str_fn(percent))]
    pub(crate) run_sd: Option<Measured>,

    /// let the baseline, a section, a metric, a scenario or one metric of one be missing, as in baseline, memory,
    /// latency.p99_ms or scenarios.batch_4; may be repeated
    #[argh(option, arg_name = "name")]
    pub(crate) allow_missing: Vec<String>,

    /// compare runs of different machines, with a warning
    #[argh(switch)]
    pub(crate) allow_host_mismatch: bool,

    /// compare runs of different workloads, with a warning
    #[argh(switch)]
    pub(crate) allow_workload_mismatch: bool,

    /// compare runs whose generator was the limit, all but their throughput, with a warning; with --update: take such a
    /// run over
    #[argh(switch)]
    pub(crate) allow_saturated: bool,

    /// compare nothing: add a run that has passed to the history of the baseline
    #[argh(switch)]
    pub(crate) update: bool,

    /// with --update: make this run the reference, whatever its comparison said, for this reason
    #[argh(option, arg_name = "reason")]
    pub(crate) accept: Option<String>,

    /// read no run: write the points at which the baseline's history changed, as JSON
    #[argh(switch)]
    pub(crate) trend: bool,

    /// where the document goes in place of stdout
    #[argh(option, arg_name = "file")]
    pub(crate) output: Option<String>,
}

impl Options {
    /// What argh does not know: options that need or exclude each other.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let wrong = if self.baseline.is_empty() {
            "--baseline is missing: name a document, a history, a folder or another tool's results to compare with"
        } else if self.accept.is_some() && !self.update {
            "--accept makes a run the reference when it is taken over: it needs --update"
        } else if self.update && self.baseline.len() > 1 {
            "--update takes over into one history: name one --baseline"
        } else if self
            .accept
            .as_ref()
            .is_some_and(|reason| reason.trim().is_empty())
        {
            "--accept needs a reason: whoever reads the history later will ask for it"
        } else if self.update && self.baseline == ["-"] {
            "--update writes the baseline: it cannot be stdin"
        } else if self.update && self.trend {
            "--update and --trend exclude each other"
        } else {
            return Ok(());
        };
        Err(Error::Usage(wrong))
    }
}

/// A quantile of latency that may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Primary {
    P50,
    P95,
    P99,
}

impl std::str::FromStr for Primary {
    type Err = String;

    fn from_str(text: &str) -> Result<Primary, String> {
        match text {
            "p50" => Ok(Primary::P50),
            "p95" => Ok(Primary::P95),
            "p99" => Ok(Primary::P99),
            _ => Err("expected p50, p95 or p99".to_owned()),
        }
    }
}

fn percent(text: &str) -> Result<Measured, String> {
    text.parse()
        .ok()
        .and_then(Measured::new)
        .filter(|percent| *percent > Measured::ZERO && percent.get() < 100.0)
        .ok_or_else(|| "expected a number of percent above 0 and below 100, as in 10".to_owned())
}
