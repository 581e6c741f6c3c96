//! What is judged, and how.

use pipeline_tests::Workplace;
use serde_json::{Value, json};

use crate::{TOOL, evidence_with, gate};

#[test]
fn a_limit_that_is_met_exactly_holds() {
    let outcome = gate(&evidence_with(|_| ()), &[]);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(outcome.stderr, "gate-check: passed, 16 checks\n");
    let document = outcome.document();
    assert_eq!(document["overall_success"], true);
    assert_eq!(document["gates"]["passed"], true);
    assert_eq!(document["provenance"][0]["tool"], "gate-check");
    let groups: Vec<&Value> = document["gates"]["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| &check["group"])
        .collect();
    assert_eq!(groups[5..7], [&json!("performance"), &json!("security")]);
}

/// Every gate of the published file: the place in the document, the limit that the evidence of these tests meets exactly, and
/// the next value on the wrong side of it.
fn gates_with_one_step_beyond() -> Vec<(&'static str, Value)> {
    let above = |limit: f64| json!(limit.next_up());
    let below = |limit: f64| json!(limit.next_down());
    vec![
        ("/latency/p50_ms", above(10.0)),
        ("/latency/p95_ms", above(20.0)),
        ("/latency/p99_ms", above(50.0)),
        ("/throughput/rps", below(1000.0)),
        ("/memory/peak_mb", above(1024.0)),
        ("/error_rate/percent", above(1.0)),
        ("/vulnerabilities/critical", json!(1)),
        ("/vulnerabilities/high", json!(1)),
        ("/vulnerabilities/medium", json!(6)),
        ("/code_quality/coverage", below(80.0)),
        ("/code_quality/complexity", above(10.0)),
        ("/code_quality/duplication", above(5.0)),
        ("/health_checks/failure_rate", above(0.0)),
        ("/health_checks/response_time_ms", above(5000.0)),
        ("/smoke_tests/failure_rate", above(0.0)),
        ("/smoke_tests/execution_time_s", above(300.0)),
    ]
}

fn named(place: &str) -> String {
    place[1..].replace('/', ".")
}

#[test]
fn each_gate_fails_by_itself_one_step_beyond_its_limit() {
    for (place, value) in gates_with_one_step_beyond() {
        let document = evidence_with(|evidence| *evidence.pointer_mut(place).unwrap() = value);
        let outcome = gate(&document, &[]).ended(1);
        let first = outcome.stderr.lines().next().unwrap();
        assert!(
            first.starts_with(&format!("gate-check: failed: {} is ", named(place))),
            "{outcome}"
        );
        assert!(
            outcome
                .stderr
                .ends_with("gate-check: failed, 1 of 16 checks\n")
        );
    }
}

#[test]
fn each_gate_fails_by_itself_where_its_evidence_is_missing() {
    for (place, _) in gates_with_one_step_beyond() {
        let (section, key) = place[1..].split_once('/').unwrap();
        for absent in [None, Some(Value::Null)] {
            let document = evidence_with(|evidence| {
                let section = evidence[section].as_object_mut().unwrap();
                section.remove(key);
                section.extend(absent.clone().map(|null| (key.to_owned(), null)));
            });
            let outcome = gate(&document, &[]).ended(1);
            let first = outcome.stderr.lines().next().unwrap();
            assert!(
                first.starts_with(&format!("gate-check: missing: {}, expected ", named(place))),
                "{outcome}"
            );
            assert!(outcome.stderr.contains("failed, 1 of 16 checks\n"));
        }
    }
}

#[test]
fn no_gate_takes_a_text_or_what_is_no_number() {
    for (place, _) in gates_with_one_step_beyond() {
        for nonsense in ["\"0\"", "NaN", "-1", "true", "[0]", "1e999"] {
            let document = evidence_with(|evidence| {
                *evidence.pointer_mut(place).unwrap() = json!("nonsense");
            });
            let document = document.replace("\"nonsense\"", nonsense);
            let outcome = gate(&document, &[]).ended(2);
            assert_eq!(outcome.stdout, "", "{place}: {nonsense}");
        }
    }
}

#[test]
fn findings_of_unknown_severity_count_as_high_unless_the_file_limits_them() {
    let unknown = |count: u32| {
        evidence_with(|evidence| evidence["vulnerabilities"]["unknown"] = json!(count))
    };
    gate(&unknown(0), &[]).ended(0);
    let outcome = gate(&unknown(2), &[]).ended(1);
    assert!(
        outcome.stderr.starts_with(
            "gate-check: failed: vulnerabilities.high is 2, expected <= 0 (2 of them of unknown severity)\n"
        ),
        "{outcome}"
    );
    let place = Workplace::default();
    place.write(
        "gates.yaml",
        "security_gates:\n  vulnerabilities:\n    max_high: 0\n    max_unknown: 2\n",
    );
    for (count, code) in [(2, 0), (3, 1)] {
        place
            .feed(TOOL, &["--gates=gates.yaml"], &unknown(count))
            .ended(code);
    }
}

#[test]
fn failed_tests_have_a_gate_where_the_file_asks_for_it() {
    let place = Workplace::default();
    place.write(
        "gates.yaml",
        "security_gates:\n  code_quality:\n    max_failed_tests: 2\n",
    );
    for (code_quality, code) in [
        (json!({"tests": {"total": 9, "failed": 2, "skipped": 2}}), 0),
        (json!({"tests": {"total": 9, "failed": 3, "skipped": 0}}), 1),
        (json!({"coverage": 90.0}), 1),
    ] {
        let document = json!({"code_quality": code_quality}).to_string();
        let outcome = place
            .feed(TOOL, &["--gates=gates.yaml"], &document)
            .ended(code);
        let check = &outcome.document()["gates"]["checks"][0];
        assert_eq!(check["metric"], "code_quality.tests.failed");
    }
}

#[test]
fn an_empty_document_passes_no_gate_and_is_written_all_the_same() {
    let outcome = gate("{}", &[]);
    assert_eq!(outcome.code, Some(1));
    let document = outcome.document();
    let checks = document["gates"]["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 16);
    assert!(
        checks
            .iter()
            .all(|check| check["status"] == "missing" && check["passed"] == false)
    );
    assert_eq!(document["overall_success"], false);
}

#[test]
fn a_metric_a_section_or_a_group_may_be_allowed_to_be_missing() {
    let without = evidence_with(|evidence| {
        for section in ["memory", "vulnerabilities", "code_quality"] {
            evidence.as_object_mut().unwrap().remove(section);
        }
    });
    assert_eq!(gate(&without, &["--allow-missing=security"]).code, Some(1));
    assert_eq!(
        gate(&without, &["--allow-missing=memory.peak_mb"]).code,
        Some(1)
    );
    let outcome = gate(
        &without,
        &["--allow-missing=security", "--allow-missing=memory"],
    );
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(
        outcome.stderr,
        "gate-check: passed, 16 checks, 7 of them missing, as allowed\n"
    );
}

#[test]
fn what_is_allowed_to_be_missing_must_hold_where_it_is_there() {
    let document = evidence_with(|evidence| evidence["memory"]["peak_mb"] = json!(2000));
    assert_eq!(gate(&document, &["--allow-missing=memory"]).code, Some(1));
}

#[test]
fn one_group_can_be_judged_alone() {
    let performance = r#"{"latency":{"p50_ms":1,"p95_ms":2,"p99_ms":3},"throughput":{"rps":2000},
        "memory":{"peak_mb":100},"error_rate":{"percent":0}}"#;
    let outcome = gate(performance, &["--only", "performance"]);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(
        outcome.stderr.starts_with("gate-check: passed, 6 checks\n"),
        "{outcome}"
    );
    let two = gate(performance, &["--only=performance", "--only=deployment"]);
    assert_eq!(two.code, Some(1));
    assert!(two.stderr.contains("failed, 4 of 10 checks\n"), "{two}");
}

#[test]
fn an_interrupted_run_passes_in_no_group() {
    let document = evidence_with(|evidence| evidence["run"] = json!({"interrupted": true}));
    for only in ["performance", "security", "deployment"] {
        let outcome = gate(&document, &["--only", only]);
        assert_eq!(outcome.code, Some(1), "{outcome}");
        assert_eq!(outcome.document()["gates"]["passed"], false);
        assert!(outcome.stderr.contains("the run was broken off"));
    }
}
