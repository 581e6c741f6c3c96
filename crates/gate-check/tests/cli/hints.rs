//! Limits that would notice nothing.

use serde_json::{Value, json};

use crate::{evidence_with, gate};

/// The metrics whose limits could be tightened.
fn roomy(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let ran = gate(&evidence_with(change), &[]).ended(0);
    let document = ran.document();
    let checks = document["gates"]["checks"].as_array().unwrap();
    let names: Vec<String> = checks
        .iter()
        .filter(|check| check["hint"].is_string())
        .map(|check| check["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ran.stderr.contains("hint: the limit of"), !names.is_empty());
    names
}

#[test]
fn a_limit_near_the_value_is_left_alone() {
    assert_eq!(roomy(|_| ()), [""; 0]);
    assert_eq!(
        roomy(|evidence| evidence["latency"]["p99_ms"] = json!(12.6)),
        [""; 0]
    );
    assert_eq!(
        roomy(|evidence| evidence["throughput"]["rps"] = json!(3999)),
        [""; 0]
    );
    assert_eq!(
        roomy(|evidence| evidence["code_quality"]["coverage"] = json!(94.9)),
        [""; 0]
    );
}

#[test]
fn a_limit_four_times_away_could_be_tightened() {
    for (metric, value) in [
        ("/latency/p99_ms", json!(12.5)),
        ("/throughput/rps", json!(4000)),
        ("/code_quality/coverage", json!(95)),
        ("/vulnerabilities/medium", json!(0)),
        ("/smoke_tests/execution_time_s", json!(75)),
    ] {
        let name = metric[1..].replace('/', ".");
        assert_eq!(
            roomy(|evidence| *evidence.pointer_mut(metric).unwrap() = value),
            [name]
        );
    }
}

#[test]
fn the_worse_end_of_an_interval_is_what_needs_the_room() {
    let with_high = |high: f64| {
        roomy(|evidence| {
            evidence["latency"] = json!({
                "p50_ms": 10, "p95_ms": 20, "p99_ms": 5,
                "ci95": {"p99_ms": {"low": 4, "high": high}}
            });
        })
    };
    assert_eq!(with_high(12.5), ["latency.p99_ms"]);
    assert_eq!(with_high(12.6), [""; 0]);
}

#[test]
fn a_value_that_may_be_beyond_its_limit_is_shown_with_its_interval_and_decides() {
    let document = evidence_with(|evidence| {
        evidence["latency"]["ci95"] = json!({"p99_ms": {"low": 49, "high": 51}});
    });
    let ran = gate(&document, &[]).ended(0);
    assert!(
        ran.stderr.starts_with(
            "gate-check: inconclusive: latency.p99_ms is 50 ms (between 49 and 51), expected <= 50 ms\n"
        ),
        "{ran}"
    );
}
