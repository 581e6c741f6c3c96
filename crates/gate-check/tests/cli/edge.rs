//! What stands around the verdict: several documents, groups, the gates file.

use std::fs;

use pipeline_tests::Workplace;
use serde_json::json;

use crate::{TOOL, gate, gates};

#[test]
fn several_documents_on_stdin_are_one() {
    let outcome = gate(
        r#"{"latency":{"p50_ms":1,"p95_ms":2,"p99_ms":3},"warnings":[{"code":"a"}]}
        {"throughput":{"rps":2000},"memory":{"peak_mb":100},"warnings":[{"code":"b"}]}
        {"error_rate":{"percent":0}}"#,
        &["--only=performance"],
    );
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(outcome.document()["warnings"].as_array().unwrap().len(), 2);
}

#[test]
fn the_same_section_twice_with_different_content_names_both_documents() {
    let place = Workplace::default();
    let gates = gates();
    for (name, peak) in [("a.json", 100), ("b.json", 200)] {
        let text = json!({"memory": {"peak_mb": peak}}).to_string();
        place.write(name, &text);
    }
    let arguments = ["--gates", &gates, "--results=a.json", "--results=b.json"];
    let outcome = place.feed(TOOL, &arguments, "");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    assert!(
        outcome
            .stderr
            .contains("section `memory` stands in a.json and in b.json"),
        "{outcome}"
    );
    let outcome = gate(r#"{"memory":{"peak_mb":1}}{"memory":{"peak_mb":2}}"#, &[]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome
            .stderr
            .contains("in stdin and in document 2 of stdin"),
        "{outcome}"
    );
}

#[test]
fn an_unknown_group_or_name_is_refused_with_the_nearest() {
    for (option, typed, meant) in [
        ("--only", "perfomance", "performance"),
        ("--allow-missing", "vulnerabilites", "vulnerabilities"),
        ("--allow-missing", "securty", "security"),
    ] {
        let outcome = gate("{}", &[option, typed]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
        assert!(
            outcome.stderr.contains(&format!(
                "{option} {typed}: there is nothing of that name; did you mean {meant}?"
            )),
            "{outcome}"
        );
    }
}

#[test]
fn a_group_that_is_near_none_gets_the_list_of_them() {
    let outcome = gate("{}", &["--only", "zzz"]).ended(2);
    assert_eq!(
        outcome.stderr,
        "gate-check: error: --only zzz: there is nothing of that name; expected one of custom, deployment, performance, provenance, security\n"
    );
}

#[test]
fn a_file_with_nothing_to_say_on_what_was_asked_is_refused() {
    let place = Workplace::default();
    place.write(
        "gates.yaml",
        "performance_gates:\n  memory:\n    max_usage_mb: 10\n",
    );
    let outcome = place.feed(TOOL, &["--gates=gates.yaml", "--only=security"], "{}");
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("gates.yaml: no security gates"),
        "{outcome}"
    );
    place.write("gates.yaml", "performance_gates:\n  memory: {}\n");
    let outcome = place.feed(TOOL, &["--gates=gates.yaml"], "{}");
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("gates.yaml: no gates"), "{outcome}");
}

#[test]
fn a_misspelt_key_of_the_gates_is_refused_with_line_and_nearest_key() {
    let place = Workplace::default();
    let text = fs::read_to_string(gates()).unwrap();
    let line = text
        .lines()
        .position(|line| line.contains("p95_max_ms"))
        .unwrap()
        + 1;
    let misspelt = text.replace("p95_max_ms", "p95_max");
    place.write("gates.yaml", &misspelt);
    let outcome = place.feed(TOOL, &["--gates=gates.yaml"], "{}");
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome
            .stderr
            .starts_with(&format!("gate-check: error: gates.yaml:{line}:"))
            && outcome.stderr.contains("did you mean p95_max_ms?"),
        "{outcome}"
    );
}

#[test]
fn a_fraction_for_a_percentage_of_coverage_is_refused() {
    let place = Workplace::default();
    let gates = |coverage: &str| {
        format!("security_gates:\n  code_quality:\n    min_coverage: {coverage}\n")
    };
    for coverage in ["0.8", "1"] {
        place.write("gates.yaml", &gates(coverage));
        let outcome = place.feed(TOOL, &["--gates=gates.yaml"], "{}").ended(2);
        assert!(
            outcome.stderr.contains("expected a percentage, as in 80"),
            "{outcome}"
        );
    }
    place.write("gates.yaml", &gates("0"));
    place.feed(TOOL, &["--gates=gates.yaml"], "{}").ended(1);
}
