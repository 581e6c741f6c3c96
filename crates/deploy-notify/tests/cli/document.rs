use pipeline_tests::Workplace;

use super::*;

#[test]
fn the_document_goes_on_as_it_came_and_its_verdict_is_the_exit_code() {
    for (passed, code, status) in [(true, 0, "success"), (false, 1, "failure")] {
        let slack = Service::ok();
        let ran = run(
            &["--slack"],
            &[("SLACK_WEBHOOK_URL", &slack.url)],
            &judged(passed),
        )
        .ended(code);
        let document = ran.document();
        assert_eq!(document["overall_success"], passed);
        assert!(ran.stdout.contains(r#""theirs":{"kept":true}"#), "{ran}");
        assert_eq!(ran.stderr, "deploy-notify: slack: sent\n");
        let text = slack.only().body["text"].as_str().unwrap().to_owned();
        assert!(
            text.contains(&format!("Deployment to staging: {status}\n")),
            "{text}"
        );
    }
}

#[test]
fn a_step_that_only_informs_does_not_fail() {
    let slack = Service::ok();
    let variables = [("SLACK_WEBHOOK_URL", slack.url.as_str())];
    run(&["--slack", "--exit-zero"], &variables, &judged(false)).ended(0);
}

#[test]
fn without_a_document_the_status_is_what_was_typed_and_nothing_goes_on() {
    let slack = Service::ok();
    let variables = [("SLACK_WEBHOOK_URL", slack.url.as_str())];
    let place = Workplace::default();
    let arguments = ["--environment=production", "--status=success", "--slack"];
    let mut command = place.command(TOOL, &arguments);
    let ran = command.env_clear().envs(variables).output().unwrap();
    assert_eq!((ran.status.code(), ran.stdout.len()), (Some(0), 0));
    let ran = run(&["--status", "failure", "--slack"], &variables, " \n").ended(0);
    assert_eq!(ran.stdout, "");
    assert_eq!(slack.received().len(), 2);
    let ran = run(&["--slack"], &variables, "").ended(2);
    assert!(
        ran.stderr
            .contains("nothing says how the deployment ended: give --status"),
        "{ran}"
    );
    let ran = run(&["--slack"], &variables, "{}").ended(2);
    assert!(
        ran.stderr
            .contains("or a document on stdin that a tool has judged"),
        "{ran}"
    );
    assert_eq!(slack.received().len(), 2);
}

#[test]
fn a_success_is_told_to_nobody_where_the_document_says_no() {
    let slack = Service::ok();
    let variables = [("SLACK_WEBHOOK_URL", slack.url.as_str())];
    let arguments = ["--slack", "--status", "success", "--exit-zero"];
    let ran = run(&arguments, &variables, &judged(false)).ended(2);
    assert_eq!(
        (ran.stdout.as_str(), ran.stderr.as_str()),
        (
            "",
            "deploy-notify: error: --status success: the document on stdin says no (validation); nobody was told\n"
        )
    );
    assert_eq!(slack.lines().len(), 0);
    // A deployment may fail however good the evidence is, and both are told.
    run(
        &["--slack", "--status", "failure"],
        &variables,
        &judged(true),
    )
    .ended(0);
    let body = slack.only().body;
    assert_eq!(
        body["text"],
        "❌ Deployment to staging: failure\nthe evidence says yes: 1 check passed"
    );
}

#[test]
fn a_document_that_says_no_itself_is_never_told_as_a_success() {
    let document = r#"{"deployment":{"passed":false},"overall_success":false,"validation":{"passed":true,"checks":[]}}"#;
    let slack = Service::ok();
    let variables = [("SLACK_WEBHOOK_URL", slack.url.as_str())];
    let ran = run(&["--slack", "--status=success"], &variables, document).ended(2);
    assert!(
        ran.stderr
            .contains("the document on stdin says no (overall_success); nobody was told"),
        "{ran}"
    );
    assert_eq!(slack.lines().len(), 0);
    run(&["--slack"], &variables, document).ended(1);
    assert_eq!(
        slack.only().body["text"],
        "❌ Deployment to staging: failure\n\
         the evidence says no: the document says no, and no section says why that is known here"
    );
    run(&["--slack", "--exit-zero"], &variables, document).ended(0);
}

#[test]
fn the_other_channels_are_told_where_one_fails_and_the_document_goes_on() {
    let slack = Service::answering(|_, _| answer(404, "no_service"));
    let hook = Service::ok();
    for (passed, arguments) in [(true, vec![]), (false, vec!["--exit-zero"])] {
        let arguments = [vec!["--slack", "--webhook", &hook.url], arguments].concat();
        let variables = [("SLACK_WEBHOOK_URL", slack.url.as_str())];
        let ran = run(&arguments, &variables, &judged(passed)).ended(2);
        assert_eq!(ran.document()["overall_success"], passed);
        let failed = format!(
            "deploy-notify: error: slack: POST {}/***: 404: no_service\n",
            slack.url
        );
        assert!(ran.stderr.ends_with(&failed), "{ran}");
        assert!(
            ran.stderr
                .contains("deploy-notify: webhook: sent, not signed"),
            "{ran}"
        );
    }
    assert_eq!(hook.received().len(), 2);
}

#[test]
fn every_channel_that_fails_is_named() {
    let slack = Service::answering(|_, _| answer(400, "invalid_blocks"));
    let api = Service::answering(|_, _| answer(401, r#"{"message":"Bad credentials"}"#));
    let variables = [github(&api), vec![("SLACK_WEBHOOK_URL", &*slack.url)]].concat();
    let arguments = [
        "--status=success",
        "--slack",
        "--webhook-env=NOT_SET",
        "--github-commit-status",
    ];
    let ran = run(&arguments, &variables, "").ended(2);
    assert_eq!(
        ran.stderr,
        format!(
            "deploy-notify: error: slack: POST {}/***: 400: invalid_blocks\n\
             deploy-notify: error: webhook: NOT_SET: not set in the environment; --webhook-file names a file in its place\n\
             deploy-notify: error: github-commit-status: POST {}/repos/owner/name/statuses/{COMMIT}: 401: Bad credentials \
             (the token needs the permission statuses: write on this repository)\n",
            slack.url, api.url
        )
    );
}
