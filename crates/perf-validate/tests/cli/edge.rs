//! What stands around the verdict: arguments, files, streams.

use std::fs;

use proptest::prelude::*;
use serde_json::json;

use crate::run::{THRESHOLDS, folder, run_with, validate};
use crate::support::{closed_pipe, full_disk, run_in, run_into};

#[test]
fn what_is_no_document_is_refused() {
    let whole = run_with(|_| ());
    for (input, reason) in [
        ("", "stdin: empty"),
        (&whole[..whole.len() / 2], "EOF while parsing"),
        (
            r#"{"latency":{"p50_ms":"fast"}}"#,
            "latency.p50_ms: invalid type",
        ),
        (r#"{"latency":{"p50_ms":NaN}}"#, "expected value"),
        (r#"{"schema_version":"2.0"}"#, "schema_version"),
    ] {
        let outcome = validate(input, &[]);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (2, ""),
            "{outcome}"
        );
        assert!(outcome.stderr.contains(reason), "{outcome}");
    }
}

#[test]
fn a_misspelt_key_of_the_thresholds_is_refused_with_line_and_nearest_key() {
    let folder = folder();
    let misspelt = THRESHOLDS.replace("p95_latency_ms", "p95_latncy_ms");
    fs::write(folder.path().join("t.yaml"), misspelt).unwrap();
    let outcome = run_in(&folder, &["--thresholds", "t.yaml"], &run_with(|_| ()));
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.stderr,
        "perf-validate: error: t.yaml:3:3: performance_thresholds: unknown key `p95_latncy_ms`; did you mean p95_latency_ms?\n"
    );
}

#[test]
fn usage_errors_are_2_and_name_what_was_meant() {
    let misspelt = validate("{}", &["--alow-missing", "memory"]);
    assert_eq!(misspelt.code, 2);
    assert!(
        misspelt.stderr.contains("did you mean --allow-missing?"),
        "{misspelt}"
    );
    assert_eq!(run_in(&folder(), &[], "{}").code, 2);
    let twice = run_in(&folder(), &["--thresholds", "-"], THRESHOLDS);
    assert_eq!(twice.code, 2);
    assert!(
        twice
            .stderr
            .contains("stdin is where the documents come from"),
        "{twice}"
    );
}

#[test]
fn thresholds_may_come_from_stdin_when_the_documents_do_not() {
    let folder = folder();
    fs::write(folder.path().join("run.json"), run_with(|_| ())).unwrap();
    let outcome = run_in(
        &folder,
        &["--thresholds=-", "--results=run.json", "--output=out.json"],
        THRESHOLDS,
    );
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (0, ""),
        "{outcome}"
    );
    let written = fs::read_to_string(folder.path().join("out.json")).unwrap();
    assert!(written.contains(r#""path":"run.json""#), "{written}");
}

#[test]
fn the_common_switches_do_what_they_say() {
    let failed = run_with(|run| run["memory"]["peak_mb"] = json!(5000));
    assert_eq!(validate(&failed, &["--exit-zero"]).code, 0);
    assert_eq!(validate("", &["--exit-zero"]).code, 2);
    let quiet = validate(&failed, &["--quiet"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (1, ""));
    let schema = run_in(&folder(), &["--schema"], "");
    assert_eq!(
        (schema.code, &schema.document()["title"]),
        (0, &json!("Evidence"))
    );
    assert!(
        run_in(&folder(), &["--version"], "")
            .stdout
            .starts_with("perf-validate ")
    );
    assert!(
        run_in(&folder(), &["--help"], "")
            .stdout
            .contains("--thresholds")
    );
}

#[test]
fn the_exit_is_that_of_the_whole_document() {
    let document = run_with(|run| run["gates"] = json!({"passed": false, "checks": []}));
    let outcome = validate(&document, &[]);
    assert_eq!(outcome.code, 1);
    assert_eq!(
        outcome.stderr,
        "perf-validate: passed, 14 checks\nperf-validate: failed before in this document: gates\n"
    );
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    for (document, code) in [
        (run_with(|_| ()), 0),
        (run_with(|run| run["memory"]["peak_mb"] = json!(5000)), 1),
    ] {
        let folder = folder();
        fs::write(folder.path().join("run.json"), document).unwrap();
        let arguments = ["--thresholds=t.yaml", "--results=run.json", "--quiet"];
        assert_eq!(
            run_into(closed_pipe(), &folder, &arguments),
            (Some(code), String::new())
        );
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let folder = folder();
    fs::write(folder.path().join("run.json"), run_with(|_| ())).unwrap();
    let arguments = ["--thresholds=t.yaml", "--results=run.json"];
    let (code, stderr) = run_into(full_disk(), &folder, &arguments);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("stdout: cannot be written"), "{stderr}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn what_it_does_not_know_passes_through_byte_for_byte(
        digits in "[1-9][0-9]{0,30}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?",
        text in "[ -!#-\\[\\]-~é→]{0,20}",
    ) {
        let theirs = format!(r#""theirs":{{ "odd" : [{digits}, -0.0, 1e-400],"text":"{text}\u00e9"}}"#);
        let run = r#""latency":{"p50_ms":1.50,"p95_ms":2e0,"p99_ms":3.000,"theirs":1e400}"#;
        let outcome = validate(&format!("{{{theirs},{run}}}"), &[]);
        prop_assert_eq!(outcome.code, 1);
        prop_assert!(outcome.stdout.contains(&theirs), "{}", outcome);
        prop_assert!(outcome.stdout.contains(run), "{}", outcome);
    }
}
