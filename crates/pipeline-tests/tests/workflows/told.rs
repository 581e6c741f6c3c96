//! What the workflows tell people: the summary of a step, annotations, the comment, a notification.

use std::fs;
use std::sync::{Arc, Mutex};

use pipeline_tests::alone;
use pipeline_tests::server::{answer, serve};

use crate::recipes::{BENCHMARK, Checkout};

/// Where whatever is sent is taken, and what was sent: the line of each request with its body.
fn listener() -> (String, Arc<Mutex<Vec<String>>>) {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&sent);
    let (url, _) = serve(move |request| {
        let entry = format!("{}\n{}", request.line, request.body);
        kept.lock().unwrap().push(entry);
        // No comments yet, and one that was made.
        if request.line.starts_with("GET") {
            answer(200, "[]")
        } else {
            answer(201, r#"{"id": 1, "html_url": "https://example.org/1"}"#)
        }
    });
    (url, sent)
}

#[test]
fn a_bad_run_is_shown_in_the_summary_and_beside_the_code() {
    let _alone = alone();
    let checkout = Checkout::new();
    checkout.benchmark(&["--latency", "fixed:60ms"]);
    checkout.run("performance", BENCHMARK).ended(1);

    // What was in the summary before stays there.
    checkout.place.write("summary", "before\n");
    let shown = checkout.run("show-performance", &[("GITHUB_STEP_SUMMARY", "summary")]);
    let annotations = shown.ended(0).stdout;
    assert!(annotations.contains("::error"), "{annotations}");
    let summary = checkout.read("summary");
    assert!(summary.starts_with("before\n") && summary.contains("FAILED"));
    assert!(checkout.read("junit.xml").contains("<failure"));
    assert!(checkout.read("comment.md").contains("latency.p50_ms"));
}

#[test]
fn the_comment_is_put_on_the_pull_request_whatever_the_verdict() {
    let checkout = Checkout::new();
    checkout.place.write("comment.md", "p99 is 60 ms");
    let (api, sent) = listener();
    let on_github = [
        ("GITHUB_API_URL", api.as_str()),
        ("GITHUB_REPOSITORY", "us/service"),
        ("GITHUB_TOKEN", "of-a-test"),
        ("PULL_REQUEST", "7"),
    ];
    for passed in [true, false] {
        let document = format!(
            r#"{{"schema_version": "1.0", "validation": {{"passed": {passed}, "checks": []}}}}"#
        );
        checkout.place.write("evidence.json", &document);
        checkout.run("comment", &on_github).ended(0);
    }
    let sent = sent.lock().unwrap();
    let is_comment = |request: &&String| {
        request.starts_with("POST /repos/us/service/issues/7/comments")
            && request.contains("p99 is 60 ms")
    };
    assert_eq!(sent.iter().filter(is_comment).count(), 2, "{sent:?}");
}

#[test]
fn a_comment_about_an_earlier_commit_does_not_stay_where_this_one_was_not_measured() {
    let checkout = Checkout::new();
    let (api, sent) = listener();
    let told = checkout.run(
        "comment-unmeasured",
        &[
            ("GITHUB_API_URL", api.as_str()),
            ("GITHUB_REPOSITORY", "us/service"),
            ("GITHUB_TOKEN", "of-a-test"),
            ("PULL_REQUEST", "7"),
            ("COMMIT", "0123abc"),
            ("RUN", "https://example.org/runs/9"),
        ],
    );
    told.ended(0);
    let sent = sent.lock().unwrap();
    let comment = sent.last().unwrap();
    assert!(
        comment.contains("not measured") && comment.contains("0123abc"),
        "{comment}"
    );
    // The comment that the report is in, not another one.
    assert!(comment.contains("<!-- perfpipe:local -->"), "{comment}");
}

#[test]
fn a_deployment_is_shown_whether_it_answers_or_not() {
    let checkout = Checkout::new();
    let document = r#"{"schema_version": "1.0", "health_checks": {"passed": false, "failure_rate": 100.0, "checks": []}}"#;
    checkout.place.write("deployment.json", document);
    checkout
        .run("show-deployment", &[("GITHUB_STEP_SUMMARY", "summary")])
        .ended(0);
    assert!(checkout.read("summary").contains("FAILED"));
    assert!(fs::exists(checkout.place.path("deployment.md")).unwrap());
}

#[test]
fn a_deployment_that_failed_is_told_in_slack() {
    let checkout = Checkout::new();
    let (url, sent) = listener();
    for status in ["success", "failure", "cancelled"] {
        let told = checkout.run(
            "notify",
            &[
                ("ENVIRONMENT", "staging"),
                ("STATUS", status),
                ("SLACK_WEBHOOK_URL", url.as_str()),
            ],
        );
        told.ended(0);
    }
    {
        let sent = sent.lock().unwrap();
        assert_eq!(sent.len(), 3);
        assert!(sent.iter().all(|body| body.contains("staging")), "{sent:?}");
    }

    // Where the service was asked, what it answered is told too.
    checkout.place.write(
        "deployment.json",
        r#"{"schema_version": "1.0", "health_checks": {"passed": false, "failure_rate": 100.0, "checks": []}}"#,
    );
    let told = checkout.run(
        "notify",
        &[
            ("ENVIRONMENT", "staging"),
            ("STATUS", "failure"),
            ("SLACK_WEBHOOK_URL", url.as_str()),
        ],
    );
    told.ended(0);
    let sent = sent.lock().unwrap();
    assert!(sent[3].contains("health_checks"), "{sent:?}");
}
