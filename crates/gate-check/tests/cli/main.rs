//! gate-check as a pipeline sees it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod custom;
mod edge;
mod explain;
mod hints;
mod imported;
mod provenance;
mod stages;
mod verdict;
mod waivers;

use pipeline_tests::{Ran, Workplace, root};
use serde_json::{Value, json};

const TOOL: &str = env!("CARGO_BIN_EXE_gate-check");

/// The gates that this repository publishes.
fn gates() -> String {
    root()
        .join("config/quality-gates.yaml")
        .to_string_lossy()
        .into_owned()
}

fn gate(stdin: &str, more: &[&str]) -> Ran {
    Workplace::default().feed(TOOL, &[&["--gates", &gates()], more].concat(), stdin)
}

/// Evidence that holds every gate, changed by `change`.
fn evidence_with(change: impl FnOnce(&mut Value)) -> String {
    let mut evidence = json!({
        "latency": {"p50_ms": 10.0, "p95_ms": 20.0, "p99_ms": 50.0},
        "throughput": {"rps": 1000.0},
        "memory": {"peak_mb": 1024.0},
        "error_rate": {"percent": 1.0},
        "vulnerabilities": {"critical": 0, "high": 0, "medium": 5},
        "code_quality": {"coverage": 80.0, "complexity": 10.0, "duplication": 5.0},
        "health_checks": {"failure_rate": 0.0, "response_time_ms": 5000.0},
        "smoke_tests": {"failure_rate": 0.0, "execution_time_s": 300.0}
    });
    change(&mut evidence);
    evidence.to_string()
}
