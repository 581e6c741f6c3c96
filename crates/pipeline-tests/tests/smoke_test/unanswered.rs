//! Services that do not answer, and somebody who does not want to wait.

use std::process::Stdio;
use std::sync::atomic::Ordering;

use pipeline_tests::Workplace;
use pipeline_tests::patience::{ended, eventually, signal};
use pipeline_tests::server::{answer, serve};
use rustix::process::Signal;
use serde_json::json;

use crate::{TOOL, failed, failure, take, test};

#[test]
fn a_service_that_starts_is_waited_for() {
    let (url, requests) = serve(|request| answer(if request.number < 2 { 503 } else { 200 }, ""));
    let steps = json!([{"name": "one", "path": "/"}]);
    let ran = take(&url, &steps, &["--wait-for-up", "50s"]).ended(0);
    assert!(
        ran.stderr
            .starts_with("smoke-test: waiting up to 50 s for "),
        "{ran}"
    );
    assert_eq!(requests.load(Ordering::SeqCst), 4);
    let (url, requests) = serve(|_| answer(503, ""));
    take(&url, &steps, &[]).ended(1);
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[test]
fn steps_are_taken_one_after_another() {
    let (url, requests) = serve(|request| {
        let is_next = request.line == format!("GET /{} HTTP/1.1", request.number);
        answer(if is_next { 200 } else { 400 }, "")
    });
    let steps =
        (0..20).map(|number| json!({"name": format!("s{number}"), "path": format!("/{number}")}));
    take(&url, &steps.collect(), &[]).ended(0);
    assert_eq!(requests.load(Ordering::SeqCst), 20);
}

#[test]
fn a_step_that_fails_does_not_stop_the_others() {
    let (url, _) = serve(|request| answer(if request.number == 1 { 500 } else { 200 }, ""));
    let steps =
        json!([{"name": "a", "path": "/"}, {"name": "b", "path": "/"}, {"name": "c", "path": "/"}]);
    let document = take(&url, &steps, &[]).ended(1).document();
    assert_eq!(failed(&document), ["b"]);
    assert_eq!(document["smoke_tests"]["failure_rate"], 33.333333);
}

#[test]
fn somebody_who_stops_the_steps_still_gets_a_whole_document() {
    let (url, requests) = serve(|request| match request.number {
        0 => answer(200, ""),
        _ => String::new(),
    });
    let place = Workplace::default();
    let steps =
        json!([{"name": "a", "path": "/"}, {"name": "b", "path": "/"}, {"name": "c", "path": "/"}]);
    place.write("suite.json", &json!({"steps": steps}).to_string());
    let arguments = [
        "--base-url",
        &url,
        "--suite",
        "suite.json",
        "--step-timeout",
        "1h",
        "--timeout",
        "1h",
    ];
    let child = place
        .command(TOOL, &arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let child = child.unwrap();
    eventually("the second step", || {
        (requests.load(Ordering::SeqCst) == 2).then_some(())
    });
    signal(child.id(), Signal::INT);
    let document = ended(child).ended(130).document();
    assert_eq!(test(&document, "a")["passed"], true);
    let (_, note) = failure(&document, "b");
    assert!(note.contains("interrupted before it came"), "{note}");
    let (_, note) = failure(&document, "c");
    assert!(note.contains("interrupted before it was sent"), "{note}");
}
