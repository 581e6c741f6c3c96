//! What the intervals say, and what becomes of it with and without `--strict`.

use serde_json::{Value, json};

use crate::run::{check, interval, run_with, validate};

/// A run whose p99 and throughput are certain to hold, and whose p99 is then changed.
fn p99(value: f64, low: Option<f64>, high: Option<f64>) -> String {
    run_with(|run| {
        run["latency"]["p99_ms"] = json!(value);
        run["latency"]["ci95"]["p99_ms"] = interval(low, high);
    })
}

#[test]
fn the_value_decides_and_strict_demands_the_whole_interval() {
    for (value, low, high, status, code, strict_status) in [
        (45.0, Some(40.0), Some(49.0), "pass", 0, "pass"),
        (45.0, Some(40.0), Some(50.0), "pass", 0, "pass"),
        (
            45.0,
            Some(40.0),
            Some(51.0),
            "inconclusive",
            0,
            "inconclusive",
        ),
        (
            55.0,
            Some(49.0),
            Some(60.0),
            "inconclusive",
            1,
            "inconclusive",
        ),
        (55.0, Some(51.0), Some(60.0), "fail", 1, "fail"),
        (45.0, Some(40.0), None, "inconclusive", 0, "inconclusive"),
        (55.0, Some(51.0), None, "fail", 1, "fail"),
    ] {
        let document = p99(value, low, high);
        let outcome = validate(&document, &[]).ended(code);
        let judged = check(&outcome, "latency.p99_ms");
        assert_eq!(judged["status"], status, "{outcome}");
        assert_eq!(judged["passed"], code == 0, "{outcome}");
        let strict = check(&validate(&document, &["--strict"]), "latency.p99_ms");
        assert_eq!(strict["status"], strict_status, "{strict}");
        assert_eq!(strict["passed"], strict_status == "pass", "{strict}");
    }
}

#[test]
fn what_is_inconclusive_is_said_whether_it_passes_or_not() {
    let passes = validate(&p99(45.0, Some(40.0), Some(51.0)), &[]).ended(0);
    assert_eq!(
        passes.stderr,
        "perf-validate: inconclusive: latency.p99_ms is 45 ms (between 40 and 51), expected <= 50 ms (passes by its value)\n\
         perf-validate: passed, 14 checks, 1 of them inconclusive\n"
    );
    let fails = validate(&p99(55.0, Some(49.0), Some(60.0)), &[]).ended(1);
    assert_eq!(
        fails.stderr,
        "perf-validate: failed, inconclusive: latency.p99_ms is 55 ms (between 49 and 60), expected <= 50 ms (fails by its value)\n\
         perf-validate: failed, 1 of 14 checks, 1 of them inconclusive\n"
    );
}

#[test]
fn a_throughput_is_held_to_the_low_end_of_its_interval() {
    let document = run_with(|run| {
        run["throughput"] = json!({"rps": 1020.0, "ci95": {"low": 980.0, "high": 1060.0}});
    });
    let outcome = validate(&document, &[]).ended(0);
    assert_eq!(check(&outcome, "throughput.rps")["status"], "inconclusive");
}

#[test]
fn too_few_samples_leave_a_quantile_inconclusive_whether_the_document_names_an_open_interval_or_none()
 {
    for ci95 in [json!({}), json!({"p99_ms": {"low": 7.5}})] {
        let document = run_with(|run| {
            run["latency"] =
                json!({"p50_ms": 2.0, "p95_ms": 4.0, "p99_ms": 9.0, "samples": 100, "ci95": ci95});
        });
        let outcome = validate(&document, &[]).ended(0);
        let judged = check(&outcome, "latency.p99_ms");
        assert_eq!(judged["status"], "inconclusive");
        assert_eq!(
            judged["note"],
            "too few samples for a 95 % confidence interval: 100, p99 needs 368; passes by its value"
        );
        let strict = check(&validate(&document, &["--strict"]), "latency.p99_ms");
        assert_eq!(strict["passed"], false);
        assert_eq!(
            strict["note"],
            "too few samples for a 95 % confidence interval: 100, p99 needs 368; --strict demands the whole interval"
        );
    }
}

/// A run whose document tells no interval at all.
fn certain_of_nothing() -> String {
    run_with(|run| {
        run["scenarios"] = json!([]);
        run["latency"] = json!({"p50_ms": 2.0, "p95_ms": 4.0, "p99_ms": 9.0});
        run["throughput"] = json!({"rps": 2500.0});
    })
}

#[test]
fn without_an_interval_the_value_is_all_there_is_and_proves_nothing_to_strict() {
    let outcome = validate(&certain_of_nothing(), &[]).ended(0);
    assert_eq!(outcome.stderr, "perf-validate: passed, 6 checks\n");
    let strict = validate(&certain_of_nothing(), &["--strict"]).ended(1);
    for (name, reason) in [
        ("latency.p50_ms", "the document holds none"),
        (
            "throughput.rps",
            "a throughput has one over several repetitions only",
        ),
        (
            "memory.peak_mb",
            "a peak has one over several repetitions only",
        ),
        (
            "error_rate.percent",
            "the document does not count the requests",
        ),
    ] {
        assert_eq!(check(&outcome, name)["status"], "pass");
        let judged = check(&strict, name);
        assert_eq!(judged["status"], "inconclusive");
        assert_eq!(
            judged["note"],
            format!("no 95 % interval: {reason}; --strict demands the whole interval")
        );
    }
}

#[test]
fn what_may_be_missing_may_be_missing_under_strict_too() {
    let document = run_with(|run| {
        run["scenarios"] = json!([]);
        run["latency"]["ci95"] = json!({"p50_ms": {"low": 1, "high": 3}, "p95_ms": {"low": 3, "high": 5}, "p99_ms": {"low": 8, "high": 10}});
        run["error_rate"] = json!({"percent": 0, "failed": 0, "requests": 1000});
        run.as_object_mut().unwrap().remove("memory");
    });
    validate(&document, &["--strict"]).ended(1);
    validate(&document, &["--strict", "--allow-missing", "memory"]).ended(0);
}

fn repetitions(percent_and_peaks: &[(u64, f64)]) -> Value {
    percent_and_peaks
        .iter()
        .map(|(failed, peak)| {
            json!({"error_rate": {"percent": *failed as f64 / 2.0, "failed": failed, "requests": 200}, "memory": {"peak_mb": peak}})
        })
        .collect()
}

/// A scenario that the whole run consists of.
fn repeated(percent_and_peaks: &[(u64, f64)], peak: f64, failed: u64) -> String {
    run_with(|run| {
        let requests = 200 * percent_and_peaks.len();
        let percent = 100.0 * failed as f64 / requests as f64;
        let errors = json!({"percent": percent, "failed": failed, "requests": requests});
        for part in ["", "/scenarios/0"] {
            let part = run.pointer_mut(part).unwrap();
            part["error_rate"] = errors.clone();
            part["memory"] = json!({"peak_mb": peak});
        }
        run["scenarios"].as_array_mut().unwrap().truncate(1);
        run["scenarios"][0]["repetitions"] = repetitions(percent_and_peaks);
    })
}

/// Low and high end.
fn ends(check: &Value) -> [f64; 2] {
    ["low", "high"].map(|end| check["ci95"][end].as_f64().unwrap())
}

fn assert_near(found: [f64; 2], known: [f64; 2]) {
    for (found, known) in found.into_iter().zip(known) {
        assert!((found - known).abs() < 1e-5, "{found} {known}");
    }
}

#[test]
fn failures_that_come_together_in_one_repetition_make_an_error_rate_uncertain() {
    let one_bad_start = [(0, 80.0), (0, 81.0), (8, 82.0), (1, 83.0), (0, 84.0)];
    let document = repeated(&one_bad_start, 84.0, 9);
    let outcome = validate(&document, &[]).ended(0);
    for name in ["error_rate.percent", "scenarios.batch_4.error_rate.percent"] {
        let judged = check(&outcome, name);
        assert_eq!(judged["status"], "inconclusive");
        // scipy 1.17.1, as stats' known answers of clusters: x = [0, 0, 8, 1, 0], n = 200.
        assert_near(ends(&judged), [0.0042187, 6.6110558]);
    }
    let alone = run_with(|run| {
        run["scenarios"] = json!([]);
        run["error_rate"] = json!({"percent": 0.9, "failed": 9, "requests": 1000});
    });
    let judged = check(&validate(&alone, &[]), "error_rate.percent");
    // scipy 1.17.1: 100 * binomtest(9, 1000).proportion_ci(0.95, "exact")
    assert_near(ends(&judged), [0.412_339_6, 1.701_578_3]);
}

#[test]
fn a_peak_of_memory_is_as_certain_as_its_repetitions_agree() {
    let peaks = [(0, 1000.0), (0, 900.0), (0, 1010.0)];
    let outcome = validate(&repeated(&peaks, 1010.0, 0), &[]).ended(0);
    for name in ["memory.peak_mb", "scenarios.batch_4.memory.peak_mb"] {
        let judged = check(&outcome, name);
        assert_eq!(judged["status"], "inconclusive");
        // scipy 1.17.1: v = log([1000, 900, 1010]); f = exp(t.ppf(.975, 2) * sem(v)); 1010 / f, 1010 * f
        assert_near(ends(&judged), [861.761_328, 1_183.738_429]);
    }
    let agreed = [(0, 1000.0), (0, 1000.0), (0, 1000.0)];
    let outcome = validate(&repeated(&agreed, 1000.0, 0), &[]).ended(0);
    assert_eq!(check(&outcome, "memory.peak_mb")["status"], "pass");
    // Repetitions whose highest is not the run's are of something else.
    let outcome = validate(&repeated(&peaks, 1020.0, 0), &[]).ended(0);
    assert_eq!(check(&outcome, "memory.peak_mb")["ci95"], Value::Null);
}
