//! What one step captures and another uses.

use std::sync::atomic::Ordering;

use pipeline_tests::server::{answer, serve};
use pipeline_tests::{Ran, Workplace};
use serde_json::{Value, json};

use crate::{TOOL, failed, failure, take, test};

/// A service with items: it makes one, and shows it to whoever has the token.
fn items() -> String {
    let (url, _) = serve(|request| match request.line.as_str() {
        "POST /items HTTP/1.1" => answer(
            201,
            r#"{"id": "a b/7", "count": 2, "token": "s3cret-token", "nothing": null}"#,
        ),
        "GET /items/a%20b%2F7?n=2 HTTP/1.1" => {
            let may = request
                .head
                .contains("authorization: bearer s3cret-token\r\n");
            answer(
                if may { 200 } else { 401 },
                r#"{"id": "a b/7", "count": 2.0}"#,
            )
        }
        "PUT /items HTTP/1.1" => answer(200, &request.body),
        // It tells what it was told, as bad services do.
        _ => answer(500, &format!("{} {}", request.line, request.head)),
    });
    url
}

fn make(capture: Value) -> Value {
    json!({"name": "make", "path": "/items", "json": {}, "expect": {"status": 201}, "capture": capture})
}

#[test]
fn what_a_step_captures_stands_in_the_path_the_headers_the_body_and_the_expectations_of_others() {
    let capture = json!({"id": {"pointer": "/id"}, "n": {"pointer": "/count"}, "token": {"pointer": "/token"},
        "whole": {"pointer": ""}});
    let steps = json!([make(capture),
        {"name": "show", "path": "/items/{{id}}?n={{n}}", "headers": {"Authorization": "Bearer {{token}}"},
            "expect": {"body": [{"pointer": "/id", "equals": "{{id}}"}, {"pointer": "/count", "equals": "{{n}}"}]}},
        {"name": "change", "method": "PUT", "path": "/items", "json": {"n": "{{n}}", "text": "n={{n}}", "all": ["{{whole}}"]},
            "expect": {"body": [{"pointer": "/n", "equals": 2}, {"pointer": "/text", "equals": "n=2"},
                {"pointer": "/all/0/id", "equals": "{{id}}"}, {"pointer": "/all", "length": 1},
                {"pointer": "", "equals": {"n": 2, "text": "n={{n}}", "all": ["{{whole}}"]}}]}}]);
    let document = take(&items(), &steps, &[]).ended(0).document();
    let url = test(&document, "show")["url"].as_str().unwrap();
    assert!(url.ends_with("/items/a%20b%2F7?n=2"), "{url}");
}

#[test]
fn an_answer_that_differs_from_the_one_before_is_a_finding() {
    let (url, _) =
        serve(|request| answer(200, &format!(r#"{{"action": {}}}"#, request.number / 2)));
    let same = |name: &str| json!({"name": name, "path": "/", "expect": {"body": [{"pointer": "/action", "equals": "{{action}}"}]}});
    let steps = json!([{"name": "first", "path": "/", "capture": {"action": {"pointer": "/action"}}},
        same("second"), same("third")]);
    let document = take(&url, &steps, &[]).ended(1).document();
    assert_eq!(failed(&document), ["third"]);
    let (metric, note) = failure(&document, "third");
    assert_eq!(metric, "third.body/action");
    assert!(
        note.contains("expected body/action == 0, found 1;"),
        "{note}"
    );
}

#[test]
fn a_value_that_is_not_there_fails_the_step_and_those_that_need_it_and_no_other() {
    for (pointer, found) in [("/ID", "nothing at /ID"), ("/nothing", "null at /nothing")] {
        let (url, requests) = serve(|_| answer(200, r#"{"id": 1, "nothing": null}"#));
        let steps = json!([
            {"name": "make", "path": "/", "capture": {"id": {"pointer": pointer}, "other": {"pointer": "/id"}}},
            {"name": "show", "path": "/{{id}}", "capture": {"deep": {"pointer": "/id"}}},
            {"name": "deeper", "path": "/", "json": ["{{deep}}"]},
            {"name": "beside", "path": "/"},
        ]);
        let document = take(&url, &steps, &[]).ended(1).document();
        assert_eq!(failed(&document), ["make", "show", "deeper"]);
        assert_eq!(document["smoke_tests"]["failure_rate"], 75.0);
        assert_eq!(requests.load(Ordering::SeqCst), 2);
        let (metric, note) = failure(&document, "make");
        assert_eq!(metric, "make.capture.id");
        assert!(note.contains(&format!("found {found};")), "{note}");
        let (metric, note) = failure(&document, "show");
        assert_eq!(metric, "show.status");
        assert!(
            note.contains("/{{id}}: expected")
                && note.contains("not sent: it needs `id` of the step make, which failed"),
            "{note}"
        );
        assert_eq!(test(&document, "show")["status"], "missing");
        assert_eq!(test(&document, "show")["attempts"], 0);
        let (_, note) = failure(&document, "deeper");
        assert!(note.contains("it needs `deep` of the step show"), "{note}");
    }
}

#[test]
fn nothing_of_a_step_that_failed_is_used() {
    let (url, requests) = serve(|_| answer(500, r#"{"id": 1}"#));
    let steps = json!([{"name": "make", "path": "/", "capture": {"id": {"pointer": "/id"}}},
        {"name": "show", "path": "/{{id}}", "expect": {"status": 500}}]);
    let document = take(&url, &steps, &[]).ended(1).document();
    assert_eq!(failed(&document), ["make", "show"]);
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[test]
fn metrics_count_what_was_sent_or_it_is_a_finding() {
    let count_to = |last: u64| {
        let (url, _) = serve(move |request| {
            let page = match request.number {
                0 => "# TYPE sent_total counter\n".to_owned(),
                1 => "sent_total{to=\"a\"} 3\nsent_total{to=\"b\"} 4\nsent_total{to=\"a\",as=\"c\"} 2\n".to_owned(),
                _ => format!("sent_total{{to=\"a\"}} {last}\n"),
            };
            answer(200, &page)
        });
        url
    };
    let sent = json!({"metric": "sent_total", "labels": {"to": "a"}, "default": 0});
    let steps = json!([{"name": "before", "path": "/", "capture": {"none": sent}},
        {"name": "between", "path": "/", "capture": {"some": sent}, "increased_by_at_least": {"none": 5}},
        {"name": "after", "path": "/", "increased_by_at_least": {"none": 10, "some": 5}}]);
    take(&count_to(10), &steps, &[]).ended(0);
    let document = take(&count_to(9), &steps, &[]).ended(1).document();
    let (metric, note) = failure(&document, "after");
    assert_eq!(metric, "after.increase.none");
    assert!(
        note.contains("expected increase.none >= 10, found 9: 9 more than the 0 that was captured, and not 10;"),
        "{note}"
    );
    let (_, rest) = steps.as_array().unwrap().split_first().unwrap();
    let strict =
        json!({"name": "before", "path": "/", "capture": {"none": {"metric": "sent_total"}}});
    let strict = Value::Array([&[strict], rest].concat());
    let document = take(&count_to(10), &strict, &[]).ended(1).document();
    assert_eq!(failed(&document), ["before", "between", "after"]);
    let (_, note) = failure(&document, "before");
    assert!(note.contains("no such series of sent_total"), "{note}");
}

#[test]
fn what_was_captured_for_a_header_is_in_no_document_and_on_no_line() {
    let url = items();
    let with = |step: Value| {
        json!([make(json!({"token": {"pointer": "/token"}})), step,
            {"name": "uses", "path": "/", "headers": {"Authorization": "{{token}}"}}])
    };
    let echoed = json!({"name": "echoed", "path": "/echo/{{token}}", "headers": {"X-Token": "{{token}}"},
        "expect": {"status": 200}});
    let compared = json!({"name": "compared", "method": "PUT", "path": "/items", "json": {"t": "{{token}}"},
        "expect": {"body": [{"pointer": "/t", "equals": "x{{token}}"}]}});
    let mut fails_itself = json!([make(json!({"token": {"pointer": "/token"}})),
        {"name": "uses", "path": "/", "headers": {"Authorization": "{{token}}"}}]);
    fails_itself[0]["expect"] = json!({"status": 200, "contains": "x"});
    let mut looks_for_more = fails_itself.clone();
    looks_for_more[0]["expect"] = json!({"status": 201, "contains": "more"});
    let mut looks_elsewhere = fails_itself.clone();
    looks_elsewhere[0]["expect"] = json!({"status": 201});
    looks_elsewhere[0]["capture"] = json!({"token": {"pointer": "/access_token"}});
    for steps in [
        with(echoed),
        with(compared),
        fails_itself,
        looks_for_more,
        looks_elsewhere,
    ] {
        let ran = take(&url, &steps, &[]).ended(1);
        assert!(!ran.to_string().contains("s3cret"), "{ran}");
        let hides = ["${}", "{{token}}", "the body is not shown"];
        assert!(hides.iter().any(|what| ran.stdout.contains(what)), "{ran}");
    }
}

#[test]
fn what_the_environment_says_is_a_text_and_what_a_service_says_no_variable() {
    let (url, _) = serve(|request| {
        let is_as_it_stands = request.head.contains("x-one: a{{id}}-${home}\r\n");
        answer(
            if is_as_it_stands || request.number == 0 {
                200
            } else {
                400
            },
            r#"{"id": "${HOME}"}"#,
        )
    });
    let steps = json!([{"name": "first", "path": "/", "capture": {"id": {"pointer": "/id"}}},
        {"name": "second", "path": "/", "headers": {"X-One": "${ONE}-{{id}}"}}]);
    let place = Workplace::default();
    place.write("suite.json", &json!({"steps": steps}).to_string());
    let mut command = place.command(TOOL, &["--base-url", &url, "--suite", "suite.json"]);
    command.env("ONE", "a{{id}}");
    Ran::of(command.output().unwrap()).ended(0);
    let missing = place
        .run(TOOL, &["--base-url", &url, "--suite", "suite.json"])
        .ended(2);
    assert!(
        missing
            .stderr
            .contains("steps[1].headers.X-One: found ${ONE}, which is not set"),
        "{missing}"
    );
}

#[test]
fn a_value_that_cannot_stand_in_a_header_is_a_finding() {
    let (url, _) = serve(|_| answer(200, r#"{"id": "a\r\nX: y"}"#));
    let steps = json!([{"name": "first", "path": "/", "capture": {"id": {"pointer": "/id"}}},
        {"name": "second", "path": "/", "headers": {"X-One": "{{id}}"}}]);
    let document = take(&url, &steps, &[]).ended(1).document();
    let (_, note) = failure(&document, "second");
    assert!(
        note.contains("not sent: what was captured as `id` cannot stand in a header"),
        "{note}"
    );
}
