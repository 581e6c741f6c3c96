//! What bench-run starts it pins, measures and stops.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::process::Stdio;

use pipeline_tests::{Ran, Workplace, alone, root};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::*;

#[test]
fn an_interrupted_run_leaves_a_marked_document_and_no_server() {
    let _alone = alone();
    for (sent, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let place = Workplace::default();
        let (bench, service) = in_mid_run(&place);
        // As timeout(1) does, which signals the process and then its group: one wish, said twice.
        signal(bench.id(), sent);
        signal(bench.id(), sent);
        let ran = Ran::of(bench.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        assert_eq!(is_gone(service), Some(()), "the service lives on");
        let document = ran.document();
        assert_eq!(document["run"]["interrupted"], true);
        assert_eq!(document["overall_success"], false);
        assert!(
            document["error_rate"]["requests"].as_u64().unwrap() > 0,
            "what was measured is lost"
        );
        let errors = &document["error_rate"];
        assert_eq!(
            errors["failed"], 0,
            "requests that were cut off are no failures of the service: {errors}"
        );
    }
}

#[test]
fn an_interrupted_run_passes_no_filter() {
    let _alone = alone();
    let place = Workplace::default();
    let (bench, _) = in_mid_run(&place);
    signal(bench.id(), Signal::INT);
    let document = Ran::of(bench.wait_with_output().unwrap()).stdout;
    place.write("interrupted.json", &document);
    for line in [
        "perf-validate --thresholds $CONFIG/performance-thresholds.yaml < interrupted.json",
        "gate-check --gates $CONFIG/quality-gates.yaml --only performance < interrupted.json",
        "report-gen --output r.html < interrupted.json",
    ] {
        let ran = place.shell(line);
        assert_eq!(ran.code, Some(1), "{line}: {}", ran.stderr);
        assert_eq!(ran.document()["overall_success"], false, "{line}");
    }
}

#[test]
fn the_server_goes_even_when_bench_run_is_killed() {
    let _alone = alone();
    let place = Workplace::default();
    let (mut bench, service) = in_mid_run(&place);
    signal(bench.id(), Signal::KILL);
    bench.wait().unwrap();
    eventually("the end of the service", || is_gone(service));
}

#[test]
fn a_served_command_that_does_not_serve_is_exit_2_and_says_why() {
    let place = Workplace::default();
    let refusal = |serve: Value| {
        let config = place.benchmark(serve, json!([]));
        let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(2), ""),
            "{}",
            ran.stderr
        );
        ran.stderr
    };
    let missing = refusal(json!({"command": ["no-such-program"]}));
    assert!(
        missing.contains("serve: no-such-program: cannot be started: No such file or directory"),
        "{missing}"
    );
    let ended = refusal(json!({"command": ["false"]}));
    assert!(
        ended.contains("serve: false: ended (exit status: 1) before it served"),
        "{ended}"
    );
    let silent = refusal(json!({"command": ["sleep", "60"], "ready_timeout_ms": 100}));
    assert!(
        silent.contains("did not come to serve within 100ms"),
        "{silent}"
    );
    let script = "echo docs at https://example.com, ask http://192.0.2.1; exec sleep 60";
    let serve = json!({"command": ["sh", "-c", script], "ready_timeout_ms": 2000});
    let elsewhere = refusal(serve);
    let passed_over =
        "https://example.com is not on this machine; http://192.0.2.1 is not on this machine)";
    assert!(elsewhere.contains(passed_over), "{elsewhere}");
}

#[test]
fn what_a_server_says_of_another_machine_is_passed_over() {
    let _alone = alone();
    let place = Workplace::default();
    let artifacts = root().join("fixtures/artifacts");
    let script = format!(
        "echo docs at http://192.0.2.1/docs; exec {} --artifacts {} --port 0",
        pipeline_tests::tools().join("policy-server").display(),
        artifacts.display()
    );
    let config = place.benchmark(json!({"command": ["sh", "-c", script]}), json!([]));
    let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
    let document = ran.ended(0).document();
    assert_eq!(document["error_rate"]["percent"], 0.0);
}

#[test]
fn a_service_that_can_only_be_polled_is_loaded_as_well() {
    let _alone = alone();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let artifacts = root().join("fixtures/artifacts");
    let serve = json!({
        "command": ["policy-server", "--artifacts", artifacts, "--port", port.to_string()],
        "ready": format!("http://127.0.0.1:{port}/healthz"),
    });
    let place = Workplace::default();
    let config = place.benchmark(serve, json!([]));
    let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn a_process_that_was_there_before_is_not_taken_for_the_one_that_was_started() {
    let url = service(|_, _| String::new());
    let place = Workplace::default();
    let config = place.benchmark(json!({"command": ["sleep", "60"], "ready": url}), json!([]));
    let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(2), ""),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("answers already"), "{}", ran.stderr);
}

#[test]
fn a_service_that_cannot_be_started_again_breaks_the_run_off() {
    let _alone = alone();
    let place = Workplace::default();
    let artifacts = root().join("fixtures/artifacts");
    let script = format!(
        "test -e started && exit 1; touch started; exec {} --artifacts {} --port 0",
        pipeline_tests::tools().join("policy-server").display(),
        artifacts.display()
    );
    let config = json!({"benchmark": {"warmup_iterations": 0, "measurement_iterations": 10, "batch_sizes": [1],
        "concurrent_requests": 1, "duration_seconds": 0.05, "repetitions": 2, "serve": {"command": ["sh", "-c", script]}}});
    let config = place.write("once.json", &config.to_string());
    let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let document = ran.document();
    assert!(
        document["error_rate"]["ok"].as_u64().unwrap() > 0,
        "the first repetition is lost"
    );
    assert_eq!(document["run"]["interrupted"], true);
    assert_eq!(document["overall_success"], false);
}

#[test]
fn what_the_service_started_is_measured_and_stopped_with_it() {
    let _alone = alone();
    let place = Workplace::default();
    let artifacts = root().join("fixtures/artifacts");
    let server = format!(
        "{} --artifacts {} --port 0",
        pipeline_tests::tools().join("policy-server").display(),
        artifacts.display()
    );
    // A child that grows, and would outlive the server.
    let script = format!("{server} --leak 100MB/s > /dev/null & exec {server}");
    let scenarios = json!([{"name": "load", "duration_seconds": 2}]);
    let config = place.benchmark(json!({"command": ["sh", "-c", script]}), scenarios);
    let document = place
        .run("bench-run", &["--config", config.to_str().unwrap()])
        .document();
    let load = document["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .find(|scenario| scenario["name"] == "load")
        .unwrap();
    let (peak, average) = (
        load["memory"]["peak_mb"].as_f64().unwrap(),
        load["memory"]["average_mb"].as_f64().unwrap(),
    );
    assert!(peak > 150.0, "{peak} MiB: the child's memory is missing");
    assert!(
        average < 0.8 * peak,
        "{average} MiB on average of what grows to {peak} MiB"
    );
    let alive = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("cmdline")).ok());
    let artifacts = artifacts.to_str().unwrap();
    assert_eq!(
        alive
            .filter(|line| line.contains("100MB/s") && line.contains(artifacts))
            .count(),
        0,
        "the child lives on"
    );
}

#[test]
fn the_service_has_the_processors_that_the_workers_leave() {
    let _alone = alone();
    let allowed: Vec<usize> = allowed_cpus("/proc/self/status").into_iter().collect();
    let place = Workplace::default();
    let (bench, service) = in_mid_run(&place);
    let workers = allowed.len().saturating_sub(1).max(1);
    let left: BTreeSet<usize> = if allowed.len() > 1 {
        allowed[workers..].iter().copied().collect()
    } else {
        allowed.iter().copied().collect()
    };
    let cpus = allowed_cpus(&format!("/proc/{service}/status"));
    signal(bench.id(), Signal::TERM);
    Ran::of(bench.wait_with_output().unwrap());
    assert_eq!(cpus, left);
}

#[test]
fn every_worker_is_pinned_to_a_core_of_its_own_among_the_configured_ones() {
    let _alone = alone();
    let allowed: Vec<usize> = allowed_cpus("/proc/self/status").into_iter().collect();
    let cores: Vec<usize> = allowed.iter().copied().rev().take(2).collect();
    let place = Workplace::default();
    let config = json!({
        "benchmark": {"warmup_iterations": 0, "measurement_iterations": 5, "batch_sizes": [1], "concurrent_requests": 4,
            "duration_seconds": 60, "repetitions": 1, "cores": cores, "serve": place.serve(&[])},
    });
    let config = place.write("pinned.json", &config.to_string());
    let mut command = place.command("bench-run", &["--config", config.to_str().unwrap()]);
    let bench = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pinned = eventually("pinned workers", || {
        let workers: Vec<BTreeSet<usize>> = fs::read_dir(format!("/proc/{}/task", bench.id()))
            .ok()?
            .filter_map(|task| {
                let task = task.ok()?.path();
                let name = fs::read_to_string(task.join("comm")).ok()?;
                name.starts_with("worker-")
                    .then(|| allowed_cpus(task.join("status").to_str().unwrap()))
            })
            .collect();
        (workers.len() == cores.len() && workers.iter().all(|cpus| cpus.len() == 1))
            .then_some(workers)
    });
    signal(bench.id(), Signal::TERM);
    Ran::of(bench.wait_with_output().unwrap());
    let distinct: BTreeSet<usize> = pinned.into_iter().flatten().collect();
    assert_eq!(distinct, cores.into_iter().collect());
}

#[test]
fn every_repetition_has_a_process_and_an_order_of_its_own() {
    let _alone = alone();
    let place = Workplace::default();
    let config = json!({
        "benchmark": {"warmup_iterations": 3, "measurement_iterations": 50, "batch_sizes": [1, 2, 3], "concurrent_requests": 2,
            "duration_seconds": 0.2, "repetitions": 4, "serve": place.serve(&[])},
        "test_scenarios": [{"name": "few", "iterations": 2}],
    });
    let config = place.write("repeated.json", &config.to_string());
    let ran = place.run(
        "bench-run",
        &["--config", config.to_str().unwrap(), "--seed", "11"],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document = ran.document();
    let repetitions = |name: &str| {
        let scenarios = document["scenarios"].as_array().unwrap();
        scenarios
            .iter()
            .find(|scenario| scenario["name"] == name)
            .unwrap()["repetitions"]
            .as_array()
            .unwrap()
            .clone()
    };
    let all: Vec<Value> = ["batch_1", "batch_2", "batch_3", "few"]
        .into_iter()
        .flat_map(repetitions)
        .collect();
    let mut orders: Vec<u64> = all
        .iter()
        .map(|one| one["order"].as_u64().unwrap())
        .collect();
    orders.sort_unstable();
    assert_eq!(
        orders,
        (0..14).collect::<Vec<u64>>(),
        "3 scenarios in 4 repetitions, one in 2"
    );
    let fresh = all
        .iter()
        .filter(|one| one["memory"]["carried_over"] == false)
        .count();
    assert_eq!(
        fresh, 4,
        "the first scenario of each repetition has a fresh process"
    );
    let samples: u64 = repetitions("batch_1")
        .iter()
        .map(|one| one["latency"]["samples"].as_u64().unwrap())
        .sum();
    assert_eq!(
        samples, 50,
        "the iterations are divided, the warm-up is not recorded"
    );
    assert_eq!(document["run"]["seed"], 11);
}
