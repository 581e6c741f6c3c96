//! The charts of the page.

use std::collections::BTreeSet;

use scraper::{Html, Selector};
use serde_json::{Value, json};

use crate::{FAILED, PASSED, html, parsed, texts};

/// A document from which every chart can be drawn.
fn whole() -> Value {
    let mut document: Value = serde_json::from_str(PASSED).unwrap();
    let failed: Value = serde_json::from_str(FAILED).unwrap();
    document["comparison"] = failed["comparison"].clone();
    let runs: Vec<Value> = (0..6)
        .map(|run| json!({"run_id": format!("run-{run}"), "commit": "1f26658c", "started_at": "2026-11-23T06:00:00Z"}))
        .collect();
    let points: Vec<Value> = (0..6)
        .map(|run| json!({"run": run, "value": 1.5}))
        .collect();
    let series = json!({"scenario": "batch_1", "metric": "latency.p95_ms", "unit": "ms", "points": points, "change_points": [3]});
    document["comparison"]["history"] = json!({"runs": runs, "series": [series]});
    document["scenarios"][0]["latency"] = document["latency"].clone();
    document["scenarios"][0]["timeline"] = (0..8)
        .map(|entry| {
            json!({
                "repetition": entry / 4, "second": entry % 4, "duration_s": 1, "rps": 900 + entry, "errors": entry % 3,
                "p50_ms": 0.4, "p95_ms": 0.9, "p99_ms": 2, "memory_mb": 20.5,
            })
        })
        .collect();
    document
}

fn page(document: &Value) -> Html {
    parsed(&html(&document.to_string()))
}

fn attributes(page: &Html, selector: &str, attribute: &str) -> Vec<String> {
    page.select(&Selector::parse(selector).unwrap())
        .map(|element| element.attr(attribute).unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn every_chart_is_named_described_and_beside_its_numbers() {
    let page = page(&whole());
    let charts = texts(&page, "svg.chart").len();
    assert!(charts > 6, "{charts}");
    assert_eq!(
        texts(&page, "svg.chart[role=img] > title + desc").len(),
        charts
    );
    assert_eq!(
        texts(
            &page,
            "figure:has(svg.chart) + details table, figure:has(svg.chart) table"
        )
        .len(),
        charts
    );
    let ids = attributes(&page, "[id]", "id");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    for labelled in attributes(&page, "svg.chart", "aria-labelledby") {
        assert!(
            labelled
                .split(' ')
                .all(|id| ids.iter().any(|known| known == id))
        );
    }
}

#[test]
fn numbers_that_nobody_expects_break_no_chart() {
    /// Counts and places stay: the schema takes whole numbers for them.
    fn replace(value: &mut Value, number: f64) {
        match value {
            Value::Number(found) if found.is_f64() => *value = json!(number),
            Value::Array(items) => items.iter_mut().for_each(|item| replace(item, number)),
            Value::Object(entries) => entries.values_mut().for_each(|item| replace(item, number)),
            _ => {}
        }
    }
    for number in [0.0, 1e300, 5e-324, 1e-9, f64::MAX] {
        let mut document = whole();
        replace(&mut document, number);
        let page = html(&document.to_string());
        parsed(&page);
        let charts = page
            .split("<svg")
            .skip(1)
            .map(|svg| svg.split("</svg>").next().unwrap());
        for chart in charts {
            assert!(
                !chart.contains("NaN") && !chart.contains("\"inf") && !chart.contains("inf%"),
                "{number}: {chart}"
            );
        }
    }
}

#[test]
fn failed_requests_are_marked_with_their_number() {
    let page = page(&whole());
    let said = texts(&page, "#run-over-time .errors title");
    assert_eq!(said.len(), 5);
    assert_eq!(said[0], "1 failed between 1 and 2 s");
}

#[test]
fn a_change_of_level_and_this_run_are_marked_in_the_trend() {
    let page = page(&whole());
    assert_eq!(texts(&page, "#trend-0 .chart line.stroke-limit").len(), 1);
    assert_eq!(texts(&page, "#trend-0 .chart .fill-main circle").len(), 6);
}

#[test]
fn where_there_is_too_little_a_sentence_stands_in_place_of_a_chart() {
    let mut document = whole();
    document["scenarios"][0]["timeline"]
        .as_array_mut()
        .unwrap()
        .truncate(1);
    document["comparison"]["history"]["runs"]
        .as_array_mut()
        .unwrap()
        .truncate(2);
    let page = page(&document);
    assert!(texts(&page, "#run-over-time")[0].contains("no more than one stretch of time"));
    assert!(texts(&page, "#trend")[0].contains("fewer than 3 runs"));
    assert!(texts(&page, "#run-over-time .chart, #trend .chart").is_empty());
}

#[test]
fn a_long_name_of_a_scenario_is_cut_in_a_chart_and_whole_under_the_pointer() {
    let mut document = whole();
    let name = "x".repeat(200);
    document["scenarios"][0]["name"] = json!(name);
    let page = page(&document);
    let heading = texts(&page, "#scenarios-latency .heading text")[0].clone();
    assert!(heading.ends_with('…') && heading.chars().count() < 40);
    assert_eq!(
        texts(&page, "#scenarios-latency .heading title"),
        [name.as_str()]
    );
}

#[test]
fn a_cross_stands_only_where_requests_failed() {
    let mut document = whole();
    let failed = |second: u64| !(15..184).contains(&second);
    document["scenarios"][0]["timeline"] = (0..200)
        .map(|second| {
            json!({"repetition": second / 100, "second": second % 100, "duration_s": 1, "rps": 900,
                   "errors": if failed(second) { 5 } else { 0 }})
        })
        .collect();
    let page = page(&document);
    let said = texts(&page, "#run-over-time .errors title");
    assert_eq!(said.len(), 16, "{said:?}");
    let places = |said: &String| -> Vec<u64> {
        let words = said.split(' ').filter_map(|word| word.parse().ok());
        words.skip(1).collect()
    };
    for place in said.iter().map(places) {
        assert!((place[0]..place[1]).all(failed), "{place:?}");
    }
    assert!(texts(&page, "#run-over-time figcaption")[0].contains("the table has the numbers"));
}

#[test]
fn neighbours_in_time_of_two_repetitions_share_no_cross() {
    let mut document = whole();
    document["scenarios"][0]["timeline"] = (0..80)
        .map(|entry| json!({"repetition": entry / 5, "second": entry % 5, "duration_s": 1, "rps": 900, "errors": 1}))
        .collect();
    let page = page(&document);
    let said = texts(&page, "#run-over-time .errors title");
    assert_eq!(said.len(), 32);
    assert_eq!(said[1], "2 failed between 3 and 5 s");
    assert_eq!(said[2], "3 failed between 5 and 8 s");
}

#[test]
fn a_run_whose_figures_are_of_no_scenario_borrows_no_course_over_time() {
    let mut document = whole();
    document["latency"]["p50_ms"] = json!(0.39);
    let two = page(&document);
    for figure in ["#run-over-time", "#run-memory"] {
        assert!(texts(&two, figure)[0].contains("are those of no scenario"));
        assert!(texts(&two, &format!("{figure} .chart")).is_empty());
    }
    assert_eq!(texts(&two, "#scenario-0-over-time .chart").len(), 1);
    document["scenarios"].as_array_mut().unwrap().truncate(1);
    assert_eq!(texts(&page(&document), "#run-over-time .chart").len(), 1);
}

#[test]
fn charts_say_which_requests_of_a_scenario_they_are_of() {
    let mut document = whole();
    document["scenarios"][0]["concurrent_requests"] = json!(4);
    let page = page(&document);
    let note = |figure: &str| texts(&page, &format!("{figure} > p")).join(" ");
    assert!(note("#run-over-time").starts_with("Under load over 4 connections, in closed loop."));
    assert!(note("#run-memory").starts_with("Under load over 4 connections"));
    assert!(note("#run-percentiles").starts_with("Of 20000 requests, one after another"));
}

#[test]
fn the_baseline_stands_beside_what_it_was_compared_with() {
    let mut document = whole();
    document["comparison"]["metrics"] = json!([
        {"scenario": "batch_1", "metric": "latency.p50_ms", "unit": "ms", "better": "lower", "baseline": 0.39, "current": 0.43, "verdict": "unchanged", "passed": true},
        {"scenario": "batch_1", "metric": "latency.p95_ms", "unit": "ms", "better": "lower", "baseline": 0.8, "verdict": "missing", "passed": true},
    ]);
    let page = page(&document);
    let triangles = texts(
        &page,
        "#run-percentiles .chart .fill-main[d='M-6 0-13-4.5V4.5Z']",
    );
    assert_eq!(triangles.len(), 1);
    let hollow = "#run-percentiles .chart .stroke-baseline";
    assert_eq!(texts(&page, hollow).len(), 1, "no line of a baseline");
    let head = texts(&page, "#run-percentiles-data + .scroll thead th");
    assert!(
        head.contains(&"typical repetition: baseline".to_owned()),
        "{head:?}"
    );
    assert!(texts(&page, "#run-percentiles > p")[0].contains("the geometric mean of repetitions"));
}

#[test]
fn what_is_known_of_a_percentile_that_the_axis_does_not_reach_is_said_and_not_drawn() {
    let mut document = whole();
    document["latency"]
        .as_object_mut()
        .unwrap()
        .remove("p99_ms");
    document["scenarios"][0]["latency"] = document["latency"].clone();
    let page = page(&document);
    assert!(
        texts(&page, "#run-percentiles > p")[0]
            .ends_with("The axis ends where the requests do; beyond it lie p99: limit 50 ms.")
    );
    assert!(texts(&page, "#run-percentiles .chart .stroke-limit").is_empty());
    assert!(!texts(&page, "#run-percentiles .chart")[0].contains("limit"));
}

/// A metric of a comparison.
fn compared(scenario: &str, metric: &str, verdict: &str, passed: bool) -> Value {
    json!({"scenario": scenario, "metric": metric, "unit": "ms", "better": "lower", "baseline": 1, "current": 1.2, "method": "history",
           "baseline_count": 4, "change_percent": 20, "threshold": 10, "verdict": verdict, "passed": passed})
}

#[test]
fn the_trend_shows_what_the_run_is_held_to_and_of_how_many_runs_that_is() {
    let mut document = whole();
    document["comparison"]["metrics"] =
        json!([compared("batch_1", "latency.p95_ms", "unchanged", true)]);
    let by_history = page(&document);
    assert!(
        texts(&by_history, "#trend-0 > p")[0]
            .contains("held to what 4 runs of the history measured")
    );
    assert_eq!(
        texts(&by_history, "#trend-0 .chart line.stroke-baseline").len(),
        1
    );
    document["comparison"]["metrics"][0]["method"] = json!("welch");
    let by_repetitions = page(&document);
    assert!(
        texts(&by_repetitions, "#trend-0 > p")[0].contains("held to repetitions of the baseline")
    );
    assert!(texts(&by_repetitions, "#trend-0 .chart .stroke-baseline").is_empty());
}

#[test]
fn changes_stand_in_the_same_order_in_every_scenario() {
    let mut document = whole();
    let metrics = [
        "error_rate.percent",
        "memory.peak_mb",
        "throughput.rps",
        "latency.p99_ms",
        "latency.p50_ms",
    ];
    let of = |scenario: &'static str| {
        metrics.map(|metric| compared(scenario, metric, "unchanged", true))
    };
    let mut all = [of("batch_1"), of("batch_8")].concat();
    all[1]["primary"] = json!(true);
    all[7]["verdict"] = json!("regressed");
    all[7]["passed"] = json!(false);
    document["comparison"]["metrics"] = json!(all);
    let rows = texts(&page(&document), "#comparison-forest .row title");
    let order = ["p50", "p99", "rps", "memory", "error"];
    let expected = ["batch_8", "batch_1"].map(|scenario| order.map(|metric| (scenario, metric)));
    assert_eq!(rows.len(), 10);
    for (row, (scenario, metric)) in rows.iter().zip(expected.concat()) {
        assert!(row.starts_with(scenario) && row.contains(metric), "{row}");
    }
}

#[test]
fn a_regression_that_lets_the_build_pass_is_not_drawn_as_one_that_does_not() {
    let mut document = whole();
    document["comparison"]["metrics"] =
        json!([compared("batch_1", "latency.p95_ms", "regressed", false)]);
    let crosses = "#comparison-forest .chart .stroke-bad, #trend-0 .chart .stroke-bad";
    assert!(!texts(&page(&document), crosses).is_empty());
    document["comparison"]["passed"] = json!(true);
    document["comparison"]["accepted"] = json!("a larger model");
    let accepted = page(&document);
    assert!(texts(&accepted, crosses).is_empty());
    assert!(texts(&accepted, "#comparison-forest figcaption")[0].contains("lets the build pass"));
}
