//! How old the evidence is, and of which commit it speaks.

use pipeline_tests::Ran;
use serde_json::{Value, json};

use crate::{evidence_with, gate};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const OLD: &str = "2020-01-01T00:00:00Z";

fn entry(section: &str, time: &str, commit: Option<&str>) -> Value {
    json!({"section": section, "tool": "t", "version": "1", "time": time, "commit": commit})
}

/// A whole document whose sections were all written just now and speak of [`COMMIT`], changed by `change`.
fn judged(more: &[&str], change: impl FnOnce(&mut Value)) -> Ran {
    let now = toolkit::clock::now();
    let document = evidence_with(|evidence| {
        let sections = [
            "run",
            "vulnerabilities",
            "code_quality",
            "health_checks",
            "smoke_tests",
        ];
        evidence["provenance"] = sections
            .iter()
            .map(|section| entry(section, &now, Some(COMMIT)))
            .collect();
        change(evidence);
    });
    gate(&document, more)
}

fn failed(ran: &Ran) -> Vec<(String, String)> {
    let document = ran.document();
    let checks = document["gates"]["checks"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    checks
        .iter()
        .filter(|check| check["passed"] == false)
        .map(|check| (text(&check["name"]), text(&check["status"])))
        .collect()
}

fn one(name: &str, status: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), status.to_owned())]
}

#[test]
fn fresh_evidence_of_the_commit_passes() {
    let ran = judged(&["--max-age=1h", "--commit", COMMIT], |_| ()).ended(0);
    // The gates, and both questions of each of five parts.
    assert!(ran.stderr.contains("passed, 26 checks"), "{ran}");
    judged(&["--commit=0123456"], |_| ()).ended(0);
    judged(&["--commit", &COMMIT.to_uppercase()], |_| ()).ended(0);
}

#[test]
fn evidence_that_is_too_old_fails() {
    let ran = judged(&["--max-age=7d"], |evidence| {
        evidence["provenance"][1]["time"] = json!(OLD);
    });
    assert_eq!(failed(&ran.ended(1)), one("age.vulnerabilities", "fail"));
}

#[test]
fn of_a_section_that_several_tools_made_the_oldest_part_decides() {
    let ran = judged(&["--max-age=7d"], |evidence| {
        let entries = evidence["provenance"].as_array_mut().unwrap();
        entries.insert(0, entry("vulnerabilities", OLD, Some(COMMIT)));
    });
    assert_eq!(failed(&ran.ended(1)), one("age.vulnerabilities", "fail"));
}

#[test]
fn a_report_of_last_year_that_is_imported_today_is_of_last_year() {
    for (section, source) in [
        (
            "vulnerabilities",
            json!({"tool": "trivy", "critical": 0, "high": 0, "medium": 5, "low": 0, "unknown": 0}),
        ),
        (
            "code_quality",
            json!({"tool": "coverage.py", "metric": "coverage", "covered_lines": 80, "valid_lines": 100}),
        ),
    ] {
        for (time, code) in [
            (json!(OLD), 1),
            (json!(toolkit::clock::now()), 0),
            (Value::Null, 0),
        ] {
            let options = ["--max-age=7d", "--allow-missing=code_quality"];
            let ran = judged(&options, |evidence| {
                let mut source = source.clone();
                source["measured_at"] = time.clone();
                evidence["vulnerabilities"]["low"] = json!(0);
                evidence["vulnerabilities"]["unknown"] = json!(0);
                evidence["code_quality"] = json!({"coverage": 80.0});
                evidence[section]["sources"] = json!([source]);
            });
            let ran = ran.ended(code);
            if code == 1 {
                assert_eq!(failed(&ran), one(&format!("age.{section}"), "fail"));
            }
        }
    }
}

#[test]
fn evidence_without_an_age_fails() {
    for time in ["", "yesterday", "2999-01-01T00:00:00Z"] {
        let ran = judged(&["--max-age=7d"], |evidence| {
            evidence["provenance"][0]["time"] = json!(time);
        });
        assert_eq!(failed(&ran.ended(1)), one("age.run", "missing"), "{time}");
    }
    let ran = judged(&["--max-age=7d"], |evidence| {
        evidence["provenance"].as_array_mut().unwrap().remove(3);
    });
    assert_eq!(failed(&ran.ended(1)), one("age.health_checks", "missing"));
}

#[test]
fn evidence_of_another_commit_fails() {
    let ran = judged(&["--commit", COMMIT], |evidence| {
        evidence["provenance"][2]["commit"] = json!("fedcba9876543210");
    });
    assert_eq!(failed(&ran.ended(1)), one("commit.code_quality", "fail"));
}

#[test]
fn of_a_section_that_several_tools_made_every_part_must_be_of_the_commit() {
    for (commit, status) in [(None, "missing"), (Some("fedcba9876543210"), "fail")] {
        let ran = judged(&["--commit", COMMIT], |evidence| {
            let entries = evidence["provenance"].as_array_mut().unwrap();
            entries.push(entry("vulnerabilities", &toolkit::clock::now(), commit));
        });
        assert_eq!(failed(&ran.ended(1)), one("commit.vulnerabilities", status));
    }
}

#[test]
fn evidence_of_no_commit_fails() {
    for commit in [Value::Null, json!(""), json!("main")] {
        let ran = judged(&["--commit", COMMIT], |evidence| {
            evidence["provenance"][4]["commit"] = commit.clone();
        });
        assert_eq!(
            failed(&ran.ended(1)),
            one("commit.smoke_tests", "missing"),
            "{commit}"
        );
    }
}

#[test]
fn a_run_with_uncommitted_changes_is_of_no_commit() {
    let ran = judged(&["--commit", COMMIT], |evidence| {
        evidence["run"] = json!({"source": {"commit": COMMIT, "dirty": true}});
    })
    .ended(1);
    assert_eq!(failed(&ran), one("commit.run", "fail"));
    assert!(
        ran.stderr.contains("changes that were not committed"),
        "{ran}"
    );
}

#[test]
fn only_what_a_gate_is_judged_on_is_asked_for() {
    let stale_scan = |evidence: &mut Value| {
        evidence["provenance"][1]["time"] = json!(OLD);
    };
    judged(&["--max-age=7d", "--only=performance"], stale_scan).ended(0);
    judged(&["--max-age=7d", "--only=security"], stale_scan).ended(1);
    let ran = judged(&["--max-age=7d", "--only=provenance"], stale_scan).ended(1);
    assert!(ran.stderr.contains("failed, 1 of 5 checks"), "{ran}");
}

#[test]
fn of_an_empty_document_nothing_is_fresh() {
    for demand in ["--max-age=7d", "--commit=0123456"] {
        let ran = gate("{}", &["--only=provenance", demand]).ended(1);
        assert_eq!(failed(&ran).len(), 5, "{ran}");
        assert_eq!(ran.document()["gates"]["passed"], false);
    }
}

#[test]
fn a_gate_on_what_every_tool_writes_has_no_provenance_to_ask_for() {
    let place = pipeline_tests::Workplace::default();
    let gates = json!({"custom_gates": [{"name": "so far", "pointer": "/overall_success",
        "operator": "==", "value": true}]});
    place.write("gates.json", &gates.to_string());
    let arguments = ["--gates=gates.json", "--commit=0123456"];
    let document = json!({"overall_success": true}).to_string();
    place.feed(crate::TOOL, &arguments, &document).ended(0);
    // Where nothing at all is asked, nothing has passed.
    let nothing = [&arguments[..], &["--only=provenance"]].concat();
    place.feed(crate::TOOL, &nothing, "{}").ended(1);
}

#[test]
fn a_report_that_does_not_say_when_it_was_made_counts_from_its_import_and_says_so() {
    let ran = judged(&["--max-age=7d"], |evidence| {
        let (mut untold, mut told) = (json!({"tool": "a"}), json!({"tool": "b"}));
        for source in [&mut untold, &mut told] {
            for severity in ["critical", "high", "medium", "low", "unknown"] {
                source[severity] = json!(0);
            }
        }
        told["measured_at"] = json!(toolkit::clock::now());
        evidence["vulnerabilities"] = json!({"critical": 0, "high": 0, "medium": 0, "low": 0,
            "unknown": 0, "sources": [untold, told]});
    });
    let document = ran.ended(0).document();
    let checks = document["gates"]["checks"].as_array().unwrap();
    let age = checks
        .iter()
        .find(|check| check["name"] == "age.vulnerabilities");
    let note = age.unwrap()["note"].as_str().unwrap();
    assert!(
        note.starts_with("1 of 2 reports count from when they were imported"),
        "{note}"
    );
}

#[test]
fn what_is_no_age_and_no_commit_is_refused() {
    for (option, message) in [
        (
            "--max-age=7",
            "found \"7\", expected a time, as in 30m, 24h or 7d",
        ),
        ("--max-age=-7d", "expected a time"),
        (
            "--commit=main",
            "--commit' with value 'main': found \"main\", expected at least seven hexadecimal digits",
        ),
        ("--commit=012345", "expected at least seven"),
        (
            "--only=provenance",
            "asks nothing without --commit or --max-age",
        ),
    ] {
        let ran = judged(&[option], |_| ()).ended(2);
        assert!(ran.stderr.contains(message), "{option}: {ran}");
    }
}
