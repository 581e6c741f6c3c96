//! What comes in, what goes on, and how it ends.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use assert_cmd::assert::OutputAssertExt;
use assert_cmd::cargo::cargo_bin;

use crate::{FAILED, PASSED, folder, html, inside, report_gen, stderr, stdout};

#[test]
fn with_output_the_document_passes_through_byte_for_byte() {
    let folder = folder();
    let first = report_gen(&["--output", &inside(&folder, "r.md")], PASSED).success();
    let second = report_gen(&["--output", &inside(&folder, "r.html")], &stdout(&first)).success();
    assert_eq!(stdout(&first), stdout(&second));
    for line in PASSED
        .lines()
        .filter(|line| line.starts_with("\"latency\""))
    {
        assert!(stdout(&first).contains(line));
    }
    let unknown = r#"{"theirs":{"number":1.50,"huge":123456789012345678901234567890}}"#;
    let run = report_gen(&["--output", &inside(&folder, "r.md")], unknown).success();
    assert!(
        stdout(&run).contains(r#""theirs":{"number":1.50,"huge":123456789012345678901234567890}"#)
    );
}

#[test]
fn overall_success_is_recomputed_and_tells_the_exit_code() {
    let folder = folder();
    let file = inside(&folder, "r.md");
    let lie = FAILED.replace("\"overall_success\":false", "\"overall_success\":true");
    let run = report_gen(&["--output", &file], &lie).code(1);
    assert!(stdout(&run).contains("\"overall_success\":false"));
    assert!(fs::read_to_string(file).unwrap().contains("FAILED"));
    report_gen(&["--exit-zero"], FAILED).success();
}

#[test]
fn what_nothing_has_judged_is_no_failure_and_says_so() {
    let run = report_gen(&[], "{}").success();
    assert!(stdout(&run).contains("NOT JUDGED"));
    assert!(stderr(&run).contains("NOT JUDGED"));
    assert!(html("{}").contains("NOT JUDGED"));
}

#[test]
fn an_interrupted_run_has_failed() {
    let run = report_gen(&[], r#"{"run":{"interrupted":true}}"#).code(1);
    assert!(stdout(&run).contains("the run was interrupted"));
}

#[test]
fn several_documents_become_one_report() {
    let folder = folder();
    let (one, other) = (inside(&folder, "a.json"), inside(&folder, "b.json"));
    fs::write(&one, r#"{"latency":{"p50_ms":1.5}}"#).unwrap();
    fs::write(&other, r#"{"memory":{"peak_mb":21}}"#).unwrap();
    let run = report_gen(&["--results", &one, "--results", &other], "").success();
    assert!(stdout(&run).contains("1.50 ms") && stdout(&run).contains("21 MiB"));
}

#[test]
fn what_is_no_document_is_refused_and_leaves_no_report() {
    let folder = folder();
    let file = inside(&folder, "r.html");
    let half = &PASSED[..PASSED.len() / 2];
    for (input, reason) in [
        ("", "empty: expected a JSON document"),
        (half, "EOF while parsing"),
        ("[]", "expected an evidence document"),
        (
            r#"{"latency":{"p50_ms":"fast"}}"#,
            "latency.p50_ms: invalid type",
        ),
    ] {
        let run = report_gen(&["--output", &file], input).code(2);
        assert_eq!(stdout(&run), "");
        assert!(stderr(&run).contains(reason), "{}", stderr(&run));
        assert!(!Path::new(&file).exists());
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Command::new(cargo_bin("report-gen"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child
        .stdin
        .take()
        .unwrap()
        .write_all(PASSED.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panic"));
}

#[test]
fn a_full_device_and_a_folder_that_is_not_there_are_errors() {
    let folder = folder();
    let input = inside(&folder, "passed.json");
    fs::write(&input, PASSED).unwrap();
    let run = Command::new(cargo_bin("report-gen"))
        .arg("--results")
        .arg(&input)
        .stdout(File::create("/dev/full").unwrap())
        .assert()
        .code(2);
    assert!(stderr(&run).contains("stdout: cannot be written"));
    let run = report_gen(&["--output", "/nowhere/at/all/r.html"], PASSED).code(2);
    assert!(stderr(&run).contains("/nowhere/at/all: no such folder"));
    assert_eq!(stdout(&run), "");
}

#[test]
fn help_version_and_schema_are_answered() {
    assert!(stdout(&report_gen(&["--help"], "").success()).contains("--output"));
    assert!(stdout(&report_gen(&["--version"], "").success()).starts_with("report-gen "));
    assert!(stdout(&report_gen(&["--schema"], "").success()).contains("overall_success"));
}

#[test]
fn quiet_says_nothing_but_the_report() {
    let run = report_gen(&["--quiet"], FAILED).code(1);
    assert_eq!(stderr(&run), "");
}
