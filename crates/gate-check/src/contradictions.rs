//! Figures that contradict what stands beside them: somebody changed one and not the other, or wrote a fraction for percent.

use schema::Section;
use schema::evidence::{CodeQuality, ErrorRate, Evidence, Vulnerabilities};

use crate::error::Error;

/// In percentage points: figures are rounded, by other tools to two decimals.
const ROUNDING: f64 = 0.01;

/// Refuses a section that contradicts itself.
pub(crate) fn refuse(evidence: &Evidence) -> Result<(), Error> {
    let vulnerabilities = evidence.vulnerabilities.as_ref();
    let code_quality = evidence.code_quality.as_ref();
    if vulnerabilities.is_some_and(Vulnerabilities::contradicts_its_sources) {
        return Err(of_sources(Vulnerabilities::NAME));
    }
    if code_quality.is_some_and(CodeQuality::contradicts_its_sources) {
        return Err(of_sources(CodeQuality::NAME));
    }
    match evidence.error_rate.as_ref().and_then(of_counts) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

fn of_sources(section: &'static str) -> Error {
    Error::Contradiction {
        section,
        what: "figures are not those of its sources: scan-import writes both",
    }
}

fn of_counts(errors: &ErrorRate) -> Option<Error> {
    let (requests, failed) = (errors.requests?, errors.failed?);
    let percent = errors.percent.filter(|_| requests > 0)?.get();
    let counted = 100.0 * failed as f64 / requests as f64;
    ((percent - counted).abs() > ROUNDING).then_some(Error::Contradiction {
        section: "error_rate",
        what: "percent is not that of its counts",
    })
}
