use super::*;

#[test]
fn what_was_let_through_does_not_stand_under_a_success_as_failed() {
    let slack = Service::ok();
    let variables = [("SLACK_WEBHOOK_URL", slack.url.as_str())];
    let mut passed: Value = serde_json::from_str(&judged(false)).unwrap();
    passed["validation"]["passed"] = json!(true);
    run(&["--slack"], &variables, &passed.to_string()).ended(0);
    let body = slack.only().body;
    assert_eq!(
        body["text"],
        "✅ Deployment to staging: success\nthe evidence says yes: 1 check, 1 let through"
    );
    let findings = body["blocks"][2]["text"]["text"].as_str().unwrap();
    assert!(
        findings.starts_with("*What was let through*\n• let through: latency.p99_ms is 61 ms"),
        "{findings}"
    );
}

#[test]
fn lines_are_made_by_whoever_deployed_and_by_no_document() {
    let slack = Service::ok();
    let variables = [("SLACK_WEBHOOK_URL", slack.url.as_str())];
    let evil = judged(false).replace("latency.p99_ms", "a\\n• forged\\u202e");
    run(&["--slack", "--message=one\ntwo"], &variables, &evil).ended(1);
    let body = slack.only().body;
    assert_eq!(body["blocks"][2]["text"]["text"], "one\ntwo");
    let findings = body["blocks"][3]["text"]["text"].as_str().unwrap();
    assert!(findings.contains("a • forged "), "{findings}");
    assert_eq!(findings.lines().count(), 2, "{findings}");
    assert_eq!(body["text"].as_str().unwrap().lines().count(), 2, "{body}");
}

#[test]
fn a_message_is_blocks_and_a_text_for_whoever_knows_none() {
    let slack = Service::ok();
    let variables = [github(&slack), vec![("SLACK_WEBHOOK_URL", &*slack.url)]].concat();
    let arguments = [
        "--slack",
        "--revision=v1.4.2",
        "--message=Rolled <back> & asked @ops",
        "--environment-url=https://staging.example.org",
    ];
    run(&arguments, &variables, &judged(false)).ended(1);
    let sent = slack.only();
    assert_eq!(sent.line, "POST /");
    assert!(
        sent.head.contains("content-type: application/json\r\n"),
        "{}",
        sent.head
    );
    let mut body = sent.body;
    let time = body["blocks"][4]["elements"][0]["text"].take();
    assert!(time.as_str().unwrap().ends_with('Z'));
    let field = |label: &str, text: &str| json!({"type": "mrkdwn", "text": format!("*{label}*\n{text}"), "verbatim": true});
    let section = |text: &str| json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}});
    assert_eq!(
        body,
        json!({
            "text": "❌ Deployment to staging: failure\n\
                the evidence says no: latency.p99_ms is 61 ms, expected &lt;= 50 ms",
            "blocks": [
                {"type": "header", "text": {"type": "plain_text", "text": "❌ Deployment to staging: failure"}},
                {"type": "section", "fields": [
                    field("Environment", "staging"),
                    field("Status", "failure"),
                    field("Evidence", "failed"),
                    field("Revision", "v1.4.2"),
                    field("Commit", COMMIT),
                    field("Run", "<https://github.com/owner/name/actions/runs/99|open>"),
                    field("Service", "<https://staging.example.org|open>"),
                ]},
                section("Rolled &lt;back&gt; &amp; asked @\u{200b}ops"),
                section("*What failed*\n• failed: latency.p99_ms is 61 ms, expected &lt;= 50 ms"),
                {"type": "context", "elements": [{"type": "mrkdwn", "text": null, "verbatim": true}]},
            ],
        })
    );
}
