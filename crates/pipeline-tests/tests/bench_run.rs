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
    let failed = document["error_rate"]["failed"].as_u64().unwrap();
    let said = format!("not one of {failed} requests succeeded ({failed} connect)");
    assert!(ran.stderr.contains(&said), "{}", ran.stderr);
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
fn a_configuration_that_names_no_service_is_told_how() {
    let place = Workplace::default();
    let config = remote_benchmark(&place, json!({}));
    let ran = place.run("bench-run", &["--config", &config]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(2), ""),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr
            .contains("nothing says where the service is: give --target URL"),
        "{}",
        ran.stderr
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
fn a_service_that_falls_silent_is_given_up_and_passes_nothing() {
    let _alone = alone();
    let answered = std::sync::atomic::AtomicU64::new(0);
    let url = service(move |_, body| {
        if answered.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 30 {
            thread::sleep(PATIENCE);
        }
        if body.is_empty() {
            "{}".to_owned()
        } else {
            actions_for(body, 3)
        }
    });
    let place = Workplace::default();
    let config = remote_benchmark(
        &place,
        json!({"timeout_ms": 50, "measurement_iterations": 100_000}),
    );
    let ran = place.run("bench-run", &["--config", &config, "--target", &url]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let document = ran.document();
    assert!(document["error_rate"]["ok"].as_u64().unwrap() > 0);
    assert!(
        document["error_rate"]["by_kind"]["timeout"]
            .as_u64()
            .unwrap()
            > 0
    );
    assert_eq!(document["overall_success"], false);
    assert!(
        document["warnings"]
            .to_string()
            .contains("no longer answers"),
        "{}",
        document["warnings"]
    );
}

#[test]
fn connections_are_kept_bodies_differ_and_as_many_requests_are_under_way_as_ordered() {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex};
    let _alone = alone();
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let (now, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let connections = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = (
        Arc::clone(&bodies),
        Arc::clone(&most),
        Arc::clone(&connections),
    );
    let url = service(move |_, body| {
        if body.is_empty() {
            return "{}".to_owned();
        }
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        connections
            .lock()
            .unwrap()
            .insert(format!("{:?}", thread::current().id()));
        bodies.lock().unwrap().push(body.to_owned());
        thread::sleep(Duration::from_millis(20));
        now.fetch_sub(1, Ordering::SeqCst);
        actions_for(body, 3)
    });
    let place = Workplace::default();
    let config = json!({"benchmark": {"warmup_iterations": 7, "measurement_iterations": 10, "batch_sizes": [2],
        "concurrent_requests": 3, "duration_seconds": 1, "repetitions": 1, "target": url}});
    let config = place.write("counted.json", &config.to_string());
    let document = place
        .run("bench-run", &["--config", config.to_str().unwrap()])
        .document();
    let (bodies, most, connections) = (
        seen.0.lock().unwrap(),
        seen.1.load(Ordering::SeqCst),
        seen.2.lock().unwrap(),
    );
    let recorded = document["error_rate"]["requests"].as_u64().unwrap();
    assert_eq!(
        bodies.len() as u64,
        recorded + 7,
        "the warm-up is sent and not recorded"
    );
    assert_eq!(
        bodies.iter().collect::<BTreeSet<&String>>().len(),
        bodies.len(),
        "two requests were alike"
    );
    assert_eq!(most, 3, "connections of the load phase");
    assert_eq!(
        connections.len(),
        4,
        "one connection for latency, three for load, each kept"
    );
    let rps = document["throughput"]["rps"].as_f64().unwrap();
    assert!(
        rps <= 3.0 / 0.020,
        "{rps} a second cannot be: each of three requests took 20 ms"
    );
}

#[test]
fn a_request_that_waits_for_its_connection_is_measured_from_before_it() {
    let _alone = alone();
    // Every response ends its connection, and each next one is accepted only after 30 ms.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::sleep(Duration::from_millis(30));
            let mut request = [0; 4096];
            let read = (&stream).read(&mut request).unwrap_or(0);
            let reply = if request[..read].starts_with(b"GET") {
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            } else {
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 16\r\n\r\n{\"actions\":[{}]}"
            };
            let _ = (&stream).write_all(reply.as_bytes());
        }
    });
    let place = Workplace::default();
    let config = json!({"benchmark": {"warmup_iterations": 0, "measurement_iterations": 10, "batch_sizes": [1],
        "concurrent_requests": 1, "duration_seconds": 0.1, "repetitions": 1, "target": url}});
    let config = place.write("closing.json", &config.to_string());
    let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
    assert_eq!(ran.document()["error_rate"]["failed"], 0, "{}", ran.stdout);
    assert!(
        ran.document()["latency"]["p50_ms"].as_f64().unwrap() >= 30.0,
        "{}",
        ran.stdout
    );
}

#[test]
fn statuses_and_late_answers_are_what_they_are() {
    let _alone = alone();
    let place = Workplace::default();
    let kinds = |options: &[&str], timeout_ms: u64| {
        let config = json!({"benchmark": {"warmup_iterations": 0, "measurement_iterations": 10, "batch_sizes": [1],
            "concurrent_requests": 1, "duration_seconds": 0.05, "repetitions": 1, "timeout_ms": timeout_ms,
            "serve": place.serve(options)}});
        let config = place.write("kinds.json", &config.to_string());
        let document = place
            .run("bench-run", &["--config", config.to_str().unwrap()])
            .document();
        (
            document["error_rate"]["by_kind"].clone(),
            document["error_rate"]["failed"].clone(),
        )
    };
    for (status, kind) in [("404", "status_4xx"), ("503", "status_5xx")] {
        let (by_kind, failed) = kinds(&["--fail", &format!("100%:{status}")], 1000);
        assert_eq!(by_kind[kind], failed);
    }
    let (by_kind, failed) = kinds(&["--latency", "fixed:30ms"], 20);
    assert_eq!(
        by_kind["timeout"], failed,
        "an answer after the time limit is no answer"
    );
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
fn a_stdin_that_nobody_closes_is_said_to_be_waited_for() {
    let place = Workplace::default();
    let config = root().join("config/quick-benchmark.yaml");
    let mut command = place.command("bench-run", &["--config", config.to_str().unwrap()]);
    let mut bench = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _open = bench.stdin.take();
    let mut said = String::new();
    BufReader::new(bench.stderr.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    bench.kill().unwrap();
    bench.wait().unwrap();
    assert!(
        said.contains("waiting for the end of a document on stdin"),
        "{said}"
    );
}
