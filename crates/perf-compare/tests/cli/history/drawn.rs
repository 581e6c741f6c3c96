//! What a report draws of the runs before.

use std::fs;

use pipeline_tests::Ran;
use serde_json::{Value, json};

use super::{compare, history, lines, passed, steady, take_over};
use crate::{TOOL, place_with};

fn drawn(ran: &Ran) -> Value {
    ran.document()["comparison"]["history"].clone()
}

fn series(ran: &Ran, metric: &str) -> Value {
    let history = drawn(ran);
    let all = history["series"].as_array().expect("series");
    let found = all.iter().find(|series| series["metric"] == metric);
    found
        .unwrap_or_else(|| panic!("no {metric}: {ran}"))
        .clone()
}

/// So many runs around 10 ms, then so many around 15 ms.
fn stepped(before: usize, after: usize) -> Vec<f64> {
    let slower = steady(after).into_iter().map(|ms| ms * 1.5);
    steady(before).into_iter().chain(slower).collect()
}

#[test]
fn the_runs_their_values_and_where_they_changed_are_in_the_comparison() {
    let milliseconds = stepped(12, 8);
    let ran = compare(&history(&milliseconds), 10.0).ended(0);
    let runs = drawn(&ran)["runs"].clone();
    assert_eq!(runs.as_array().unwrap().len(), 20);
    assert_eq!(
        runs[3],
        json!({"run_id": "3", "started_at": "2026-01-01T00:00:00.000003Z"})
    );
    let p95 = series(&ran, "latency.p95_ms");
    assert_eq!(
        (&p95["scenario"], &p95["unit"]),
        (&json!("batch_1"), &json!("ms"))
    );
    for (place, point) in p95["points"].as_array().unwrap().iter().enumerate() {
        assert_eq!(point["run"], place);
        let value = point["value"].as_f64().unwrap();
        assert!((value - milliseconds[place]).abs() < 1e-6, "{place}: {ran}");
    }
    assert_eq!(p95["points"].as_array().unwrap().len(), 20);
    assert_eq!(p95["change_points"], json!([12]));
    assert_eq!(
        series(&ran, "memory.peak_mb").get("change_points"),
        None,
        "{ran}"
    );
}

#[test]
fn eight_runs_are_drawn_and_too_few_to_tell_a_change() {
    let ran = compare(&history(&stepped(4, 4)), 10.0).ended(0);
    let p95 = series(&ran, "latency.p95_ms");
    assert_eq!(p95["points"].as_array().unwrap().len(), 8);
    assert_eq!(p95.get("change_points"), None);
}

#[test]
fn several_documents_are_a_history_and_one_is_none() {
    let place = place_with(&passed("1", 10.0).to_string());
    place.write("other.json", &passed("2", 10.0).to_string());
    let run = passed("now", 10.0).to_string();
    let ran = place.feed(TOOL, &["--baseline=base.json"], &run).ended(0);
    assert_eq!(drawn(&ran), Value::Null);
    let both = ["--baseline=other.json", "--baseline=base.json"];
    let ran = place.feed(TOOL, &both, &run).ended(0);
    let ids: Vec<Value> = drawn(&ran)["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["run_id"].clone())
        .collect();
    assert_eq!(ids, ["1", "2"]);
}

#[test]
fn of_many_runs_the_latest_hundred_are_drawn() {
    let ran = compare(&history(&stepped(90, 40)), 10.0).ended(0);
    let runs = drawn(&ran)["runs"].clone();
    assert_eq!(runs.as_array().unwrap().len(), 100);
    assert_eq!(
        (&runs[0]["run_id"], &runs[99]["run_id"]),
        (&json!("30"), &json!("129"))
    );
    let p95 = series(&ran, "latency.p95_ms");
    assert_eq!(p95["points"].as_array().unwrap().len(), 100);
    assert_eq!(p95["change_points"], json!([60]));
}

#[test]
fn what_decides_and_what_failed_is_drawn() {
    let place = history(&steady(12));
    let metrics = |ran: &Ran| -> Vec<Value> {
        let history = drawn(ran);
        let series = history["series"].as_array().unwrap();
        series.iter().map(|one| one["metric"].clone()).collect()
    };
    let primary = [
        "latency.p95_ms",
        "throughput.rps",
        "memory.peak_mb",
        "error_rate.percent",
    ];
    assert_eq!(metrics(&compare(&place, 10.0).ended(0)), primary);
    let mut slow_tail = passed("now", 10.0);
    slow_tail["scenarios"][0]["latency"]["p99_ms"] = json!(30.0);
    let ran = place.feed(TOOL, &["--baseline=baselines"], &slow_tail.to_string());
    assert_eq!(
        metrics(&ran.ended(1))[..2],
        ["latency.p95_ms", "latency.p99_ms"]
    );
}

#[test]
fn a_history_never_holds_what_was_drawn_of_it() {
    let place = history(&steady(12));
    let compared = compare(&place, 10.0).ended(0).document();
    assert!(compared["comparison"]["history"].is_object());
    take_over(&place, &compared, &["--accept=as good as before"]).ended(0);
    assert_eq!(lines(&place).len(), 13);
    let text = fs::read_to_string(place.path("baselines/history.ndjson")).unwrap();
    assert!(!text.contains("comparison"), "{text}");

    // The reference is the whole document: what is compared with it draws the runs and not what it had drawn.
    let reference = fs::read_to_string(place.path("baselines/latest.json")).unwrap();
    assert!(reference.contains(r#""history""#));
    let mut next = passed("next", 10.0);
    next["run"]["started_at"] = json!("2026-01-02T00:00:00Z");
    let arguments = ["--baseline=baselines"];
    let ran = place.feed(TOOL, &arguments, &next.to_string()).ended(0);
    assert_eq!(drawn(&ran)["runs"].as_array().unwrap().len(), 13);
    let alone = place_with(&reference);
    let ran = alone.feed(TOOL, &["--baseline=base.json"], &next.to_string());
    assert_eq!(drawn(&ran.ended(0)), Value::Null);
}
