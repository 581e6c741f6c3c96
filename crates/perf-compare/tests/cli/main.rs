//! perf-compare as a pipeline sees it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod edge;
mod guards;
mod support;
mod verdict;

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use support::{Outcome, run_in};

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

fn folder_with(baseline: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("base.json"), baseline).unwrap();
    folder
}

fn compare(baseline: &str, current: &str, more: &[&str]) -> Outcome {
    let folder = folder_with(baseline);
    run_in(
        &folder,
        &[&["--baseline=base.json"], more].concat(),
        current,
    )
}
