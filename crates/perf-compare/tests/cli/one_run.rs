//! One run against one: what is known of how much runs differ decides.

use serde_json::json;

use crate::{compare, metric, repeated};

#[test]
fn one_run_against_one_is_guarded_where_it_is_said_how_much_runs_differ() {
    let one = |id: &str, ms: f64| {
        let mut run = repeated(id, &[ms]);
        run["scenarios"][0]["latency"]["ci95"] = json!({
            "p50_ms": {"low": ms * 0.98, "high": ms * 1.02}, "p95_ms": {"low": ms * 0.98, "high": ms * 1.02},
            "p99_ms": {"low": ms * 0.98, "high": ms * 1.02}
        });
        run.to_string()
    };
    let (before, now) = (one("before", 10.0), one("now", 11.5));
    let unguarded = compare(&before, &now, &[]).ended(1);
    assert_eq!(metric(&unguarded, "latency.p95_ms")["method"], "point");
    assert!(
        unguarded.stderr.contains("a change may be noise"),
        "{unguarded}"
    );
    let guarded = compare(&before, &now, &["--run-sd=8"]);
    let p95 = metric(&guarded, "latency.p95_ms");
    assert_eq!(
        (&p95["method"], &p95["verdict"]),
        (&json!("one_against_one"), &json!("inconclusive"))
    );
    // By hand: errors of log(1.02 / 0.98) / 2 / 1.96 on either side, log(1.01) between runs, 1.96 of their root sum of squares.
    let known = metric(&compare(&before, &now, &["--run-sd=1"]), "latency.p95_ms");
    let near =
        |end: &str, value: f64| (known["change_ci95"][end].as_f64().unwrap() - value).abs() < 1e-3;
    assert!(near("low", 10.545188) && near("high", 19.634335), "{known}");
    let certain = compare(&before, &now, &["--run-sd=0.5"]);
    assert_eq!(metric(&certain, "latency.p95_ms")["verdict"], "regressed");
}

#[test]
fn how_much_runs_differ_does_not_guard_a_latency_of_which_no_interval_is_known() {
    let one = |id: &str, ms: f64| repeated(id, &[ms]).to_string();
    let (before, now) = (one("before", 10.0), one("now", 10.5));
    let outcome = compare(&before, &now, &["--run-sd=8"]).ended(0);
    assert_eq!(metric(&outcome, "latency.p95_ms")["method"], "point");
    assert!(
        outcome.stderr.contains(
            "one run against one, and a figure without an interval of its own is off by more than --run-sd tells: \
             a change may be noise\n"
        ),
        "{outcome}"
    );
    let strict = compare(&before, &now, &["--run-sd=8", "--strict"]).ended(1);
    assert_eq!(
        metric(&strict, "latency.p95_ms")["note"],
        "it has no interval of its own"
    );
}

#[test]
fn one_failure_among_a_thousand_requests_of_one_run_is_no_regression_and_twenty_are() {
    let counted = |id: &str, failed: u64| {
        let errors = json!({"percent": failed as f64 / 10.0, "requests": 1000, "ok": 1000 - failed, "failed": failed});
        let run = json!({"run": {"id": id}, "latency": {"p50_ms": 5.0}, "error_rate": errors});
        run.to_string()
    };
    for (failed, verdict, method, code) in [
        (0, "unchanged", "point", 0),
        (2, "inconclusive", "one_against_one", 0),
        (20, "regressed", "one_against_one", 1),
    ] {
        let outcome = compare(&counted("before", 0), &counted("now", failed), &[]).ended(code);
        assert_eq!(
            outcome.stderr.contains("1 of 2 metrics is inconclusive"),
            verdict == "inconclusive",
            "{outcome}"
        );
        let errors = metric(&outcome, "error_rate.percent");
        assert_eq!(
            (&errors["verdict"], &errors["method"]),
            (&json!(verdict), &json!(method))
        );
    }
}

#[test]
fn under_strict_a_bare_change_proves_nothing() {
    let (before, now) = (
        repeated("before", &[10.0]).to_string(),
        repeated("now", &[10.9]).to_string(),
    );
    compare(&before, &now, &[]).ended(0);
    let strict = compare(&before, &now, &["--strict"]).ended(1);
    let p95 = metric(&strict, "latency.p95_ms");
    assert_eq!(
        (&p95["verdict"], &p95["note"]),
        (
            &json!("inconclusive"),
            &json!("nothing is known of how much runs differ")
        )
    );
    assert_eq!(
        metric(&strict, "error_rate.percent")["verdict"],
        "unchanged"
    );
}
