//! Sections that are made of other tools' files: why a figure is missing.

use schema::evidence::{CodeQualityMetric, Doubt, Evidence};

/// Why a tool's files give no figure for a metric; `None` where they do, or where there are none.
pub(crate) fn why_missing(metric: &str, evidence: &Evidence) -> Option<String> {
    let doubt = match metric {
        "code_quality.coverage" => of_code_quality(CodeQualityMetric::Coverage, evidence),
        "code_quality.complexity" => of_code_quality(CodeQualityMetric::Complexity, evidence),
        "code_quality.duplication" => of_code_quality(CodeQualityMetric::Duplication, evidence),
        "code_quality.tests.failed" => of_code_quality(CodeQualityMetric::Tests, evidence),
        _ if metric.starts_with("vulnerabilities.") => {
            let doubts = evidence.vulnerabilities.as_ref()?.doubts();
            doubts.into_iter().next()
        }
        _ => None,
    };
    doubt.map(|doubt| doubt.message)
}

fn of_code_quality(metric: CodeQualityMetric, evidence: &Evidence) -> Option<Doubt> {
    evidence.code_quality.as_ref()?.doubt_of(metric)
}
