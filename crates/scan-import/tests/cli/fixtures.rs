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
        ("coverage-py/cobertura.xml", 22, 76),
        ("coverage-py/lcov.info", 22, 76),
        ("cargo-llvm-cov/cobertura.xml", 34, 43),
        ("cargo-llvm-cov/lcov.info", 34, 43),
    ] {
        let document = imported(fixture);
        let source = &document["code_quality"]["sources"][0];
        assert_eq!(source["covered_lines"], covered, "{fixture}: {source}");
        assert_eq!(source["valid_lines"], valid, "{fixture}: {source}");
    }
}

#[test]
fn trivy_counts_what_its_reports_hold_once() {
    for (fixture, [critical, high, medium, low, unknown]) in [
        ("trivy/duplicates.json", [4, 1, 2, 1, 1]),
        ("trivy/results-null.json", [0; 5]),
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
fn radon_names_the_function_or_what_it_could_not_parse() {
    assert_eq!(
        imported("radon/cc.json")["code_quality"]["complexity"],
        12.0
    );
    let broken = imported("radon/syntax-error.json");
    assert_eq!(broken["code_quality"]["complexity"], Value::Null);
    assert_eq!(broken["warnings"][0]["code"], "code_quality_incomplete");
}
