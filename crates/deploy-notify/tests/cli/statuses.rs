use pipeline_tests::Workplace;

use super::*;

fn created() -> Service {
    Service::answering(|_, _| answer(201, "{}"))
}

#[test]
fn a_commit_gets_a_status_of_its_environment() {
    let api = created();
    run(&["--github-commit-status"], &github(&api), &judged(true)).ended(0);
    let sent = api.only();
    assert_eq!(
        sent.line,
        format!("POST /repos/owner/name/statuses/{COMMIT}")
    );
    for header in [
        "accept: application/vnd.github+json\r\n",
        "x-github-api-version: 2022-11-28\r\n",
        "user-agent: deploy-notify/0.1.0\r\n",
        "authorization: bearer ghs_t0ken\r\n",
    ] {
        assert!(sent.head.contains(header), "{header}{}", sent.head);
    }
    assert_eq!(
        sent.body,
        json!({
            "state": "success",
            "description": "the evidence says yes: 1 check passed",
            "context": "perfpipe/staging",
            "target_url": "https://github.com/owner/name/actions/runs/99",
        })
    );
}

#[test]
fn an_event_says_which_commit_it_is_about_or_that_it_is_about_none() {
    let head = "89abcdef0123456789abcdef0123456789abcdef";
    let place = Workplace::default();
    for event in [
        json!({"pull_request": {"head": {"sha": head}}}),
        json!({"workflow_run": {"head_sha": head}}),
    ] {
        let api = created();
        let variables = [github(&api), vec![("GITHUB_EVENT_PATH", "event.json")]].concat();
        place.write("event.json", &event.to_string());
        run_in(
            &place,
            &["--github-commit-status"],
            &variables,
            &judged(true),
        )
        .ended(0);
        assert_eq!(
            api.lines(),
            [format!("POST /repos/owner/name/statuses/{head}")]
        );
    }

    let api = created();
    let variables = [github(&api), vec![("GITHUB_EVENT_PATH", "event.json")]].concat();
    let comment = json!({"issue": {"number": 7, "pull_request": {}}, "comment": {}});
    place.write("event.json", &comment.to_string());
    let arguments = ["--github-commit-status"];
    let ran = run_in(&place, &arguments, &variables, &judged(true)).ended(2);
    assert!(ran.stderr.contains("nothing says which commit"), "{ran}");
    let arguments = ["--github-commit-status", "--commit", head];
    run_in(&place, &arguments, &variables, &judged(true)).ended(0);
    assert_eq!(api.lines().len(), 1);
}

#[test]
fn a_deployment_gets_a_status_with_its_addresses() {
    let api = created();
    let arguments = [
        "--github-deployment=42",
        "--environment-url=https://staging.example.org",
    ];
    run(&arguments, &github(&api), &judged(false)).ended(1);
    let sent = api.only();
    assert_eq!(sent.line, "POST /repos/owner/name/deployments/42/statuses");
    assert_eq!(
        sent.body,
        json!({
            "state": "failure",
            "description": "the evidence says no: latency.p99_ms is 61 ms, expected <= 50 ms",
            "auto_inactive": true,
            "log_url": "https://github.com/owner/name/actions/runs/99",
            "environment_url": "https://staging.example.org",
        })
    );
}

#[test]
fn each_status_is_said_in_the_words_that_github_knows() {
    for (status, commit, deployment) in [
        ("success", "success", "success"),
        ("failure", "failure", "failure"),
        ("error", "error", "error"),
        ("cancelled", "error", "error"),
        ("pending", "pending", "pending"),
        ("queued", "pending", "queued"),
        ("in_progress", "pending", "in_progress"),
    ] {
        let api = created();
        let arguments = [
            "--status",
            status,
            "--github-deployment=42",
            "--github-commit-status",
        ];
        run(&arguments, &github(&api), "").ended(0);
        let states: Vec<Value> = api
            .received()
            .iter()
            .map(|sent| sent.body["state"].clone())
            .collect();
        assert_eq!(states, [commit, deployment], "{status}");
    }
}

#[test]
fn a_description_is_cut_to_what_github_takes() {
    let api = created();
    let long = judged(false).replace("latency.p99_ms", &"long.".repeat(100));
    run(&["--github-commit-status"], &github(&api), &long).ended(1);
    let description = api.only().body["description"].as_str().unwrap().to_owned();
    assert_eq!(description.chars().count(), 140);
    assert!(description.ends_with('…'));
}

#[test]
fn in_a_pull_request_the_commit_is_its_head_and_what_is_typed_wins() {
    let head = "f".repeat(40);
    let typed = "e".repeat(40);
    let place = Workplace::default();
    let event = json!({"pull_request": {"number": 7, "head": {"sha": head}}});
    place.write("event.json", &event.to_string());
    let api = created();
    let variables = [github(&api), vec![("GITHUB_EVENT_PATH", "event.json")]].concat();
    let arguments = ["--github-commit-status", "--repository=other/name"];
    run_in(&place, &arguments, &variables, &judged(true)).ended(0);
    let arguments = ["--github-commit-status", "--commit", &typed];
    run_in(&place, &arguments, &variables, &judged(true)).ended(0);
    assert_eq!(
        api.lines(),
        [
            format!("POST /repos/other/name/statuses/{head}"),
            format!("POST /repos/owner/name/statuses/{typed}")
        ]
    );
}

#[test]
fn an_enterprise_server_stands_below_a_path() {
    let api = created();
    let url = format!("{}/api/v3/", api.url);
    let place = Workplace::default();
    place.write("token.txt", TOKEN);
    let variables = [
        ("GITHUB_API_URL", url.as_str()),
        ("GITHUB_REPOSITORY", "owner/name"),
        ("GITHUB_SHA", COMMIT),
    ];
    let arguments = [
        "--github-commit-status",
        "--github-token-file=token.txt",
        "--status=success",
    ];
    run_in(&place, &arguments, &variables, "").ended(0);
    assert_eq!(
        api.only().line,
        format!("POST /api/v3/repos/owner/name/statuses/{COMMIT}")
    );
}
