use std::fs::File;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use pipeline_tests::Workplace;
use pipeline_tests::server::{answer_with, dead_port};

use super::*;

fn slack_of(service: &Service) -> [(&'static str, &str); 1] {
    [("SLACK_WEBHOOK_URL", service.url.as_str())]
}

#[test]
fn what_may_pass_is_asked_again() {
    for first in [
        answer_with(429, &["Retry-After: 0"], "rate_limited"),
        answer_with(
            429,
            &["Retry-After: Wed, 21 Oct 2015 07:28:00 GMT"],
            "rate_limited",
        ),
        answer(500, "rollup_error"),
        answer(503, ""),
        // Cut off before it says anything.
        "HTTP/1.1".to_owned(),
    ] {
        let slack = Service::answering(move |_, before| match before {
            0 => first.clone(),
            _ => answer(200, "ok"),
        });
        let ran = run(&["--slack", "--status=success"], &slack_of(&slack), "").ended(0);
        assert_eq!(ran.stderr, "deploy-notify: slack: sent, after 2 attempts\n");
        assert_eq!(slack.received().len(), 2);
    }
}

#[test]
fn what_will_not_pass_is_asked_once() {
    for (status, body) in [
        (400, "invalid_blocks"),
        (403, "action_prohibited"),
        (404, "no_service"),
        (410, "channel_is_archived"),
    ] {
        let slack = Service::answering(move |_, _| answer(status, body));
        let ran = run(&["--slack", "--status=success"], &slack_of(&slack), "").ended(2);
        assert!(
            ran.stderr.ends_with(&format!("/***: {status}: {body}\n")),
            "{ran}"
        );
        assert_eq!(slack.lines().len(), 1);
    }
}

#[test]
fn a_limit_that_lasts_longer_than_the_time_is_not_waited_for() {
    for (headers, said) in [
        (
            vec!["Retry-After: 3600"],
            "which wants 3600 s of patience; gave up after 1 attempt",
        ),
        (
            vec![
                "X-RateLimit-Remaining: 0",
                "X-RateLimit-Reset: 4102444800",
                "Date: Thu, 31 Dec 2099 23:00:00 GMT",
            ],
            "which wants 3600 s of patience; gave up after 1 attempt",
        ),
    ] {
        let said = said.to_owned();
        let headers: Vec<String> = headers.into_iter().map(str::to_owned).collect();
        let api = Service::answering(move |_, _| {
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            answer_with(403, &headers, r#"{"message":"API rate limit exceeded"}"#)
        });
        let ran = run(
            &["--github-commit-status", "--status=success"],
            &github(&api),
            "",
        )
        .ended(2);
        assert!(
            ran.stderr
                .contains(&format!("403: API rate limit exceeded, {said}")),
            "{ran}"
        );
        assert_eq!(api.lines().len(), 1);
    }
}

#[test]
fn a_secondary_limit_that_passes_is_asked_again() {
    let api = Service::answering(|_, before| match before {
        0 => answer_with(
            403,
            &["Retry-After: 0"],
            r#"{"message":"You have exceeded a secondary rate limit."}"#,
        ),
        _ => answer(201, "{}"),
    });
    run(
        &["--github-commit-status", "--status=success"],
        &github(&api),
        "",
    )
    .ended(0);
    assert_eq!(api.lines().len(), 2);
}

#[test]
fn a_service_that_is_not_there_or_says_nothing_is_given_up() {
    let (nowhere, _port) = dead_port();
    let silent = Service::answering(|_, _| String::new());
    for (url, said) in [
        (nowhere.as_str(), "Connection refused"),
        (silent.url.as_str(), "the time was up before an answer came"),
    ] {
        // Shorter than the shortest pause before a second attempt.
        let arguments = ["--slack", "--status=success", "--timeout=200ms"];
        let ran = run(&arguments, &[("SLACK_WEBHOOK_URL", url)], "").ended(2);
        assert!(
            ran.stderr.contains(said) && ran.stderr.contains("; gave up after 1 attempt"),
            "{ran}"
        );
    }
}

#[test]
fn whoever_does_not_want_to_wait_for_the_next_attempt_gets_the_document_and_130() {
    let slack = Service::answering(|_, _| answer_with(429, &["Retry-After: 600"], ""));
    let hook = Service::ok();
    let place = Workplace::default();
    let arguments = [
        "--environment=staging",
        "--timeout=1h",
        "--slack",
        "--webhook",
        &hook.url,
    ];
    place.write("document.json", &judged(true));
    let mut command = place.command(TOOL, &arguments);
    command.env_clear().envs(slack_of(&slack));
    command
        .stdin(File::open(place.path("document.json")).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    while slack.lines().is_empty() {
        thread::sleep(Duration::from_millis(5));
    }
    let pid = child.id().to_string();
    let interrupted = Command::new("kill").args(["-INT", &pid]).status();
    assert!(interrupted.unwrap().success());
    let ran = Ran::of(child.wait_with_output().unwrap()).ended(130);
    assert_eq!(ran.document()["overall_success"], true);
    assert!(
        ran.stderr.contains("429; interrupted after 1 attempt")
            && ran
                .stderr
                .contains("webhook: interrupted before it was told"),
        "{ran}"
    );
    assert_eq!((slack.lines().len(), hook.lines().len()), (1, 0));
}

#[test]
fn no_redirect_is_followed() {
    let elsewhere = Service::ok();
    let location = format!("Location: {}/s3cret", elsewhere.url);
    for status in [301, 307] {
        let location = location.clone();
        let api = Service::answering(move |_, _| answer_with(status, &[&location], ""));
        let ran = run(
            &["--github-commit-status", "--status=success"],
            &github(&api),
            "",
        )
        .ended(2);
        assert!(
            ran.stderr
                .contains(&format!("{status}: redirects are not followed")),
            "{ran}"
        );
        assert_eq!((elsewhere.lines().len(), api.lines().len()), (0, 1));
    }
}
