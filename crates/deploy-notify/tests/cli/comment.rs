use pipeline_tests::Workplace;
use pipeline_tests::server::answer_with;

use super::*;

const LIST: &str = "GET /repos/owner/name/issues/7/comments?per_page=50";
const CREATE: &str = "POST /repos/owner/name/issues/7/comments";
const MARKER: &str = "<!-- perfpipe:staging -->";

fn comment(id: u64, login: &str, kind: &str, body: &str) -> Value {
    json!({"id": id, "body": body, "user": {"login": login, "type": kind}})
}

/// GitHub with a pull request that has these comments, for the token of an app.
fn pull_request(comments: Vec<Value>) -> Service {
    let comments = Mutex::new(comments);
    Service::answering(move |request, _| {
        let mut comments = comments.lock().unwrap();
        let (method, path) = request.line.split_once(' ').unwrap();
        match method {
            "GET" if path == "/user" => answer(
                403,
                r#"{"message":"Resource not accessible by integration"}"#,
            ),
            "GET" => answer(200, &json!(*comments).to_string()),
            "POST" => {
                let body = request.body["body"].as_str().unwrap();
                let made = comment(1000, "github-actions[bot]", "Bot", body);
                comments.push(made.clone());
                answer(201, &made.to_string())
            }
            _ => {
                let id: u64 = path.rsplit('/').next().unwrap().parse().unwrap();
                let found = comments
                    .iter_mut()
                    .find(|comment| comment["id"] == id)
                    .unwrap();
                if found["user"]["login"] != "github-actions[bot]" {
                    return answer(403, r#"{"message":"Forbidden"}"#);
                }
                found["body"] = request.body["body"].clone();
                answer(200, &found.to_string())
            }
        }
    })
}

#[test]
fn there_is_one_comment_which_the_next_notification_updates() {
    let api = pull_request(vec![comment(1, "someone", "User", "Nice.")]);
    let ran = run(&["--github-comment"], &github(&api), &judged(false)).ended(1);
    assert_eq!(ran.stderr, "deploy-notify: github-comment: commented\n");
    let ran = run(&["--github-comment"], &github(&api), &judged(true)).ended(0);
    assert_eq!(ran.stderr, "deploy-notify: github-comment: updated\n");
    assert_eq!(
        api.lines(),
        [
            LIST,
            CREATE,
            LIST,
            "GET /user",
            "PATCH /repos/owner/name/issues/comments/1000"
        ]
    );
    let bodies: Vec<String> = api
        .received()
        .iter()
        .filter_map(|sent| Some(sent.body.get("body")?.as_str()?.to_owned()))
        .collect();
    let failed = format!(
        "{MARKER}\n### ❌ Deployment to staging: failure\n\n\
         the evidence says no: latency.p99_ms is 61 ms, expected &lt;= 50 ms\n\n\
         - failed: latency.p99_ms is 61 ms, expected &lt;= 50 ms\n\n\
         commit {COMMIT} · [run](<https://github.com/owner/name/actions/runs/99>) · "
    );
    assert!(bodies[0].starts_with(&failed), "{}", bodies[0]);
    assert!(
        bodies[1].starts_with(&format!(
            "{MARKER}\n### ✅ Deployment to staging: success\n"
        )),
        "{}",
        bodies[1]
    );
}

#[test]
fn a_comment_says_what_a_report_says() {
    let api = pull_request(vec![]);
    let place = Workplace::default();
    place.write("comment.md", "## Report\n<details>\n");
    let arguments = [
        "--github-comment",
        "--body=comment.md",
        "--comment-name=p99 --> <b>",
        "--pull-request=8",
    ];
    run_in(&place, &arguments, &github(&api), &judged(true)).ended(0);
    let sent = api.received().pop().unwrap();
    assert_eq!(sent.line, "POST /repos/owner/name/issues/8/comments");
    assert_eq!(
        sent.body["body"],
        "<!-- perfpipe:p99%20--%3E%20%3Cb%3E -->\n## Report\n<details>\n"
    );
}

#[test]
fn a_comment_that_says_nothing_is_refused() {
    let api = pull_request(vec![]);
    let place = Workplace::default();
    place.write("comment.md", " \n");
    let arguments = ["--github-comment", "--body=comment.md"];
    let ran = run_in(&place, &arguments, &github(&api), &judged(true)).ended(2);
    assert!(ran.stderr.contains("comment.md: is empty"), "{ran}");
    assert_eq!(api.lines().len(), 0);
}

#[test]
fn of_several_comments_of_bots_that_of_github_actions_is_updated() {
    let marked = format!("{MARKER}\nold");
    let api = pull_request(vec![
        comment(4, "other[bot]", "Bot", &marked),
        comment(5, "github-actions[bot]", "Bot", &marked),
    ]);
    run(&["--github-comment"], &github(&api), &judged(true)).ended(0);
    assert_eq!(
        api.lines()[2..],
        ["PATCH /repos/owner/name/issues/comments/5"]
    );
}

#[test]
fn a_locked_conversation_is_no_matter_of_permissions() {
    let api = Service::answering(|request, _| match request.line.as_str() {
        LIST => answer(200, "[]"),
        _ => answer(
            403,
            r#"{"message":"Unable to create comment because issue is locked."}"#,
        ),
    });
    let ran = run(&["--github-comment"], &github(&api), &judged(true)).ended(2);
    assert!(
        ran.stderr.contains("locked conversation") && !ran.stderr.contains("permission"),
        "{ran}"
    );
}

#[test]
fn a_report_that_github_would_not_take_is_refused_before_anything_is_sent() {
    let api = pull_request(vec![]);
    let place = Workplace::default();
    place.write("comment.md", &"a".repeat(65_536 - MARKER.len() - 1));
    run_in(
        &place,
        &["--github-comment", "--body=comment.md"],
        &github(&api),
        &judged(true),
    )
    .ended(0);
    place.write("comment.md", &"a".repeat(65_536 - MARKER.len()));
    let ran = run_in(
        &place,
        &["--github-comment", "--body=comment.md"],
        &github(&api),
        &judged(true),
    )
    .ended(2);
    assert!(
        ran.stderr.contains(
            "github-comment: comment.md: 65537 characters with the marker, GitHub takes 65536"
        ),
        "{ran}"
    );
    assert_eq!(api.lines(), [LIST, CREATE]);
}

#[test]
fn the_comment_is_found_on_a_later_page() {
    let api = Service::answering(move |request, _| match request.line.as_str() {
        LIST => {
            let host = request
                .head
                .lines()
                .find_map(|line| line.strip_prefix("host: "))
                .unwrap();
            let next = format!(
                "Link: <http://{host}/repositories/1/issues/7/comments?page=2>; rel=\"next\", <http://{host}/x>; rel=\"last\""
            );
            answer_with(
                200,
                &[&next],
                &json!([comment(1, "someone", "User", "Nice.")]).to_string(),
            )
        }
        "GET /repositories/1/issues/7/comments?page=2" => answer(
            200,
            &json!([comment(2, "me", "User", &format!("{MARKER}\nold"))]).to_string(),
        ),
        "GET /user" => answer(200, r#"{"login":"me","type":"User"}"#),
        _ => answer(200, "{}"),
    });
    run(&["--github-comment"], &github(&api), &judged(true)).ended(0);
    assert_eq!(
        api.lines()[1..],
        [
            "GET /repositories/1/issues/7/comments?page=2",
            "GET /user",
            "PATCH /repos/owner/name/issues/comments/2"
        ]
    );
}

#[test]
fn a_next_page_elsewhere_is_not_asked_for() {
    let elsewhere = Service::ok();
    let link = format!("Link: <{}/page>; rel=\"next\"", elsewhere.url);
    let api = Service::answering(move |_, _| answer_with(200, &[&link], "[]"));
    let ran = run(&["--github-comment"], &github(&api), &judged(true)).ended(2);
    assert!(
        ran.stderr
            .contains("the next page is elsewhere, where the token is not sent"),
        "{ran}"
    );
    assert_eq!(elsewhere.lines().len(), 0);
}

#[test]
fn a_marker_that_others_wrote_is_not_taken_for_ours() {
    let marked = format!("{MARKER}\nall is well");
    let quoted = format!("> {MARKER}");
    let api = pull_request(vec![
        comment(1, "mallory", "User", &marked),
        comment(2, "github-actions[bot]", "Bot", &quoted),
        json!({"id": 3, "body": marked, "user": null}),
        // Of another app, which refuses.
        comment(4, "other[bot]", "Bot", &marked),
    ]);
    run(&["--github-comment"], &github(&api), &judged(true)).ended(0);
    assert_eq!(
        api.lines(),
        [
            LIST,
            "GET /user",
            "PATCH /repos/owner/name/issues/comments/4",
            CREATE
        ]
    );
}

#[test]
fn a_comment_that_may_have_been_made_is_looked_for_before_it_is_made_again() {
    let comments = Mutex::new(Vec::new());
    let api = Service::answering(move |request, _| {
        let mut comments = comments.lock().unwrap();
        match request.line.as_str() {
            LIST => answer(200, &json!(*comments).to_string()),
            CREATE => {
                comments.push(comment(
                    5,
                    "me",
                    "User",
                    request.body["body"].as_str().unwrap(),
                ));
                answer(502, "<html>Bad gateway</html>")
            }
            "GET /user" => answer(200, r#"{"login":"me"}"#),
            _ => answer(200, "{}"),
        }
    });
    let ran = run(&["--github-comment"], &github(&api), &judged(true)).ended(0);
    assert_eq!(
        ran.stderr,
        "deploy-notify: github-comment: updated, after 2 attempts\n"
    );
    assert_eq!(
        api.lines(),
        [
            LIST,
            CREATE,
            LIST,
            "GET /user",
            "PATCH /repos/owner/name/issues/comments/5"
        ]
    );
}

#[test]
fn what_github_refuses_is_told_in_its_words() {
    for (status, body, said) in [
        (
            403,
            r#"{"message":"Resource not accessible by integration"}"#,
            "403: Resource not accessible by integration (the token needs the permission pull-requests: write on this repository)",
        ),
        (
            404,
            r#"{"message":"Not Found"}"#,
            "404: Not Found (the token needs the permission",
        ),
        (
            422,
            r#"{"message":"Validation Failed","errors":[{"code":"unprocessable"}]}"#,
            r#"422: Validation Failed: [{"code":"unprocessable"}]"#,
        ),
    ] {
        let api = Service::answering(move |request, _| match request.line.as_str() {
            LIST => answer(200, "[]"),
            _ => answer(status, body),
        });
        let ran = run(&["--github-comment"], &github(&api), &judged(true)).ended(2);
        assert!(
            ran.stderr.contains(&format!(
                "{}{}: {said}",
                "POST ",
                format_args!("{}/repos/owner/name/issues/7/comments", api.url)
            )),
            "{ran}"
        );
        assert_eq!(api.lines(), [LIST, CREATE]);
    }
}
