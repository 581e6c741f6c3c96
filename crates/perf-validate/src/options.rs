use argh::FromArgs;
use toolkit::files;

use crate::error::Error;

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

    /// pass a check only if the whole 95 % interval of its value is within the limit
    #[argh(switch)]
    pub(crate) strict: bool,

    /// fail if the document warns of anything: a saturated generator, unmet hardware requirements, …
    #[argh(switch)]
    pub(crate) strict_warnings: bool,

    /// where a report in markdown goes; the document goes to stdout all the same
    #[argh(option, arg_name = "file")]
    pub(crate) output: Option<String>,
}

impl Options {
    /// Refuses a report where something else is or goes.
    pub(crate) fn check_output(&self) -> Result<(), Error> {
        let Some(path) = self.output.as_deref() else {
            return Ok(());
        };
        if files::is_stdout(path) {
            return Err(Error::OutputIsStdout {
                path: path.to_owned(),
            });
        }
        let results = self.results.iter().map(|results| ("--results", results));
        for (option, input) in results.chain([("--thresholds", &self.thresholds)]) {
            if input != "-" && files::collide(path, input)? {
                return Err(Error::OutputIsInput {
                    path: path.to_owned(),
                    option,
                });
            }
        }
        Ok(())
    }
}
