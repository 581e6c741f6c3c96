//! perf-compare as a pipeline sees it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod edge;
mod guards;
mod history;
mod one_run;
mod others;
mod point;
mod repetitions;

use pipeline_tests::{Ran, Workplace};
use serde_json::{Value, json};

const TOOL: &str = env!("CARGO_BIN_EXE_perf-compare");

/// A run of host `a1`, changed by `change`.
fn run_with(change: impl FnOnce(&mut Value)) -> String {
    let mut run = json!({
        "run": {
            "id": "r", "interrupted": false,
            "source": {"commit": "c0ffee"},
            "host": {"fingerprint": "a1"}
        },
        "latency": {"p50_ms": 5.0, "p95_ms": 8.0, "p99_ms": 12.0},
        "throughput": {"rps": 1000.0},
        "memory": {"peak_mb": 100.0},
        "error_rate": {"percent": 0.0}
    });
    change(&mut run);
    run.to_string()
}

/// The same host's run before it, changed by `change`.
fn baseline_with(change: impl FnOnce(&mut Value)) -> String {
    run_with(|run| {
        run["run"]["id"] = json!("before");
        change(run);
    })
}

/// A run of one scenario, whose repetitions took so many milliseconds at every quantile, out of 2,000 samples each.
fn repeated(id: &str, latencies_ms: &[f64]) -> Value {
    let latency = |ms: f64, samples: usize| json!({"p50_ms": ms, "p95_ms": ms, "p99_ms": ms, "mean_ms": ms, "samples": samples});
    let load = |ms: f64| json!({"rps": 4000.0 / ms});
    let repetitions: Vec<Value> = latencies_ms
        .iter()
        .enumerate()
        .map(|(order, ms)| {
            json!({
                "order": order, "pair": order,
                "latency": latency(*ms, 2000), "throughput": load(*ms),
                "memory": {"peak_mb": 100.0}, "error_rate": {"percent": 0.0}
            })
        })
        .collect();
    let typical = latencies_ms.iter().sum::<f64>() / latencies_ms.len() as f64;
    json!({
        "run": {"id": id, "interrupted": false, "host": {"fingerprint": "a1"}},
        "scenarios": [{
            "name": "batch_1", "kind": "batch_size", "mode": "closed", "batch_size": 1, "concurrent_requests": 4,
            "latency": latency(typical, 2000 * latencies_ms.len()), "throughput": load(typical),
            "memory": {"peak_mb": 100.0}, "error_rate": {"percent": 0.0},
            "repetitions": repetitions
        }]
    })
}

/// The repetitions of the one scenario of such a run.
fn repetitions_of(run: &mut Value) -> &mut Vec<Value> {
    run["scenarios"][0]["repetitions"].as_array_mut().unwrap()
}

/// What became of a metric.
fn metric(outcome: &Ran, name: &str) -> Value {
    let document = outcome.document();
    let metrics = document["comparison"]["metrics"]
        .as_array()
        .expect("metrics");
    metrics
        .iter()
        .find(|metric| metric["metric"] == name)
        .unwrap_or_else(|| panic!("no metric {name}: {outcome}"))
        .clone()
}

fn place_with(baseline: &str) -> Workplace {
    let place = Workplace::default();
    place.write("base.json", baseline);
    place
}

fn compare(baseline: &str, current: &str, more: &[&str]) -> Ran {
    place_with(baseline).feed(TOOL, &[&["--baseline=base.json"], more].concat(), current)
}
