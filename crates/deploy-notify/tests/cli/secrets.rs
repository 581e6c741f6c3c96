use pipeline_tests::Workplace;

use super::*;

const SECRETS: [&str; 4] = ["T00/s3cret", "h00k-s3cret", "k3y-s3cret", TOKEN];

fn everywhere(service: &Service) -> (Vec<String>, Vec<(&'static str, String)>) {
    let arguments = [
        "--slack",
        "--webhook-env=HOOK",
        "--github-comment",
        "--github-commit-status",
        "--github-deployment=42",
        "--status=failure",
        "--timeout=5s",
    ];
    let variables = [
        (
            "SLACK_WEBHOOK_URL",
            format!("{}/services/{}", service.url, SECRETS[0]),
        ),
        ("HOOK", format!("{}/{}", service.url, SECRETS[1])),
        ("PERFPIPE_WEBHOOK_KEY", SECRETS[2].to_owned()),
    ];
    let github = github(service)
        .into_iter()
        .map(|(name, value)| (name, value.to_owned()));
    (
        arguments.map(str::to_owned).to_vec(),
        variables.into_iter().chain(github).collect(),
    )
}

fn run_everywhere(service: &Service, more: &[&str]) -> Ran {
    let (arguments, variables) = everywhere(service);
    let arguments: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .chain(more.iter().copied())
        .collect();
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    run(&arguments, &variables, &judged(false))
}

fn tells_no_secret(ran: &Ran) {
    for secret in SECRETS {
        assert!(
            !ran.stderr.contains(secret) && !ran.stdout.contains(secret),
            "{secret}: {ran}"
        );
    }
}

#[test]
fn no_secret_is_told_whatever_a_service_says() {
    for status in [400, 401, 403, 404] {
        let service = Service::answering(move |request, _| {
            let said = format!("{}{}", request.line, request.head);
            answer(status, &json!({"message": said}).to_string())
        });
        let ran = run_everywhere(&service, &[]).ended(2);
        tells_no_secret(&ran);
        assert!(ran.stderr.matches("***").count() > 5, "{ran}");
        assert_eq!(ran.stderr.lines().count(), 5, "{ran}");
        assert_eq!(service.lines().len(), 5);
    }
}

#[test]
fn no_secret_is_told_where_nothing_goes_wrong() {
    let service = Service::answering(|request, _| match request.line.starts_with("GET") {
        true => answer(200, "[]"),
        false => answer(201, "{}"),
    });
    tells_no_secret(&run_everywhere(&service, &[]).ended(1));
}

#[test]
fn a_dry_run_sends_nothing_and_shows_all_but_secrets() {
    let service = Service::ok();
    let ran = run_everywhere(&service, &["--dry-run"]).ended(1);
    tells_no_secret(&ran);
    assert_eq!(service.lines().len(), 0);
    assert_eq!(ran.document()["overall_success"], false);
    let url = &service.url;
    for shown in [
        format!(
            "deploy-notify: slack: would send\n  POST {url}/***\n  Content-Type: application/json\n  {{\n    \"text\": "
        ),
        format!("deploy-notify: webhook: would send\n  POST {url}/***\n"),
        "\n  X-Perfpipe-Signature-256: ***\n".to_owned(),
        format!(
            "deploy-notify: github-comment: would send\n  GET {url}/repos/owner/name/issues/7/comments?per_page=50\n"
        ),
        format!("\n  POST {url}/repos/owner/name/issues/7/comments\n"),
        "\n  Authorization: ***\n".to_owned(),
        format!("  POST {url}/repos/owner/name/statuses/{COMMIT}\n"),
        format!("  POST {url}/repos/owner/name/deployments/42/statuses\n"),
        "\n    \"context\": \"perfpipe/staging\"".to_owned(),
    ] {
        assert!(ran.stderr.contains(&shown), "{shown}\n{ran}");
    }
    let quiet = run_everywhere(&service, &["--dry-run", "--quiet"]).ended(1);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn a_document_that_speaks_in_commands_of_ci_gives_none() {
    let slack = Service::answering(|_, _| answer(400, "no\n::error::forged\r\u{1b}[31m"));
    let place = Workplace::default();
    let variables = [("SLACK_WEBHOOK_URL", slack.url.as_str())];
    let evil = judged(false).replace("r1", "\\n::set-output name=a::b\\u001b[31m");
    for arguments in [vec!["--slack"], vec!["--slack", "--dry-run"]] {
        let ran = run_in(&place, &arguments, &variables, &evil);
        assert!(!ran.stderr.contains('\u{1b}'), "{ran}");
        assert!(
            ran.stderr
                .lines()
                .all(|line| !line.trim_start().starts_with("::")),
            "{ran}"
        );
    }
}
