//! `--wait-for-up`: a service that is starting is waited for, one that is wrong is not.

use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{answer, dead_port, serve, serve_at};
use crate::{failure, probe_with};

fn one() -> Value {
    json!({"checks": [{"name": "one", "path": "/"}]})
}

const WAITING: [&str; 2] = ["--wait-for-up", "50s"];

#[test]
fn a_service_that_answers_503_while_it_starts_is_waited_for() {
    let (url, requests) = serve(|request| {
        let status = if request.number < 3 { 503 } else { 200 };
        answer(status, "")
    });
    let ran = probe_with(&url, &one(), &WAITING).ended(0);
    assert_eq!(
        requests.load(Ordering::SeqCst),
        5,
        "three, the one that ends the wait, the check"
    );
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(
        lines[0],
        format!("health-probe: waiting up to 50 s for {url}/: status 503")
    );
    assert!(lines[1].starts_with("health-probe: up after "), "{ran}");
    assert_eq!(lines[2..], ["health-probe: passed, 1 check"]);
}

#[test]
fn a_connection_that_is_refused_or_reset_while_it_starts_is_waited_for() {
    let (url, port) = dead_port();
    let address = url.strip_prefix("http://").unwrap().to_owned();
    drop(port);
    let listening = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        serve_at(TcpListener::bind(address).unwrap(), |_| answer(200, ""))
    });
    let ran = probe_with(&url, &one(), &WAITING).ended(0);
    assert!(ran.stderr.contains(": Connection refused"), "{ran}");
    listening.join().unwrap();
}

#[test]
fn a_service_that_is_up_at_once_is_not_spoken_of() {
    let (url, _) = serve(|_| answer(200, ""));
    let ran = probe_with(&url, &one(), &WAITING).ended(0);
    assert_eq!(ran.stderr, "health-probe: passed, 1 check\n");
}

#[test]
fn a_404_is_an_answer_and_not_waited_for() {
    for status in [404, 500, 401] {
        let (url, requests) = serve(move |_| answer(status, ""));
        let ran = probe_with(&url, &one(), &WAITING).ended(1);
        assert_eq!(requests.load(Ordering::SeqCst), 2, "{ran}");
        assert!(!ran.stderr.contains("waiting"), "{ran}");
    }
}

#[test]
fn without_being_told_to_nothing_is_waited_for() {
    let (url, requests) = serve(|_| answer(503, ""));
    probe_with(&url, &one(), &[]).ended(1);
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[test]
fn a_service_that_does_not_come_up_is_a_finding_of_every_check() {
    let (url, _port) = dead_port();
    let ran = probe_with(&url, &one(), &["--wait-for-up", "300ms"]).ended(1);
    assert!(ran.stderr.contains("health-probe: not up after "), "{ran}");
    let document = ran.document();
    assert_eq!(failure(&document, "one").0, "one.status");
}
