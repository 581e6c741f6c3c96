use std::fs;

use pipeline_tests::Workplace;

use super::*;

fn refusal(arguments: &[&str]) -> String {
    let ran = run(arguments, &[], "").ended(2);
    assert_eq!(ran.stdout, "");
    ran.stderr
}

#[test]
fn a_usage_error_says_what_is_missing_or_too_much() {
    for (arguments, said) in [
        (vec![], "nobody is to be told: give at least one of --slack"),
        (
            vec!["--webhook=http://h", "--webhook-env=X"],
            "--webhook and --webhook-env exclude each other",
        ),
        (
            vec!["--slack", "--body=a.md"],
            "--body: only --github-comment looks at it",
        ),
        (
            vec!["--slack", "--pull-request=7"],
            "--pull-request: only --github-comment looks at it",
        ),
        (
            vec!["--slack", "--comment-name=a"],
            "--comment-name: only --github-comment looks at it",
        ),
        (
            vec!["--slack", "--webhook-key-file=k"],
            "--webhook-key-file: only --webhook looks at it",
        ),
        (
            vec!["--slack", "--repository=a/b"],
            "--repository: only a channel of GitHub looks at it",
        ),
        (
            vec!["--slack", "--github-token-file=t"],
            "--github-token-file: only a channel of GitHub looks at it",
        ),
        (
            vec!["--github-comment", "--body=-"],
            "--body -: stdin is where the documents come from",
        ),
        (vec!["--slack", "--status=sucess"], "did you mean success?"),
        (vec!["--slak"], "did you mean --slack?"),
        (
            vec!["--slack", "--timeout=0"],
            "found \"0\", in which nobody can be told",
        ),
        (
            vec!["--github-comment", "--pull-request=0"],
            "found \"0\", expected a number from 1",
        ),
        (
            vec!["--github-deployment=0"],
            "found \"0\", expected a number from 1",
        ),
        (
            vec!["--slack", "--revision", ""],
            "expected one line of 1 to 100 characters",
        ),
        (
            vec!["--slack", "--status=error", "--url=javascript:alert(1)"],
            "expected an address as in https://host/page",
        ),
        (
            vec!["--slack", "--status=error", "--url=https://me:s3cret@host"],
            "expected an address as in https://host/page",
        ),
        (
            vec![
                "--slack",
                "--status=error",
                "--environment-url=https://host/a>b",
            ],
            "expected an address as in https://host/page",
        ),
        (
            vec!["--slack", "--commit=main"],
            "expected at least seven hexadecimal digits",
        ),
    ] {
        let refused = refusal(&arguments);
        assert!(refused.contains(said), "{arguments:?}: {refused}");
        assert!(!refused.contains("s3cret"), "{refused}");
    }
}

#[test]
fn a_secret_in_the_wrong_place_is_not_repeated_and_where_it_belongs_is() {
    for (arguments, said) in [
        (
            vec!["--slack", "https://hooks.example.org/s3cret"],
            "--slack is in SLACK_WEBHOOK_URL or in the file that --slack-webhook-file names",
        ),
        (
            vec!["--slack=https://hooks.example.org/s3cret"],
            "an argument that belongs to no option",
        ),
        (
            vec!["--slack-webhook-file=https://hooks.example.org/s3cret"],
            "slack: --slack-webhook-file: expected the name of a file that can be read; the secret itself belongs into that file \
             or into SLACK_WEBHOOK_URL",
        ),
        (
            vec!["--webhook-file=https://example.org/s3cret"],
            "webhook: --webhook-file: expected the name of a file",
        ),
        (
            vec!["--webhook-env=https://example.org/s3cret"],
            "--webhook-env: expected the name of a variable",
        ),
        (
            vec!["--webhook-env=ghp_s3cret"],
            "--webhook-env: expected the name of a variable",
        ),
        (
            vec!["--webhook=example.org/s3cret"],
            "--webhook: expected an address as in https://host/path",
        ),
        (
            vec!["--webhook=http://127.0.0.1:1", "--webhook-key-file=s3cret"],
            "belongs into that file or into PERFPIPE_WEBHOOK_KEY",
        ),
        (
            vec![
                "--github-comment",
                "--repository=o/n",
                "--github-token-file=ghp_s3cret",
            ],
            "belongs into that file or into GITHUB_TOKEN or GH_TOKEN",
        ),
    ] {
        let refused = refusal(&[vec!["--status=success"], arguments.clone()].concat());
        assert!(refused.contains(said), "{arguments:?}: {refused}");
        assert!(!refused.contains("s3cret"), "{refused}");
    }
}

#[test]
fn what_ci_does_not_say_has_to_be_said() {
    for (arguments, variables, said) in [
        (
            "--slack",
            vec![],
            "slack: SLACK_WEBHOOK_URL: not set in the environment; --slack-webhook-file names",
        ),
        (
            "--slack",
            vec![("SLACK_WEBHOOK_URL", "hooks.slack.com/a")],
            "slack: SLACK_WEBHOOK_URL: expected one address as in",
        ),
        (
            "--slack",
            vec![("SLACK_WEBHOOK_URL", "http://hooks.slack.com/a")],
            "a secret is not sent over plain http",
        ),
        (
            "--slack",
            vec![("SLACK_WEBHOOK_URL", "https://a\nhttps://b")],
            "SLACK_WEBHOOK_URL: expected one line of text",
        ),
        (
            "--github-commit-status",
            vec![],
            "nothing says which repository",
        ),
        (
            "--github-commit-status",
            vec![("GITHUB_REPOSITORY", "name")],
            "GITHUB_TOKEN or GH_TOKEN: not set",
        ),
        (
            "--github-commit-status",
            vec![("GITHUB_REPOSITORY", "name"), ("GH_TOKEN", "t")],
            "found \"name\", expected owner/name",
        ),
        (
            "--github-commit-status",
            vec![("GITHUB_REPOSITORY", "o/n"), ("GH_TOKEN", "t")],
            "nothing says which commit",
        ),
        (
            "--github-commit-status",
            vec![("GITHUB_REPOSITORY", "o/n"), ("GH_TOKEN", "ghp_ä")],
            "GH_TOKEN: expected a token of ASCII letters",
        ),
        (
            "--github-commit-status",
            vec![
                ("GITHUB_REPOSITORY", "o/n"),
                ("GH_TOKEN", "t"),
                ("GITHUB_SHA", "abcdef0"),
            ],
            "commit abcdef0: GitHub takes statuses of whole commits only",
        ),
        (
            "--github-comment",
            vec![
                ("GITHUB_REPOSITORY", "o/n"),
                ("GH_TOKEN", "t"),
                ("GITHUB_REF", "refs/heads/main"),
            ],
            "nothing says which pull request",
        ),
        (
            "--github-comment",
            vec![
                ("GITHUB_REPOSITORY", "o/n"),
                ("GH_TOKEN", "t"),
                ("GITHUB_API_URL", "http://ghe.example.org"),
            ],
            "GITHUB_API_URL: a secret is not sent over plain http",
        ),
    ] {
        let ran = run(
            &["--status=success", arguments, "--timeout=1"],
            &variables,
            "",
        )
        .ended(2);
        assert!(ran.stderr.contains(said), "{said}: {ran}");
    }
}

#[test]
fn an_event_that_cannot_be_read_is_an_error() {
    let place = Workplace::default();
    let variables = [
        ("GITHUB_EVENT_PATH", "event.json"),
        ("SLACK_WEBHOOK_URL", "http://127.0.0.1:1"),
    ];
    for content in [None, Some("{"), Some("[1")] {
        if let Some(content) = content {
            place.write("event.json", content);
        }
        let ran = run_in(&place, &["--slack", "--status=success"], &variables, "").ended(2);
        assert!(
            ran.stderr
                .contains("GITHUB_EVENT_PATH: event.json: cannot be read as JSON"),
            "{ran}"
        );
    }
}

#[test]
fn a_secret_may_be_in_a_file() {
    let slack = Service::ok();
    let place = Workplace::default();
    place.write("hook.txt", &format!("{}/services/s3cret\n", slack.url));
    let arguments = ["--slack-webhook-file=hook.txt", "--status=success"];
    run_in(&place, &arguments, &[], "").ended(0);
    assert_eq!(slack.lines(), ["POST /services/s3cret"]);
    fs::remove_file(place.path("hook.txt")).unwrap();
    let ran = run_in(&place, &arguments, &[], "").ended(2);
    assert!(
        ran.stderr.contains("slack: hook.txt: cannot be read"),
        "{ran}"
    );
}
