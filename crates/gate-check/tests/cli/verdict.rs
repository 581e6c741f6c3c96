//! What is judged, and how.

use serde_json::{Value, json};

use crate::{evidence_with, gate};

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

#[test]
fn each_gate_fails_by_itself() {
    for (metric, value) in [
        ("/latency/p50_ms", json!(10.1)),
        ("/latency/p95_ms", json!(20.1)),
        ("/latency/p99_ms", json!(50.1)),
        ("/throughput/rps", json!(999.9)),
        ("/memory/peak_mb", json!(1024.1)),
        ("/error_rate/percent", json!(1.1)),
        ("/vulnerabilities/critical", json!(1)),
        ("/vulnerabilities/high", json!(1)),
        ("/vulnerabilities/medium", json!(6)),
        ("/code_quality/coverage", json!(79.9)),
        ("/code_quality/complexity", json!(10.1)),
        ("/code_quality/duplication", json!(5.1)),
        ("/health_checks/failure_rate", json!(0.1)),
        ("/health_checks/response_time_ms", json!(5000.1)),
        ("/smoke_tests/failure_rate", json!(0.1)),
        ("/smoke_tests/execution_time_s", json!(300.1)),
    ] {
        let document = evidence_with(|evidence| *evidence.pointer_mut(metric).unwrap() = value);
        let outcome = gate(&document, &[]);
        assert_eq!(outcome.code, Some(1), "{metric}: {outcome}");
        let name = metric[1..].replace('/', ".");
        let first = outcome.stderr.lines().next().unwrap();
        assert!(
            first.starts_with(&format!("gate-check: failed: {name} is ")),
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
    assert_eq!(outcome.stderr, "gate-check: passed, 6 checks\n");
    let two = gate(performance, &["--only=performance", "--only=deployment"]);
    assert_eq!(two.code, Some(1));
    assert!(two.stderr.ends_with("failed, 4 of 10 checks\n"), "{two}");
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
