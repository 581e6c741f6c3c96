//! How sure the document is of its figures, and what it says where they move while they are measured.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pipeline_tests::{Workplace, alone};
use serde_json::{Value, json};

use super::*;

const QUANTILES: [(&str, &str); 5] = [
    ("p50", "p50_ms"),
    ("p90", "p90_ms"),
    ("p95", "p95_ms"),
    ("p99", "p99_ms"),
    ("p999", "p999_ms"),
];

/// An open loop in which requests wait for each other, in so many repetitions of a second each.
fn queue(place: &Workplace, repetitions: u64) -> Value {
    let serve = place.serve(&["--workers", "1", "--latency", "exponential:1ms"]);
    let config = json!({"benchmark": {"warmup_iterations": 1, "measurement_iterations": 1, "batch_sizes": [1],
        "concurrent_requests": 8, "duration_seconds": repetitions, "repetitions": repetitions,
        "arrival_rate_rps": 600, "arrivals": "poisson", "serve": serve}});
    let config = place.write("queue.json", &config.to_string());
    let ran = place.run(
        "bench-run",
        &["--config", config.to_str().unwrap(), "--seed", "8"],
    );
    ran.ended(0).document()
}

/// Every interval that is there holds its quantile, and every quantile of the five in `named` has one.
fn intervals_hold_their_quantiles(latency: &Value, named: &[&str]) {
    for (_, key) in QUANTILES {
        let (value, interval) = (&latency[key], &latency["ci95"][key]);
        assert!(
            interval.is_object() || !named.contains(&key),
            "{key} of {latency}"
        );
        let end = |end: &str| interval[end].as_f64();
        let value = value.as_f64();
        assert!(
            end("low").is_none_or(|low| Some(low) <= value),
            "{key} of {latency}"
        );
        assert!(
            end("high").is_none_or(|high| value <= Some(high)),
            "{key} of {latency}"
        );
    }
}

#[test]
fn requests_that_wait_for_each_other_are_worth_fewer_than_they_are() {
    let _alone = alone();
    let document = queue(&Workplace::default(), 3);
    let scenario = &document["scenarios"][0];
    let repetitions = scenario["repetitions"].as_array().unwrap();
    assert_eq!(repetitions.len(), 3);
    for latency in repetitions.iter().map(|repetition| &repetition["latency"]) {
        intervals_hold_their_quantiles(latency, &["p50_ms", "p90_ms", "p95_ms"]);
        let samples = latency["samples"].as_f64().unwrap();
        let worth = latency["effective_samples"]["p50"].as_f64().unwrap();
        assert!(worth < samples / 2.0, "{latency}");
        let p99 = &latency["ci95"]["p99_ms"];
        assert!(p99["high"].is_null(), "600 requests are too few: {latency}");
    }
    let latency = &scenario["latency"];
    intervals_hold_their_quantiles(latency, &["p50_ms", "p90_ms", "p95_ms", "p99_ms"]);
    intervals_hold_their_quantiles(&scenario["service_time"], &["p50_ms"]);
    let worth = |latency: &Value| latency["effective_samples"]["p50"].as_f64().unwrap();
    // Inflation is averaged and not worth: a repetition that looks good by chance does not outweigh the others.
    let count = |latency: &Value| latency["samples"].as_f64().unwrap();
    let inflated = repetitions
        .iter()
        .map(|repetition| &repetition["latency"])
        .map(|own| count(own).powi(2) / worth(own));
    let pooled = count(latency).powi(2) / inflated.sum::<f64>();
    let told = worth(latency);
    assert!((told / pooled - 1.0).abs() < 1e-6, "{told}, not {pooled}");
}

#[test]
fn one_repetition_knows_itself_alone() {
    let _alone = alone();
    let document = queue(&Workplace::default(), 1);
    let scenario = &document["scenarios"][0];
    assert!(scenario["latency"]["ci95"]["p50_ms"]["high"].is_number());
    assert_eq!(scenario["latency"], scenario["repetitions"][0]["latency"]);
    assert_eq!(scenario["throughput"]["ci95"], Value::Null);
}

#[test]
fn a_service_that_is_slow_at_first_is_warned_of_as_not_warm() {
    let _alone = alone();
    let place = Workplace::default();
    let began = OnceLock::new();
    let count = AtomicU64::new(0);
    let url = service(move |_, body| {
        if body.is_empty() {
            return "{}".to_owned();
        }
        let cold = began.get_or_init(Instant::now).elapsed() < Duration::from_millis(700);
        // 1 to 3 ms in a scrambled order, so that what else the machine does hardly counts.
        let scrambled = count.fetch_add(1, Ordering::Relaxed) * 7919 % 1009;
        let service_time = Duration::from_micros(1000 + scrambled * 2);
        thread::sleep(service_time * if cold { 4 } else { 1 });
        actions_for(body, 3)
    });
    let config = json!({"benchmark": {"warmup_iterations": 0, "measurement_iterations": 1, "batch_sizes": [2],
        "concurrent_requests": 8, "duration_seconds": 3, "repetitions": 1}});
    let config = place.write("cold.json", &config.to_string());
    let ran = place.run(
        "bench-run",
        &["--config", config.to_str().unwrap(), "--target", &url],
    );
    let document = ran.ended(0).document();
    let timeline = &document["scenarios"][0]["timeline"];
    let warnings = document["warnings"]
        .as_array()
        .unwrap_or_else(|| panic!("no warning of {timeline}"));
    let warmup = warnings.iter().find(|warning| warning["code"] == "warmup");
    let message = warmup.unwrap()["message"].as_str().unwrap();
    assert!(
        message.starts_with("batch_2, load: in 1 of 1 repetitions"),
        "{message}"
    );
    assert!(message.ends_with("warm-up had not ended"), "{message}");
}
