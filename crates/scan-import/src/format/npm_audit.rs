use schema::evidence::VulnerabilitySource;
use serde::Deserialize;

use super::{Findings, Format};
use crate::counted_once::CountedOnce;
use crate::error::Refusal;
use crate::fingerprint::Fingerprint;
use crate::input::Content;
use crate::read::json::{self, Each, EachEntry, Fold, FoldEntries};
use crate::reasons::Reasons;
use crate::severity::Severity;

/// What `npm audit --json` writes since npm 7 (auditReportVersion 2), before it, and still `pnpm audit --json` (`advisories`).
/// Advisories count, not the packages that they reach: a package that only depends on a vulnerable one is listed too. Where the
/// registry does not answer or there is no lock file, npm writes what went wrong in place of a report.
pub(super) const FORMAT: Format = Format {
    name: "npm-audit",
    recognises: |head| {
        head.has_keys(&["auditReportVersion"])
            || head.has_keys(&["actions", "advisories"])
            || head.has_keys(&["error.summary", "error.detail"])
    },
    read,
};

#[derive(Deserialize)]
struct Report {
    #[serde(rename = "auditReportVersion")]
    version: Option<u32>,
    vulnerabilities: Option<EachEntry<Packages>>,
    advisories: Option<EachEntry<Advisories>>,
    message: Option<String>,
    error: Option<Trouble>,
}

#[derive(Deserialize)]
struct Trouble {
    code: Option<String>,
    summary: Option<String>,
    detail: Option<String>,
}

#[derive(Default)]
struct Packages(CountedOnce);

#[derive(Deserialize)]
struct Package {
    via: Each<Causes>,
}

#[derive(Default)]
struct Causes(Vec<(Fingerprint, Severity)>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Cause {
    /// Another package, which has an entry of its own.
    Package(#[expect(dead_code, reason = "tells a name from an advisory")] String),
    Advisory {
        source: Option<serde_json::Number>,
        url: Option<String>,
        name: String,
        severity: Option<String>,
    },
}

impl Fold for Causes {
    type Element = Cause;

    fn add(&mut self, cause: Cause) {
        if let Cause::Advisory {
            source,
            url,
            name,
            severity,
        } = cause
        {
            let id = source.map(|number| number.to_string()).or(url);
            let finding = Fingerprint::of(&[&id.unwrap_or_default(), &name]);
            self.0.push((finding, of_word(severity.as_deref())));
        }
    }
}

impl FoldEntries for Packages {
    type Value = Package;

    fn add(&mut self, _: String, package: Package) {
        for (finding, severity) in package.via.0.0 {
            self.0.add(finding, severity);
        }
    }
}

#[derive(Default)]
struct Advisories(CountedOnce);

#[derive(Deserialize)]
struct Advisory {
    severity: Option<String>,
}

impl FoldEntries for Advisories {
    type Value = Advisory;

    fn add(&mut self, id: String, advisory: Advisory) {
        let severity = of_word(advisory.severity.as_deref());
        self.0.add(Fingerprint::of(&[&id]), severity);
    }
}

fn of_word(severity: Option<&str>) -> Severity {
    severity.map_or(Severity::Unknown, Severity::of_word)
}

impl Report {
    /// Why nothing was audited, or not all; `None` where all was.
    fn trouble(&self) -> Option<String> {
        if self.message.is_none() && self.error.is_none() {
            return None;
        }
        let error = self.error.iter();
        let parts = error.flat_map(|error| [&error.code, &error.summary, &error.detail]);
        let mut reasons = Reasons::default();
        for words in std::iter::once(&self.message).chain(parts).flatten() {
            if !words.is_empty() {
                reasons.add(words);
            }
        }
        let silent = || Some("npm failed".to_owned());
        reasons.into_text("npm failed").or_else(silent)
    }
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let report: Report = json::read(content)?;
    if let Some(trouble) = report.trouble() {
        return Ok(Findings::Vulnerabilities(VulnerabilitySource {
            tool: "npm audit".to_owned(),
            incomplete: Some(trouble),
            ..VulnerabilitySource::default()
        }));
    }
    let counted = match (report.version, report.vulnerabilities, report.advisories) {
        (Some(2), Some(EachEntry(Packages(counted))), _)
        | (None, _, Some(EachEntry(Advisories(counted)))) => counted,
        (Some(2), None, _) => return Err(Refusal::new("missing field `vulnerabilities`")),
        (None, ..) => return Err(Refusal::new("missing field `auditReportVersion`")),
        (Some(other), ..) => {
            let problem = format!("auditReportVersion: found {other}, expected 2");
            return Err(Refusal::new(problem));
        }
    };
    Ok(Findings::Vulnerabilities(
        counted.counts().found_by("npm audit"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{read, severities, vulnerabilities};

    fn report(packages: &str) -> String {
        format!(r#"{{"auditReportVersion":2,"vulnerabilities":{{{packages}}},"metadata":{{}}}}"#)
    }

    fn advisory(source: &str, severity: &str) -> String {
        format!(r#"{{"source":{source},"name":"a","url":"u","severity":"{severity}"}}"#)
    }

    fn counted(text: &str) -> [u32; 5] {
        severities(read(&FORMAT, text).unwrap())
    }

    #[test]
    fn advisories_count_once_and_packages_that_depend_on_others_do_not() {
        let one = advisory("1", "critical");
        let packages = format!(
            r#""a":{{"severity":"critical","via":[{one},{one}]}},"b":{{"severity":"critical","via":["a"]}},"c":{{"via":[{one}]}}"#
        );
        assert_eq!(counted(&report(&packages)), [1, 0, 0, 0, 0]);
        assert_eq!(counted(&report("")), [0; 5]);
    }

    #[test]
    fn an_advisory_without_a_number_is_known_by_its_address() {
        let (one, other) = (
            advisory("null", "low"),
            advisory("null", "low").replace("\"u\"", "\"v\""),
        );
        let packages = format!(r#""a":{{"via":[{one},{other},{one}]}}"#);
        assert_eq!(counted(&report(&packages)), [0, 0, 0, 2, 0]);
    }

    #[test]
    fn moderate_is_medium_and_info_is_low() {
        let words = ["critical", "high", "moderate", "low", "info", "strange"];
        let list: Vec<String> = words
            .iter()
            .enumerate()
            .map(|(number, word)| advisory(&number.to_string(), word))
            .collect();
        let packages = format!(r#""a":{{"via":[{}]}}"#, list.join(","));
        assert_eq!(counted(&report(&packages)), [1, 1, 1, 2, 1]);
    }

    #[test]
    fn the_report_of_npm_6_and_pnpm_lists_advisories_by_number() {
        let text = r#"{"actions":[],"advisories":{"118":{"id":118,"severity":"high"},"577":{"severity":"moderate"}},"muted":[],"metadata":{}}"#;
        assert_eq!(counted(text), [0, 1, 1, 0, 0]);
    }

    #[test]
    fn what_went_wrong_leaves_no_counts() {
        for (text, reason) in [
            (
                r#"{"message":"503 Service Unavailable","statusCode":503,"error":{"summary":"","detail":""}}"#,
                "npm failed: 503 Service Unavailable",
            ),
            (
                r#"{"error":{"code":"ENOLOCK","summary":"This command requires an existing lockfile.","detail":""}}"#,
                "npm failed: ENOLOCK, This command requires an existing lockfile.",
            ),
            (r#"{"error":{}}"#, "npm failed"),
            (
                r#"{"auditReportVersion":2,"vulnerabilities":{},"error":{"code":"EFAIL"}}"#,
                "npm failed: EFAIL",
            ),
        ] {
            let source = vulnerabilities(read(&FORMAT, text).unwrap());
            assert_eq!(source.incomplete.as_deref(), Some(reason));
            assert_eq!(source.critical, None);
        }
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for (text, said) in [
            (
                r#"{"auditReportVersion":3,"vulnerabilities":{}}"#,
                "found 3, expected 2",
            ),
            (
                r#"{"auditReportVersion":2}"#,
                "missing field `vulnerabilities`",
            ),
            (
                r#"{"auditReportVersion":2,"vulnerabilities":null}"#,
                "missing field `vulnerabilities`",
            ),
            (
                r#"{"vulnerabilities":{}}"#,
                "missing field `auditReportVersion`",
            ),
        ] {
            let refusal = read(&FORMAT, text).unwrap_err();
            assert!(refusal.contains(said), "{refusal}");
        }
    }
}
