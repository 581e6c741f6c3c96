//! Repetitions against repetitions.

use serde_json::json;

use crate::{compare, metric, repeated, repetitions_of};

const STEADY: [f64; 5] = [9.8, 9.9, 10.0, 10.1, 10.2];

fn times(factor: f64) -> Vec<f64> {
    STEADY.iter().map(|ms| ms * factor).collect()
}

/// Compares a run with a steady one before it.
fn against_steady(latencies_ms: &[f64], more: &[&str]) -> pipeline_tests::Ran {
    let before = repeated("before", &STEADY).to_string();
    compare(&before, &repeated("now", latencies_ms).to_string(), more)
}

#[test]
fn each_verdict_comes_from_how_much_repetitions_differ() {
    for (latencies_ms, verdict, code) in [
        (times(1.0), "unchanged", 0),
        (times(1.04), "unchanged", 0),
        (times(1.2), "regressed", 1),
        (times(0.8), "improved", 0),
        (vec![9.3, 8.8, 9.9, 9.1, 9.7], "not_worse", 0),
        (vec![8.0, 14.0, 9.0, 12.0, 10.5], "inconclusive", 0),
    ] {
        let outcome = against_steady(&latencies_ms, &[]).ended(code);
        let p95 = metric(&outcome, "latency.p95_ms");
        assert_eq!(p95["verdict"], verdict, "{p95}");
        assert_eq!(p95["method"], "welch");
        // Memory and errors are as they were: of the whole, the worst is told.
        let worst = match verdict {
            "improved" => "unchanged",
            other => other,
        };
        assert_eq!(
            outcome.document()["comparison"]["verdict"],
            worst,
            "{outcome}"
        );
    }
}

#[test]
fn the_interval_and_the_p_value_are_those_of_welch_s_t_on_logarithms() {
    // scipy 1.17.1: a, b = log([11.2, 11.5, 10.9, 11.9, 11.4]), log([9.8, 9.9, 10, 10.1, 10.2])
    //   r = ttest_ind(a, b, equal_var=False); expm1(r.confidence_interval()) * 100, r.pvalue, expm1(a.mean() - b.mean()) * 100
    let outcome = against_steady(&[11.2, 11.5, 10.9, 11.9, 11.4], &[]).ended(1);
    let p95 = metric(&outcome, "latency.p95_ms");
    let near =
        |found: &serde_json::Value, known: f64| (found.as_f64().unwrap() - known).abs() < 1e-4;
    assert!(near(&p95["change_percent"], 13.763324), "{p95}");
    assert!(near(&p95["change_ci95"]["low"], 9.316511), "{p95}");
    assert!(near(&p95["change_ci95"]["high"], 18.391025), "{p95}");
    assert!(near(&p95["p_value"], 0.000245), "{p95}");
    assert!(near(&p95["p_permutation"], 2.0 / 252.0), "{p95}");
    assert!(
        outcome.stderr.contains("batch_1: p95 is 13.8 % slower (between 9.3 % and 18.4 %), 10.00 → 11.38 ms: regressed\n"),
        "{outcome}"
    );
}

#[test]
fn an_inconclusive_metric_says_what_would_decide_passes_with_a_warning_and_fails_under_strict() {
    let noisy = [9.0, 12.5, 9.5, 11.5, 10.5];
    let outcome = against_steady(&noisy, &[]).ended(0);
    let p95 = metric(&outcome, "latency.p95_ms");
    let more = p95["more_repetitions"].as_u64().unwrap();
    assert!((1..=100).contains(&more), "{p95}");
    assert!(
        outcome.stderr.contains(&format!(
            "({more} more repetitions on either side would probably decide): inconclusive"
        )),
        "{outcome}"
    );
    assert!(
        outcome.document()["warnings"]
            .to_string()
            .contains("inconclusive")
    );
    let strict = against_steady(&noisy, &["--strict"]).ended(1);
    assert_eq!(strict.document()["comparison"]["strict"], true);
}

#[test]
fn pairs_tell_what_differs_where_both_met_the_same_weather() {
    let weather = [8.0, 14.0, 10.0, 9.0, 12.0];
    let mut before = repeated("before", &weather);
    let slower: Vec<f64> = weather
        .iter()
        .zip([1.21, 1.19, 1.2, 1.22, 1.18])
        .map(|(ms, factor)| ms * factor)
        .collect();
    let mut now = repeated("now", &slower);
    before["run"]["pairing"] = json!({"role": "baseline", "with": "now"});
    now["run"]["pairing"] = json!({"role": "current", "with": "before"});
    let (before, now) = (before.to_string(), now.to_string());

    let unpaired = compare(&before, &now, &[]).ended(0);
    assert_eq!(
        metric(&unpaired, "latency.p95_ms")["verdict"],
        "inconclusive"
    );
    assert!(
        unpaired
            .stderr
            .contains("--paired compares them pair by pair"),
        "{unpaired}"
    );

    let paired = compare(&before, &now, &["--paired"]).ended(1);
    let p95 = metric(&paired, "latency.p95_ms");
    assert_eq!(
        (&p95["verdict"], &p95["method"]),
        (&json!("regressed"), &json!("paired"))
    );

    // The wrong way round, and a run that has no pair.
    compare(&now, &before, &["--paired"]).ended(2);
    let stranger = repeated("stranger", &STEADY).to_string();
    let refused = compare(&stranger, &now, &["--paired"]).ended(2);
    assert!(
        refused.stderr.contains("were not measured in turn"),
        "{refused}"
    );

    // The same run twice is one run; several are no pair.
    let place = crate::place_with(&before);
    place.write("again.json", &before);
    place.write("stranger.json", &stranger);
    let with = |more: &str| {
        let arguments = ["--paired", "--baseline=base.json", "--baseline", more];
        place.feed(crate::TOOL, &arguments, &now)
    };
    with("again.json").ended(1);
    let refused = with("stranger.json").ended(2);
    assert_eq!(
        refused.stderr,
        "perf-compare: error: --paired: the baseline holds 2 runs, expected one: name the document that bench-run --duel \
         wrote to --duel-output\n"
    );
}

#[test]
fn a_p99_that_no_repetition_is_long_enough_for_decides_nothing_whether_pairs_are_compared_or_not() {
    let short = |id: &str, role: &str, with: &str| {
        let mut run = repeated(id, &STEADY);
        run["run"]["pairing"] = json!({"role": role, "with": with});
        run["scenarios"][0]["latency"]["samples"] = json!(100);
        for repetition in repetitions_of(&mut run) {
            repetition["latency"] =
                json!({"p50_ms": 5.0, "p95_ms": 8.0, "mean_ms": 5.5, "samples": 20});
        }
        run.to_string()
    };
    let (before, now) = (
        short("before", "baseline", "now"),
        short("now", "current", "before"),
    );
    for arguments in [&[][..], &["--paired"]] {
        let outcome = compare(&before, &now, arguments).ended(0);
        let p99 = metric(&outcome, "latency.p99_ms");
        assert_eq!(p99["verdict"], "not_judged", "{arguments:?}: {p99}");
        assert_eq!(
            p99["note"],
            "too few samples: 20 in a repetition, this needs 2000"
        );
    }
}

#[test]
fn a_quantile_without_its_samples_gives_way_to_a_lower_one_and_decides_nothing() {
    let with_samples = |id: &str, p99_ms: f64| {
        let mut run = repeated(id, &STEADY);
        for repetition in repetitions_of(&mut run) {
            repetition["latency"]["samples"] = json!(399);
            repetition["latency"]["p99_ms"] = json!(p99_ms);
        }
        run.to_string()
    };
    let outcome = compare(
        &with_samples("before", 20.0),
        &with_samples("now", 60.0),
        &[],
    )
    .ended(0);
    for (name, primary, verdict) in [
        ("latency.p50_ms", true, "unchanged"),
        ("latency.p95_ms", false, "not_judged"),
        ("latency.p99_ms", false, "not_judged"),
    ] {
        let metric = metric(&outcome, name);
        assert_eq!(
            (&metric["primary"], &metric["verdict"]),
            (&json!(primary), &json!(verdict))
        );
    }
    assert!(!outcome.stderr.contains("may be noise"), "{outcome}");
    assert!(
        outcome
            .stderr
            .contains("not judged, too few samples: batch_1 p95 p99\n"),
        "{outcome}"
    );
}

#[test]
fn a_tripled_p99_does_not_pass_because_p95_held_unless_only_that_is_to_decide() {
    let mut now = repeated("now", &STEADY);
    for repetition in repetitions_of(&mut now) {
        let p99_ms = repetition["latency"]["p99_ms"].as_f64().unwrap();
        repetition["latency"]["p99_ms"] = json!(3.0 * p99_ms);
    }
    let before = repeated("before", &STEADY).to_string();
    let outcome = compare(&before, &now.to_string(), &[]).ended(1);
    let p99 = metric(&outcome, "latency.p99_ms");
    assert_eq!(
        (&p99["primary"], &p99["verdict"]),
        (&json!(false), &json!("regressed"))
    );
    let outcome = compare(&before, &now.to_string(), &["--primary-only"]).ended(0);
    assert_eq!(metric(&outcome, "latency.p99_ms")["verdict"], "regressed");
    compare(
        &before,
        &now.to_string(),
        &["--primary-only", "--primary=p99"],
    )
    .ended(1);
}

#[test]
fn errors_are_compared_in_points() {
    let with_errors = |id: &str, percents: [f64; 5]| {
        let mut run = repeated(id, &STEADY);
        let repetitions = repetitions_of(&mut run);
        for (repetition, percent) in repetitions.iter_mut().zip(percents) {
            repetition["error_rate"]["percent"] = json!(percent);
        }
        run.to_string()
    };
    let none = with_errors("before", [0.0; 5]);
    for (percents, verdict) in [
        ([0.0; 5], "unchanged"),
        ([0.01, 0.0, 0.02, 0.0, 0.01], "unchanged"),
        ([0.5, 0.6, 0.4, 0.55, 0.45], "regressed"),
    ] {
        let outcome = compare(&none, &with_errors("now", percents), &[]);
        assert_eq!(
            metric(&outcome, "error_rate.percent")["verdict"],
            verdict,
            "{percents:?}"
        );
    }
}

#[test]
fn in_open_loop_it_is_asked_whether_the_service_kept_up() {
    let open = |id: &str, rps: f64| {
        let mut run = repeated(id, &STEADY);
        run["scenarios"][0]["mode"] = json!("open");
        run["scenarios"][0]["throughput"] = json!({"rps": rps, "offered_rps": 1000.0});
        for repetition in repetitions_of(&mut run) {
            repetition["throughput"] = json!({"rps": rps, "offered_rps": 1000.0});
        }
        run.to_string()
    };
    for (before, now, verdict) in [
        (1000.0, 995.0, "unchanged"),
        (1000.0, 985.0, "regressed"),
        (900.0, 895.0, "unchanged"),
        (900.0, 700.0, "regressed"),
    ] {
        let outcome = compare(&open("before", before), &open("now", now), &[]);
        assert_eq!(
            metric(&outcome, "throughput.rps")["verdict"],
            verdict,
            "{before} {now}"
        );
    }
}

#[test]
fn several_runs_without_a_history_lend_their_repetitions() {
    let place = crate::place_with(&repeated("first", &STEADY).to_string());
    place.write("second.json", &repeated("second", &times(1.02)).to_string());
    let arguments = ["--baseline=base.json", "--baseline=second.json"];
    let ran = place
        .feed(
            crate::TOOL,
            &arguments,
            &repeated("now", &times(1.3)).to_string(),
        )
        .ended(1);
    let p95 = metric(&ran, "latency.p95_ms");
    assert_eq!(
        (&p95["method"], &p95["baseline_count"]),
        (&json!("welch"), &json!(10))
    );
    assert_eq!(ran.document()["comparison"]["baseline"]["runs"], 2);
}

#[test]
fn repetitions_that_lost_a_metric_leave_it_inconclusive() {
    let mut now = repeated("now", &STEADY);
    for repetition in repetitions_of(&mut now).iter_mut().take(3) {
        repetition.as_object_mut().unwrap().remove("latency");
    }
    let before = repeated("before", &STEADY).to_string();
    let outcome = compare(&before, &now.to_string(), &[]).ended(0);
    let p95 = metric(&outcome, "latency.p95_ms");
    assert_eq!(
        (&p95["verdict"], &p95["note"]),
        (
            &json!("inconclusive"),
            &json!("measured in only 2 of 5 repetitions")
        )
    );
    compare(&before, &now.to_string(), &["--strict"]).ended(1);
}

#[test]
fn a_repetition_without_any_throughput_is_no_unchanged_one() {
    let mut now = repeated("now", &STEADY);
    for repetition in repetitions_of(&mut now).iter_mut().take(3) {
        repetition["throughput"]["rps"] = json!(0.0);
    }
    let outcome = compare(
        &repeated("before", &STEADY).to_string(),
        &now.to_string(),
        &[],
    );
    assert_eq!(
        metric(&outcome, "throughput.rps")["verdict"],
        "inconclusive",
        "{outcome}"
    );
}

#[test]
fn a_scenario_none_of_whose_latencies_can_be_judged_does_not_pass_without_a_word() {
    let with_high_quantiles = |id: &str, ms: f64| {
        let mut run = repeated(id, &[ms; 5]);
        let repetitions = repetitions_of(&mut run);
        for repetition in repetitions {
            repetition["latency"] = json!({"p95_ms": ms, "p99_ms": ms, "samples": 300});
        }
        run["scenarios"][0]["latency"] = json!({"p95_ms": ms, "p99_ms": ms, "samples": 1500});
        run.to_string()
    };
    let (before, now) = (
        with_high_quantiles("before", 10.0),
        with_high_quantiles("now", 100.0),
    );
    let arguments = ["--allow-missing=throughput"];
    let outcome = compare(&before, &now, &arguments);
    assert_eq!(
        metric(&outcome, "latency.p95_ms")["verdict"],
        "inconclusive",
        "{outcome}"
    );
    compare(&before, &before.replace("before", "now"), &["--strict"]).ended(1);
}

#[test]
fn two_failures_among_a_thousand_requests_of_repetitions_are_no_regression() {
    let counted = |id: &str, failed: u64| {
        let mut run = repeated(id, &STEADY[..2]);
        for repetition in repetitions_of(&mut run) {
            repetition["error_rate"] = json!({"percent": failed as f64 / 5.0, "requests": 500, "ok": 500 - failed, "failed": failed});
        }
        run.to_string()
    };
    let outcome = compare(&counted("before", 0), &counted("now", 1), &[]);
    assert_eq!(
        metric(&outcome, "error_rate.percent")["verdict"],
        "inconclusive",
        "{outcome}"
    );
}

#[test]
fn what_is_missing_by_permission_everywhere_is_no_success() {
    let before = repeated("before", &STEADY).to_string();
    let names = ["--allow-missing=scenarios", "--allow-missing=latency"];
    let outcome = compare(&before, r#"{"run": {"id": "now"}}"#, &names).ended(1);
    assert_eq!(outcome.document()["comparison"]["passed"], false);
}

#[test]
fn a_saturated_baseline_leaves_throughput_unjudged_too() {
    let mut before = repeated("before", &STEADY);
    before["run"]["generator"] = json!({"cores": [0], "saturated": true});
    let now = repeated("now", &STEADY).to_string();
    let outcome = compare(&before.to_string(), &now, &["--allow-saturated"]).ended(0);
    assert_eq!(metric(&outcome, "throughput.rps")["verdict"], "not_judged");
}

#[test]
fn one_metric_among_many_must_be_surer_to_be_called_regressed() {
    let many = |id: &str, latencies_ms: &[f64], scenarios: usize| {
        let mut run = repeated(id, latencies_ms);
        let steady = repeated(id, &STEADY)["scenarios"][0].clone();
        for number in 2..=scenarios {
            let mut other = steady.clone();
            other["name"] = json!(format!("batch_{number}"));
            run["scenarios"].as_array_mut().unwrap().push(other);
        }
        run.to_string()
    };
    let slower = [10.6, 12.2, 11.2, 12.4, 11.4];
    for (scenarios, verdict) in [(1, "regressed"), (12, "inconclusive")] {
        let (before, now) = (
            many("before", &STEADY, scenarios),
            many("now", &slower, scenarios),
        );
        let p95 = metric(&compare(&before, &now, &[]), "latency.p95_ms");
        assert_eq!(p95["verdict"], verdict, "{p95}");
    }
}
