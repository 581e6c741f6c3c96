//! What a run is held to.

use std::fs;

use pipeline_tests::Workplace;
use serde_json::{Value, json};

use super::{compare, history, lines, passed, steady, take_over};
use crate::{TOOL, metric};

#[test]
fn a_run_is_held_to_the_scatter_of_the_runs_before_it() {
    let place = history(&steady(12));
    for (ms, verdict, code) in [
        (10.1, "unchanged", 0),
        (12.0, "regressed", 1),
        (8.0, "improved", 0),
    ] {
        let ran = compare(&place, ms).ended(code);
        let p95 = metric(&ran, "latency.p95_ms");
        assert_eq!(
            (&p95["verdict"], &p95["method"]),
            (&json!(verdict), &json!("history")),
            "{ran}"
        );
        assert_eq!(p95["baseline_count"], 10);
        assert!(
            ran.stderr.contains("(one run against 10 of the history)"),
            "{ran}"
        );
    }
    let noisy = history(&[8.0, 12.5, 9.0, 11.0, 10.0, 13.0, 8.5]);
    let ran = compare(&noisy, 12.0).ended(0);
    assert_eq!(metric(&ran, "latency.p95_ms")["verdict"], "inconclusive");
}

#[test]
fn four_runs_tell_too_little_of_their_scatter_and_five_are_a_history() {
    let ran = compare(&history(&steady(4)), 10.0).ended(0);
    assert_eq!(metric(&ran, "latency.p95_ms")["method"], "point");
    assert!(ran.stderr.contains("a change may be noise"), "{ran}");
    let ran = compare(&history(&steady(5)), 10.0).ended(0);
    assert_eq!(metric(&ran, "latency.p95_ms")["method"], "history");
}

#[test]
fn a_folder_its_history_and_its_reference_are_the_same_baseline() {
    let place = history(&steady(8));
    let run = passed("now", 10.0).to_string();
    for named in [
        "baselines",
        "baselines/history.ndjson",
        "baselines/latest.json",
    ] {
        let ran = place.feed(TOOL, &["--baseline", named], &run).ended(0);
        assert_eq!(
            metric(&ran, "latency.p95_ms")["method"],
            "history",
            "{named}"
        );
    }
    let elsewhere = place
        .feed(TOOL, &["--baseline=monday.json", "--update"], &run)
        .ended(2);
    assert!(
        elsewhere
            .stderr
            .contains("--update takes over into a folder"),
        "{elsewhere}"
    );
}

#[test]
fn the_same_run_named_twice_is_one() {
    let place = Workplace::default();
    place.write("x.json", &passed("1", 10.0).to_string());
    let arguments = ["--baseline=x.json", "--baseline=x.json"];
    let ran = place
        .feed(TOOL, &arguments, &passed("now", 10.0).to_string())
        .ended(0);
    assert_eq!(metric(&ran, "latency.p95_ms")["baseline_count"], 3);
}

#[test]
fn of_several_baselines_one_that_is_not_there_does_not_hide_the_others() {
    let place = Workplace::default();
    place.write("x.json", &passed("1", 10.0).to_string());
    let arguments = [
        "--baseline=x.json",
        "--baseline=none.json",
        "--allow-missing=baseline",
    ];
    let ran = place
        .feed(TOOL, &arguments, &passed("now", 30.0).to_string())
        .ended(1);
    assert!(ran.stderr.contains("none.json: no such baseline"), "{ran}");
}

#[test]
fn runs_of_other_hosts_are_left_out_with_how_many_there_were() {
    let place = history(&steady(8));
    let other = |host: &str| {
        let mut runs = lines(&place);
        runs.iter_mut()
            .take(2)
            .for_each(|run| run["run"]["host"]["fingerprint"] = json!(host));
        let text: String = runs.iter().map(|run| format!("{run}\n")).collect();
        fs::write(place.path("baselines/history.ndjson"), text).unwrap();
    };
    other("b2");
    let ran = compare(&place, 10.0).ended(0);
    assert!(
        ran.stderr.contains(
            "2 of 8 runs of the baseline are left out: 2 of another host (the latest is run 1: fingerprint b2, \
             here a1; --allow-host-mismatch)"
        ),
        "{ran}"
    );
    assert_eq!(metric(&ran, "latency.p95_ms")["baseline_count"], 6);
}

#[test]
fn a_history_of_nothing_but_other_hosts_is_incomparable_unless_a_first_run_may_pass() {
    let place = history(&steady(6));
    let mut run = passed("now", 10.0);
    run["run"]["host"]["fingerprint"] = json!("b2");
    let ran = place
        .feed(TOOL, &["--baseline=baselines"], &run.to_string())
        .ended(2);
    assert!(
        ran.stderr
            .contains("6 of 6 runs of the baseline are left out"),
        "{ran}"
    );
    let arguments = ["--baseline=baselines", "--allow-missing=baseline"];
    let ran = place.feed(TOOL, &arguments, &run.to_string()).ended(0);
    assert_eq!(ran.document()["warnings"][0]["code"], "no_baseline");
}

#[test]
fn what_was_accepted_is_held_to_the_runs_from_there_on_and_to_the_scatter_of_all() {
    let place = history(&steady(20));
    take_over(&place, &passed("90", 15.0), &["--accept=new model"]).ended(0);
    fs::remove_file(place.path("baselines/latest.json")).unwrap();
    let ran = compare(&place, 15.1).ended(0);
    let p95 = metric(&ran, "latency.p95_ms");
    assert_eq!(
        (&p95["method"], &p95["baseline_count"]),
        (&json!("history"), &json!(1))
    );
    assert_eq!(p95["verdict"], "unchanged");
    compare(&place, 18.0).ended(1);
}

#[test]
fn what_becomes_slower_in_small_steps_that_nobody_accepted_does_not_become_the_rule() {
    let mut milliseconds = steady(40);
    milliseconds.extend(steady(40).iter().map(|ms| ms * 1.08));
    let place = history(&milliseconds);
    let ran = compare(&place, 11.9).ended(1);
    let p95 = metric(&ran, "latency.p95_ms");
    assert_eq!(p95["verdict"], "regressed", "{p95}");
    assert!(
        (p95["baseline"].as_f64().unwrap() - 10.0).abs() < 0.1,
        "{p95}"
    );
    assert!(
        p95["note"]
            .as_str()
            .unwrap()
            .contains("with run 40, which nobody accepted"),
        "{p95}"
    );
}

#[test]
fn the_trend_tells_where_a_history_changed() {
    let mut milliseconds = steady(50);
    milliseconds.extend(steady(50).iter().map(|ms| ms * 1.2));
    let place = history(&milliseconds);
    let ran = place
        .run(TOOL, &["--baseline=baselines/history.ndjson", "--trend"])
        .ended(0);
    let trend = ran.document();
    assert_eq!(trend["runs"], 100);
    let series = trend["series"].as_array().unwrap();
    let p95 = series
        .iter()
        .find(|series| series["metric"] == "latency.p95_ms")
        .unwrap();
    let points = p95["change_points"].as_array().unwrap();
    assert_eq!(points.len(), 1, "{p95}");
    assert!(
        (48..=52).contains(&points[0]["index"].as_u64().unwrap()),
        "{p95}"
    );
    assert_eq!(points[0]["run_id"], points[0]["index"].to_string());
    assert!(
        (points[0]["change_percent"].as_f64().unwrap() - 20.0).abs() < 2.0,
        "{p95}"
    );
    let memory = series
        .iter()
        .find(|series| series["metric"] == "memory.peak_mb")
        .unwrap();
    assert_eq!(memory["change_points"], json!([]));
    assert!(
        ran.stderr.contains("batch_1: latency.p95_ms went from"),
        "{ran}"
    );
}

#[test]
fn options_that_need_or_exclude_each_other_are_said_to() {
    let place = Workplace::default();
    for (arguments, said) in [
        (&["--baseline=b", "--accept=x"][..], "it needs --update"),
        (
            &["--baseline=b", "--baseline=c", "--update"],
            "name one --baseline",
        ),
        (
            &["--baseline=b", "--update", "--trend"],
            "exclude each other",
        ),
        (&["--update"], "--baseline is missing"),
    ] {
        let ran = place.feed(TOOL, arguments, "{}").ended(2);
        assert!(ran.stderr.contains(said), "{ran}");
    }
}

#[test]
fn a_drift_of_two_percent_a_night_from_the_first_on_is_told() {
    let drift: Vec<f64> = (0..40)
        .map(|night| steady(40)[night] * 1.02_f64.powi(night as i32))
        .collect();
    let nights = (6..40).find(|night| {
        let ran = compare(&history(&drift[..*night]), drift[*night]);
        metric(&ran, "latency.p95_ms")["verdict"] == "regressed"
    });
    assert!(nights.is_some_and(|night| night < 30), "{nights:?}");
}

#[test]
fn an_improvement_that_nobody_accepted_is_told_of() {
    let mut milliseconds = steady(25);
    milliseconds.extend(steady(25).iter().map(|ms| ms * 0.6));
    let ran = compare(&history(&milliseconds), 9.0).ended(0);
    let note = metric(&ran, "latency.p95_ms")["note"].to_string();
    assert!(
        note.contains("with run 25, which nobody accepted"),
        "{note}"
    );
}

#[test]
fn figures_of_memory_from_another_source_are_not_of_the_history() {
    let place = history(&steady(30));
    let mut runs = lines(&place);
    for (number, run) in runs.iter_mut().enumerate() {
        let (peak_mb, source) = if number < 15 {
            (900.0, "procfs")
        } else {
            (100.0, "cgroup")
        };
        run["scenarios"][0]["memory"] =
            json!({"peak_mb": peak_mb + number as f64 / 10.0, "source": source});
    }
    let text: String = runs.iter().map(|run| format!("{run}\n")).collect();
    fs::write(place.path("baselines/history.ndjson"), text).unwrap();
    let mut run = passed("now", 10.0);
    run["scenarios"][0]["memory"] = json!({"peak_mb": 300.0, "source": "cgroup"});
    let ran = place
        .feed(TOOL, &["--baseline=baselines"], &run.to_string())
        .ended(1);
    assert_eq!(metric(&ran, "memory.peak_mb")["verdict"], "regressed");
}

#[test]
fn a_scenario_that_came_after_the_reference_is_compared_with_the_latest_run_that_has_it() {
    let place = Workplace::default();
    take_over(&place, &passed("1", 10.0), &[]).ended(0);
    let with_two = |id: &str, ms: f64| {
        let mut run = passed(id, 10.0);
        let mut other = passed(id, ms)["scenarios"][0].clone();
        other["name"] = json!("batch_2");
        run["scenarios"].as_array_mut().unwrap().push(other);
        run
    };
    let feed = |run: &Value| place.feed(TOOL, &["--baseline=baselines"], &run.to_string());
    let new = feed(&with_two("2", 20.0)).ended(0);
    assert!(
        new.stderr
            .contains("not in the baseline, and so not compared: batch_2"),
        "{new}"
    );
    take_over(&place, &with_two("2", 20.0), &[]).ended(0);
    feed(&with_two("3", 20.5)).ended(0);
    feed(&with_two("3", 40.0)).ended(1);
    // It is gone again, although the reference never had it.
    let gone = feed(&passed("3", 10.0)).ended(1);
    assert!(
        gone.stderr
            .contains("batch_2: p95 was not measured in this run"),
        "{gone}"
    );
}

#[test]
fn a_run_whose_generator_was_the_limit_is_no_first_run() {
    let place = history(&steady(12));
    let mut run = passed("now", 30.0);
    run["run"]["generator"] = json!({"cores": [0], "saturated": true});
    let arguments = ["--baseline=baselines", "--allow-missing=baseline"];
    let ran = place.feed(TOOL, &arguments, &run.to_string()).ended(2);
    assert!(ran.stderr.contains("this run's generator"), "{ran}");
    let mut other_load = passed("now", 30.0);
    other_load["scenarios"][0]["concurrent_requests"] = json!(8);
    place
        .feed(TOOL, &arguments, &other_load.to_string())
        .ended(2);
}

#[test]
fn one_failure_among_four_hundred_requests_is_no_regression_of_a_history_without_any() {
    let place = history(&steady(8));
    let with_failures = |failed: u64| {
        let mut run = passed("now", 10.0);
        run["scenarios"][0]["error_rate"] = json!({"percent": failed as f64 / 4.0, "requests": 400, "ok": 400 - failed, "failed": failed});
        let ran = place.feed(TOOL, &["--baseline=baselines"], &run.to_string());
        metric(&ran, "error_rate.percent")["verdict"].clone()
    };
    assert_eq!(with_failures(0), "unchanged");
    assert_eq!(with_failures(1), "inconclusive");
    assert_eq!(with_failures(20), "regressed");
}
