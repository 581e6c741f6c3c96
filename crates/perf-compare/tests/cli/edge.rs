//! Options that no other filter has.

use crate::{compare, metric, repeated};

#[test]
fn a_threshold_that_is_no_percentage_is_refused() {
    for threshold in ["0", "-5", "100", "NaN", "inf", "ten", "10%"] {
        let outcome = compare("{}", "{}", &["--threshold", threshold]);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (Some(2), ""),
            "{outcome}"
        );
        assert!(
            outcome
                .stderr
                .contains("expected a number of percent above 0 and below 100, as in 10"),
            "{outcome}"
        );
    }
}

#[test]
fn a_run_without_a_baseline_to_compare_with_is_a_usage_error() {
    let ran = crate::place_with("{}")
        .feed(crate::TOOL, &[], "{}")
        .ended(2);
    assert!(ran.stderr.contains("--baseline"), "{ran}");
}

#[test]
fn a_file_of_thresholds_decides_on_the_metrics_that_it_names() {
    let slower = repeated("now", &[11.8, 11.9, 12.0, 12.1, 12.2]).to_string();
    let before = repeated("before", &[9.9, 9.95, 10.0, 10.05, 10.1]).to_string();
    let place = crate::place_with(&before);
    let with = |file: &str| {
        place.write("limits.yaml", file);
        place.feed(
            crate::TOOL,
            &["--baseline=base.json", "--thresholds=limits.yaml"],
            &slower,
        )
    };
    let lenient = with(
        "regression_thresholds: {latency_increase_percent: 30, throughput_decrease_percent: 30}",
    );
    assert_eq!(
        metric(&lenient.ended(0), "latency.p95_ms")["threshold"],
        30.0
    );
    with("regression_thresholds: {latency_increase_percent: 30}").ended(1);
    let misspelt = with("regression_thresholds: {latency_increase: 30}").ended(2);
    assert!(
        misspelt.stderr.contains("limits.yaml:1:25: regression_thresholds: unknown key `latency_increase`; did you mean latency_increase_percent?"),
        "{misspelt}"
    );
    let none = with("performance_thresholds: {p99_latency_ms: 50}").ended(2);
    assert!(
        none.stderr
            .contains("limits.yaml: no regression_thresholds"),
        "{none}"
    );
    let always = with("regression_thresholds: {throughput_decrease_percent: 100}").ended(2);
    assert!(
        always.stderr.contains("found 100, expected below 100"),
        "{always}"
    );
}

#[test]
fn a_name_that_nothing_bears_is_refused_with_the_nearest() {
    let unknown = compare("{}", "{}", &["--allow-missing=baselin"]).ended(2);
    assert!(
        unknown.stderr.contains("did you mean baseline?"),
        "{unknown}"
    );
}

#[test]
fn a_baseline_may_come_from_stdin_or_from_a_file_without_an_ending() {
    let (before, now) = (
        repeated("before", &[9.9, 10.0]).to_string(),
        repeated("now", &[9.9, 10.0]).to_string(),
    );
    let place = crate::place_with("{}");
    place.write("now.json", &now);
    place
        .feed(
            crate::TOOL,
            &["--baseline=-", "--current=now.json"],
            &before,
        )
        .ended(0);
    place.write("monday", &before);
    place
        .feed(crate::TOOL, &["--baseline=monday"], &now)
        .ended(0);
}
