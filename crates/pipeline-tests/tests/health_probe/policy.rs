//! The built-in checks against the policy server, whole and with its faults.

use serde_json::json;

use crate::server::Policy;
use crate::{check, failure, probe, probe_with};

#[test]
fn a_service_with_its_model_passes_every_check() {
    let policy = Policy::start(&[]);
    let ran = probe(&policy.url, &["--expect-version", "1.0.0"]).ended(0);
    assert_eq!(ran.stderr, "health-probe: passed, 3 checks\n");
    let document = ran.document();
    let section = &document["health_checks"];
    assert_eq!(section["passed"], true);
    assert_eq!(section["failure_rate"], 0.0);
    assert_eq!(section["target"], policy.url);
    assert!(section["response_time_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(document["overall_success"], true);
    for (name, method, path) in [
        ("health_endpoint", "GET", "/healthz"),
        ("metrics_endpoint", "GET", "/metrics"),
        ("prediction_endpoint", "POST", "/predict"),
    ] {
        let check = check(&document, name);
        assert_eq!(check["method"], method);
        assert_eq!(check["url"], format!("{}{path}", policy.url));
        assert_eq!(check["attempts"], 1);
        assert_eq!(check["actual"], 200.0);
        let timings = &check["timings"];
        for happened in ["connect_ms", "first_byte_ms", "total_ms"] {
            assert!(timings[happened].is_number(), "{happened}: {timings}");
        }
        for did_not in ["dns_ms", "tls_ms"] {
            assert!(timings[did_not].is_null(), "{did_not}: {timings}");
        }
    }
}

#[test]
fn a_service_without_a_model_fails_every_check() {
    let policy = Policy::start_with(&[]);
    let document = probe(&policy.url, &[]).ended(1).document();
    assert_eq!(document["health_checks"]["failure_rate"], 100.0);
    assert_eq!(
        failure(&document, "health_endpoint").0,
        "health_endpoint.status"
    );
    let (metric, note) = failure(&document, "metrics_endpoint");
    assert_eq!(metric, "metrics_endpoint.metrics.carla_rl_model_loaded");
    assert!(note.contains("== 1, found 0;"), "{note}");
    let (metric, note) = failure(&document, "prediction_endpoint");
    assert_eq!(metric, "prediction_endpoint.sensors");
    assert!(
        note.contains("/metadata: expected sensors >= 1, found status 503"),
        "{note}"
    );
}

#[test]
fn a_fault_of_predictions_is_a_finding_of_that_check_alone() {
    for (fault, metric, found) in [
        (
            "--fail=100%:500",
            "status",
            "found 500; the body begins with {",
        ),
        ("--reset=100%", "status", "no answer: the connection broke"),
        ("--truncate=100%", "answer", "found the answer broke off"),
        ("--short-batch=100%", "body/actions.length", "found 0;"),
    ] {
        let policy = Policy::start(&[fault]);
        let ran = probe(&policy.url, &[]).ended(1);
        let document = ran.document();
        assert_eq!(
            document["health_checks"]["failure_rate"], 33.333333,
            "{fault}"
        );
        let (found_metric, note) = failure(&document, "prediction_endpoint");
        assert_eq!(found_metric, format!("prediction_endpoint.{metric}"));
        let begin = format!("POST {}/predict: expected ", policy.url);
        assert!(note.starts_with(&begin) && note.contains(found), "{note}");
    }
}

#[test]
fn a_payload_of_the_wrong_number_of_sensors_is_a_finding_that_says_both_numbers() {
    let policy = Policy::start(&[]);
    let predict = |sensors| {
        json!({"name": "predict", "path": "/predict", "sensors": sensors,
            "json": {"observations": [{"speed": 25.5, "steering": 0.1, "sensors": [0.8, 0.2, 0.5, 0.9, 0.1]}]}})
    };
    for fitting in [json!(3), json!("from-metadata")] {
        probe_with(&policy.url, &json!({"checks": [predict(fitting)]}), &[]).ended(0);
    }
    let document = probe_with(&policy.url, &json!({"checks": [predict(json!(5))]}), &[])
        .ended(1)
        .document();
    let (metric, note) = failure(&document, "predict");
    assert_eq!(metric, "predict.status");
    let begin = format!(
        "the request has 5 sensor values an observation, the model takes 3 (GET /metadata): POST {}/predict: ",
        policy.url
    );
    assert!(
        note.starts_with(&begin) && note.contains("found 422; the body begins with"),
        "{note}"
    );
}

#[test]
fn what_must_be_refused_is_expected_to_be() {
    let policy = Policy::start(&[]);
    let bad_request = |status: u16| {
        json!({"checks": [{"name": "bad_request", "path": "/predict", "body": "{}", "expect": {"status": status}},
            {"name": "no_such_page", "path": "/nowhere", "expect": {"status": 404}}]})
    };
    probe_with(&policy.url, &bad_request(422), &[]).ended(0);
    let document = probe_with(&policy.url, &bad_request(200), &[])
        .ended(1)
        .document();
    assert_eq!(document["health_checks"]["failure_rate"], 50.0);
    assert_eq!(failure(&document, "bad_request").0, "bad_request.status");
}

#[test]
fn an_old_pod_that_still_answers_is_a_failure_that_no_attempt_makes_good() {
    let policy = Policy::start(&[]);
    let options = [
        "--expect-version",
        "1.0.1",
        "--attempts",
        "3",
        "--interval",
        "1ms",
    ];
    let document = probe(&policy.url, &options).ended(1).document();
    let (metric, note) = failure(&document, "health_endpoint");
    assert_eq!(metric, "health_endpoint.version");
    assert!(
        note.contains(r#"expected version == "1.0.1", found "1.0.0""#),
        "{note}"
    );
    assert_eq!(check(&document, "health_endpoint")["attempts"], 1);
}
