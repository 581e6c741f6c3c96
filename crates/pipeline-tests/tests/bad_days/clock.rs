//! A wall clock that is set while a run is under way.

use std::path::PathBuf;
use std::process::Command;

use super::*;

/// The library that sets back the wall clock of the process that loads it.
fn clock_set_back() -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--workspace",
            "--example",
            "clock_set_back",
        ])
        .current_dir(pipeline_tests::root())
        .status();
    assert!(built.unwrap().success(), "the library could not be built");
    pipeline_tests::tools().join("examples/libclock_set_back.so")
}

#[test]
fn a_clock_that_is_set_back_during_the_run_changes_nothing_that_is_measured() {
    let server = HostileServer::start(|visit| {
        visit.say(GOOD);
        Then::Keep
    });
    let place = Workplace::default();
    let config = benchmark(&place, json!({"duration_seconds": 0.5}));
    let mut command = place.command(
        "bench-run",
        &["--config", &config, "--target", &server.url()],
    );
    let bench = command
        .env("LD_PRELOAD", clock_set_back())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let day = Day::of(ended(bench)).ends_with(0);
    assert_eq!(
        (day.ok, day.requests),
        (server.requests(), server.requests()),
        "{}",
        day.ran
    );
    let time = |key: &str| day.document["run"][key].as_str().unwrap().to_owned();
    assert!(
        time("finished_at") < time("started_at"),
        "the clock was not set back, so this test shows nothing: {}",
        day.ran
    );
    assert_eq!(day.document["throughput"]["duration_s"], 0.5);
    let latency = &day.document["latency"];
    let (least, most) = (
        latency["min_ms"].as_f64().unwrap(),
        latency["max_ms"].as_f64().unwrap(),
    );
    // Each look at the wall clock would be an hour earlier than the one before.
    assert!(least > 0.0 && most < 3_600_000.0, "{latency}");
}
