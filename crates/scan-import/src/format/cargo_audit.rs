use cvss::Cvss;
use schema::evidence::VulnerabilitySource;
use serde::Deserialize;

use super::{Findings, Format};
use crate::counted_once::CountedOnce;
use crate::error::Refusal;
use crate::fingerprint::Fingerprint;
use crate::input::Content;
use crate::read::json::{self, Each, Fold};
use crate::severity::Severity;

/// What `cargo audit --json` writes. It tells no severity: that is computed from an advisory's CVSS vector. `warnings`
/// (unmaintained, unsound, yanked) are no vulnerabilities.
pub(super) const FORMAT: Format = Format {
    name: "cargo-audit",
    recognises: |head| head.has_keys(&["database.advisory-count", "vulnerabilities.list"]),
    read,
};

#[derive(Deserialize)]
struct Report {
    database: Database,
    lockfile: Lockfile,
    vulnerabilities: Vulnerabilities,
}

#[derive(Deserialize)]
struct Database {
    #[serde(rename = "advisory-count")]
    advisories: u64,
}

#[derive(Deserialize)]
struct Lockfile {
    #[serde(rename = "dependency-count")]
    dependencies: u64,
}

#[derive(Deserialize)]
struct Vulnerabilities {
    count: u64,
    list: Each<List>,
}

#[derive(Default)]
struct List {
    counted: CountedOnce,
    length: u64,
}

#[derive(Deserialize)]
struct Vulnerability {
    advisory: Advisory,
    package: Package,
}

#[derive(Deserialize)]
struct Advisory {
    id: String,
    cvss: Option<String>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

impl Fold for List {
    type Element = Vulnerability;

    fn add(&mut self, Vulnerability { advisory, package }: Vulnerability) {
        let finding = Fingerprint::of(&[&advisory.id, &package.name, &package.version]);
        let severity = advisory
            .cvss
            .as_deref()
            .map_or(Severity::Unknown, of_vector);
        self.counted.add(finding, severity);
        self.length += 1;
    }
}

/// By its score; unknown for what is no whole vector.
fn of_vector(vector: &str) -> Severity {
    match vector.parse() {
        Ok(vector) if is_whole(&vector) => Severity::of_score(vector.score()),
        _ => Severity::Unknown,
    }
}

/// The library refuses vectors of CVSS 2 and 4 that lack a base metric, but takes what one of CVSS 3 lacks for harmless.
fn is_whole(vector: &Cvss) -> bool {
    match vector {
        Cvss::CvssV30(three) | Cvss::CvssV31(three) => {
            three.av.is_some()
                && three.ac.is_some()
                && three.pr.is_some()
                && three.ui.is_some()
                && three.s.is_some()
                && three.c.is_some()
                && three.i.is_some()
                && three.a.is_some()
        }
        _ => true,
    }
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let report: Report = json::read(content)?;
    let count = report.vulnerabilities.count;
    let Each(List { counted, length }) = report.vulnerabilities.list;
    if count != length {
        return Err(Refusal::new(format!(
            "vulnerabilities.count: found {count}, expected {length}, the length of the list"
        )));
    }
    let nothing = match (report.database.advisories, report.lockfile.dependencies) {
        (0, _) => Some("the database has no advisories"),
        (_, 0) => Some("the lock file has no dependencies: nothing was audited"),
        _ => None,
    };
    Ok(Findings::Vulnerabilities(VulnerabilitySource {
        incomplete: nothing.map(str::to_owned),
        ..counted.counts().found_by("cargo-audit")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{read, severities, vulnerabilities};

    fn listed(id: &str, version: &str, cvss: &str) -> String {
        format!(
            r#"{{"advisory":{{"id":"{id}","cvss":{cvss}}},"package":{{"name":"time","version":"{version}"}}}}"#
        )
    }

    fn report(advisories: u32, count: usize, list: &[String]) -> String {
        format!(
            r#"{{"database":{{"advisory-count":{advisories}}},"lockfile":{{"dependency-count":3}},"vulnerabilities":{{"found":true,"count":{count},"list":[{}]}},"warnings":{{"unmaintained":[{}]}}}}"#,
            list.join(","),
            listed("RUSTSEC-9", "1", "null")
        )
    }

    fn counted(list: &[String]) -> [u32; 5] {
        severities(read(&FORMAT, &report(7, list.len(), list)).unwrap())
    }

    /// Scores of the `cvss` package of Python (Red Hat), which agrees with this library on all 110,889 base vectors of
    /// CVSS 2, 3.0, 3.1 and 4.0. The first of each version are examples of first.org.
    #[test]
    fn the_severity_is_that_of_the_vectors_score_in_every_version() {
        for (vector, score, severity) in [
            (
                "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N",
                6.4,
                Severity::Medium,
            ),
            (
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                9.8,
                Severity::Critical,
            ),
            (
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N",
                9.1,
                Severity::Critical,
            ),
            (
                "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N",
                1.6,
                Severity::Low,
            ),
            (
                "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
                7.5,
                Severity::High,
            ),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N",
                8.7,
                Severity::High,
            ),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H",
                10.0,
                Severity::Critical,
            ),
            ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8, Severity::High),
        ] {
            let read: Cvss = vector.parse().unwrap();
            assert!((read.score() - score).abs() < 1e-9, "{vector}");
            assert_eq!(of_vector(vector), severity, "{vector}");
        }
    }

    #[test]
    fn what_has_no_vector_or_not_a_whole_one_is_unknown() {
        let whole = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
        for (at, _) in whole.match_indices('/') {
            assert_eq!(of_vector(&whole[..at]), Severity::Unknown);
        }
        for broken in [
            "",
            "high",
            "CVSS:5.0/AV:N",
            "CVSS:3.1/AV:Q",
            "CVSS:4.0/AV:N",
        ] {
            assert_eq!(of_vector(broken), Severity::Unknown, "{broken}");
        }
        let harmless = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N";
        assert_eq!(of_vector(harmless), Severity::Unknown);
        let list = [listed("RUSTSEC-1", "1", "null")];
        assert_eq!(counted(&list), [0, 0, 0, 0, 1]);
    }

    #[test]
    fn an_advisory_counts_once_per_version_and_warnings_do_not() {
        let one = listed("RUSTSEC-1", "1", "null");
        let list = [one.clone(), one, listed("RUSTSEC-1", "2", "null")];
        assert_eq!(counted(&list), [0, 0, 0, 0, 2]);
        assert_eq!(counted(&[]), [0; 5]);
    }

    #[test]
    fn a_list_that_is_not_as_long_as_it_says_is_refused() {
        let short = report(7, 2, &[listed("RUSTSEC-1", "1", "null")]);
        assert_eq!(
            read(&FORMAT, &short).unwrap_err(),
            "vulnerabilities.count: found 2, expected 1, the length of the list"
        );
    }

    #[test]
    fn an_empty_database_or_lock_file_says_nothing() {
        let incomplete = |text: &str| vulnerabilities(read(&FORMAT, text).unwrap()).incomplete;
        assert_eq!(
            incomplete(&report(0, 0, &[])).as_deref(),
            Some("the database has no advisories")
        );
        let whole = report(7, 0, &[]);
        assert_eq!(incomplete(&whole), None);
        let empty = whole.replace(r#""dependency-count":3"#, r#""dependency-count":0"#);
        assert_eq!(
            incomplete(&empty).as_deref(),
            Some("the lock file has no dependencies: nothing was audited")
        );
    }

    #[test]
    fn a_list_that_is_null_is_no_list() {
        let null = report(7, 0, &[]).replace(r#""list":[]"#, r#""list":null"#);
        let refusal = read(&FORMAT, &null).unwrap_err();
        assert!(
            refusal.starts_with("vulnerabilities.list: invalid type: null"),
            "{refusal}"
        );
    }
}
