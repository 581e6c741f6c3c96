//! The command line, the file of the steps, and documents that come in.

use pipeline_tests::server::{Policy, answer, dead_port, serve};
use pipeline_tests::{Ran, Workplace, root};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{TOOL, failed, smoke, take, tests};

#[test]
fn what_cannot_be_meant_is_a_usage_error() {
    for (arguments, reason) in [
        (&[] as &[&str], "give --base-url URL or --environment NAME"),
        (
            &["--base-url", "http://a", "--environment", "staging"],
            "--base-url and --environment exclude each other",
        ),
        (
            &["--base-url", "http://a", "--step-timeout", "soon"],
            "expected a time, as in",
        ),
        (
            &["--base-url", "http://a", "--suit", "a"],
            "did you mean --suite?",
        ),
        (
            &["--base-url", "http://a", "--expect-commit", "0123456"],
            "no step of the built-in suite says where the commit stands",
        ),
        (
            &["--base-url", "http://a", "--suite", "no.yaml"],
            "no.yaml: cannot be read",
        ),
        (
            &["--base-url", "http://a", "--suite", "-"],
            "--suite -: stdin is where the documents come from",
        ),
        (
            &["--base-url", "http://a", "--output", "no/file"],
            "no: no such folder",
        ),
    ] {
        let ran = Workplace::default().run(TOOL, arguments).ended(2);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains(reason), "{arguments:?}: {ran}");
    }
}

#[test]
fn a_name_that_no_step_captured_is_refused_with_its_place_and_the_nearest() {
    let place = Workplace::default();
    let suite = "steps:\n- name: first\n  path: /\n  capture:\n    action: {pointer: /action}\n\
                 - name: second\n  path: /\n  json:\n    same: [1, \"{{actoin}}\"]\n";
    place.write("suite.yaml", suite);
    let arguments = ["--base-url", "http://a", "--suite", "suite.yaml"];
    let ran = place.run(TOOL, &arguments).ended(2);
    assert_eq!(
        ran.stderr,
        "smoke-test: error: suite.yaml:9:15: steps[1].json.same[1]: found `actoin`, expected what an earlier step captures; \
         did you mean action?\n"
    );
}

#[test]
fn a_key_that_a_step_does_not_have_is_refused_with_the_nearest() {
    for (step, reason) in [
        (
            json!({"captur": {}}),
            "unknown key `captur`; did you mean capture?",
        ),
        (
            json!({"observation": 2}),
            "unknown key `observation`; did you mean observations?",
        ),
        (
            json!({"capture": {"a": {"poiner": "/a"}}}),
            "unknown key `poiner`; did you mean pointer?",
        ),
        (
            json!({"expect": {"statis": 200}}),
            "unknown key `statis`; did you mean status?",
        ),
        (
            json!({"capture": {"a": {}}}),
            "steps[0].capture.a.pointer: found neither, expected one of `pointer` and `metric`",
        ),
    ] {
        let mut whole = json!({"name": "one", "path": "/"});
        whole
            .as_object_mut()
            .unwrap()
            .extend(step.as_object().unwrap().clone());
        let ran = take("http://a", &json!([whole]), &[]).ended(2);
        assert!(ran.stderr.contains(reason), "{step}: {ran}");
    }
    let place = Workplace::default();
    place.write(
        "suite.json",
        r#"{"checks": [{"name": "one", "path": "/"}]}"#,
    );
    let ran = place
        .run(TOOL, &["--base-url", "http://a", "--suite", "suite.json"])
        .ended(2);
    let said = "suite.json: found a probes file, expected a file of smoke tests";
    assert!(ran.stderr.contains(said), "{ran}");
}

#[test]
fn the_built_in_steps_are_those_of_the_shipped_file() {
    let (url, _port) = dead_port();
    let shipped = root().join("config/smoke-tests.yaml");
    let named = |ran: Ran| -> Vec<Value> {
        let document = ran.ended(1).document();
        let parts = ["name", "metric", "expected", "method", "url", "note"];
        let tests = tests(&document).iter();
        tests
            .map(|test| parts.iter().map(|part| test[*part].clone()).collect())
            .collect()
    };
    let of_file = named(smoke(&url, &["--suite", shipped.to_str().unwrap()]));
    assert_eq!(of_file.len(), 26);
    assert_eq!(named(smoke(&url, &[])), of_file);
}

#[test]
fn a_document_is_passed_on_and_its_verdict_kept() {
    let (url, _) = serve(|_| answer(200, ""));
    let place = Workplace::default();
    place.write("suite.json", r#"{"steps": [{"name": "one", "path": "/"}]}"#);
    let arguments = ["--base-url", &url, "--suite", "suite.json"];
    let theirs = r#""theirs":{ "odd": [1e400, -0.0] }"#;
    let ran = place
        .feed(TOOL, &arguments, &format!("{{{theirs}}}"))
        .ended(0);
    assert!(ran.stdout.contains(theirs), "{ran}");
    assert!(
        ran.stdout.contains(r#""inputs":[{"path":"suite.json""#),
        "{ran}"
    );
    let failed = place
        .feed(TOOL, &arguments, r#"{"health_checks": {"passed": false}}"#)
        .ended(1);
    assert!(
        failed
            .stderr
            .contains("failed before in this document: health_checks"),
        "{failed}"
    );
    let broken = place.feed(TOOL, &arguments, "{\"latency\":").ended(2);
    assert_eq!(broken.stdout, "");
    let to_file = [&arguments[..], &["--output", "out.json"]].concat();
    assert_eq!(place.feed(TOOL, &to_file, "").ended(0).stdout, "");
    assert!(place.path("out.json").exists());
}

#[test]
fn the_probes_and_the_gates_follow_in_one_pipe() {
    let policy = Policy::start(&[]);
    let gates = "deployment_gates: {health_checks: {max_failure_rate: 0}, \
                 smoke_tests: {max_failure_rate: 0, max_execution_time_s: 300}}";
    let place = Workplace::default();
    place.write("gates.yaml", gates);
    let line = |url: &str| {
        format!(
            "health-probe --base-url {url} | smoke-test --base-url {url} | gate-check --gates gates.yaml"
        )
    };
    let document = place.shell(&line(&policy.url)).ended(0).document();
    assert_eq!(document["gates"]["checks"].as_array().unwrap().len(), 3);
    let broken = Policy::start(&["--short-batch=100%"]);
    let ran = place.shell(&line(&broken.url)).ended(1);
    assert!(
        ran.stderr.contains("smoke_tests.failure_rate is 19.231 %"),
        "{ran}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn the_failure_rate_is_the_failed_of_all(answers in proptest::collection::vec(any::<bool>(), 1..12)) {
        let (count, failing) = (answers.len(), answers.iter().filter(|passes| !**passes).count());
        let (url, _) = serve(move |request| {
            let index: usize = request.line.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
            answer(if answers[index] { 200 } else { 500 }, "")
        });
        let steps = (0..count).map(|index| json!({"name": format!("s{index}"), "path": format!("/{index}")}));
        let document = take(&url, &steps.collect(), &[]).document();
        prop_assert_eq!(failed(&document).len(), failing);
        let share = document["smoke_tests"]["failure_rate"].as_f64().unwrap() * count as f64 / 100.0;
        prop_assert!((share - failing as f64).abs() < 1e-4, "{share} of {failing}");
    }
}
