use std::collections::{HashMap, HashSet};
use std::fmt;

use schema::evidence::VulnerabilitySource;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

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

/// Packages that are kept to be found again. No lock file leads to so many that are vulnerable.
const MOST_PACKAGES: usize = 200_000;

const WITHOUT_ADVISORY: &str = "packages are vulnerable, but there is no advisory";

#[derive(Deserialize)]
struct Report {
    #[serde(rename = "auditReportVersion")]
    version: Option<u32>,
    vulnerabilities: Option<EachEntry<Packages>>,
    advisories: Option<EachEntry<Advisories>>,
    metadata: Option<Metadata>,
    message: Option<String>,
    error: Option<Trouble>,
}

#[derive(Default, Deserialize)]
struct Metadata {
    vulnerabilities: Option<Total>,
    dependencies: Option<Dependencies>,
}

#[derive(Deserialize)]
struct Total {
    total: Option<u64>,
}

/// What was audited: counts by kind since npm 7, a number of one kind before it.
struct Dependencies {
    total: Option<u64>,
}

#[derive(Deserialize)]
struct Trouble {
    code: Option<String>,
    summary: Option<String>,
    detail: Option<String>,
}

#[derive(Default)]
struct Packages {
    counted: CountedOnce,
    /// Those that are listed or a cause, and whether they are listed.
    listed: HashMap<Fingerprint, bool>,
}

#[derive(Deserialize)]
struct Package {
    via: Each<Causes>,
}

#[derive(Default)]
struct Causes {
    advisories: Vec<(Fingerprint, Severity)>,
    packages: HashSet<Fingerprint>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Cause {
    /// Another package, which has an entry of its own.
    Package(String),
    Advisory {
        source: Option<Source>,
        url: Option<String>,
        name: String,
        severity: Option<String>,
    },
}

/// An advisory's number, or its identifier where the registry is not npm's own.
#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Number(serde_json::Number),
    Text(String),
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Number(number) => number.fmt(formatter),
            Source::Text(text) => text.fmt(formatter),
        }
    }
}

impl Fold for Causes {
    type Element = Cause;

    fn add(&mut self, cause: Cause) {
        match cause {
            Cause::Package(_) if self.packages.len() > MOST_PACKAGES => {}
            Cause::Package(name) => {
                self.packages.insert(Fingerprint::of(&[&name]));
            }
            Cause::Advisory {
                source,
                url,
                name,
                severity,
            } => {
                let id = source.map(|source| source.to_string()).or(url);
                let finding = Fingerprint::of(&[&id.unwrap_or_default(), &name]);
                self.advisories
                    .push((finding, of_word(severity.as_deref())));
            }
        }
    }
}

impl FoldEntries for Packages {
    type Value = Package;

    fn add(&mut self, name: String, package: Package) {
        let Each(causes) = package.via;
        for (finding, severity) in causes.advisories {
            self.counted.add(finding, severity);
        }
        if self.has_too_many() {
            return;
        }
        for cause in causes.packages {
            self.listed.entry(cause).or_default();
        }
        self.listed.insert(Fingerprint::of(&[&name]), true);
    }
}

impl Packages {
    fn has_too_many(&self) -> bool {
        self.listed.len() > MOST_PACKAGES
    }

    /// Why advisories may be missing; `None` where all causes are there.
    fn lacking(&self) -> Option<String> {
        let absent = self.listed.values().filter(|listed| !**listed).count();
        match absent {
            _ if self.has_too_many() => Some(format!("more than {MOST_PACKAGES} packages")),
            0 if self.counted.is_empty() && !self.listed.is_empty() => {
                Some(WITHOUT_ADVISORY.to_owned())
            }
            0 => None,
            _ => Some(format!(
                "{absent} of the packages that others are vulnerable by are not listed"
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Dependencies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Dependencies, D::Error> {
        struct NumberOrCounts;

        impl<'de> Visitor<'de> for NumberOrCounts {
            type Value = Dependencies;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("counts of dependencies")
            }

            fn visit_u64<E>(self, _: u64) -> Result<Dependencies, E> {
                Ok(Dependencies { total: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Dependencies, A::Error> {
                let mut total = None;
                while let Some(kind) = map.next_key::<String>()? {
                    if kind == "total" {
                        total = map.next_value()?;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Dependencies { total })
            }
        }

        deserializer.deserialize_any(NumberOrCounts)
    }
}

impl Metadata {
    /// Why what was `counted` cannot be all; `None` where it can.
    fn contradicts(&self, counted: &CountedOnce) -> Option<&'static str> {
        let audited = self.dependencies.as_ref().and_then(|all| all.total);
        let vulnerable = self.vulnerabilities.as_ref().and_then(|all| all.total);
        if audited == Some(0) {
            return Some("there are no dependencies: nothing was audited");
        }
        let without = vulnerable.is_some_and(|total| total > 0) && counted.is_empty();
        without.then_some(WITHOUT_ADVISORY)
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
    let (counted, lacking) = match (report.version, report.vulnerabilities, report.advisories) {
        (Some(2), Some(EachEntry(packages)), _) => {
            let lacking = packages.lacking();
            (packages.counted, lacking)
        }
        (None, _, Some(EachEntry(Advisories(counted)))) => (counted, None),
        (Some(2), None, _) => return Err(Refusal::new("missing field `vulnerabilities`")),
        (None, ..) => return Err(Refusal::new("missing field `auditReportVersion`")),
        (Some(other), ..) => {
            let problem = format!("auditReportVersion: found {other}, expected 2");
            return Err(Refusal::new(problem));
        }
    };
    let metadata = report.metadata.unwrap_or_default();
    let contradicted = metadata.contradicts(&counted);
    Ok(Findings::Vulnerabilities(VulnerabilitySource {
        incomplete: lacking.or(contradicted.map(str::to_owned)),
        ..counted.counts().found_by("npm audit")
    }))
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
    fn an_advisory_may_be_known_by_a_text() {
        let one = advisory(r#""GHSA-1""#, "low");
        let other = advisory(r#""GHSA-2""#, "low");
        let packages = format!(r#""a":{{"via":[{one},{other},{one}]}}"#);
        assert_eq!(counted(&report(&packages)), [0, 0, 0, 2, 0]);
    }

    fn incomplete(text: &str) -> Option<String> {
        vulnerabilities(read(&FORMAT, text).unwrap()).incomplete
    }

    #[test]
    fn a_cause_that_is_not_listed_leaves_it_incomplete() {
        let one = advisory("1", "critical");
        let listed = format!(r#""b":{{"via":["a"]}},"a":{{"via":[{one}]}}"#);
        assert_eq!(incomplete(&report(&listed)), None);
        let lost = format!(r#""b":{{"via":["c"]}},"a":{{"via":[{one}]}}"#);
        assert_eq!(
            incomplete(&report(&lost)).as_deref(),
            Some("1 of the packages that others are vulnerable by are not listed")
        );
    }

    #[test]
    fn vulnerable_packages_without_an_advisory_leave_it_incomplete() {
        let told = r#"{"auditReportVersion":2,"vulnerabilities":{},"metadata":{"vulnerabilities":{"total":3}}}"#;
        let in_npm_6 =
            r#"{"actions":[],"advisories":{},"metadata":{"vulnerabilities":{"total":3}}}"#;
        let circle = report(r#""a":{"via":["b"]},"b":{"via":["a"]}"#);
        for text in [&report(r#""a":{"via":[]}"#), &circle, told, in_npm_6] {
            assert_eq!(
                incomplete(text).as_deref(),
                Some(WITHOUT_ADVISORY),
                "{text}"
            );
        }
    }

    #[test]
    fn an_audit_of_no_dependency_says_nothing() {
        let of = |metadata: &str| {
            let text = format!(
                r#"{{"auditReportVersion":2,"vulnerabilities":{{}},"metadata":{metadata}}}"#
            );
            incomplete(&text)
        };
        assert_eq!(
            of(r#"{"dependencies":{"prod":1,"total":0}}"#).as_deref(),
            Some("there are no dependencies: nothing was audited")
        );
        for whole in [
            "null",
            "{}",
            r#"{"dependencies":null}"#,
            r#"{"dependencies":{"prod":0}}"#,
            r#"{"dependencies":{"total":1}}"#,
            r#"{"dependencies":0}"#,
        ] {
            assert_eq!(of(whole), None, "{whole}");
        }
    }

    #[test]
    fn more_packages_than_any_project_has_are_not_kept_and_leave_it_incomplete() {
        let names: Vec<String> = (0..=MOST_PACKAGES)
            .map(|name| format!("\"{name}\""))
            .collect();
        let one = advisory("1", "critical");
        let text = report(&format!(r#""a":{{"via":[{one},{}]}}"#, names.join(",")));
        assert_eq!(
            incomplete(&text).as_deref(),
            Some("more than 200000 packages")
        );
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
                r#"{"auditReportVersion":2,"vulnerabilities":{"a":{"via":null}}}"#,
                "via: invalid type: null",
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
