//! A document that is judged in several stages, as its evidence comes in.

use pipeline_tests::Ran;
use serde_json::{Value, json};

use crate::{evidence_with, gate};

fn names(ran: &Ran) -> Vec<String> {
    let document = ran.document();
    let checks = document["gates"]["checks"].as_array().unwrap();
    let name = |check: &Value| check["name"].as_str().unwrap().to_owned();
    checks.iter().map(name).collect()
}

#[test]
fn what_failed_in_an_earlier_stage_has_failed_in_the_last() {
    let slow = evidence_with(|evidence| evidence["latency"]["p99_ms"] = json!(900));
    let first = gate(&slow, &["--only=performance"]).ended(1);
    let second = gate(&first.stdout, &["--only=security"]).ended(1);
    assert_eq!(second.document()["gates"]["passed"], false);
    assert_eq!(names(&second).len(), 12);
    assert!(
        second.stderr.contains("failed: latency.p99_ms is 900 ms"),
        "{second}"
    );
    // Its gates file is still among what the section was made of.
    let document = second.document();
    let provenance = document["provenance"].as_array().unwrap();
    assert_eq!(provenance.len(), 2);
}

#[test]
fn what_is_judged_again_is_judged_anew() {
    let slow = evidence_with(|evidence| evidence["latency"]["p99_ms"] = json!(900));
    let mut judged = gate(&slow, &["--only=performance"]).ended(1).document();
    judged["latency"]["p99_ms"] = json!(50);
    let again = gate(&judged.to_string(), &[]).ended(0);
    assert_eq!(names(&again).len(), 16);
}

#[test]
fn a_whole_judged_in_stages_is_as_judged_at_once() {
    let document = evidence_with(|_| ());
    let first = gate(&document, &["--only=performance"]).ended(0);
    let second = gate(&first.stdout, &["--only=security"]).ended(0);
    let third = gate(&second.stdout, &["--only=deployment"]).ended(0);
    let (mut in_stages, mut at_once) = (names(&third), names(&gate(&document, &[]).ended(0)));
    in_stages.sort();
    at_once.sort();
    assert_eq!(in_stages, at_once);
}
