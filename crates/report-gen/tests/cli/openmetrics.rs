//! What Prometheus reads. `tests/promtool.sh` has promtool read the same.

use std::collections::BTreeSet;

use toolkit::prometheus::{first_other_line, samples};

use crate::hostile::{HOSTILE, hostile};
use crate::{FAILED, PASSED, in_format};

/// Everything that can be measured.
const FULL: &str = include_str!("../documents/full.json");
/// Names that come twice, and texts that look like something else.
const TWICE: &str = include_str!("../documents/twice.json");

fn page(document: &str) -> String {
    in_format("openmetrics", document)
}

fn values(page: &str, series: &str) -> Vec<String> {
    let value = |line: &str| {
        line.strip_prefix(series)?
            .strip_prefix(' ')
            .map(str::to_owned)
    };
    page.lines().filter_map(value).collect()
}

#[test]
fn the_page_is_the_one_that_was_agreed_on() {
    assert_eq!(page(PASSED), include_str!("../documents/passed.prom"));
    assert_eq!(page(FAILED), include_str!("../documents/failed.prom"));
}

#[test]
fn the_page_is_prometheus_text_whatever_the_document_holds() {
    for document in [PASSED, FAILED, FULL, TWICE, "{}", &hostile()] {
        let page = page(document);
        assert_eq!(first_other_line(&page), None);
        assert!(page.ends_with("# EOF\n"), "{page}");
        let mut described = BTreeSet::new();
        for (number, line) in page.lines().enumerate() {
            let Some(name) = line.strip_prefix("# HELP ") else {
                continue;
            };
            let name = name.split(' ').next().unwrap();
            assert!(described.insert(name.to_owned()), "{name} comes twice");
            let kind = format!("# TYPE {name} gauge");
            assert_eq!(page.lines().nth(number + 1), Some(kind.as_str()));
        }
        assert!(samples(&page).all(|sample| described.contains(sample.name)));
    }
}

#[test]
fn no_two_series_are_alike_whatever_the_document_holds() {
    for document in [PASSED, FAILED, FULL, TWICE, &hostile()] {
        let page = page(document);
        let mut seen = BTreeSet::new();
        for sample in samples(&page) {
            let mut labels = sample.labels().unwrap();
            // An empty label is none.
            labels.retain(|(_, value)| !value.is_empty());
            labels.sort();
            assert!(seen.insert((sample.name, labels.clone())), "{labels:?}");
        }
        assert!(seen.len() > 40);
    }
}

#[test]
fn what_comes_twice_is_kept_and_told_apart() {
    let page = page(TWICE);
    let latency = |labels: &str| values(&page, &format!("perfpipe_latency_seconds{{{labels}}}"));
    let name = r#"scenario="one # TYPE a counter""#;
    assert_eq!(latency(&format!(r#"{name},percentile="50""#)), ["0.0015"]);
    let second = format!(r#"{name},duplicate="2",percentile="50""#);
    assert_eq!(latency(&second), ["0.0025"]);
    // Of the whole run, and of the scenario whose name is empty.
    assert_eq!(latency(r#"percentile="50""#), ["0.001"]);
    assert_eq!(latency(r#"duplicate="2",percentile="50""#), ["0.0035"]);
}

#[test]
fn units_are_base_units() {
    let page = page(FULL);
    for (series, value) in [
        (
            r#"perfpipe_latency_seconds{scenario="batch_1",percentile="99.9"}"#,
            "0.005",
        ),
        (
            r#"perfpipe_memory_peak_bytes{scenario="batch_1"}"#,
            "67108864",
        ),
        (
            r#"perfpipe_memory_growth_bytes_per_second{scenario="batch_1"}"#,
            "-26214.4",
        ),
        (r#"perfpipe_error_ratio{scenario="batch_1"}"#, "0.005"),
        (
            r#"perfpipe_errors{scenario="batch_1",kind="not_sent"}"#,
            "45",
        ),
        (r#"perfpipe_vulnerabilities{severity="unknown"}"#, "4"),
        ("perfpipe_run_end_timestamp_seconds", "1795413852.518"),
        ("perfpipe_success", "0"),
    ] {
        assert_eq!(values(&page, series), [value], "{series}");
    }
}

/// csv has a row for everything that was measured of a scenario.
#[test]
fn everything_that_was_measured_of_a_scenario_is_there() {
    let table = in_format("csv", FULL);
    let rows = table.lines().filter(|line| line.contains(",0,batch_1,,"));
    let page = page(FULL);
    let series = page.lines().filter(|line| {
        line.contains(r#"{scenario="batch_1""#)
            && !line.contains("bound=")
            && !line.contains("condition=")
    });
    assert_eq!((rows.count(), series.count()), (41, 41));
}

#[test]
fn what_was_not_measured_or_judged_is_absent() {
    assert_eq!(page("{}"), "# EOF\n");
    let bare = page(r#"{"scenarios":[{"name":"a","error_rate":{"percent":0,"requests":0}}]}"#);
    assert!(!bare.contains("perfpipe_error_ratio"), "{bare}");
    assert!(!page(PASSED).contains("NaN"));
}

#[test]
fn hostile_text_is_only_a_label() {
    let page = page(&hostile());
    let mut labels = samples(&page).flat_map(|sample| sample.labels().unwrap());
    assert!(labels.any(|(name, value)| name == "scenario" && value == HOSTILE));
}

/// As the exit code of the same report says.
#[test]
fn what_lets_the_build_pass_is_the_section_s_to_say() {
    let comparison = |passed: bool| {
        format!(
            r#"{{"comparison":{{"passed":{passed},"verdict":"regressed","threshold_percent":10,"baseline":{{}},
            "metrics":[{{"metric":"latency.p50_ms","unit":"ms","better":"lower","verdict":"regressed","passed":false}}]}}}}"#
        )
    };
    let validation = |passed: bool| {
        format!(
            r#"{{"validation":{{"passed":{passed},"checks":[{{"name":"a","metric":"a","unit":"ms","operator":"<=","expected":1,
            "actual":2,"status":"fail","passed":false}}]}}}}"#
        )
    };
    for (passed, value) in [(true, "1"), (false, "0")] {
        let page = page(&comparison(passed));
        let series = r#"perfpipe_comparison_passed{metric="latency.p50_ms"}"#;
        assert_eq!(values(&page, series), [value]);
        let page = in_format("openmetrics", &validation(passed));
        let series = r#"perfpipe_check_passed{section="validation",check="a",metric="a"}"#;
        assert_eq!(values(&page, series), [value]);
    }
}
