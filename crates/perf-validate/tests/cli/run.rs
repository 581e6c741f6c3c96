//! A run to be judged, and its thresholds.

use pipeline_tests::{Ran, Workplace};
use serde_json::{Value, json};

pub const TOOL: &str = env!("CARGO_BIN_EXE_perf-validate");

pub const THRESHOLDS: &str = "performance_thresholds:
  p50_latency_ms: 10.0
  p95_latency_ms: 20.0
  p99_latency_ms: 50.0
  throughput_rps: 1000.0
  memory_usage_mb: 1024.0
  error_rate_percent: 1.0
";

pub fn place() -> Workplace {
    let place = Workplace::default();
    place.write("t.yaml", THRESHOLDS);
    place
}

pub fn validate(stdin: &str, more: &[&str]) -> Ran {
    place().feed(TOOL, &[&["--thresholds", "t.yaml"], more].concat(), stdin)
}

/// An interval as documents write it: an open end is absent.
pub fn interval(low: Option<f64>, high: Option<f64>) -> Value {
    let mut interval = json!({});
    for (end, value) in [("low", low), ("high", high)] {
        if let Some(value) = value {
            interval[end] = json!(value);
        }
    }
    interval
}

pub fn sections() -> Value {
    json!({
        "latency": {
            "p50_ms": 2.0, "p95_ms": 4.0, "p99_ms": 9.0, "samples": 500,
            "ci95": {"p99_ms": {"low": 8.0, "high": 10.5}}
        },
        "throughput": {"rps": 2500.0, "ci95": {"low": 2400.0, "high": 2600.0}},
        "memory": {"peak_mb": 80.0},
        "error_rate": {"percent": 0.0}
    })
}

/// A run that holds, with one batch size and one test scenario, changed by `change`.
pub fn run_with(change: impl FnOnce(&mut Value)) -> String {
    let mut document = sections();
    let mut batch = sections();
    batch["name"] = json!("batch_4");
    batch["kind"] = json!("batch_size");
    let mut stress = sections();
    stress["name"] = json!("memory_stress");
    stress["kind"] = json!("test_scenario");
    stress["limits"] = json!({"memory_limit_mb": 2048});
    document["run"] = json!({"id": "r", "interrupted": false});
    document["scenarios"] = json!([batch, stress]);
    change(&mut document);
    document.to_string()
}

pub fn check(outcome: &Ran, name: &str) -> Value {
    let document = outcome.document();
    let checks = document["validation"]["checks"].as_array().expect("checks");
    checks
        .iter()
        .find(|check| check["name"] == name)
        .unwrap_or_else(|| panic!("no check {name}: {outcome}"))
        .clone()
}
