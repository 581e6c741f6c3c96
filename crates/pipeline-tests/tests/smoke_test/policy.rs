//! The built-in suite against the policy server, whole and with its faults.

use pipeline_tests::server::{Policy, dead_port};

use crate::{failed, failure, smoke, test, tests};

const STEPS: usize = 26;

#[test]
fn a_service_with_its_model_passes_every_step() {
    let policy = Policy::start(&[]);
    let ran = smoke(&policy.url, &["--expect-version", "1.0.0"]).ended(0);
    assert_eq!(ran.stderr, format!("smoke-test: passed, {STEPS} checks\n"));
    let document = ran.document();
    let section = &document["smoke_tests"];
    assert_eq!(section["passed"], true);
    assert_eq!(section["failure_rate"], 0.0);
    assert_eq!(section["target"], policy.url);
    assert!(section["execution_time_s"].as_f64().unwrap() > 0.0);
    assert_eq!(document["overall_success"], true);
    assert_eq!(document["provenance"][0]["section"], "smoke_tests");
    assert_eq!(document["provenance"][0]["tool"], "smoke-test");
    assert_eq!(tests(&document).len(), STEPS);
    for test in tests(&document) {
        assert_eq!(test["status"], "pass", "{test}");
        assert_eq!(test["attempts"], 1, "{test}");
        assert!(test["timings"]["total_ms"].is_number(), "{test}");
    }
    // What the service has counted before is not counted again.
    smoke(&policy.url, &[]).ended(0);
}

#[test]
fn a_service_without_a_model_fails_whatever_needs_it() {
    let policy = Policy::start_with(&[]);
    let document = smoke(&policy.url, &[]).ended(1).document();
    assert_eq!(failure(&document, "is_up").0, "is_up.status");
    let (metric, note) = failure(&document, "has_metrics");
    assert_eq!(metric, "has_metrics.metrics.carla_rl_model_loaded");
    assert!(note.contains("== 1, found 0;"), "{note}");
    let (metric, note) = failure(&document, "batch_of_1");
    assert_eq!(metric, "batch_of_1.sensors");
    assert!(note.contains("found status 503"), "{note}");
    let passed = tests(&document)
        .iter()
        .filter(|test| test["passed"] == true);
    let passed: Vec<&str> = passed.map(|test| test["name"].as_str().unwrap()).collect();
    assert_eq!(
        passed,
        ["refuses_another_method", "does_not_know_every_path"]
    );
}

#[test]
fn requests_that_fail_are_found_by_every_prediction_and_counted_all_the_same() {
    let policy = Policy::start(&["--fail=100%:500"]);
    let document = smoke(&policy.url, &[]).ended(1).document();
    let failed = failed(&document);
    assert_eq!(failed.len(), 19, "{failed:?}");
    for name in [
        "is_up",
        "describes_its_model",
        "warms_up",
        "has_metrics",
        "refuses_another_method",
        "does_not_know_every_path",
        "counted_what_was_sent",
    ] {
        assert_eq!(test(&document, name)["passed"], true, "{name}");
    }
    let (metric, note) = failure(&document, "batch_of_32");
    assert_eq!(metric, "batch_of_32.status");
    assert!(
        note.contains("expected status == 200, found 500;"),
        "{note}"
    );
    let (_, note) = failure(&document, "predicts_the_same_again");
    assert!(
        note.contains(
            "not sent: it needs `actions` of the step predicts_within_bounds, which failed"
        ),
        "{note}"
    );
}

#[test]
fn an_action_too_few_is_found_by_the_steps_that_count_them() {
    let policy = Policy::start(&["--short-batch=100%"]);
    let document = smoke(&policy.url, &[]).ended(1).document();
    assert_eq!(
        failed(&document),
        [
            "predicts_within_bounds",
            "predicts_the_same_again",
            "keeps_bounds_while_exploring",
            "batch_of_1",
            "batch_of_32"
        ]
    );
    let (metric, note) = failure(&document, "batch_of_32");
    assert_eq!(metric, "batch_of_32.body/actions.length");
    assert!(
        note.contains("expected body/actions.length == 32, found 31;"),
        "{note}"
    );
    assert_eq!(document["smoke_tests"]["failure_rate"], 19.230769);
}

#[test]
fn requests_that_are_never_answered_cost_their_own_time_and_no_other_step() {
    let policy = Policy::start(&["--hang=100%"]);
    let options = ["--step-timeout", "300ms", "--timeout", "50"];
    let document = smoke(&policy.url, &options).ended(1).document();
    let (metric, note) = failure(&document, "batch_of_1");
    assert_eq!(metric, "batch_of_1.status");
    assert!(
        note.contains("the time was up before an answer came"),
        "{note}"
    );
    assert_eq!(test(&document, "does_not_know_every_path")["passed"], true);
    // They were counted by nobody: all but the one that asks with another method.
    let (metric, note) = failure(&document, "counted_what_was_sent");
    assert_eq!(metric, "counted_what_was_sent.increase.requests");
    assert!(
        note.contains("found 1: 1 more than the 0 that was captured, and not 18"),
        "{note}"
    );
    assert!(
        document["smoke_tests"]["execution_time_s"]
            .as_f64()
            .unwrap()
            > 5.0
    );
}

#[test]
fn when_the_time_for_all_steps_is_up_the_rest_has_failed() {
    let policy = Policy::start(&["--hang=100%"]);
    let options = ["--timeout", "1", "--step-timeout", "40"];
    let document = smoke(&policy.url, &options).ended(1).document();
    assert_eq!(tests(&document).len(), STEPS);
    let (_, note) = failure(&document, "does_not_know_every_path");
    assert!(
        note.contains("the time for all steps was up before it was sent"),
        "{note}"
    );
    let unsent = test(&document, "does_not_know_every_path");
    assert_eq!(unsent["attempts"], 0);
    assert!(unsent["timings"]["total_ms"].is_null(), "{unsent}");
}

#[test]
fn answers_that_break_off_or_never_begin_are_findings() {
    for (fault, metric) in [("--reset=100%", "status"), ("--truncate=100%", "answer")] {
        let policy = Policy::start(&[fault]);
        let document = smoke(&policy.url, &[]).ended(1).document();
        let name = "refuses_a_negative_speed";
        assert_eq!(failure(&document, name).0, format!("{name}.{metric}"));
    }
}

#[test]
fn a_service_that_nobody_reaches_is_a_finding_of_every_step() {
    let (url, _port) = dead_port();
    let ran = smoke(&url, &[]).ended(1);
    let document = ran.document();
    assert_eq!(tests(&document).len(), STEPS);
    assert_eq!(failed(&document).len(), STEPS);
    assert_eq!(document["smoke_tests"]["failure_rate"], 100.0);
    assert!(document["smoke_tests"]["execution_time_s"].is_number());
    assert_eq!(document["overall_success"], false);
    let (_, note) = failure(&document, "is_up");
    assert!(note.contains("no answer: Connection refused"), "{note}");
    assert!(ran.stderr.contains(note), "{ran}");
}

#[test]
fn an_old_version_that_still_answers_is_a_finding() {
    let policy = Policy::start(&[]);
    let document = smoke(&policy.url, &["--expect-version", "1.0.1"])
        .ended(1)
        .document();
    let (metric, note) = failure(&document, "is_up");
    assert_eq!(metric, "is_up.version");
    assert!(
        note.contains(r#"expected version == "1.0.1", found "1.0.0""#),
        "{note}"
    );
}
