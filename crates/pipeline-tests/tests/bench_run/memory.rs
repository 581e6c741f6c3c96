//! Where the service's memory is read, and what becomes of a place where it cannot be.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use pipeline_tests::patience::PATIENCE;
use pipeline_tests::{Ran, Workplace, alone, root};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::*;

const MEBIBYTE: f64 = 1024.0 * 1024.0;
/// A process that nobody started.
const NO_PROCESS: u32 = u32::MAX - 1;

/// A service that bench-run did not start, ended with its test.
struct Standing {
    process: Child,
    url: String,
}

impl Standing {
    fn start(place: &Workplace, options: &[&str]) -> Standing {
        let artifacts = root().join("fixtures/artifacts");
        let mut arguments = vec!["--artifacts", artifacts.to_str().unwrap(), "--port", "0"];
        arguments.extend(options);
        let mut command = place.command("policy-server", &arguments);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut said)
            .unwrap();
        let url = said
            .trim_end()
            .strip_prefix("listening on ")
            .unwrap()
            .to_owned();
        Standing { process, url }
    }

    /// Its metrics page, with the head in front of it.
    fn metrics(&self) -> String {
        let mut connection = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        connection
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    }

    /// A line of /proc/PID/status, in MiB.
    fn kernel_says_mb(&self, key: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        let kibibytes: f64 = line
            .unwrap()
            .split_whitespace()
            .next()
            .unwrap()
            .parse()
            .unwrap();
        kibibytes / 1024.0
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A short run against a service that stands already.
fn run(place: &Workplace, url: &str, more: Value) -> Ran {
    let config = remote_benchmark(place, more);
    place.run("bench-run", &["--config", &config, "--target", url])
}

fn memory(ran: Ran) -> Value {
    ran.ended(0).document()["memory"].clone()
}

#[test]
fn a_service_that_was_not_started_is_asked_for_its_metrics() {
    let _alone = alone();
    let place = Workplace::default();
    let service = Standing::start(&place, &[]);
    let memory = memory(run(&place, &service.url, json!({})));
    assert_eq!(memory["source"], "metrics");
    assert!(
        memory["samples"].as_u64().unwrap() >= 2,
        "each repetition has one, however short"
    );
    let peak_mb = memory["peak_mb"].as_f64().unwrap();
    let (now_mb, highest_mb) = (
        service.kernel_says_mb("VmRSS:"),
        service.kernel_says_mb("VmHWM:"),
    );
    assert!(
        (0.8 * now_mb..=highest_mb + 0.1).contains(&peak_mb),
        "{peak_mb} MiB; the kernel says {now_mb} now and {highest_mb} at the highest"
    );
}

#[test]
fn policy_server_says_of_its_memory_what_the_kernel_says() {
    let _alone = alone();
    let place = Workplace::default();
    let service = Standing::start(&place, &["--leak", "20MB/s"]);
    for least_mb in [0.0, 15.0, 30.0] {
        eventually("a leak", || {
            (service.kernel_says_mb("VmRSS:") > least_mb).then_some(())
        });
        let before_mb = service.kernel_says_mb("VmRSS:");
        let page = service.metrics();
        let after_mb = service.kernel_says_mb("VmRSS:");
        let gauge = page
            .lines()
            .find_map(|line| line.strip_prefix("carla_rl_process_memory_bytes "));
        let said_mb = gauge.unwrap().parse::<f64>().unwrap() / MEBIBYTE;
        assert!(
            (before_mb - 0.5..=after_mb + 0.5).contains(&said_mb),
            "{said_mb} MiB on the page; the kernel says {before_mb} before and {after_mb} after"
        );
    }
}

#[test]
fn a_configured_process_is_read_in_proc_with_its_children() {
    let _alone = alone();
    let place = Workplace::default();
    let service = Standing::start(&place, &[]);
    // Something else grows; a shell is its parent.
    let script = format!(
        "{} --port 0 --leak 200MB/s > /dev/null & echo $!; wait",
        pipeline_tests::tools().join("policy-server").display()
    );
    let mut shell = Command::new("sh")
        .args(["-c", &script])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut child = String::new();
    BufReader::new(shell.stdout.take().unwrap())
        .read_line(&mut child)
        .unwrap();
    let child: u32 = child.trim().parse().unwrap();
    eventually("a leak", || {
        let statm = fs::read_to_string(format!("/proc/{child}/statm")).ok()?;
        let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
        (pages > 20_000).then_some(())
    });
    let configured = json!({"memory": {"process_id": shell.id()}});
    let ran = run(&place, &service.url, configured);
    signal(child, Signal::KILL);
    shell.wait().unwrap();
    let memory = memory(ran);
    assert_eq!(memory["source"], "procfs");
    let peak_mb = memory["peak_mb"].as_f64().unwrap();
    assert!(
        peak_mb > 50.0,
        "{peak_mb} MiB: the child's memory is missing"
    );
}

#[test]
fn a_configured_control_group_is_read_relative_to_the_configuration() {
    let _alone = alone();
    let place = Workplace::default();
    fs::create_dir(place.path("group")).unwrap();
    place.write("group/memory.current", "104857600\n");
    let configured = json!({"memory": {"cgroup": "group"}, "serve": place.serve(&[])});
    let config = remote_benchmark(&place, configured);
    let memory = memory(place.shell(&format!("cd / && bench-run --config {config}")));
    assert_eq!(memory["source"], "cgroup");
    assert_eq!(memory["peak_mb"], 100.0);
    assert_eq!(memory["average_mb"], 100.0);
}

#[test]
fn a_configured_gauge_is_read_and_its_series_are_added_up() {
    let _alone = alone();
    let place = Workplace::default();
    let url = service(|head, body| {
        if head.starts_with("GET /internal/metrics ") {
            "# TYPE heap_bytes gauge\nheap_bytes{area=\"young\"} 1048576\nheap_bytes{area=\"old\"} 3145728\n"
                .to_owned()
        } else if body.is_empty() {
            "{}".to_owned()
        } else {
            actions_for(body, 3)
        }
    });
    let configured = json!({"memory": {"metric": "heap_bytes", "path": "/internal/metrics"}});
    let memory = memory(run(&place, &url, configured));
    assert_eq!(memory["source"], "metrics");
    assert_eq!(memory["peak_mb"], 4.0);
}

#[test]
fn a_configured_place_that_cannot_be_read_is_exit_2_before_the_run() {
    let _alone = alone();
    let place = Workplace::default();
    let service = Standing::start(&place, &[]);
    let refusal = |memory: Value| {
        let ran = run(&place, &service.url, json!({"memory": memory})).ended(2);
        assert_eq!(ran.stdout, "");
        ran.stderr
    };
    let says = |memory: Value, expected: &str| {
        let said = refusal(memory);
        assert!(said.contains(expected), "{said}");
    };
    says(
        json!({"process_id": NO_PROCESS}),
        "remote.json: benchmark.memory.process_id: /proc/4294967294/statm: cannot be read",
    );
    says(
        json!({"cgroup": "nowhere"}),
        "nowhere: found neither memory.current nor memory.usage_in_bytes",
    );
    says(
        json!({"metric": "carla_process_memory_bytes"}),
        "gauge carla_process_memory_bytes: there is nothing of that name; did you mean carla_rl_process_memory_bytes?",
    );
    says(
        json!({"path": "/metric"}),
        "/metric: found status 404, expected 200",
    );
    says(
        json!({"process_id": 1, "cgroup": "group"}),
        "benchmark.memory: found more than one place, expected one of process_id, cgroup, or metric and path",
    );
    says(
        json!({"proces_id": 1}),
        "unknown key `proces_id`; did you mean process_id?",
    );
}

#[test]
fn a_configured_place_that_vanishes_in_mid_run_is_warned_of() {
    let _alone = alone();
    let place = Workplace::default();
    fs::create_dir(place.path("group")).unwrap();
    let current = place.write("group/memory.current", "104857600\n");
    let url = service(move |_, body| {
        if body.is_empty() {
            return "{}".to_owned();
        }
        // Gone with the first prediction, or before it.
        let _ = fs::remove_file(&current);
        actions_for(body, 3)
    });
    let configured = json!({"memory": {"cgroup": "group"}});
    let document = run(&place, &url, configured).ended(0).document();
    assert_eq!(
        document["memory"],
        Value::Null,
        "what is not known is not 0"
    );
    let warnings = document["warnings"].to_string();
    assert!(
        warnings.contains("readings of the service's memory in a phase failed")
            && warnings.contains("memory.current: cannot be read"),
        "{warnings}"
    );
}

#[test]
fn a_metrics_page_that_no_longer_answers_does_not_hold_up_the_run() {
    let _alone = alone();
    let place = Workplace::default();
    let scrapes = AtomicU64::new(0);
    let url = service(move |head, body| {
        if head.starts_with("GET /metrics ") {
            if scrapes.fetch_add(1, Ordering::Relaxed) > 0 {
                thread::sleep(2 * PATIENCE);
            }
            return "process_resident_memory_bytes 1048576\n".to_owned();
        }
        if body.is_empty() {
            "{}".to_owned()
        } else {
            actions_for(body, 3)
        }
    });
    let config = remote_benchmark(&place, json!({}));
    let mut command = place.command("bench-run", &["--config", &config, "--target", &url]);
    let mut bench = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let code = eventually("the end of the run", || {
        bench.try_wait().unwrap().map(|status| status.code())
    });
    let mut said = String::new();
    bench
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("readings of the service's memory in a phase failed"),
        "{said}"
    );
}

#[test]
fn a_page_that_is_there_only_later_is_not_looked_for_again() {
    let _alone = alone();
    let place = Workplace::default();
    let looks = std::sync::Arc::new(AtomicU64::new(0));
    let seen = std::sync::Arc::clone(&looks);
    let url = service(move |head, body| {
        if head.starts_with("GET /metrics ") {
            let first = looks.fetch_add(1, Ordering::Relaxed) == 0;
            let page = if first {
                "other 1\n"
            } else {
                "process_resident_memory_bytes 1048576\n"
            };
            return page.to_owned();
        }
        if body.is_empty() {
            "{}".to_owned()
        } else {
            actions_for(body, 3)
        }
    });
    let document = run(&place, &url, json!({})).ended(0).document();
    assert_eq!(document["memory"], Value::Null);
    let warnings = document["warnings"].to_string();
    assert!(
        !warnings.contains("memory"),
        "a service need not have such a page: {warnings}"
    );
    assert_eq!(seen.load(Ordering::Relaxed), 1);
}

#[test]
fn a_served_process_is_read_in_proc_though_it_has_a_page() {
    let _alone = alone();
    let place = Workplace::default();
    let config = remote_benchmark(&place, json!({"serve": place.serve(&[])}));
    let document = place
        .run("bench-run", &["--config", &config])
        .ended(0)
        .document();
    let scenario = &document["scenarios"][0];
    let repetitions = scenario["repetitions"].as_array().unwrap();
    assert!(
        repetitions
            .iter()
            .all(|one| one["memory"]["source"] == "procfs"),
        "{scenario}"
    );
    assert_eq!(document["memory"]["source"], "procfs");
}

#[test]
fn a_configured_page_of_a_service_that_is_not_there_is_exit_2() {
    let _alone = alone();
    let place = Workplace::default();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let target = format!("http://127.0.0.1:{port}");
    let ran = run(&place, &target, json!({"memory": {"path": "/metrics"}})).ended(2);
    assert!(
        ran.stderr
            .contains("benchmark.memory.path: GET http://127.0.0.1"),
        "{}",
        ran.stderr
    );
}
