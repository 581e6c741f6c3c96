//! What stands around the verdict: arguments, files, streams.

use std::fs;

use proptest::prelude::*;
use serde_json::json;

use crate::support::{closed_pipe, full_disk, run_in, run_into};
use crate::{evidence_with, gate, gates};

#[test]
fn what_is_no_document_is_refused() {
    let whole = evidence_with(|_| ());
    for (input, reason) in [
        ("", "stdin: empty"),
        (&whole[..whole.len() / 2], "EOF while parsing"),
        (
            r#"{"latency":{"p50_ms":"fast"}}"#,
            "latency.p50_ms: invalid type",
        ),
        (
            r#"{"vulnerabilities":{"critical":-1}}"#,
            "vulnerabilities.critical",
        ),
        ("[]", "expected an evidence document"),
    ] {
        let outcome = gate(input, &[]);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (2, ""),
            "{outcome}"
        );
        assert!(outcome.stderr.contains(reason), "{outcome}");
    }
}

#[test]
fn several_documents_on_stdin_are_one() {
    let outcome = gate(
        r#"{"latency":{"p50_ms":1,"p95_ms":2,"p99_ms":3},"warnings":[{"code":"a"}]}
        {"throughput":{"rps":2000},"memory":{"peak_mb":100},"warnings":[{"code":"b"}]}
        {"error_rate":{"percent":0}}"#,
        &["--only=performance"],
    );
    assert_eq!(outcome.code, 0, "{outcome}");
    assert_eq!(outcome.document()["warnings"].as_array().unwrap().len(), 2);
}

#[test]
fn the_same_section_twice_with_different_content_names_both_documents() {
    let folder = tempfile::tempdir().unwrap();
    let gates = gates();
    for (name, peak) in [("a.json", 100), ("b.json", 200)] {
        let text = json!({"memory": {"peak_mb": peak}}).to_string();
        fs::write(folder.path().join(name), text).unwrap();
    }
    let arguments = ["--gates", &gates, "--results=a.json", "--results=b.json"];
    let outcome = run_in(&folder, &arguments, "");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(
        outcome
            .stderr
            .contains("section `memory` stands in a.json and in b.json"),
        "{outcome}"
    );
    let outcome = gate(r#"{"memory":{"peak_mb":1}}{"memory":{"peak_mb":2}}"#, &[]);
    assert_eq!(outcome.code, 2);
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
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
        assert!(
            outcome.stderr.contains(&format!(
                "{option} {typed}: there is nothing of that name; did you mean {meant}?"
            )),
            "{outcome}"
        );
    }
}

#[test]
fn a_file_with_nothing_to_say_on_what_was_asked_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let gates = folder.path().join("gates.yaml");
    fs::write(
        &gates,
        "performance_gates:\n  memory:\n    max_usage_mb: 10\n",
    )
    .unwrap();
    let outcome = run_in(&folder, &["--gates=gates.yaml", "--only=security"], "{}");
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("gates.yaml: no security gates"),
        "{outcome}"
    );
    fs::write(&gates, "performance_gates:\n  memory: {}\n").unwrap();
    let outcome = run_in(&folder, &["--gates=gates.yaml"], "{}");
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("gates.yaml: no gates"), "{outcome}");
}

#[test]
fn a_misspelt_key_of_the_gates_is_refused_with_line_and_nearest_key() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(gates()).unwrap();
    let line = text
        .lines()
        .position(|line| line.contains("p95_max_ms"))
        .unwrap()
        + 1;
    let misspelt = text.replace("p95_max_ms", "p95_max");
    fs::write(folder.path().join("gates.yaml"), misspelt).unwrap();
    let outcome = run_in(&folder, &["--gates=gates.yaml"], "{}");
    assert_eq!(outcome.code, 2);
    assert!(
        outcome
            .stderr
            .starts_with(&format!("gate-check: error: gates.yaml:{line}:"))
            && outcome.stderr.contains("did you mean p95_max_ms?"),
        "{outcome}"
    );
}

#[test]
fn usage_errors_are_2() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run_in(&folder, &[], "{}").code, 2);
    assert_eq!(run_in(&folder, &["--gates=nowhere.yaml"], "{}").code, 2);
    let misspelt = gate("{}", &["--onyl", "performance"]);
    assert_eq!(misspelt.code, 2);
    assert!(
        misspelt.stderr.contains("did you mean --only?"),
        "{misspelt}"
    );
    let twice = run_in(&folder, &["--gates=-"], "{}");
    assert!(
        twice
            .stderr
            .contains("stdin is where the documents come from"),
        "{twice}"
    );
}

#[test]
fn the_common_switches_do_what_they_say() {
    assert_eq!(gate("{}", &["--exit-zero"]).code, 0);
    assert_eq!(gate("", &["--exit-zero"]).code, 2);
    let quiet = gate("{}", &["--quiet"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (1, ""));
    let schema = gate("", &["--schema"]);
    assert_eq!(
        (schema.code, &schema.document()["title"]),
        (0, &json!("Evidence"))
    );
    assert!(gate("", &["--version"]).stdout.starts_with("gate-check "));
    assert!(gate("", &["--help"]).stdout.contains("--only"));
}

#[test]
fn the_document_may_go_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let gates = gates();
    let outcome = run_in(&folder, &["--gates", &gates, "--output=out.json"], "{}");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
    let written = fs::read_to_string(folder.path().join("out.json")).unwrap();
    assert!(written.contains(r#""overall_success":false"#));
    let nowhere = run_in(&folder, &["--gates", &gates, "--output=no/out.json"], "{}");
    assert_eq!(nowhere.code, 2);
}

#[test]
fn a_reader_that_has_gone_is_no_error_and_a_full_disk_is() {
    let folder = tempfile::tempdir().unwrap();
    let gates = gates();
    fs::write(folder.path().join("run.json"), evidence_with(|_| ())).unwrap();
    fs::write(folder.path().join("empty.json"), "{}").unwrap();
    for (run, code) in [("--results=run.json", 0), ("--results=empty.json", 1)] {
        let arguments = ["--gates", &gates, run, "--quiet"];
        assert_eq!(
            run_into(closed_pipe(), &folder, &arguments),
            (Some(code), String::new())
        );
        assert_eq!(run_into(full_disk(), &folder, &arguments).0, Some(2));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn what_it_does_not_know_passes_through_byte_for_byte(
        digits in "[1-9][0-9]{0,30}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?",
        text in "[ -!#-\\[\\]-~é→]{0,20}",
    ) {
        let theirs = format!(r#""theirs":{{ "odd" : [{digits}, -0.0, 1e-400],"text":"{text}\u00e9"}}"#);
        let scenarios = r#""scenarios":[{"name":"a", "latency":{"p50_ms":1.50,"theirs":1e400}}]"#;
        let outcome = gate(&format!("{{{theirs},{scenarios}}}"), &[]);
        prop_assert_eq!(outcome.code, 1);
        prop_assert!(outcome.stdout.contains(&theirs), "{}", outcome);
        prop_assert!(outcome.stdout.contains(scenarios), "{}", outcome);
    }
}
