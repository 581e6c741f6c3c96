//! Leave for a gate to fail, for a while.

use pipeline_tests::{Ran, Workplace};
use serde_json::{Value, json};

use crate::TOOL;

fn waiver(expires: &str) -> Value {
    json!({"gate": "vulnerabilities.high", "reason": "not reachable", "owner": "ann", "expires": expires})
}

/// `high` findings against a limit of none, with a waiver.
fn judged(waiver: Value, high: Option<u32>, more: &[&str]) -> Ran {
    let place = Workplace::default();
    let gates = json!({
        "security_gates": {"vulnerabilities": {"max_high": 0}},
        "waivers": [waiver]
    });
    place.write("gates.json", &gates.to_string());
    let document = json!({"vulnerabilities": {"high": high}});
    let arguments = [&["--gates=gates.json"], more].concat();
    place.feed(TOOL, &arguments, &document.to_string())
}

fn note(ran: &Ran) -> String {
    let note = &ran.document()["gates"]["checks"][0]["note"];
    note.as_str().unwrap().to_owned()
}

#[test]
fn a_waived_gate_fails_and_lets_the_build_pass() {
    let ran = judged(waiver("2999-12-31"), Some(2), &[]).ended(0);
    let document = ran.document();
    let check = &document["gates"]["checks"][0];
    assert_eq!(
        (&check["status"], &check["passed"]),
        (&json!("fail"), &json!(true))
    );
    assert_eq!(
        check["waiver"],
        json!({"reason": "not reachable", "owner": "ann", "expires": "2999-12-31"})
    );
    assert_eq!(document["warnings"][0]["code"], "waived");
    assert!(
        ran.stderr.contains(
            "warning: vulnerabilities.high failed: waived by ann until 2999-12-31: not reachable\n"
        ),
        "{ran}"
    );
}

#[test]
fn a_waiver_that_is_over_lets_nothing_pass_and_says_so() {
    let ran = judged(waiver("2020-01-31"), Some(2), &[]).ended(1);
    assert_eq!(
        note(&ran),
        "the waiver of ann was over on 2020-01-31: not reachable"
    );
    assert!(ran.stderr.contains("was over on 2020-01-31"), "{ran}");
}

#[test]
fn a_waiver_does_not_make_up_for_missing_evidence() {
    let ran = judged(waiver("2999-12-31"), None, &[]).ended(1);
    assert_eq!(note(&ran), "a waiver does not cover missing evidence");
    judged(waiver("2999-12-31"), None, &["--allow-missing=security"]).ended(0);
}

#[test]
fn a_waiver_can_be_good_up_to_a_value_only() {
    let mut bounded = waiver("2999-12-31");
    bounded["up_to"] = json!(2);
    judged(bounded.clone(), Some(2), &[]).ended(0);
    let ran = judged(bounded, Some(3), &[]).ended(1);
    assert_eq!(note(&ran), "the waiver of ann is good up to 2");
}

#[test]
fn an_explained_gate_tells_how_far_its_waiver_goes_and_what_becomes_of_the_build() {
    let mut bounded = waiver("2999-12-31");
    bounded["up_to"] = json!(2);
    let arguments = ["--results=run.json", "--explain=vulnerabilities.high"];
    for (high, outcome) in [
        (2, "  outcome   failed, and lets the build pass: "),
        (3, "  outcome   failed, and the build fails: "),
    ] {
        let place = Workplace::default();
        let document = json!({"vulnerabilities": {"high": high}});
        place.write("run.json", &document.to_string());
        let gates = json!({
            "security_gates": {"vulnerabilities": {"max_high": 0}},
            "waivers": [bounded.clone()]
        });
        place.write("gates.json", &gates.to_string());
        let arguments = [&["--gates=gates.json"][..], &arguments].concat();
        let ran = place.feed(TOOL, &arguments, "").ended(0);
        assert!(
            ran.stdout
                .contains("  waiver    ann, until 2999-12-31, up to 2: not reachable\n"),
            "{ran}"
        );
        assert!(ran.stdout.contains(outcome), "{ran}");
    }
}

#[test]
fn a_waiver_that_nobody_needs_is_told() {
    for expires in ["2999-12-31", "2020-01-31"] {
        let ran = judged(waiver(expires), Some(0), &[]).ended(0);
        assert_eq!(ran.document()["warnings"][0]["code"], "waiver_not_needed");
    }
}

#[test]
fn a_waiver_that_cannot_be_meant_is_refused() {
    for (key, value, message) in [
        (
            "gate",
            "vulnerabilities.hihg",
            "did you mean vulnerabilities.high?",
        ),
        (
            "gate",
            "memory.peak_mb",
            "waivers: gate memory.peak_mb: there is nothing of that name",
        ),
        ("reason", " ", "waivers[0].reason: found an empty text"),
        ("owner", "", "waivers[0].owner: found an empty text"),
        (
            "expires",
            "next year",
            "waivers[0].expires: found \"next year\", expected a day, as in 2026-12-31",
        ),
        ("until", "2026-12-31", "unknown key `until`"),
    ] {
        let mut changed = waiver("2999-12-31");
        changed[key] = json!(value);
        let ran = judged(changed, Some(2), &[]).ended(2);
        assert!(ran.stderr.contains(message), "{message}: {ran}");
    }
    let place = Workplace::default();
    place.write(
        "gates.json",
        &json!({"waivers": [waiver("2999-12-31")]}).to_string(),
    );
    let ran = place.feed(TOOL, &["--gates=gates.json"], "{}").ended(2);
    assert!(ran.stderr.contains("nothing passes by default"), "{ran}");
}
