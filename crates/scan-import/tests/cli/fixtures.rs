//! What the real tools wrote, as fixtures/scanners/README.md tells.

use pipeline_tests::{Workplace, root};
use serde_json::{Value, json};

use crate::import;

fn imported(fixture: &str) -> Value {
    let path = root().join("fixtures/scanners").join(fixture);
    import(&Workplace::default(), &[path.to_str().unwrap()])
        .ended(0)
        .document()
}

fn figures(document: &Value, section: &str) -> Value {
    let mut figures = document[section].clone();
    figures.as_object_mut().unwrap().remove("sources");
    figures
}

#[test]
fn coverage_of_real_runs_is_what_the_tools_said_themselves() {
    for (fixture, covered, valid) in [
        ("coverage-py/coverage.json", 22, 76),
        ("coverage-py/cobertura.xml", 22, 76),
        ("coverage-py/lcov.info", 22, 76),
        ("cargo-llvm-cov/coverage.json", 34, 43),
        ("cargo-llvm-cov/summary.json", 34, 43),
        ("cargo-llvm-cov/cobertura.xml", 34, 43),
        ("cargo-llvm-cov/lcov.info", 34, 43),
        ("jacoco/jacoco.xml", 9, 15),
    ] {
        let document = imported(fixture);
        let source = &document["code_quality"]["sources"][0];
        assert_eq!(source["covered_lines"], covered, "{fixture}: {source}");
        assert_eq!(source["valid_lines"], valid, "{fixture}: {source}");
    }
}

#[test]
fn scanners_count_what_their_reports_hold_once() {
    for (fixture, [critical, high, medium, low, unknown]) in [
        ("bandit/findings.json", [0, 2, 2, 4, 0]),
        ("bandit/findings.sarif", [0, 2, 2, 4, 0]),
        ("cargo-audit/audit.json", [2, 2, 1, 0, 1]),
        ("cargo-audit/clean.json", [0; 5]),
        ("grype/no-matches.json", [0; 5]),
        ("grype/report.json", [1, 1, 1, 3, 1]),
        ("npm-audit/clean.json", [0; 5]),
        ("npm-audit/found.json", [1, 1, 1, 1, 0]),
        ("pip-audit/clean.json", [0; 5]),
        ("pip-audit/found.json", [0, 0, 0, 0, 3]),
        ("sarif/severity-order.sarif", [2, 2, 1, 1, 0]),
        ("trivy/duplicates.json", [4, 1, 2, 1, 1]),
        ("trivy/report.sarif", [2, 1, 1, 1, 1]),
        ("trivy/vulnerabilities-null.json", [0, 0, 1, 0, 0]),
    ] {
        assert_eq!(
            figures(&imported(fixture), "vulnerabilities"),
            json!({"critical": critical, "high": high, "medium": medium, "low": low, "unknown": unknown}),
            "{fixture}"
        );
    }
}

#[test]
fn a_scan_that_was_not_whole_leaves_the_counts_out_and_says_why() {
    for (fixture, said) in [
        ("bandit/syntax-error.json", "broken/syntax_error.py"),
        ("bandit/syntax-error.sarif", "broken/syntax_error.py"),
        ("npm-audit/no-answer.json", "503 Service Unavailable"),
        ("pip-audit/skipped.json", "not audited: jinja2"),
        (
            "trivy/results-null.json",
            "no target was recognised: nothing was scanned",
        ),
    ] {
        let document = imported(fixture);
        assert_eq!(
            figures(&document, "vulnerabilities"),
            json!({}),
            "{fixture}"
        );
        let warning = &document["warnings"][0];
        assert_eq!(warning["code"], "vulnerabilities_incomplete", "{fixture}");
        let message = warning["message"].as_str().unwrap();
        assert!(message.contains(said), "{message}");
    }
}

#[test]
fn scanners_that_say_so_are_named_with_their_version_and_time() {
    for (fixture, said) in [
        (
            "bandit/findings.json",
            json!(["bandit", null, "2026-11-23T18:02:06Z"]),
        ),
        (
            "bandit/findings.sarif",
            json!(["Bandit", "1.9.4", "2026-11-23T18:02:06Z"]),
        ),
        (
            "grype/report.json",
            json!(["grype", "0.104.0", "2026-11-20T10:00:00Z"]),
        ),
        ("npm-audit/found.json", json!(["npm audit", null, null])),
        (
            "trivy/duplicates.json",
            json!(["trivy", null, "2026-11-20T10:00:00Z"]),
        ),
        ("trivy/report.sarif", json!(["Trivy", "0.68.0", null])),
    ] {
        let document = imported(fixture);
        let source = &document["vulnerabilities"]["sources"][0];
        let found = json!([
            source["tool"],
            source["tool_version"],
            source["measured_at"]
        ]);
        assert_eq!(found, said, "{fixture}");
    }
}

#[test]
fn radon_names_the_function_or_what_it_could_not_parse() {
    assert_eq!(
        imported("radon/cc.json")["code_quality"]["complexity"],
        12.0
    );
    let broken = imported("radon/syntax-error.json");
    assert_eq!(broken["code_quality"]["complexity"], Value::Null);
    assert_eq!(broken["warnings"][0]["code"], "code_quality_incomplete");
}

#[test]
fn lizard_and_clippy_name_the_most_complex_function() {
    for (fixture, complexity, function) in [
        (
            "lizard/functions.csv",
            12.0,
            "shipping_cost (stock/orders.py:4)",
        ),
        (
            "lizard/with-header.csv",
            12.0,
            "shipping_cost (stock/orders.py:4)",
        ),
        ("clippy/messages.json", 6.0, "price (src/price.rs:2)"),
    ] {
        let code_quality = &imported(fixture)["code_quality"];
        assert_eq!(code_quality["complexity"], complexity, "{fixture}");
        assert_eq!(
            code_quality["sources"][0]["function"], function,
            "{fixture}"
        );
    }
}

#[test]
fn clippy_without_a_message_says_how_to_make_it_tell() {
    let document = imported("clippy/no-messages.json");
    assert_eq!(document["code_quality"]["complexity"], Value::Null);
    let warning = &document["warnings"][0];
    assert_eq!(warning["code"], "code_quality_incomplete");
    let message = warning["message"].as_str().unwrap();
    assert!(
        message.contains("cognitive-complexity-threshold = 0"),
        "{message}"
    );
}

#[test]
fn jscpd_of_either_version_has_its_lines_and_of_nothing_none() {
    for (fixture, duplicated, total) in [
        ("jscpd/clone.json", 18, 106),
        ("jscpd/clone-version-4.json", 17, 106),
        ("jscpd/no-sources.json", 0, 0),
    ] {
        let code_quality = &imported(fixture)["code_quality"];
        let source = &code_quality["sources"][0];
        assert_eq!(source["duplicated_lines"], duplicated, "{fixture}");
        assert_eq!(source["total_lines"], total, "{fixture}");
        assert_eq!(
            code_quality["duplication"].is_null(),
            total == 0,
            "{fixture}"
        );
    }
}

#[test]
fn tests_of_real_runs_ended_as_their_tools_said() {
    for (fixture, total, failed, skipped) in [
        ("pytest/junit.xml", 9, 2, 2),
        ("nextest/junit.xml", 5, 0, 0),
    ] {
        assert_eq!(
            figures(&imported(fixture), "code_quality"),
            json!({"tests": {"total": total, "failed": failed, "skipped": skipped}}),
            "{fixture}"
        );
    }
}

#[test]
fn a_file_that_says_when_it_was_measured_or_by_which_version_is_taken_at_its_word() {
    for (fixture, measured_at, tool_version) in [
        ("coverage-py/coverage.json", Value::Null, json!("7.17.3")),
        (
            "coverage-py/cobertura.xml",
            json!("2026-11-23T18:02:07.603Z"),
            Value::Null,
        ),
        (
            "cargo-llvm-cov/cobertura.xml",
            json!("2026-11-23T18:08:23Z"),
            Value::Null,
        ),
        ("cargo-llvm-cov/summary.json", Value::Null, json!("0.9.1")),
        (
            "jacoco/jacoco.xml",
            json!("2026-11-23T18:03:52.436Z"),
            Value::Null,
        ),
        (
            "jscpd/clone.json",
            json!("2026-11-23T18:02:27.003Z"),
            Value::Null,
        ),
        (
            "pytest/junit.xml",
            json!("2026-11-23T18:02:07.330967Z"),
            Value::Null,
        ),
        (
            "nextest/junit.xml",
            json!("2026-11-23T18:09:28.273Z"),
            Value::Null,
        ),
    ] {
        let source = &imported(fixture)["code_quality"]["sources"][0];
        assert_eq!(source["measured_at"], measured_at, "{fixture}");
        assert_eq!(source["tool_version"], tool_version, "{fixture}");
    }
}
