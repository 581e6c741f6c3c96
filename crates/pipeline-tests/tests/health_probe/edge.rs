//! The command line, documents that come in, and interruptions.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use pipeline_tests::patience::{ended, signal};
use pipeline_tests::{Workplace, root};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::server::{answer, dead_port, serve, talk};
use crate::{TOOL, failure, probe, probe_with};

fn refusal(arguments: &[&str]) -> String {
    let ran = Workplace::default().run(TOOL, arguments).ended(2);
    assert_eq!(ran.stdout, "");
    ran.stderr
}

#[test]
fn what_cannot_be_meant_is_a_usage_error() {
    for (arguments, reason) in [
        (&[] as &[&str], "give --base-url URL or --environment NAME"),
        (
            &["--base-url", "http://a", "--environment", "staging"],
            "--base-url and --environment exclude each other",
        ),
        (&["--base-url", "a"], "expected an address as in http://"),
        (
            &["--base-url", "http://u:secret@a"],
            "user name or password",
        ),
        (
            &["--base-url", "http://a", "--timeout", "soon"],
            "expected a time, as in",
        ),
        (
            &["--base-url", "http://a", "--attempts", "0"],
            "expected 1 to 1000",
        ),
        (&["--base-ur", "http://a"], "did you mean --base-url?"),
        (
            &["--base-url", "http://a", "--expect-version", ""],
            "found an empty text, expected a version",
        ),
        (
            &["--base-url", "http://a", "--expect-commit", "main"],
            "expected at least seven hexadecimal digits",
        ),
        (
            &["--base-url", "http://a", "--expect-commit", "0123456"],
            "no check of the built-in probes says where the commit stands",
        ),
        (
            &["--base-url", "http://a", "--probes", "no.yaml"],
            "no.yaml: cannot be read",
        ),
        (
            &["--base-url", "http://a", "--probes", "-"],
            "--probes -: stdin is where the documents come from",
        ),
        (
            &["--base-url", "http://a", "--output", "no/file"],
            "no: no such folder",
        ),
    ] {
        let said = refusal(arguments);
        assert!(said.contains(reason), "{arguments:?}: {said}");
        assert!(!said.contains("secret@"), "{said}");
    }
}

#[test]
fn a_misspelt_key_is_refused_with_the_nearest() {
    let probes = json!({"checks": [{"name": "one", "path": "/", "expect": {"statis": 200}}]});
    let ran = probe_with("http://a", &probes, &[]).ended(2);
    assert!(
        ran.stderr
            .contains("unknown key `statis`; did you mean status?"),
        "{ran}"
    );
}

#[test]
fn an_environment_is_found_by_its_name() {
    let (url, _) = serve(|_| answer(404, ""));
    let place = Workplace::default();
    place.write(
        "environments.yaml",
        &format!("environments:\n  staging: {{target: \"{url}\"}}\n"),
    );
    let ask = |name: &str| {
        place.run(
            TOOL,
            &["--environments", "environments.yaml", "--environment", name],
        )
    };
    let document = ask("staging").ended(1).document();
    assert_eq!(document["health_checks"]["target"], url);
    assert_eq!(
        document["provenance"][0]["inputs"][0]["path"],
        "environments.yaml"
    );
    let unknown = ask("stagin").ended(2);
    assert!(
        unknown.stderr.contains("did you mean staging?"),
        "{unknown}"
    );
}

#[test]
fn the_built_in_checks_are_those_of_the_shipped_file() {
    let (url, _port) = dead_port();
    let shipped = root().join("config/probes.yaml");
    let named = |ran: pipeline_tests::Ran| -> Vec<Value> {
        let document = ran.ended(1).document();
        let checks = document["health_checks"]["checks"].as_array().unwrap();
        let parts = ["name", "metric", "expected", "method", "url"];
        checks
            .iter()
            .map(|check| parts.iter().map(|part| check[*part].clone()).collect())
            .collect()
    };
    let of_file = named(probe(&url, &["--probes", shipped.to_str().unwrap()]));
    assert_eq!(of_file.len(), 3);
    assert_eq!(named(probe(&url, &[])), of_file);
}

#[test]
fn a_document_is_passed_on_and_its_verdict_kept() {
    let (url, _) = serve(|_| answer(200, ""));
    let place = Workplace::default();
    place.write(
        "probes.json",
        r#"{"checks": [{"name": "one", "path": "/"}]}"#,
    );
    let arguments = ["--base-url", &url, "--probes", "probes.json"];
    let theirs = r#""theirs":{ "odd": [1e400, -0.0] }"#;
    let ran = place
        .feed(TOOL, &arguments, &format!("{{{theirs}}}"))
        .ended(0);
    assert!(ran.stdout.contains(theirs), "{ran}");
    let failed = place
        .feed(
            TOOL,
            &arguments,
            r#"{"gates": {"passed": false, "checks": []}}"#,
        )
        .ended(1);
    assert!(
        failed
            .stderr
            .contains("failed before in this document: gates"),
        "{failed}"
    );
    let broken = place.feed(TOOL, &arguments, "{\"latency\":").ended(2);
    assert_eq!(broken.stdout, "");
    let to_file = [&arguments[..], &["--output", "out.json"]].concat();
    assert_eq!(place.feed(TOOL, &to_file, "").ended(0).stdout, "");
    assert!(place.path("out.json").exists());
    let bad = [&arguments[..2], &["--exit-zero", "--quiet"]].concat();
    assert_eq!(place.feed(TOOL, &bad, "").ended(0).stderr, "");
}

#[test]
fn nothing_is_asked_before_stdin_has_ended() {
    let (url, requests) = serve(|_| answer(200, ""));
    let place = Workplace::default();
    place.write(
        "probes.json",
        r#"{"checks": [{"name": "one", "path": "/"}]}"#,
    );
    let mut child = place
        .command(TOOL, &["--base-url", &url, "--probes", "probes.json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{").unwrap();
    // Long enough for a tool that would not wait to be seen.
    thread::sleep(Duration::from_millis(300));
    assert_eq!(requests.load(Ordering::SeqCst), 0);
    stdin.write_all(b"}").unwrap();
    drop(stdin);
    ended(child).ended(0);
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[test]
fn gates_are_judged_on_what_was_found() {
    let (url, _) = serve(|request| {
        let status = if request.line.starts_with("GET /a ") {
            200
        } else {
            500
        };
        answer(status, "")
    });
    let place = Workplace::default();
    let gates =
        "deployment_gates: {health_checks: {max_failure_rate: 0, max_response_time_ms: 60000}}";
    let gates = place.write("gates.yaml", gates);
    let judged = |paths: &[&str]| {
        let checks: Vec<Value> = paths
            .iter()
            .map(|path| json!({"name": path.trim_matches('/'), "path": path}))
            .collect();
        let probed = probe_with(&url, &json!({"checks": checks}), &[]);
        place.feed(
            "gate-check",
            &["--gates", gates.to_str().unwrap()],
            &probed.stdout,
        )
    };
    judged(&["/a"]).ended(0);
    let failed = judged(&["/a", "/b"]).ended(1);
    assert!(
        failed.stderr.contains("health_checks.failure_rate is 50 %"),
        "{failed}"
    );
}

#[test]
fn a_report_shows_the_checks_that_failed() {
    let (url, _port) = dead_port();
    let probed = probe(&url, &[]).ended(1);
    let place = Workplace::default();
    let arguments = ["--format", "markdown", "--output", "report.md"];
    place
        .feed("report-gen", &arguments, &probed.stdout)
        .ended(1);
    let report = std::fs::read_to_string(place.path("report.md")).unwrap();
    assert!(report.contains("health_endpoint.status"), "{report}");
    assert!(report.contains("Connection refused"), "{report}");
}

#[test]
fn a_service_at_a_socket_is_asked_as_any_other() {
    let place = Workplace::default();
    let socket = place.path("app.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            talk(stream, &AtomicU64::new(0), &|request| {
                let is_right = request.line == "GET /api/a HTTP/1.1";
                answer(if is_right { 200 } else { 400 }, "")
            });
        }
    });
    let url = format!("unix:{}:/api", socket.to_str().unwrap());
    let probes = json!({"checks": [{"name": "one", "path": "/a"}]});
    probe_with(&url, &probes, &[]).ended(0);
}

#[test]
fn somebody_who_stops_the_wait_still_gets_a_whole_document() {
    stopped_while_waiting(Signal::INT, 130);
    stopped_while_waiting(Signal::TERM, 143);
}

fn stopped_while_waiting(wish: Signal, code: i32) {
    let (url, _port) = dead_port();
    let place = Workplace::default();
    let child = place
        .command(TOOL, &["--base-url", &url, "--wait-for-up", "1h"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    assert!(said.contains("waiting up to 3600 s"), "{said}");
    signal(child.id(), wish);
    let ran = ended(child).ended(code);
    let document = ran.document();
    assert_eq!(
        document["health_checks"]["checks"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let (_, note) = failure(&document, "health_endpoint");
    assert!(note.contains("interrupted before it came"), "{note}");
}

#[test]
fn a_second_probe_does_not_hide_what_the_first_one_found() {
    let (url, requests) = serve(|_| answer(200, ""));
    for tool in ["health-probe", "smoke-test"] {
        let section = if tool == TOOL {
            "health_checks"
        } else {
            "smoke_tests"
        };
        let document = json!({section: {"passed": false, "failure_rate": 100}}).to_string();
        let ran = Workplace::default()
            .feed(tool, &["--base-url", &url], &document)
            .ended(2);
        assert!(
            ran.stderr
                .contains(&format!("stdin: {section} is there already")),
            "{ran}"
        );
    }
    assert_eq!(requests.load(Ordering::SeqCst), 0, "asked all the same");
}

#[test]
fn a_version_or_a_commit_that_is_left_empty_is_refused() {
    let place = Workplace::default();
    for what in ["version", "commit"] {
        for empty in ["", " null", " ~"] {
            let probes = format!(
                "checks:\n- name: one\n  path: /\n  expect:\n    {what}:\n      pointer: /v\n      equals:{empty}\n"
            );
            place.write("probes.yaml", &probes);
            let ran = place.run(TOOL, &["--base-url", "http://a", "--probes", "probes.yaml"]);
            let ran = ran.ended(2);
            assert!(
                ran.stderr.contains(&format!(
                    "expect.{what}.equals: found nothing, expected a value"
                )),
                "{ran}"
            );
        }
    }
}
