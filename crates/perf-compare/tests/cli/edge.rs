//! What stands around the verdict: arguments, files, streams.

use std::fs;

use proptest::prelude::*;
use serde_json::json;

use crate::support::{closed_pipe, full_disk, run_in, run_into};
use crate::{compare, folder_with, run_with};

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
    ] {
        let outcome = compare(&whole, input, &[]);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (2, ""),
            "{outcome}"
        );
        assert!(outcome.stderr.contains(reason), "{outcome}");
    }
}

#[test]
fn a_threshold_that_is_no_percentage_is_refused() {
    for threshold in ["0", "-5", "NaN", "inf", "ten", "10%"] {
        let outcome = compare("{}", "{}", &["--threshold", threshold]);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (2, ""),
            "{outcome}"
        );
        assert!(
            outcome
                .stderr
                .contains("expected a number of percent above 0, as in 10"),
            "{outcome}"
        );
    }
}

#[test]
fn usage_errors_are_2_and_name_what_was_meant() {
    let misspelt = compare("{}", "{}", &["--treshold", "5"]);
    assert_eq!(misspelt.code, 2);
    assert!(
        misspelt.stderr.contains("did you mean --threshold?"),
        "{misspelt}"
    );
    let unknown = compare("{}", "{}", &["--allow-missing=base-line"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("did you mean baseline?"),
        "{unknown}"
    );
    let folder = folder_with("{}");
    assert_eq!(run_in(&folder, &[], "{}").code, 2);
    let twice = run_in(&folder, &["--baseline=-"], "{}");
    assert_eq!(twice.code, 2);
    assert!(
        twice
            .stderr
            .contains("stdin is where the documents come from"),
        "{twice}"
    );
}

#[test]
fn the_baseline_may_come_from_stdin_when_the_run_does_not() {
    let folder = folder_with("{}");
    fs::write(folder.path().join("run.json"), run_with(|_| ())).unwrap();
    let outcome = run_in(
        &folder,
        &["--baseline=-", "--current=run.json", "--output=out.json"],
        &run_with(|_| ()),
    );
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (0, ""),
        "{outcome}"
    );
    let written = fs::read_to_string(folder.path().join("out.json")).unwrap();
    assert!(written.contains(r#""comparison":"#), "{written}");
}

#[test]
fn the_common_switches_do_what_they_say() {
    let worse = run_with(|run| run["memory"]["peak_mb"] = json!(500));
    let baseline = run_with(|_| ());
    assert_eq!(compare(&baseline, &worse, &["--exit-zero"]).code, 0);
    let quiet = compare(&baseline, &worse, &["--quiet"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (1, ""));
    let schema = compare(&baseline, "", &["--schema"]);
    assert_eq!(
        (schema.code, &schema.document()["title"]),
        (0, &json!("Evidence"))
    );
    assert!(
        compare("{}", "", &["--version"])
            .stdout
            .starts_with("perf-compare ")
    );
    assert!(compare("{}", "", &["--help"]).stdout.contains("--baseline"));
}

#[test]
fn a_reader_that_has_gone_is_no_error_and_a_full_disk_is() {
    let folder = folder_with(&run_with(|_| ()));
    let worse = run_with(|run| run["memory"]["peak_mb"] = json!(500));
    fs::write(folder.path().join("worse.json"), worse).unwrap();
    for (current, code) in [("--current=base.json", 0), ("--current=worse.json", 1)] {
        let arguments = ["--baseline=base.json", current, "--quiet"];
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
        let latency = r#""latency":{"p50_ms":1.50,"p95_ms":2e0,"theirs":1e400}"#;
        let outcome = compare(&run_with(|_| ()), &format!("{{{theirs},{latency}}}"), &[]);
        prop_assert_eq!(outcome.code, 1);
        prop_assert!(outcome.stdout.contains(&theirs), "{}", outcome);
        prop_assert!(outcome.stdout.contains(latency), "{}", outcome);
    }
}
