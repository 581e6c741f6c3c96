use schema::evidence::VulnerabilitySource;
use serde::Deserialize;

use super::{Findings, Format};
use crate::counted_once::CountedOnce;
use crate::error::Refusal;
use crate::fingerprint::Fingerprint;
use crate::input::Content;
use crate::moment;
use crate::read::json::{self, Each, Fold};
use crate::severity::Severity;

/// What `trivy --format json` writes (SchemaVersion 2). Only vulnerabilities count: misconfigurations, secrets and licences are
/// findings of other kinds, in other lists.
pub(super) const FORMAT: Format = Format {
    name: "trivy",
    recognises: |head| {
        head.has_keys(&["SchemaVersion", "ArtifactName"])
            || head.has_keys(&["SchemaVersion", "Results"])
    },
    read,
};

#[derive(Deserialize)]
struct Report {
    #[serde(rename = "SchemaVersion")]
    schema_version: u32,
    #[serde(rename = "Trivy")]
    trivy: Option<Trivy>,
    #[serde(rename = "CreatedAt")]
    created_at: Option<String>,
    #[serde(rename = "Results", default, deserialize_with = "json::null_is_empty")]
    results: Each<Results>,
}

#[derive(Deserialize)]
struct Trivy {
    #[serde(rename = "Version")]
    version: Option<String>,
}

/// What was looked at, of all targets.
#[derive(Default)]
struct Results {
    counted: CountedOnce,
    targets: u32,
    targets_with_packages: u32,
}

#[derive(Deserialize)]
struct Target {
    #[serde(rename = "Target", default)]
    target: String,
    #[serde(rename = "Class")]
    class: Option<String>,
    #[serde(
        rename = "Vulnerabilities",
        default,
        deserialize_with = "json::null_is_empty"
    )]
    vulnerabilities: Each<OfOneTarget>,
}

#[derive(Default)]
struct OfOneTarget(Vec<(Fingerprint, Severity)>);

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(rename = "VulnerabilityID")]
    id: String,
    #[serde(rename = "PkgName", default)]
    package: String,
    #[serde(rename = "InstalledVersion", default)]
    version: String,
    #[serde(rename = "Severity", default)]
    severity: String,
}

impl Fold for OfOneTarget {
    type Element = Vulnerability;

    fn add(&mut self, one: Vulnerability) {
        let fingerprint = Fingerprint::of(&[&one.id, &one.package, &one.version]);
        self.0.push((fingerprint, Severity::of_word(&one.severity)));
    }
}

impl Results {
    /// Why they say nothing of vulnerabilities; `None` where they do.
    fn lacking(&self) -> Option<&'static str> {
        match (self.targets, self.targets_with_packages) {
            (0, _) => Some("no target was recognised: nothing was scanned"),
            (_, 0) => {
                Some("no result is of packages: nothing says that vulnerabilities were looked for")
            }
            _ => None,
        }
    }
}

impl Fold for Results {
    type Element = Target;

    fn add(&mut self, target: Target) {
        self.targets += 1;
        let of_packages = |class: &str| matches!(class, "os-pkgs" | "lang-pkgs");
        // Before there were classes, there were only packages.
        if target.class.as_deref().is_none_or(of_packages) {
            self.targets_with_packages += 1;
        }
        for (fingerprint, severity) in target.vulnerabilities.0.0 {
            self.counted
                .add(fingerprint.within(&target.target), severity);
        }
    }
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let report: Report = json::read(content)?;
    if report.schema_version != 2 {
        return Err(Refusal::new(format!(
            "SchemaVersion: found {}, expected 2",
            report.schema_version
        )));
    }
    let Each(results) = report.results;
    Ok(Findings::Vulnerabilities(VulnerabilitySource {
        tool_version: report.trivy.and_then(|trivy| trivy.version),
        measured_at: report.created_at.as_deref().and_then(moment::in_utc),
        incomplete: results.lacking().map(str::to_owned),
        ..results.counted.counts().found_by("trivy")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{read, severities, vulnerabilities};

    const VULNERABILITY: &str = r#"{"VulnerabilityID":"CVE-1","PkgName":"curl","InstalledVersion":"7.61","Severity":"HIGH"}"#;

    fn report(results: &str) -> String {
        format!(r#"{{"SchemaVersion":2,"ArtifactName":"image","Results":{results}}}"#)
    }

    fn counted(results: &str) -> [u32; 5] {
        severities(read(&FORMAT, &report(results)).unwrap())
    }

    #[test]
    fn a_vulnerability_counts_once_per_package_version_and_target() {
        let other = |from: &str, to: &str| VULNERABILITY.replacen(from, to, 1);
        let (id, package, version) = (
            other("CVE-1", "CVE-2"),
            other("curl", "libcurl"),
            other("7.61", "7.62"),
        );
        let list = format!("[{VULNERABILITY},{VULNERABILITY},{id},{package},{version}]");
        let target = |name: &str| format!(r#"{{"Vulnerabilities":{list},"Target":"{name}"}}"#);
        assert_eq!(counted(&format!("[{}]", target("a"))), [0, 4, 0, 0, 0]);
        assert_eq!(
            counted(&format!(
                "[{},{},{}]",
                target("a"),
                target("b"),
                target("a")
            )),
            [0, 8, 0, 0, 0]
        );
    }

    #[test]
    fn every_severity_has_its_count_and_a_strange_word_is_unknown() {
        let of = |(number, word): (usize, &&str)| {
            format!(r#"{{"VulnerabilityID":"CVE-{number}","Severity":"{word}"}}"#)
        };
        let words = [
            "CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN", "SOMEWHAT", "",
        ];
        let list: Vec<String> = words.iter().enumerate().map(of).collect();
        let results = format!(
            r#"[{{"Target":"a","Vulnerabilities":[{}]}}]"#,
            list.join(",")
        );
        assert_eq!(counted(&results), [1, 1, 1, 1, 3]);
    }

    #[test]
    fn a_target_without_vulnerabilities_has_none_be_they_null_or_absent() {
        let none = r#"[{"Target":"a","Class":"lang-pkgs","Vulnerabilities":null},{"Target":"b","Class":"os-pkgs"}]"#;
        let source = vulnerabilities(read(&FORMAT, &report(none)).unwrap());
        assert_eq!(source.incomplete, None);
        assert_eq!(counted(none), [0; 5]);
    }

    #[test]
    fn a_scan_that_recognised_no_target_says_nothing() {
        let without = r#"{"SchemaVersion":2,"ArtifactName":"image"}"#.to_owned();
        for text in [report("null"), report("[]"), without] {
            let source = vulnerabilities(read(&FORMAT, &text).unwrap());
            assert_eq!(
                source.incomplete.as_deref(),
                Some("no target was recognised: nothing was scanned"),
                "{text}"
            );
        }
    }

    #[test]
    fn it_says_which_version_wrote_it_and_when() {
        let text = r#"{"SchemaVersion":2,"Trivy":{"Version":"0.68.1"},"CreatedAt":"2026-11-20T12:00:00.123456789+02:00"}"#;
        let source = vulnerabilities(read(&FORMAT, text).unwrap());
        assert_eq!(source.tool_version.as_deref(), Some("0.68.1"));
        assert_eq!(
            source.measured_at.as_deref(),
            Some("2026-11-20T10:00:00.123456789Z")
        );
    }

    #[test]
    fn a_scan_of_other_things_than_packages_says_nothing_of_vulnerabilities() {
        let results = r#"[{"Target":"Dockerfile","Class":"config","Misconfigurations":[]}]"#;
        let source = vulnerabilities(read(&FORMAT, &report(results)).unwrap());
        assert!(
            source
                .incomplete
                .unwrap()
                .contains("no result is of packages")
        );
    }

    #[test]
    fn an_object_that_is_no_report_is_no_scan_without_findings() {
        assert!(
            read(&FORMAT, "{}")
                .unwrap_err()
                .contains("missing field `SchemaVersion`")
        );
        assert!(
            read(&FORMAT, r#"{"SchemaVersion":3}"#)
                .unwrap_err()
                .contains("expected 2")
        );
    }

    #[test]
    fn a_wrong_type_is_refused_with_its_path() {
        let wrong = report(r#"[{"Target":"a","Vulnerabilities":[{"VulnerabilityID":5}]}]"#);
        let refusal = read(&FORMAT, &wrong).unwrap_err();
        assert!(
            refusal.starts_with(
                "Results[0].Vulnerabilities[0].VulnerabilityID: invalid type: integer `5`"
            ),
            "{refusal}"
        );
    }
}
