use schema::evidence::VulnerabilitySource;
use serde::Deserialize;

use super::{Findings, Format};
use crate::counted_once::CountedOnce;
use crate::error::Refusal;
use crate::fingerprint::Fingerprint;
use crate::input::Content;
use crate::moment;
use crate::read::json::{self, Each, Fold, Short};
use crate::reasons::Reasons;
use crate::severity::Severity;

/// What `grype --output json` writes. A file is about one target, so that a package found at two places is one package.
/// `ignoredMatches` were left out by grype's own configuration.
pub(super) const FORMAT: Format = Format {
    name: "grype",
    recognises: |head| {
        head.has_keys(&["matches[].vulnerability"]) || head.has_keys(&["matches", "descriptor"])
    },
    read,
};

#[derive(Deserialize)]
struct Report {
    matches: Each<Matches>,
    #[serde(
        rename = "alertsByPackage",
        default,
        deserialize_with = "json::null_is_empty"
    )]
    alerts: Each<Unmatched>,
    descriptor: Descriptor,
}

#[derive(Deserialize)]
struct Descriptor {
    version: Option<String>,
    timestamp: Option<String>,
}

#[derive(Default)]
struct Matches(CountedOnce);

#[derive(Deserialize)]
struct Match {
    vulnerability: Vulnerability,
    artifact: Package,
}

#[derive(Deserialize)]
struct Vulnerability {
    id: String,
    severity: Option<String>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    version: String,
    #[serde(rename = "type", default)]
    kind: String,
}

impl Fold for Matches {
    type Element = Match;

    fn add(
        &mut self,
        Match {
            vulnerability,
            artifact,
        }: Match,
    ) {
        let finding = Fingerprint::of(&[
            &vulnerability.id,
            &artifact.name,
            &artifact.version,
            &artifact.kind,
        ]);
        let severity = vulnerability.severity.as_deref();
        self.0.add(
            finding,
            severity.map_or(Severity::Unknown, Severity::of_word),
        );
    }
}

/// Packages of distributions that grype has no data of.
#[derive(Default)]
struct Unmatched(Reasons);

#[derive(Deserialize)]
struct PackageAlerts {
    package: Package,
    alerts: Short<Alert>,
}

#[derive(Deserialize)]
struct Alert {
    #[serde(rename = "type")]
    kind: String,
}

impl Fold for Unmatched {
    type Element = PackageAlerts;

    fn add(&mut self, PackageAlerts { package, alerts }: PackageAlerts) {
        if alerts.0.iter().any(|alert| alert.kind == "distro-disabled") {
            self.0.add(&package.name);
        }
    }
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let report: Report = json::read(content)?;
    let Each(Matches(counted)) = report.matches;
    let Each(Unmatched(unmatched)) = report.alerts;
    let Descriptor { version, timestamp } = report.descriptor;
    Ok(Findings::Vulnerabilities(VulnerabilitySource {
        tool_version: version,
        measured_at: timestamp.as_deref().and_then(moment::in_utc),
        incomplete: unmatched
            .into_text("not looked for, as grype does not cover the distribution of packages"),
        ..counted.counts().found_by("grype")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{read, severities, vulnerabilities};

    fn found(id: &str, severity: &str, package: &str, version: &str) -> String {
        format!(
            r#"{{"vulnerability":{{"id":"{id}","severity":"{severity}"}},"artifact":{{"name":"{package}","version":"{version}","type":"deb"}}}}"#
        )
    }

    fn report(matches: &[String]) -> String {
        format!(
            r#"{{"matches":[{}],"descriptor":{{"name":"grype","version":"0.104.0","timestamp":"2026-11-20T12:00:00.5+02:00"}}}}"#,
            matches.join(",")
        )
    }

    fn counted(matches: &[String]) -> [u32; 5] {
        severities(read(&FORMAT, &report(matches)).unwrap())
    }

    #[test]
    fn every_severity_has_its_count_and_negligible_is_low() {
        let words = [
            "Critical",
            "High",
            "Medium",
            "Low",
            "Negligible",
            "Unknown",
            "",
        ];
        let matches: Vec<String> = words
            .iter()
            .map(|word| found(&format!("CVE-{word}"), word, "curl", "1"))
            .collect();
        assert_eq!(counted(&matches), [1, 1, 1, 2, 2]);
    }

    #[test]
    fn a_vulnerability_counts_once_per_package_and_version_at_its_worst() {
        let one = found("CVE-1", "Medium", "curl", "1");
        let worse = found("CVE-1", "High", "curl", "1");
        assert_eq!(counted(&[one.clone(), one.clone()]), [0, 0, 1, 0, 0]);
        assert_eq!(counted(&[one.clone(), worse.clone()]), [0, 1, 0, 0, 0]);
        assert_eq!(counted(&[worse, one.clone()]), [0, 1, 0, 0, 0]);
        let others = [
            found("CVE-2", "Medium", "curl", "1"),
            found("CVE-1", "Medium", "libcurl", "1"),
            found("CVE-1", "Medium", "curl", "2"),
            one.replace("deb", "python"),
            one,
        ];
        assert_eq!(counted(&others), [0, 0, 5, 0, 0]);
    }

    #[test]
    fn it_says_which_version_wrote_it_and_when() {
        let source = vulnerabilities(read(&FORMAT, &report(&[])).unwrap());
        assert_eq!(source.tool_version.as_deref(), Some("0.104.0"));
        assert_eq!(
            source.measured_at.as_deref(),
            Some("2026-11-20T10:00:00.5Z")
        );
        assert_eq!(source.incomplete, None);
        let without = r#"{"matches":[],"descriptor":{"timestamp":""}}"#;
        let source = vulnerabilities(read(&FORMAT, without).unwrap());
        assert_eq!(source.measured_at, None);
    }

    #[test]
    fn packages_of_a_distribution_without_data_make_the_result_incomplete() {
        let alert = |kind: &str| {
            let text = format!(
                r#"{{"matches":[],"descriptor":{{}},"alertsByPackage":[{{"package":{{"name":"pacman"}},"alerts":[{{"type":"{kind}","message":""}}]}}]}}"#
            );
            vulnerabilities(read(&FORMAT, &text).unwrap()).incomplete
        };
        assert!(alert("distro-disabled").unwrap().ends_with(": pacman"));
        assert_eq!(alert("distro-eol"), None);
    }

    #[test]
    fn no_severity_is_unknown_and_no_matches_are_a_list() {
        let null = found("CVE-1", "High", "curl", "1").replace(r#""High""#, "null");
        assert_eq!(counted(&[null]), [0, 0, 0, 0, 1]);
        let report = |matches: &str| {
            let text =
                format!(r#"{{"matches":{matches},"alertsByPackage":null,"descriptor":{{}}}}"#);
            read(&FORMAT, &text)
        };
        assert_eq!(severities(report("[]").unwrap()), [0; 5]);
        let refusal = report("null").unwrap_err();
        assert!(
            refusal.starts_with("matches: invalid type: null"),
            "{refusal}"
        );
    }

    #[test]
    fn what_lacks_its_matches_or_descriptor_is_no_report() {
        for text in [r#"{"matches":[]}"#, r#"{"descriptor":{}}"#] {
            assert!(read(&FORMAT, text).unwrap_err().contains("missing field"));
        }
    }
}
