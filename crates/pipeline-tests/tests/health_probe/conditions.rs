//! What can be expected of an answer, beside its status.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::server::{answer, serve};
use crate::{check, failure, probe_with};

/// One check of `/`.
fn one(expect: Value) -> Value {
    json!({"checks": [{"name": "one", "path": "/", "expect": expect}]})
}

#[test]
fn the_commit_is_the_one_that_is_named_or_that_of_the_run() {
    let (url, _) = serve(|_| answer(200, r#"{"commit": "0123456789abcdef"}"#));
    let place = pipeline_tests::Workplace::default();
    let probes = one(json!({"commit": {"pointer": "/commit"}})).to_string();
    place.write("probes.json", &probes);
    let run = |commit: &str, document: &str| {
        let options = [
            "--base-url",
            &url,
            "--probes",
            "probes.json",
            "--expect-commit",
            commit,
        ];
        place.feed(crate::TOOL, &options, document)
    };
    run("0123456789abcdef", "").ended(0);
    let abbreviated = run("0123456", "").ended(0).document();
    assert_eq!(abbreviated["provenance"][0]["commit"], "0123456");
    let document = run("fedcba9", "").ended(1).document();
    assert_eq!(failure(&document, "one").0, "one.commit");
    let of_run = |commit: &str| json!({"run": {"source": {"commit": commit}}}).to_string();
    run("run", &of_run("0123456789abcdef")).ended(0);
    run("run", &of_run("123456789abcdef0")).ended(1);
    let refusal = run("run", "{}").ended(2);
    assert!(
        refusal.stderr.contains("found no run.source.commit"),
        "{refusal}"
    );
}

#[test]
fn one_answer_of_another_version_among_many_is_a_failure() {
    // One pod of three is old.
    let (url, requests) = serve(|request| {
        let version = if request.number % 3 == 2 { "1" } else { "2" };
        answer(200, &json!({"version": version}).to_string())
    });
    let with_samples = |samples: u64| {
        let expect = json!({"version": {"pointer": "/version", "equals": "2"}});
        json!({"checks": [{"name": "one", "path": "/", "samples": samples, "expect": expect}]})
    };
    probe_with(&url, &with_samples(2), &[]).ended(0);
    let options = ["--attempts", "5", "--interval", "1ms"];
    let document = probe_with(&url, &with_samples(10), &options)
        .ended(1)
        .document();
    assert_eq!(failure(&document, "one").0, "one.version");
    assert_eq!(
        requests.load(Ordering::SeqCst),
        3,
        "asked on after the old pod had answered"
    );
}

#[test]
fn an_attempt_that_fails_is_followed_by_another_until_one_passes() {
    let answers = |failures: u64| {
        serve(move |request| {
            let status = if request.number < failures { 500 } else { 200 };
            answer(status, "")
        })
    };
    let options = ["--attempts", "3", "--interval", "1ms"];
    let (url, requests) = answers(2);
    let document = probe_with(&url, &one(json!({})), &options)
        .ended(0)
        .document();
    assert_eq!(check(&document, "one")["attempts"], 3);
    assert_eq!(requests.load(Ordering::SeqCst), 3);
    let (url, requests) = answers(3);
    let document = probe_with(&url, &one(json!({})), &options)
        .ended(1)
        .document();
    assert_eq!(check(&document, "one")["attempts"], 3);
    assert_eq!(requests.load(Ordering::SeqCst), 3);
}

#[test]
fn an_answer_that_takes_longer_than_it_may_is_a_failure() {
    let (url, _) = serve(|_| answer(200, ""));
    let document = probe_with(&url, &one(json!({"response_time_ms": 0.000_001})), &[])
        .ended(1)
        .document();
    let found = check(&document, "one");
    assert_eq!(found["metric"], "one.response_time_ms");
    assert_eq!(found["unit"], "ms");
    assert!(found["actual"].as_f64().unwrap() > 0.000_001);
    probe_with(&url, &one(json!({"response_time_ms": 60_000})), &[]).ended(0);
}

#[test]
fn a_redirect_is_not_followed_and_a_proxy_of_the_environment_not_asked() {
    let (url, requests) = serve(|_| {
        "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n".to_owned()
    });
    let (proxy, asked_of_proxy) = serve(|_| answer(200, ""));
    let place = pipeline_tests::Workplace::default();
    place.write("probes.json", &one(json!({"status": 302})).to_string());
    let mut command = place.command(
        crate::TOOL,
        &["--base-url", &url, "--probes", "probes.json"],
    );
    for variable in [
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "all_proxy",
        "ALL_PROXY",
    ] {
        command.env(variable, &proxy);
    }
    pipeline_tests::Ran::of(command.output().unwrap()).ended(0);
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    assert_eq!(asked_of_proxy.load(Ordering::SeqCst), 0);
}

#[test]
fn a_request_is_sent_as_it_is_configured_and_no_secret_leaves_but_in_it() {
    let (url, _) = serve(|request| {
        let is_as_configured = request.line == "PUT /api/items?a=b HTTP/1.1"
            && request.head.contains("authorization: bearer my-secret\r\n")
            && request.head.contains("host: other\r\n")
            && request.head.contains("content-type: application/json\r\n")
            && request.body == r#"{"a":[1,null]}"#;
        // It tells what it was told, as bad services do.
        answer(
            if is_as_configured { 418 } else { 400 },
            &format!("{}my-secret", request.head),
        )
    });
    let probes = json!({"checks": [{"name": "one", "method": "PUT", "path": "/items?a=b", "json": {"a": [1, null]},
        "headers": {"Authorization": "Bearer ${TOKEN}", "Host": "other"}, "expect": {"status": 418, "contains": "more"}}]});
    let place = pipeline_tests::Workplace::default();
    place.write("probes.json", &probes.to_string());
    let url = format!("{url}/api/");
    let arguments = ["--base-url", &url, "--probes", "probes.json"];
    let mut command = place.command(crate::TOOL, &arguments);
    command.env("TOKEN", "my-secret");
    let ran = pipeline_tests::Ran::of(command.output().unwrap()).ended(1);
    assert_eq!(failure(&ran.document(), "one").0, "one.body", "{ran}");
    assert!(
        !format!("{ran}").to_lowercase().contains("my-secret"),
        "{ran}"
    );
    let unset = place.run(crate::TOOL, &arguments).ended(2);
    assert!(
        unset
            .stderr
            .contains("checks[0].headers.Authorization: found ${TOKEN}, which is not set"),
        "{unset}"
    );
}

#[test]
fn a_body_can_stand_in_a_file_beside_the_configuration() {
    let (url, _) = serve(|request| answer(if request.body == "hello" { 200 } else { 400 }, ""));
    let place = pipeline_tests::Workplace::default();
    let probes = json!({"checks": [{"name": "one", "path": "/", "body_file": "body.txt"}]});
    place.write("probes.json", &probes.to_string());
    place.write("body.txt", "hello");
    let arguments = ["--base-url", &url, "--probes", "probes.json"];
    let document = place.run(crate::TOOL, &arguments).ended(0).document();
    let inputs = document["provenance"][0]["inputs"].as_array().unwrap();
    let names: Vec<&Value> = inputs.iter().map(|input| &input["path"]).collect();
    assert_eq!(names, ["probes.json", "body.txt"]);
}

#[test]
fn an_answer_without_the_version_that_it_must_have_is_not_asked_again_until_one_has_it() {
    let (url, requests) = serve(|request| {
        let old = request.number % 2 == 0;
        answer(
            200,
            if old {
                r#"{"status": "ok"}"#
            } else {
                r#"{"version": "2"}"#
            },
        )
    });
    let probes = one(json!({"version": {"pointer": "/version", "equals": "2"}}));
    let options = ["--attempts", "5", "--interval", "1ms"];
    probe_with(&url, &probes, &options).ended(1);
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[test]
fn a_request_that_is_lost_does_not_use_up_the_time_of_all_attempts() {
    let (url, requests) = serve(|request| match request.number {
        0 => String::new(),
        _ => answer(200, ""),
    });
    let options = ["--attempts", "3", "--interval", "1ms", "--timeout", "3"];
    probe_with(&url, &one(json!({})), &options).ended(0);
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}

#[test]
fn whole_numbers_of_many_digits_are_told_apart() {
    let (url, _) = serve(|_| answer(200, r#"{"id": 9007199254740993}"#));
    let with = |id: u64| one(json!({"body": [{"pointer": "/id", "equals": id}]}));
    probe_with(&url, &with(9_007_199_254_740_993), &[]).ended(0);
    probe_with(&url, &with(9_007_199_254_740_992), &[]).ended(1);
}

#[test]
fn what_one_check_sends_in_secret_is_hidden_where_another_is_told_it() {
    const SECRET: &str = "adm/in-S3cr3t";
    let (url, _) = serve(|_| answer(500, r#"{"password": "adm\/in-S3cr3t", "user": "adm/in"}"#));
    let place = pipeline_tests::Workplace::default();
    let probes = json!({"checks": [
        {"name": "login", "path": "/", "headers": {"X-Password": "${PASSWORD}", "X-User": "${NAME}"}},
        {"name": "me", "path": "/"},
    ]});
    place.write("probes.json", &probes.to_string());
    let output = place
        .command(
            crate::TOOL,
            &["--base-url", &url, "--probes", "probes.json"],
        )
        .envs([("PASSWORD", SECRET), ("NAME", "adm/in")])
        .output()
        .unwrap();
    let ran = pipeline_tests::Ran::of(output).ended(1);
    for told in [&ran.stdout, &ran.stderr] {
        assert!(!told.contains("S3cr3t") && !told.contains("adm"), "{told}");
    }
}
