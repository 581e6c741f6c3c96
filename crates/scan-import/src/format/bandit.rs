use schema::evidence::VulnerabilitySource;
use serde::Deserialize;

use super::{Findings, Format};
use crate::error::Refusal;
use crate::input::Content;
use crate::moment;
use crate::read::json::{self, Each, Fold};
use crate::reasons::Reasons;
use crate::severity::{Severity, SeverityCounts};

/// What `bandit --format json` writes. A file that bandit could not parse is among `errors`, and its exit code does not say so.
pub(super) const FORMAT: Format = Format {
    name: "bandit",
    recognises: |head| head.has_keys(&["errors", "generated_at", "metrics"]),
    read,
};

#[derive(Deserialize)]
struct Report {
    errors: Each<Unread>,
    generated_at: Option<String>,
    metrics: Metrics,
    results: Each<Issues>,
}

#[derive(Deserialize)]
struct Metrics {
    #[serde(rename = "_totals")]
    totals: Totals,
}

#[derive(Deserialize)]
struct Totals {
    #[serde(rename = "loc")]
    lines: u64,
}

#[derive(Default)]
struct Unread(Reasons);

#[derive(Deserialize)]
struct FileError {
    filename: String,
    reason: String,
}

impl Fold for Unread {
    type Element = FileError;

    fn add(&mut self, error: FileError) {
        self.0
            .add(&format!("{} ({})", error.filename, error.reason));
    }
}

#[derive(Default)]
struct Issues(SeverityCounts);

#[derive(Deserialize)]
struct Issue {
    issue_severity: String,
}

impl Fold for Issues {
    type Element = Issue;

    fn add(&mut self, issue: Issue) {
        self.0.add(Severity::of_word(&issue.issue_severity));
    }
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let report: Report = json::read(content)?;
    let nothing = (report.metrics.totals.lines == 0).then(|| "no line of code was scanned".into());
    let Each(Unread(unread)) = report.errors;
    let Each(Issues(counts)) = report.results;
    Ok(Findings::Vulnerabilities(VulnerabilitySource {
        measured_at: report.generated_at.as_deref().and_then(moment::in_utc),
        incomplete: unread.into_text("not scanned").or(nothing),
        ..counts.found_by("bandit")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{read, severities, vulnerabilities};

    fn report(errors: &str, lines: u32, results: &str) -> String {
        format!(
            r#"{{"errors":[{errors}],"generated_at":"2026-11-23T18:02:06Z","metrics":{{"_totals":{{"loc":{lines}}}}},"results":[{results}]}}"#
        )
    }

    #[test]
    fn every_severity_has_its_count_and_undefined_is_unknown() {
        let words = ["HIGH", "MEDIUM", "LOW", "UNDEFINED", "HIGH"];
        let issues = words.map(|word| format!(r#"{{"issue_severity":"{word}"}}"#));
        let findings = read(&FORMAT, &report("", 5, &issues.join(","))).unwrap();
        assert_eq!(severities(findings), [0, 2, 1, 1, 1]);
    }

    #[test]
    fn it_says_when_it_was_written() {
        let source = vulnerabilities(read(&FORMAT, &report("", 5, "")).unwrap());
        assert_eq!(source.measured_at.as_deref(), Some("2026-11-23T18:02:06Z"));
        assert_eq!(source.incomplete, None);
    }

    #[test]
    fn a_file_that_could_not_be_parsed_makes_the_result_incomplete() {
        let error = r#"{"filename":"a.py","reason":"syntax error"}"#;
        let source = vulnerabilities(read(&FORMAT, &report(error, 5, "")).unwrap());
        assert_eq!(
            source.incomplete.as_deref(),
            Some("not scanned: a.py (syntax error)")
        );
    }

    #[test]
    fn a_scan_of_no_code_says_nothing() {
        let source = vulnerabilities(read(&FORMAT, &report("", 0, "")).unwrap());
        assert_eq!(
            source.incomplete.as_deref(),
            Some("no line of code was scanned")
        );
    }

    #[test]
    fn results_or_errors_that_are_null_are_no_report() {
        for key in ["errors", "results"] {
            let null =
                report("", 5, "").replace(&format!("\"{key}\":[]"), &format!("\"{key}\":null"));
            let refusal = read(&FORMAT, &null).unwrap_err();
            assert!(
                refusal.starts_with(&format!("{key}: invalid type: null")),
                "{refusal}"
            );
        }
    }

    #[test]
    fn what_lacks_its_errors_or_results_is_no_report() {
        for key in ["errors", "metrics", "results"] {
            let without = report("", 5, "").replace(&format!("\"{key}\""), "\"other\"");
            let refusal = read(&FORMAT, &without).unwrap_err();
            assert!(
                refusal.contains(&format!("missing field `{key}`")),
                "{refusal}"
            );
        }
    }
}
