//! The pipes of the README, run as a shell runs them.
#![allow(clippy::unwrap_used, clippy::panic)]

use pipeline_tests::{Workplace, alone};
use serde_json::{Value, json};

/// A place with a benchmark of a few hundred milliseconds and all of the seed's kinds of scenarios.
fn place_with_benchmark(server_options: &[&str]) -> Workplace {
    let place = Workplace::default();
    let benchmark = json!({
        "benchmark": {"warmup_iterations": 5, "measurement_iterations": 300, "batch_sizes": [1, 4, 8, 16],
            "concurrent_requests": 4, "duration_seconds": 0.2, "repetitions": 2, "serve": place.serve(server_options)},
        "test_scenarios": [
            {"name": "single_request", "iterations": 200},
            {"name": "batch_processing", "batch_size": 16, "iterations": 100},
            {"name": "concurrent_load", "concurrent_requests": 10, "duration_seconds": 0.2},
            {"name": "memory_stress", "batch_size": 32, "iterations": 100, "memory_limit_mb": 2048},
        ],
    });
    place.write("benchmark.json", &benchmark.to_string());
    // A debug build on a busy machine is no matter for a threshold on speed.
    place.write("thresholds.yaml", "performance_thresholds: {p99_latency_ms: 5000, throughput_rps: 1, memory_usage_mb: 1024, error_rate_percent: 1}");
    place
}

const MEASURE: &str = "bench-run --config benchmark.json";
const REPORT: &str = "report-gen --output report.html";

#[test]
fn a_good_build_goes_through_the_whole_pipe() {
    let _alone = alone();
    let place = place_with_benchmark(&[]);
    let ran = place.shell(&format!(
        "{MEASURE} | tee run.json | perf-validate --thresholds thresholds.yaml \
         | perf-compare --baseline no-such-file.json --allow-missing baseline | {REPORT}"
    ));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document = ran.document();
    assert_eq!(document["overall_success"], true);
    assert_eq!(document["scenarios"].as_array().unwrap().len(), 8);
    let positive = |section: &str, key: &str| document[section][key].as_f64().unwrap() > 0.0;
    assert!(
        positive("latency", "p99_ms")
            && positive("throughput", "rps")
            && positive("memory", "peak_mb")
    );
    assert!(
        std::fs::read_to_string(place.path("report.html"))
            .unwrap()
            .contains("PASSED")
    );
    let tools: Vec<&str> = document["provenance"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["tool"].as_str().unwrap())
        .collect();
    assert_eq!(tools, ["bench-run", "perf-validate"]);

    // Another run with the same figures is a baseline, and this one no worse; it is none of its own.
    let mut before = document;
    before["run"]["id"] = json!("before");
    place.write("before.json", &before.to_string());
    let compare = "perf-compare --allow-saturated < run.json --baseline";
    let compared = place.shell(&format!("{compare} before.json"));
    assert_eq!(compared.code, Some(0), "{}", compared.stderr);
    let metrics = compared.document()["comparison"]["metrics"].clone();
    let changes: Vec<&Value> = metrics
        .as_array()
        .unwrap()
        .iter()
        .map(|metric| &metric["change_percent"])
        .filter(|change| !change.is_null())
        .collect();
    assert!(
        changes.len() > 8 && changes.iter().all(|change| **change == json!(0.0)),
        "{changes:?}"
    );
    let itself = place.shell(&format!("{compare} run.json"));
    assert_eq!(itself.code, Some(2), "{}", itself.stderr);
}

#[test]
fn a_missed_threshold_ends_the_pipe_with_1_in_plain_sh() {
    let _alone = alone();
    let place = place_with_benchmark(&["--latency", "fixed:20ms"]);
    place.write(
        "strict.yaml",
        "performance_thresholds: {p50_latency_ms: 10}",
    );
    let config = place.benchmark(place.serve(&["--latency", "fixed:20ms"]), json!([]));
    let ran = place.shell(&format!(
        "bench-run --config {} | perf-validate --thresholds strict.yaml | {REPORT}",
        config.display()
    ));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("latency.p50_ms"), "{}", ran.stderr);
    assert_eq!(ran.document()["overall_success"], false);
    assert!(
        std::fs::read_to_string(place.path("report.html"))
            .unwrap()
            .contains("FAILED")
    );
}

#[test]
fn a_run_that_could_not_start_ends_the_pipe_with_2_in_plain_sh() {
    let place = Workplace::default();
    let ran = place.shell(&format!(
        "bench-run --config no-such-file.yaml | perf-validate --thresholds $CONFIG/performance-thresholds.yaml | {REPORT}"
    ));
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(2), ""),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("no-such-file.yaml: cannot be read"),
        "{}",
        ran.stderr
    );
    assert!(!place.path("report.html").exists(), "a report of nothing");
}

#[test]
fn a_scenario_is_held_to_its_own_limits_from_the_benchmark_file() {
    let _alone = alone();
    let place = Workplace::default();
    let scenarios = json!([
        {"name": "small", "iterations": 50, "memory_limit_mb": 0.1},
        {"name": "slow", "iterations": 50, "thresholds": {"p50_latency_ms": 0.000_001}},
    ]);
    let config = place.benchmark(place.serve(&[]), scenarios);
    place.write(
        "thresholds.yaml",
        "performance_thresholds: {error_rate_percent: 1}",
    );
    let ran = place.shell(&format!(
        "bench-run --config {} | perf-validate --thresholds thresholds.yaml",
        config.display()
    ));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let document = ran.document();
    let failed: Vec<&str> = document["validation"]["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["passed"] == false)
        .map(|check| check["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        failed,
        [
            "scenarios.small.memory.peak_mb",
            "scenarios.slow.latency.p50_ms"
        ]
    );
}

#[test]
fn what_a_tool_does_not_know_goes_through_the_whole_pipe_to_the_byte() {
    let place = Workplace::default();
    let theirs = r#""theirs":{"big":123456789012345678901234567890,"tiny":1e-400,"one":1.0,"list":[ 1 ,2 ],"é":"\u00e9"}"#;
    let latency = r#""latency":{"p50_ms":1.50,"p95_ms":2.0,"p99_ms":3e0,"theirs":7.70}"#;
    place.write("document.json", &format!("{{{latency},{theirs}}}"));
    place.write(
        "gates.yaml",
        "performance_gates: {latency: {p50_max_ms: 10}}",
    );
    place.write(
        "thresholds.yaml",
        "performance_thresholds: {p50_latency_ms: 10}",
    );
    let ran = place.shell(
        "perf-validate --thresholds thresholds.yaml < document.json | gate-check --gates gates.yaml \
         | perf-compare --baseline document.json --allow-missing throughput --allow-missing memory --allow-missing error_rate \
         | report-gen --output report.md",
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout.contains(theirs) && ran.stdout.contains(latency),
        "{}",
        ran.stdout
    );
}
