//! perf-compare as a pipeline sees it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod edge;
mod guards;
mod verdict;

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

fn place_with(baseline: &str) -> Workplace {
    let place = Workplace::default();
    place.write("base.json", baseline);
    place
}

fn compare(baseline: &str, current: &str, more: &[&str]) -> Ran {
    place_with(baseline).feed(TOOL, &[&["--baseline=base.json"], more].concat(), current)
}
