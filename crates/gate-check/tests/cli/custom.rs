//! Gates on places of one's own choice.

use pipeline_tests::{Ran, Workplace};
use serde_json::{Value, json};

use crate::TOOL;

/// Of one custom gate, written as JSON, which is YAML.
fn judged(gate: Value, document: Value, more: &[&str]) -> Ran {
    let place = Workplace::default();
    place.write("gates.json", &json!({ "custom_gates": [gate] }).to_string());
    let arguments = [&["--gates=gates.json"], more].concat();
    place.feed(TOOL, &arguments, &document.to_string())
}

fn capacity(operator: &str, value: Value) -> Value {
    json!({"name": "capacity", "pointer": "/own/rate_rps", "operator": operator, "value": value, "unit": "rps"})
}

#[test]
fn a_number_anywhere_in_the_document_can_be_held_to_a_limit() {
    let document = json!({"own": {"rate_rps": 500}});
    for (operator, value, code) in [
        (">=", 500.0, 0),
        (">=", 500.1, 1),
        (">", 500.0, 1),
        ("<", 500.0, 1),
        ("<", 500.1, 0),
        ("==", 500.0, 0),
        ("!=", 500.0, 1),
    ] {
        let ran = judged(capacity(operator, json!(value)), document.clone(), &[]);
        assert_eq!(ran.code, Some(code), "{operator} {value}: {ran}");
    }
    let ran = judged(capacity(">=", json!(501)), document, &[]).ended(1);
    assert!(
        ran.stderr.starts_with(
            "gate-check: failed: capacity (/own/rate_rps) is 500 req/s, expected >= 501 req/s\n"
        ),
        "{ran}"
    );
    let check = &ran.document()["gates"]["checks"][0];
    assert_eq!(
        (&check["group"], &check["name"], &check["metric"]),
        (
            &json!("custom"),
            &json!("capacity"),
            &json!("/own/rate_rps")
        )
    );
}

#[test]
fn sections_that_no_tool_of_ours_knows_can_be_asked_too() {
    let document = json!({"team/notes": {"~reviews": [{"by": "ann", "approved": true}]}});
    for (pointer, operator, value, code) in [
        ("/team~1notes/~0reviews/0/approved", "==", json!(true), 0),
        ("/team~1notes/~0reviews/0/approved", "!=", json!(true), 1),
        ("/team~1notes/~0reviews/0/by", "==", json!("ann"), 0),
        ("/team~1notes/~0reviews/0/by", "contains", json!("nn"), 0),
        ("/team~1notes/~0reviews/0/by", "contains", json!("bob"), 1),
        ("/team~1notes/~0reviews/1/by", "!=", json!("bob"), 1),
    ] {
        let gate =
            json!({"name": "review", "pointer": pointer, "operator": operator, "value": value});
        let ran = judged(gate, document.clone(), &[]);
        assert_eq!(ran.code, Some(code), "{pointer} {operator}: {ran}");
    }
}

#[test]
fn what_is_not_there_is_missing_whatever_the_operator() {
    for document in [
        json!({}),
        json!({"own": null}),
        json!({"own": {"rate_rps": null}}),
    ] {
        for operator in [">=", "<=", "!="] {
            let gate = capacity(operator, json!(1));
            let ran = judged(gate.clone(), document.clone(), &[]).ended(1);
            assert_eq!(ran.document()["gates"]["checks"][0]["status"], "missing");
            judged(
                gate.clone(),
                document.clone(),
                &["--allow-missing=capacity"],
            )
            .ended(0);
            judged(gate, document.clone(), &["--allow-missing=custom"]).ended(0);
        }
    }
}

#[test]
fn a_value_of_another_kind_fails_whatever_the_operator_and_the_other_gates_are_judged() {
    for (found, kind) in [
        (json!("500"), "a text"),
        (json!(true), "true or false"),
        (json!([500]), "a list"),
        (json!({"rps": 500}), "an object"),
    ] {
        for operator in [">=", "!="] {
            let gate =
                json!({"name": "own", "pointer": "/own/rate", "operator": operator, "value": 1});
            let document = json!({"own": {"rate": found}});
            let allowed = ["--allow-missing=own"];
            let ran = judged(gate.clone(), document.clone(), &allowed).ended(1);
            let check = &ran.document()["gates"]["checks"][0];
            assert_eq!(check["passed"], false);
            let note = format!("found {kind}, expected a number, as its limit is");
            assert_eq!(check["note"], note);
            let mut warning = gate;
            warning["level"] = json!("warn");
            judged(warning, document, &[]).ended(0);
        }
    }
}

#[test]
fn a_gate_that_is_not_asked_for_stops_no_other() {
    let place = Workplace::default();
    let gates = json!({
        "performance_gates": {"memory": {"max_usage_mb": 10}},
        "custom_gates": [{"name": "own", "pointer": "/own/huge", "operator": "<=", "value": 1}]
    });
    place.write("gates.json", &gates.to_string());
    let document = r#"{"memory":{"peak_mb":5},"own":{"huge":1e400}}"#;
    let judged = |more: &[&str]| {
        let arguments = [&["--gates=gates.json"], more].concat();
        place.feed(TOOL, &arguments, document)
    };
    judged(&["--only=performance"]).ended(0);
    let ran = judged(&["--allow-missing=own"]).ended(2);
    assert!(
        ran.stderr
            .contains("custom gate own: own.huge: number out of range"),
        "{ran}"
    );
}

#[test]
fn a_gate_of_the_level_warn_is_told_and_lets_the_build_pass() {
    let mut gate = capacity(">=", json!(500));
    gate["level"] = json!("warn");
    for (document, status) in [
        (json!({"own": {"rate_rps": 499}}), "fail"),
        (json!({"own": {}}), "missing"),
    ] {
        let ran = judged(gate.clone(), document.clone(), &[]).ended(0);
        let written = ran.document();
        let check = &written["gates"]["checks"][0];
        assert_eq!(check["level"], "warn");
        assert_eq!(
            (&check["status"], &check["passed"]),
            (&json!(status), &json!(true))
        );
        assert_eq!(written["warnings"][0]["code"], "gate_warning");
        assert!(ran.stderr.contains("warning: capacity"), "{ran}");
        judged(gate.clone(), document, &["--fail-on-warn"]).ended(1);
    }
    let held = judged(gate, json!({"own": {"rate_rps": 500}}), &["--fail-on-warn"]).ended(0);
    assert_eq!(held.document()["warnings"], Value::Null);
}

#[test]
fn a_gate_that_makes_no_sense_is_refused_with_its_place() {
    for (change, message) in [
        (
            json!({"pointer": "capacity"}),
            "custom_gates[0].pointer: found \"capacity\", expected a JSON Pointer",
        ),
        (
            json!({"pointer": ""}),
            "custom_gates[0].pointer: found an empty text, expected a place",
        ),
        (
            json!({"name": " "}),
            "custom_gates[0].name: found an empty text",
        ),
        (
            json!({"value": "fast"}),
            "custom_gates[0].value: found a text beside `>=`, expected a number",
        ),
        (
            json!({"value": true}),
            "custom_gates[0].value: found true or false beside `>=`, expected a number",
        ),
        (
            json!({"operator": "contains"}),
            "custom_gates[0].value: found a number beside `contains`, expected a text",
        ),
        (json!({"operator": "=>"}), "unknown variant `=>`"),
        (json!({"level": "fatal"}), "unknown variant `fatal`"),
        (
            json!({"pointr": "/a"}),
            "unknown key `pointr`; did you mean pointer?",
        ),
        (
            json!({"name": "memory.peak_mb"}),
            "a gate of its own has that name",
        ),
    ] {
        let mut gate = capacity(">=", json!(500));
        for (key, value) in change.as_object().unwrap() {
            gate[key] = value.clone();
        }
        let ran = judged(gate, json!({}), &[]).ended(2);
        assert!(ran.stderr.contains(message), "{message}: {ran}");
    }
}

#[test]
fn numbers_that_are_none_and_names_that_stand_twice_are_refused() {
    let place = Workplace::default();
    let gate = |value: &str| {
        format!("  - {{name: own, pointer: /own, operator: \"<=\", value: {value}}}\n")
    };
    for (text, message) in [
        (
            gate(".nan"),
            "custom_gates[0].value: found no finite number",
        ),
        (
            gate(".inf"),
            "custom_gates[0].value: found no finite number",
        ),
        (
            gate("1") + &gate("2"),
            "custom_gates[1].name: found \"own\" again",
        ),
    ] {
        place.write("gates.yaml", &format!("custom_gates:\n{text}"));
        let ran = place.feed(TOOL, &["--gates=gates.yaml"], "{}").ended(2);
        assert!(ran.stderr.contains(message), "{message}: {ran}");
    }
}
