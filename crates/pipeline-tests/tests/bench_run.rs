//! bench-run as a user meets it: what it starts it stops, what it cannot do it says.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use pipeline_tests::{Ran, Workplace, alone, root};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// Patience with a busy machine; nothing is asserted about how much of it is used.
const PATIENCE: Duration = Duration::from_secs(30);

fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(found) = look() {
            return found;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("never happened: {what}");
}

/// The only child of a process, once it has one.
fn child_of(process: u32) -> u32 {
    eventually("a served process", || {
        let tasks = fs::read_dir(format!("/proc/{process}/task")).ok()?;
        tasks
            .filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok())
            .find_map(|children| children.split_whitespace().next()?.parse().ok())
    })
}

fn is_gone(process: u32) -> Option<()> {
    (!Path::new(&format!("/proc/{process}")).exists()).then_some(())
}

fn signal(process: u32, signal: Signal) {
    kill_process(Pid::from_raw(process.cast_signed()).unwrap(), signal).unwrap();
}

/// bench-run in the middle of a scenario that would take a minute, and the process that it serves.
fn in_mid_run(place: &Workplace) -> (Child, u32) {
    let truth = place.path("truth.csv");
    let serve = place.serve(&["--truth", truth.to_str().unwrap()]);
    let config = place.benchmark(serve, json!([{"name": "long", "duration_seconds": 60, "concurrent_requests": 2, "batch_size": 9}]));
    let mut command = place.command(
        "bench-run",
        &["--config", config.to_str().unwrap(), "--seed", "3"],
    );
    let bench = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let service = child_of(bench.id());
    eventually("requests of the long scenario", || {
        fs::read_to_string(&truth)
            .ok()?
            .lines()
            .any(|line| line.contains(",9,200,"))
            .then_some(())
    });
    (bench, service)
}

#[test]
fn an_interrupted_run_leaves_a_marked_document_and_no_server() {
    let _alone = alone();
    for (sent, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let place = Workplace::default();
        let (bench, service) = in_mid_run(&place);
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

/// As in "Cpus_allowed_list:\t0-1,4".
fn allowed_cpus(status: &str) -> BTreeSet<usize> {
    let text = fs::read_to_string(status).unwrap_or_default();
    let list = text
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
        .unwrap_or_default();
    list.trim()
        .split(',')
        .filter_map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            Some(first.parse().ok()?..=last.parse().ok()?)
        })
        .flatten()
        .collect()
}

/// A service of a test's own: answers each request by what `answer` makes of its head and body, until the test ends.
fn service(answer: impl Fn(&str, &str) -> String + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = std::sync::Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = std::sync::Arc::clone(&answer);
            thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                loop {
                    let mut head = String::new();
                    while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
                    let length = head.lines().find_map(|line| {
                        line.to_lowercase()
                            .strip_prefix("content-length: ")?
                            .parse()
                            .ok()
                    });
                    let mut body = vec![0; length.unwrap_or(0)];
                    if head.is_empty() || reader.read_exact(&mut body).is_err() {
                        return;
                    }
                    let text = answer(&head, &String::from_utf8(body).unwrap());
                    let reply = format!(
                        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}",
                        text.len()
                    );
                    if (&stream).write_all(reply.as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

fn actions_for(body: &str, sensors: usize) -> String {
    let request: Value = serde_json::from_str(body).unwrap();
    let observations = request["observations"].as_array().unwrap();
    let fitting = observations
        .iter()
        .filter(|observation| observation["sensors"].as_array().unwrap().len() == sensors);
    json!({"actions": fitting.map(|_| json!({})).collect::<Vec<Value>>()}).to_string()
}

fn remote_benchmark(place: &Workplace, more: Value) -> String {
    let mut benchmark = json!({"warmup_iterations": 1, "measurement_iterations": 20, "batch_sizes": [3],
        "concurrent_requests": 2, "duration_seconds": 0.1, "repetitions": 2});
    benchmark
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let path = place.write("remote.json", &json!({"benchmark": benchmark}).to_string());
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_payload_has_as_many_sensors_as_the_service_says() {
    let _alone = alone();
    let url = service(|head, body| match head.starts_with("GET /metadata") {
        true => json!({"inputShape": [9]}).to_string(),
        false => actions_for(body, 7),
    });
    let place = Workplace::default();
    let ran = place.run(
        "bench-run",
        &[
            "--config",
            &remote_benchmark(&place, json!({})),
            "--target",
            &url,
        ],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.document()["error_rate"]["failed"], 0);
}

#[test]
fn the_payload_has_as_many_sensors_as_the_configuration_says_where_the_service_says_nothing() {
    let _alone = alone();
    let url = service(|_, body| {
        if body.is_empty() {
            "{}".to_owned()
        } else {
            actions_for(body, 11)
        }
    });
    let place = Workplace::default();
    let config = remote_benchmark(&place, json!({"sensor_count": 11}));
    let ran = place.run("bench-run", &["--config", &config, "--target", &url]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.document()["error_rate"]["failed"], 0);
    assert_eq!(
        ran.document()["memory"],
        Value::Null,
        "nothing is known of the memory of a service that is not ours"
    );
}

#[test]
fn a_service_that_is_not_there_is_a_document_of_failures_and_exit_2() {
    let _alone = alone();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let place = Workplace::default();
    let target = format!("http://127.0.0.1:{port}");
    let ran = place.run(
        "bench-run",
        &[
            "--config",
            &remote_benchmark(&place, json!({})),
            "--target",
            &target,
        ],
    );
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let document = ran.document();
    assert_eq!(document["error_rate"]["percent"], 100.0);
    assert_eq!(
        document["error_rate"]["by_kind"]["connect"],
        document["error_rate"]["failed"]
    );
    assert_eq!(document["latency"], Value::Null);
    assert!(ran.stderr.contains("requests succeeded"), "{}", ran.stderr);
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

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let _alone = alone();
    let place = Workplace::default();
    let config = place.benchmark(place.serve(&[]), json!([]));
    let ran = place.shell(&format!(
        "bench-run --config {} | head -c 1",
        config.display()
    ));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "{"));
    assert!(!ran.stderr.contains("panic"), "{}", ran.stderr);
}

#[test]
fn the_run_joins_a_document_that_was_begun_and_a_second_run_does_not() {
    let _alone = alone();
    let place = Workplace::default();
    let config = place.benchmark(place.serve(&[]), json!([]));
    let line = |begun: &str| format!("echo '{begun}' | bench-run --config {}", config.display());
    let document = place
        .shell(&line(r#"{"vulnerabilities":{"critical":0},"theirs":1.50}"#))
        .document();
    assert_eq!(document["vulnerabilities"]["critical"], 0);
    assert!(document["latency"]["p50_ms"].is_number());
    let second = place.shell(&line(r#"{"run":{"id":"a"}}"#));
    assert_eq!((second.code, second.stdout.as_str()), (Some(2), ""));
    assert!(
        second.stderr.contains("stdin: holds a run already"),
        "{}",
        second.stderr
    );
}

#[test]
fn hardware_that_is_missing_is_warned_of_or_refused() {
    let _alone = alone();
    let place = Workplace::default();
    let config = json!({
        "benchmark": {"warmup_iterations": 0, "measurement_iterations": 5, "batch_sizes": [1], "concurrent_requests": 1,
            "duration_seconds": 0.05, "repetitions": 1, "serve": place.serve(&[])},
        "hardware_requirements": {"min_cpu_cores": 4096},
    });
    let config = place.write("large.json", &config.to_string());
    let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
    let document = ran.document();
    assert_eq!(ran.code, Some(0));
    assert_eq!(document["run"]["requirements"]["met"], false);
    assert!(
        document["warnings"].to_string().contains("required 4096"),
        "{}",
        document["warnings"]
    );
    let refused = place.run(
        "bench-run",
        &["--config", config.to_str().unwrap(), "--strict-hardware"],
    );
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
    assert!(
        refused.stderr.contains("required 4096"),
        "{}",
        refused.stderr
    );
}

#[test]
fn mistakes_on_the_command_line_are_named() {
    let place = Workplace::default();
    let config = root().join("config/quick-benchmark.yaml");
    let config = config.to_str().unwrap();
    let refusal = |arguments: &[&str]| {
        let ran = place.run("bench-run", arguments);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}: {}",
            ran.stderr
        );
        ran.stderr
    };
    assert!(
        refusal(&["--confg", config]).contains("unknown argument --confg; did you mean --config?")
    );
    assert!(refusal(&["--config", "nothing.yaml"]).contains("nothing.yaml: cannot be read"));
    let unknown = refusal(&["--config", config, "--environment", "prod"]);
    assert!(
        unknown.contains("found no `prod`, expected one of local, staging, production"),
        "{unknown}"
    );
    let both = refusal(&[
        "--config",
        config,
        "--environment=local",
        "--target=http://127.0.0.1:1",
    ]);
    assert!(
        both.contains("--target and --environment exclude each other"),
        "{both}"
    );
    assert!(
        refusal(&["--config", config, "--target", "127.0.0.1:80"])
            .contains("expected an address as in")
    );
}

#[test]
fn more_connections_than_files_may_be_open_are_refused_before_the_run() {
    let place = Workplace::default();
    let scenarios = json!([{"name": "many", "concurrent_requests": 100, "iterations": 100}]);
    let config = place.benchmark(place.serve(&[]), scenarios);
    let ran = place.shell(&format!(
        "ulimit -n 100; bench-run --config {}",
        config.display()
    ));
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(2), ""),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr
            .contains("164 open files are needed, the limit is 100"),
        "{}",
        ran.stderr
    );
}
