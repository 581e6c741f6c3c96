//! What is judged, and how.

use serde_json::json;

use crate::run::{check, run_with, validate};

#[test]
fn a_run_that_holds_passes_in_one_line() {
    let outcome = validate(&run_with(|_| ()), &[]);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(outcome.stderr, "perf-validate: passed, 14 checks\n");
    let document = outcome.document();
    assert_eq!(document["overall_success"], true);
    assert_eq!(document["schema_version"], "1.0");
    assert_eq!(document["provenance"][0]["section"], "validation");
    assert_eq!(document["provenance"][0]["inputs"][0]["path"], "t.yaml");
    assert_eq!(
        check(&outcome, "latency.p99_ms")["ci95"],
        json!({"low": 8.0, "high": 10.5})
    );
    assert_eq!(
        check(&outcome, "throughput.rps")["ci95"],
        json!({"low": 2400.0, "high": 2600.0})
    );
}

#[test]
fn each_metric_fails_by_itself_at_the_top_level_and_in_a_batch_size() {
    for (metric, value) in [
        ("/latency/p50_ms", 10.01),
        ("/latency/p95_ms", 20.01),
        ("/latency/p99_ms", 50.01),
        ("/throughput/rps", 999.9),
        ("/memory/peak_mb", 1024.1),
        ("/error_rate/percent", 1.01),
    ] {
        for parent in ["", "/scenarios/0"] {
            let place = format!("{parent}{metric}");
            let document =
                run_with(|run| *run.pointer_mut(&place).expect("a metric") = json!(value));
            let outcome = validate(&document, &[]);
            assert_eq!(outcome.code, Some(1), "{place}: {outcome}");
            assert_eq!(outcome.document()["overall_success"], false);
            assert_eq!(outcome.stderr.lines().count(), 2, "{outcome}");
        }
    }
}

#[test]
fn a_failing_check_is_a_line_that_says_what_and_where() {
    let document = run_with(|run| {
        run["scenarios"][0]["latency"]["p99_ms"] = json!(61.2);
        run["scenarios"][0]["latency"]["ci95"]["p99_ms"] = json!({"low": 55.0, "high": 70.1});
    });
    let outcome = validate(&document, &[]);
    assert_eq!(
        outcome.stderr,
        "perf-validate: failed: latency.p99_ms of batch_4 is 61.2 ms (between 55 and 70.1), expected <= 50 ms\n\
         perf-validate: failed, 1 of 14 checks\n"
    );
}

#[test]
fn a_test_scenario_is_held_to_its_own_limits_and_the_error_rate() {
    let slow = run_with(|run| run["scenarios"][1]["latency"]["p99_ms"] = json!(900.0));
    assert_eq!(validate(&slow, &[]).code, Some(0));
    let large = run_with(|run| run["scenarios"][1]["memory"]["peak_mb"] = json!(2049));
    assert_eq!(validate(&large, &[]).code, Some(1));
    let failing = run_with(|run| run["scenarios"][1]["error_rate"]["percent"] = json!(2));
    assert_eq!(validate(&failing, &[]).code, Some(1));
    let limited = run_with(|run| {
        run["scenarios"][1]["limits"]["thresholds"] = json!({"p99_latency_ms": 5.0});
    });
    let outcome = validate(&limited, &[]);
    assert_eq!(
        check(&outcome, "scenarios.memory_stress.latency.p99_ms")["expected"],
        5.0
    );
    assert_eq!(outcome.code, Some(1), "{outcome}");
}

#[test]
fn what_was_not_measured_fails_unless_allowed() {
    let document = run_with(|run| {
        run.as_object_mut().unwrap().remove("memory");
        run["scenarios"][0]
            .as_object_mut()
            .unwrap()
            .remove("memory");
    });
    let outcome = validate(&document, &[]);
    assert_eq!(
        (outcome.code, &check(&outcome, "memory.peak_mb")["status"]),
        (Some(1), &json!("missing"))
    );
    assert!(
        outcome
            .stderr
            .contains("missing: memory.peak_mb of batch_4, expected <= 1024 MiB")
    );

    let allowed = validate(&document, &["--allow-missing", "memory"]);
    assert_eq!(allowed.code, Some(0), "{allowed}");
    assert_eq!(
        allowed.stderr,
        "perf-validate: passed, 14 checks, 2 of them missing, as allowed\n"
    );
    assert_eq!(
        validate(
            &document,
            &["--allow-missing", "scenarios.batch_4.memory.peak_mb"]
        )
        .code,
        Some(1)
    );
}

#[test]
fn a_quantile_that_too_few_samples_do_not_carry_says_why() {
    let document = run_with(|run| {
        run["scenarios"][0]["latency"] = json!({"p50_ms": 2.0, "p95_ms": 4.0, "samples": 99});
    });
    let outcome = validate(&document, &[]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome
            .stderr
            .contains("(too few samples: 99, p99 needs 100)"),
        "{outcome}"
    );
    let allowed = validate(
        &document,
        &["--allow-missing", "scenarios.batch_4.latency.p99_ms"],
    );
    assert_eq!(allowed.code, Some(0), "{allowed}");
}

#[test]
fn an_empty_document_has_every_check_missing() {
    let outcome = validate("{}", &[]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome
            .stderr
            .ends_with("perf-validate: failed, 6 of 6 checks\n"),
        "{outcome}"
    );
}

#[test]
fn an_interrupted_run_never_passes() {
    let document = run_with(|run| run["run"]["interrupted"] = json!(true));
    let outcome = validate(
        &document,
        &["--allow-missing", "scenarios.batch_16.latency.p99_ms"],
    );
    assert_eq!(outcome.code, Some(1));
    assert_eq!(outcome.document()["validation"]["passed"], false);
    assert_eq!(check(&outcome, "run.interrupted")["passed"], false);
    assert!(
        outcome.stderr.contains("the run was broken off"),
        "{outcome}"
    );
}

#[test]
fn a_name_that_nothing_bears_is_refused_with_the_nearest() {
    for (typed, meant) in [
        ("memry", "memory"),
        ("latency.p98_ms", "latency.p99_ms"),
        ("scenarios.bach_4.memory", "scenarios.batch_4.memory"),
    ] {
        let outcome = validate(&run_with(|_| ()), &["--allow-missing", typed]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
        assert!(
            outcome.stderr.contains(&format!("did you mean {meant}")),
            "{outcome}"
        );
    }
}

#[test]
fn an_interval_that_contradicts_itself_proves_nothing_and_no_requests_have_no_error_rate() {
    let inverted = run_with(|run| {
        run["latency"]["p99_ms"] = json!(10.0);
        run["latency"]["ci95"]["p99_ms"] = json!({"low": 60.0, "high": 11.0});
    });
    let outcome = validate(&inverted, &["--strict"]);
    assert_eq!(check(&outcome, "latency.p99_ms")["status"], "inconclusive");
    let nothing = run_with(|run| {
        run["error_rate"] = json!({"percent": 0.0, "requests": 0, "ok": 0, "failed": 0});
    });
    let outcome = validate(&nothing, &[]);
    assert_eq!(check(&outcome, "error_rate.percent")["status"], "missing");
    assert_eq!(outcome.code, Some(1), "{outcome}");
}
