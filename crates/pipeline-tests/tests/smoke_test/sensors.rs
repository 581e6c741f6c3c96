//! How many observations and sensor values a request has, and how many the model takes.

use pipeline_tests::server::{Policy, answer, serve};
use serde_json::{Value, json};

use crate::{failure, take};

fn predict(more: Value) -> Value {
    let observation = json!({"speed": 25.5, "steering": 0.1, "sensors": [0.8, 0.2, 0.5, 0.9, 0.1]});
    let mut step =
        json!({"name": "predict", "path": "/predict", "json": {"observations": [observation]}});
    step.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    json!([step])
}

const BOTH_NUMBERS: &str =
    "the request has 5 sensor values an observation, the model takes 3 (GET /metadata): POST ";

#[test]
fn a_payload_of_five_sensors_for_a_model_of_three_is_a_finding_that_says_so() {
    let policy = Policy::start(&[]);
    take(
        &policy.url,
        &predict(json!({"sensors": "from-metadata"})),
        &[],
    )
    .ended(0);
    let ran = take(&policy.url, &predict(json!({})), &[]).ended(1);
    let document = ran.document();
    let (metric, note) = failure(&document, "predict");
    assert_eq!(metric, "predict.status");
    assert!(note.starts_with(BOTH_NUMBERS), "{note}");
    assert!(note.contains("found 422"), "{note}");
    assert!(ran.stderr.contains(BOTH_NUMBERS), "{ran}");
}

#[test]
fn it_says_so_whatever_the_service_answers_and_whatever_carries_the_observations() {
    // As the server for which this payload was written once: 500, and no word of why.
    let (url, _) = serve(|request| {
        let metadata = request.line == "GET /metadata HTTP/1.1";
        let (status, body) = if metadata {
            (200, r#"{"inputShape": [1, 5]}"#)
        } else {
            (500, "Internal Server Error")
        };
        answer(status, body)
    });
    let request = r#"{"observations": [{"sensors": [1, 2, 3]}, {"sensors": [1, 2, 3, 4, 5]}]}"#;
    for step in [
        predict(json!({})),
        predict(json!({"sensors": 5})),
        json!([{"name": "predict", "path": "/predict", "body": request}]),
    ] {
        let document = take(&url, &step, &[]).ended(1).document();
        let (_, note) = failure(&document, "predict");
        assert!(note.starts_with(BOTH_NUMBERS), "{note}");
    }
}

#[test]
fn a_failure_that_has_nothing_to_do_with_sensors_says_nothing_of_them() {
    let policy = Policy::start(&["--fail=100%:500"]);
    let fitting = predict(json!({"sensors": 3}));
    let document = take(&policy.url, &fitting, &[]).ended(1).document();
    let (_, note) = failure(&document, "predict");
    assert!(note.starts_with("POST "), "{note}");
    // A service that does not say how many it takes.
    let (url, _) = serve(|_| answer(500, ""));
    let document = take(&url, &predict(json!({})), &[]).ended(1).document();
    let (_, note) = failure(&document, "predict");
    assert!(note.starts_with("POST "), "{note}");
}

#[test]
fn observations_are_sent_as_often_as_the_step_says() {
    let policy = Policy::start(&[]);
    let many = |count: u64| {
        predict(json!({"observations": count, "sensors": "from-metadata",
            "expect": {"body": [{"pointer": "/actions", "length": count}]}}))
    };
    for count in [1, 32, 1000] {
        take(&policy.url, &many(count), &[]).ended(0);
    }
    take(&policy.url, &many(1001), &[]).ended(1);
    let refusal = take(&policy.url, &many(10_001), &[]).ended(2);
    assert!(
        refusal
            .stderr
            .contains("steps[0].observations: found 10001, expected 1 to 10000"),
        "{refusal}"
    );
}
