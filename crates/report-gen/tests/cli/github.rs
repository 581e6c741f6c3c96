//! Annotations for GitHub's runner.

use serde_json::{Value, json};

use crate::hostile::hostile;
use crate::{FAILED, INTERRUPTED, PASSED, in_format, report_gen};

fn github(document: &str) -> String {
    in_format("github", document)
}

/// A document with so many checks that fail, so many that are doubtful, and a warning.
fn with_checks(failed: usize, doubtful: usize) -> String {
    let check = |index: usize, status: &str, passed: bool| {
        json!({
            "name": format!("{status}.{index}"), "metric": "m", "unit": "ms", "operator": "<=",
            "expected": 1, "actual": index + 2, "status": status, "passed": passed,
        })
    };
    let doubtful = (0..doubtful).map(|index| check(index, "inconclusive", true));
    let failed = (0..failed).map(|index| check(index, "fail", false));
    let checks: Vec<Value> = doubtful.chain(failed).collect();
    json!({
        "validation": { "passed": false, "checks": checks },
        "warnings": [{ "tool": "bench-run", "code": "noise", "message": "noisy" }],
    })
    .to_string()
}

#[test]
fn every_finding_is_an_annotation_and_the_verdict_is_the_first() {
    let run = report_gen(&["--format", "github"], FAILED).ended(1);
    assert_eq!(run.stdout, include_str!("../documents/failed.github.txt"));
    let run = report_gen(&["--format", "github"], PASSED).ended(0);
    assert_eq!(run.stdout, include_str!("../documents/passed.github.txt"));
}

#[test]
fn what_nothing_has_judged_is_a_warning() {
    assert_eq!(
        github("{}"),
        "::warning title=NOT JUDGED::nothing has judged this document yet\n"
    );
}

#[test]
fn an_interrupted_run_is_an_error_though_no_check_failed() {
    assert_eq!(
        github(INTERRUPTED),
        "::error title=FAILED::the run was interrupted\n\
         ::error title=interrupted%3A Run::the run was interrupted\n"
    );
}

#[test]
fn the_ten_most_important_are_shown_and_how_many_there_are_is_told() {
    let annotations = github(&with_checks(5, 7));
    let lines: Vec<&str> = annotations.lines().collect();
    assert_eq!(lines.len(), 10);
    assert!(lines[0].ends_with("; the 9 most important of 13 findings are annotated"));
    assert!(
        lines[1..6]
            .iter()
            .all(|line| line.starts_with("::error title=failed"))
    );
    assert!(
        lines[6..]
            .iter()
            .all(|line| line.starts_with("::warning title=inconclusive"))
    );
}

#[test]
fn ten_that_are_all_there_is_are_not_said_to_be_a_part() {
    let annotations = github(&with_checks(4, 4));
    assert_eq!(annotations.lines().count(), 10);
    assert!(!annotations.contains("most important"));
    assert!(annotations.ends_with("::warning title=bench-run%3A noise::noisy\n"));
}

#[test]
fn hostile_text_makes_no_command() {
    let commands = r"\n::error::1\r\n ::add-mask::2\u0085\u2028##[stop-commands]3%0A::error::4";
    let annotations = github(&hostile().replace("<script>", commands));
    assert!(annotations.contains("add-mask"));
    for line in annotations
        .split(['\n', '\r', '\u{85}'])
        .filter(|line| !line.is_empty())
    {
        let known = ["::error title=", "::warning title="];
        assert!(known.iter().any(|start| line.starts_with(start)), "{line}");
        // What the runner takes for line breaks of its own making.
        assert!(!line.contains("%0A") && !line.contains("%0D"), "{line}");
    }
}
