//! Services that do not answer, or not with HTTP: a finding, and a whole document.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::server::{answer, dead_port, serve};
use crate::{check, failure, probe, probe_with};

#[test]
fn a_service_that_nobody_reaches_is_a_finding_of_every_check() {
    let (url, _port) = dead_port();
    let ran = probe(&url, &[]).ended(1);
    let document = ran.document();
    let section = &document["health_checks"];
    assert_eq!(section["checks"].as_array().unwrap().len(), 3);
    assert_eq!(section["failure_rate"], 100.0);
    assert!(section["response_time_ms"].is_number());
    assert_eq!(document["overall_success"], false);
    for name in ["health_endpoint", "metrics_endpoint", "prediction_endpoint"] {
        assert_eq!(check(&document, name)["status"], "missing");
        let (_, note) = failure(&document, name);
        assert!(note.contains("no answer: Connection refused"), "{note}");
        assert!(ran.stderr.contains(note), "{ran}");
    }
}

#[test]
fn a_name_that_stands_for_no_address_is_a_finding() {
    let document = probe("http://nowhere.invalid", &["--timeout", "20"])
        .ended(1)
        .document();
    let (_, note) = failure(&document, "health_endpoint");
    assert!(
        note.contains("the host is not found") || note.contains("the time was up before the name"),
        "{note}"
    );
}

#[test]
fn a_service_that_never_answers_fails_when_the_time_is_up_and_the_others_are_heard() {
    let (url, _) = serve(|request| match request.line.as_str() {
        "GET /quick HTTP/1.1" => answer(200, ""),
        "GET /half HTTP/1.1" => "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".to_owned(),
        _ => String::new(),
    });
    let probes = json!({"checks": [{"name": "never", "path": "/never"}, {"name": "quick", "path": "/quick"},
        {"name": "half", "path": "/half"}]});
    let document = probe_with(&url, &probes, &["--timeout", "2"])
        .ended(1)
        .document();
    let (metric, note) = failure(&document, "never");
    assert_eq!(metric, "never.status");
    assert!(
        note.contains("the time was up before an answer came"),
        "{note}"
    );
    assert_eq!(check(&document, "quick")["passed"], true);
    let (metric, note) = failure(&document, "half");
    assert_eq!(metric, "half.answer");
    assert!(
        note.contains("broke off") && note.ends_with("begins with half"),
        "{note}"
    );
    // Failing must not look fast.
    let slowest = document["health_checks"]["response_time_ms"]
        .as_f64()
        .unwrap();
    assert!(slowest > 1000.0, "{slowest}");
}

#[test]
fn what_is_no_answer_of_http_is_a_finding_with_what_came() {
    for (came, metric, reason) in [
        ("SSH-2.0-OpenSSH\r\n", "status", "no answer: "),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "status",
            "no answer: ",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "answer",
            "expected answer",
        ),
    ] {
        let (url, _) = serve(move |_| came.to_owned());
        let probes = json!({"checks": [{"name": "one", "path": "/"}]});
        let document = probe_with(&url, &probes, &[]).ended(1).document();
        let (found, note) = failure(&document, "one");
        assert_eq!(found, format!("one.{metric}"), "{came:?}: {note}");
        assert!(note.contains(reason), "{came:?}: {note}");
    }
}

#[test]
fn a_body_without_end_is_a_finding() {
    let (url, _) = serve(|_| answer(200, &"x".repeat(5 << 20)));
    let probes = json!({"checks": [{"name": "one", "path": "/"}]});
    let document = probe_with(&url, &probes, &[]).ended(1).document();
    let (metric, note) = failure(&document, "one");
    assert_eq!(metric, "one.answer");
    assert!(note.contains("longer than 4194304 bytes"), "{note}");
    assert!(note.len() < 1000, "{}", note.len());
}

#[test]
fn what_a_service_says_makes_no_line_of_its_own() {
    let (url, _) = serve(|_| answer(500, "a\n::error::b\u{1b}[31m"));
    let probes = json!({"checks": [{"name": "one", "path": "/"}]});
    let ran = probe_with(&url, &probes, &[]).ended(1);
    assert!(
        ran.stderr
            .lines()
            .all(|line| line.starts_with("health-probe: ")),
        "{ran}"
    );
    let document = ran.document();
    let (_, note) = failure(&document, "one");
    assert!(
        note.ends_with("the body begins with a ::error::b [31m"),
        "{note}"
    );
}

#[test]
fn a_body_of_no_told_length_that_ends_in_a_reset_is_broken_off() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut stream = stream;
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nhalf a body");
            thread::sleep(Duration::from_millis(100));
            // Closed with a reset, as that of a process that is killed may be.
            let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        }
    });
    let probes = json!({"checks": [{"name": "one", "path": "/", "expect": {"contains": "half"}}]});
    let document = probe_with(&url, &probes, &[]).ended(1).document();
    assert_eq!(failure(&document, "one").0, "one.answer");
}
