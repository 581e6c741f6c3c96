//! A served process that is started once for all repetitions.

use std::fs;
use std::process::Stdio;

use pipeline_tests::{Ran, Workplace, alone, root, tools};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::duel::repeated;
use super::*;

/// A command that writes a line each time it is started, and then serves.
pub(super) fn counting(place: &Workplace, name: &str) -> Value {
    let script = format!(
        "echo started >> {}; exec {} --artifacts {} --port 0",
        place.path(name).display(),
        tools().join("policy-server").display(),
        root().join("fixtures/artifacts").display()
    );
    json!({"command": ["sh", "-c", script]})
}

pub(super) fn starts(place: &Workplace, name: &str) -> usize {
    let text = fs::read_to_string(place.path(name)).unwrap();
    text.lines().count()
}

#[test]
fn a_kept_server_serves_all_repetitions_of_a_single_run() {
    let _alone = alone();
    let place = Workplace::default();
    let config = repeated(&place, counting(&place, "ours"), 3);
    let ran = place
        .run("bench-run", &["--config", &config, "--keep-server"])
        .ended(0);
    assert_eq!(starts(&place, "ours"), 1);
    let document = ran.document();
    assert_eq!(document["run"]["pairing"], Value::Null);
    assert_eq!(document["latency"]["samples"], 40);
    let first = &document["scenarios"][0]["repetitions"][0];
    assert_eq!(first["pair"], Value::Null);
}

#[test]
fn a_kept_server_that_ends_is_given_up_and_not_started_again() {
    let _alone = alone();
    let place = Workplace::default();
    let truth = place.path("truth.csv");
    let serve = place.serve(&["--truth", truth.to_str().unwrap()]);
    let config = json!({"benchmark": {"warmup_iterations": 0, "measurement_iterations": 1000, "batch_sizes": [1],
        "concurrent_requests": 1, "duration_seconds": 100, "repetitions": 100, "timeout_ms": 200, "serve": serve}});
    let config = place.write("long.json", &config.to_string());
    let mut command = place.command(
        "bench-run",
        &["--config", config.to_str().unwrap(), "--keep-server"],
    );
    let bench = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    eventually("requests", || {
        (fs::read_to_string(&truth).ok()?.lines().count() > 100).then_some(())
    });
    let server = child_of(bench.id());
    signal(server, Signal::KILL);
    let ran = Ran::of(bench.wait_with_output().unwrap()).ended(1);
    let document = ran.document();
    assert_eq!(document["run"]["interrupted"], true);
    let warnings = document["warnings"].to_string();
    assert!(warnings.contains("no_answer"), "{warnings}");
}
