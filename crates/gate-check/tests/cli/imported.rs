//! Sections that are made of other tools' files.

use serde_json::{Value, json};

use crate::{evidence_with, gate};

fn source(critical: u32) -> Value {
    json!({"tool": "trivy", "format": "trivy", "file": "trivy.json",
        "critical": critical, "high": 0, "medium": 0, "low": 0, "unknown": 0})
}

#[test]
fn figures_that_are_not_those_of_their_sources_are_refused() {
    let with = |critical: u32| {
        evidence_with(|evidence| {
            evidence["vulnerabilities"] = json!({"critical": 0, "high": 0, "medium": 0, "low": 0,
                "unknown": 0, "sources": [source(critical)]});
        })
    };
    gate(&with(0), &[]).ended(0);
    let ran = gate(&with(5), &[]).ended(2);
    assert!(
        ran.stderr
            .contains("vulnerabilities: its figures are not those of its sources"),
        "{ran}"
    );
    let coverage = evidence_with(|evidence| {
        evidence["code_quality"]["coverage"] = json!(99);
        evidence["code_quality"]["sources"] = json!([{"metric": "coverage", "tool": "lcov",
            "covered_lines": 1, "valid_lines": 2}]);
    });
    gate(&coverage, &[]).ended(2);
}

#[test]
fn a_scan_that_was_not_whole_is_missing_says_why_and_is_not_allowed_to_be() {
    let document = evidence_with(|evidence| {
        let mut source = source(0);
        source["incomplete"] = json!("not scanned: a.py");
        evidence["vulnerabilities"] = json!({ "sources": [source] });
    });
    let ran = gate(&document, &["--allow-missing=vulnerabilities"]).ended(1);
    let check = &ran.document()["gates"]["checks"][6];
    assert_eq!(
        (&check["status"], &check["passed"]),
        (&json!("missing"), &json!(false))
    );
    assert!(
        check["note"]
            .as_str()
            .unwrap()
            .contains("trivy.json: not scanned: a.py"),
        "{check}"
    );
    // What nobody scanned may be missing.
    let nothing = evidence_with(|evidence| {
        evidence.as_object_mut().unwrap().remove("vulnerabilities");
    });
    gate(&nothing, &["--allow-missing=vulnerabilities"]).ended(0);
}

#[test]
fn more_than_all_is_no_percentage() {
    for place in [
        "/error_rate/percent",
        "/code_quality/coverage",
        "/code_quality/duplication",
        "/health_checks/failure_rate",
        "/smoke_tests/failure_rate",
    ] {
        let document =
            evidence_with(|evidence| *evidence.pointer_mut(place).unwrap() = json!(100.1));
        let ran = gate(&document, &[]).ended(2);
        assert!(
            ran.stderr
                .contains("found 100.1, expected a percentage, at most 100"),
            "{ran}"
        );
    }
}

#[test]
fn a_fraction_where_percent_belong_is_refused_where_the_counts_tell() {
    let with = |percent: f64| {
        evidence_with(|evidence| {
            evidence["error_rate"] =
                json!({"percent": percent, "requests": 1000, "failed": 5, "ok": 995});
        })
    };
    gate(&with(0.5), &[]).ended(0);
    gate(&with(0.504), &[]).ended(0);
    let ran = gate(&with(0.005), &[]).ended(2);
    assert!(
        ran.stderr
            .contains("error_rate: its percent is not that of its counts"),
        "{ran}"
    );
}

#[test]
fn tests_that_were_all_skipped_have_not_passed() {
    let place = pipeline_tests::Workplace::default();
    let gates = json!({"security_gates": {"code_quality": {"max_failed_tests": 0}}});
    place.write("gates.json", &gates.to_string());
    let judged = |total: u64, skipped: u64| {
        let tests = json!({"total": total, "failed": 0, "skipped": skipped});
        let document = json!({"code_quality": {"tests": tests}}).to_string();
        place.feed(crate::TOOL, &["--gates=gates.json"], &document)
    };
    judged(2, 1).ended(0);
    for (total, skipped) in [(2, 2), (0, 0)] {
        let ran = judged(total, skipped).ended(1);
        assert_eq!(ran.document()["gates"]["checks"][0]["status"], "missing");
    }
}
