//! One run against one, of which nothing is known but the values.

use serde_json::{Value, json};

use crate::{baseline_with, compare, metric, run_with};

#[test]
fn a_run_like_its_baseline_passes_a_line_a_metric() {
    let outcome = compare(&baseline_with(|_| ()), &run_with(|_| ()), &[]);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(outcome.stderr.lines().count(), 8);
    assert!(outcome.stderr.ends_with(
        "perf-compare: passed: 6 metrics: 6 unchanged, threshold 10 % (one run against one: a change may be noise)\n"
    ));
    let document = outcome.document();
    assert_eq!(document["overall_success"], true);
    assert_eq!(document["comparison"]["verdict"], "unchanged");
    assert_eq!(document["comparison"]["warnings"], json!(["unguarded"]));
    assert_eq!(
        document["comparison"]["baseline"],
        json!({"run_id": "before", "commit": "c0ffee", "fingerprint": "a1"})
    );
    assert_eq!(document["provenance"][0]["inputs"][0]["path"], "base.json");
}

#[test]
fn each_metric_regresses_by_itself_in_its_own_direction() {
    for (place, value) in [
        ("/latency/p50_ms", 5.51),
        ("/latency/p95_ms", 8.81),
        ("/latency/p99_ms", 13.21),
        ("/throughput/rps", 899.0),
        ("/memory/peak_mb", 110.1),
        ("/error_rate/percent", 0.11),
    ] {
        let current = run_with(|run| *run.pointer_mut(place).unwrap() = json!(value));
        let outcome = compare(&baseline_with(|_| ()), &current, &[]);
        assert_eq!(outcome.code, Some(1), "{place}: {outcome}");
        let name = place[1..].replace('/', ".");
        assert_eq!(metric(&outcome, &name)["verdict"], "regressed");
        assert_eq!(outcome.document()["comparison"]["verdict"], "regressed");
        assert!(
            outcome
                .stderr
                .contains("failed: 6 metrics: 1 regressed, 5 unchanged"),
            "{outcome}"
        );
    }
}

#[test]
fn a_change_is_said_in_words() {
    let current = run_with(|run| {
        run["latency"]["p99_ms"] = json!(13.7);
        run["throughput"]["rps"] = json!(1250);
    });
    let outcome = compare(&baseline_with(|_| ()), &current, &[]);
    for line in [
        "perf-compare: p50 is the same, 5.00 → 5.00 ms: unchanged\n",
        "perf-compare: p99 is 14.2 % slower, 12.00 → 13.70 ms: regressed\n",
        "perf-compare: throughput is 25.0 % higher, 1000.00 → 1250.00 req/s: improved\n",
    ] {
        assert!(outcome.stderr.contains(line), "{outcome}");
    }
    assert_eq!(
        metric(&outcome, "latency.p99_ms")["change_percent"],
        14.166667
    );
}

#[test]
fn the_threshold_decides() {
    let current = run_with(|run| run["latency"]["p99_ms"] = json!(13.7));
    assert_eq!(
        compare(&baseline_with(|_| ()), &current, &["--threshold=15"]).code,
        Some(0)
    );
    assert_eq!(
        compare(&baseline_with(|_| ()), &current, &["--threshold", "14"]).code,
        Some(1)
    );
}

#[test]
fn what_is_missing_on_either_side_fails_unless_allowed() {
    let without_memory = |run: &mut Value| {
        run.as_object_mut().unwrap().remove("memory");
    };
    for (baseline, current, side) in [
        (
            baseline_with(without_memory),
            run_with(|_| ()),
            "in the baseline",
        ),
        (
            baseline_with(|_| ()),
            run_with(without_memory),
            "in this run",
        ),
    ] {
        let (baseline, current) = (&baseline, &current);
        let outcome = compare(baseline, current, &[]);
        assert_eq!(outcome.code, Some(1), "{outcome}");
        assert_eq!(metric(&outcome, "memory.peak_mb")["verdict"], "missing");
        assert!(
            outcome
                .stderr
                .contains(&format!("peak memory was not measured {side}")),
            "{outcome}"
        );
        let allowed = compare(baseline, current, &["--allow-missing=memory"]);
        assert_eq!(allowed.code, Some(0), "{allowed}");
        assert_eq!(allowed.document()["comparison"]["verdict"], "unchanged");
    }
}

#[test]
fn an_empty_run_does_not_pass_against_an_empty_baseline() {
    let outcome = compare("{}", "{}", &[]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome
            .stderr
            .contains("failed: nothing was measured on both sides"),
        "{outcome}"
    );
}
