//! Which runs are compared at all.

use serde_json::json;

use crate::{TOOL, compare, place_with, run_with};

#[test]
fn a_baseline_that_does_not_exist_is_an_error_with_the_way_out() {
    let place = place_with("{}");
    let outcome = place.feed(TOOL, &["--baseline=latest.json"], &run_with(|_| ()));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        outcome.stderr,
        "perf-compare: error: latest.json: no such baseline; --allow-missing baseline lets a first run pass\n"
    );
}

#[test]
fn a_first_run_may_pass_without_a_baseline() {
    let place = place_with("{}");
    let arguments = ["--baseline=latest.json", "--allow-missing=baseline"];
    let outcome = place.feed(TOOL, &arguments, &run_with(|_| ()));
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let document = outcome.document();
    assert_eq!(document.get("comparison"), None);
    assert_eq!(document["warnings"][0]["code"], "no_baseline");

    let judged = run_with(|run| run["validation"] = json!({"passed": false, "checks": []}));
    assert_eq!(place.feed(TOOL, &arguments, &judged).code, Some(1));
}

#[test]
fn a_baseline_that_is_no_document_is_an_error_even_if_it_may_be_missing() {
    for baseline in ["", r#"{"latency":"#, r#"{"latency":{"p50_ms":"fast"}}"#] {
        let outcome = compare(baseline, &run_with(|_| ()), &["--allow-missing=baseline"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
        assert!(outcome.stderr.contains("base.json"), "{outcome}");
    }
}

#[test]
fn another_host_is_incomparable_and_no_later_tool_takes_it_for_a_success() {
    let current = run_with(|run| {
        run["run"]["host"]["fingerprint"] = json!("b2");
        run["validation"] = json!({"passed": true, "checks": []});
        run["overall_success"] = json!(true);
    });
    let outcome = compare(&run_with(|_| ()), &current, &["--exit-zero"]);
    assert_eq!(outcome.code, Some(2));
    let document = outcome.document();
    assert_eq!(document["overall_success"], false);
    assert_eq!(document["comparison"]["passed"], false);
    assert_eq!(document["comparison"]["verdict"], "incomparable");
    assert_eq!(document["comparison"]["metrics"], json!([]));
    assert_eq!(document["warnings"][0]["code"], "incomparable");
    assert_eq!(
        outcome.stderr,
        "perf-compare: error: incomparable: the baseline was measured on another host (a1, this is b2); \
         --allow-host-mismatch compares all the same\n"
    );
}

#[test]
fn another_host_may_be_allowed_and_leaves_a_warning() {
    let current = run_with(|run| run["run"]["host"]["fingerprint"] = json!("b2"));
    let outcome = compare(&run_with(|_| ()), &current, &["--allow-host-mismatch"]);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let document = outcome.document();
    assert_eq!(document["warnings"][0]["code"], "host_mismatch");
    assert_eq!(
        document["comparison"]["warnings"],
        json!(["unguarded", "host_mismatch"])
    );
}

#[test]
fn a_host_that_is_not_known_is_no_other_host() {
    let current = run_with(|run| run["run"]["host"] = json!({}));
    assert_eq!(compare(&run_with(|_| ()), &current, &[]).code, Some(0));
}

#[test]
fn an_interrupted_run_fails_and_is_not_compared() {
    let current = run_with(|run| run["run"]["interrupted"] = json!(true));
    let outcome = compare(&run_with(|_| ()), &current, &[]);
    assert_eq!(outcome.code, Some(1), "{outcome}");
    let document = outcome.document();
    assert_eq!(document["comparison"]["passed"], false);
    assert_eq!(document["comparison"]["metrics"], json!([]));
    assert_eq!(document["warnings"][0]["code"], "interrupted");
    assert!(
        outcome.stderr.contains("the run was broken off"),
        "{outcome}"
    );
}

#[test]
fn an_interrupted_baseline_is_incomparable() {
    let baseline = run_with(|run| run["run"]["interrupted"] = json!(true));
    let outcome = compare(&baseline, &run_with(|_| ()), &[]);
    assert_eq!(outcome.code, Some(2));
    assert_eq!(outcome.document()["overall_success"], false);
    assert!(
        outcome.stderr.contains("the baseline was broken off"),
        "{outcome}"
    );
}
