//! What comes in, what goes on, and how it ends.

use std::fs;
use std::path::Path;

use crate::{FAILED, PASSED, folder, html, inside, report_gen};

#[test]
fn overall_success_is_recomputed_and_tells_the_exit_code() {
    let folder = folder();
    let file = inside(&folder, "r.md");
    let lie = FAILED.replace("\"overall_success\":false", "\"overall_success\":true");
    let run = report_gen(&["--output", &file], &lie).ended(1);
    assert!(run.stdout.contains("\"overall_success\":false"));
    assert!(fs::read_to_string(file).unwrap().contains("FAILED"));
    report_gen(&["--exit-zero"], FAILED).ended(0);
}

#[test]
fn what_nothing_has_judged_is_no_failure_and_says_so() {
    let run = report_gen(&[], "{}").ended(0);
    assert!(run.stdout.contains("NOT JUDGED"));
    assert!(run.stderr.contains("NOT JUDGED"));
    assert!(html("{}").contains("NOT JUDGED"));
}

#[test]
fn an_interrupted_run_has_failed() {
    let run = report_gen(&[], r#"{"run":{"interrupted":true}}"#).ended(1);
    assert!(run.stdout.contains("the run was interrupted"));
}

#[test]
fn several_documents_become_one_report() {
    let folder = folder();
    let (one, other) = (inside(&folder, "a.json"), inside(&folder, "b.json"));
    fs::write(&one, r#"{"latency":{"p50_ms":1.5}}"#).unwrap();
    fs::write(&other, r#"{"memory":{"peak_mb":21}}"#).unwrap();
    let run = report_gen(&["--results", &one, "--results", &other], "").ended(0);
    assert!(run.stdout.contains("1.50 ms") && run.stdout.contains("21 MiB"));
}

#[test]
fn no_document_leaves_no_report() {
    let folder = folder();
    let file = inside(&folder, "r.html");
    report_gen(&["--output", &file], &PASSED[..PASSED.len() / 2]).ended(2);
    assert!(!Path::new(&file).exists());
}
