//! How what several files say becomes one section.

use pipeline_tests::Workplace;
use serde_json::{Value, json};

use crate::{COBERTURA, TOOL, TRIVY, import, place};

fn codes(document: &Value) -> Vec<&str> {
    let warnings = document["warnings"].as_array();
    warnings
        .into_iter()
        .flatten()
        .map(|warning| warning["code"].as_str().unwrap())
        .collect()
}

#[test]
fn each_file_is_a_source_with_its_tool_and_an_input_with_its_digest() {
    let document = import(&place(), &["trivy.json", "coverage.xml", "lcov.info"])
        .ended(0)
        .document();
    let code_quality = &document["code_quality"];
    assert_eq!(code_quality["coverage"], json!(79.411_765));
    let sources = code_quality["sources"].as_array().unwrap();
    let told: Vec<_> = sources
        .iter()
        .map(|source| (&source["tool"], &source["file"], &source["valid_lines"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!("cobertura"), &json!("coverage.xml"), &json!(100)),
            (&json!("lcov"), &json!("lcov.info"), &json!(2)),
        ]
    );
    let provenance = document["provenance"].as_array().unwrap();
    let inputs: Vec<_> = provenance
        .iter()
        .map(|entry| (&entry["section"], &entry["inputs"][0]["path"]))
        .collect();
    assert_eq!(
        inputs,
        [
            (&json!("vulnerabilities"), &json!("trivy.json")),
            (&json!("code_quality"), &json!("coverage.xml")),
        ]
    );
    assert_eq!(provenance[1]["inputs"].as_array().unwrap().len(), 2);
    assert_eq!(
        provenance[0]["inputs"][0]["sha256"],
        document["vulnerabilities"]["sources"][0]["sha256"]
    );
    assert_eq!(codes(&document), [""; 0]);
}

#[test]
fn what_was_found_is_said_in_a_line_a_section() {
    let place = place();
    let ran = import(&place, &["trivy.json", "coverage.xml"]).ended(0);
    assert_eq!(
        ran.stderr,
        "scan-import: vulnerabilities: 1 critical, 1 high, 0 medium, 0 low, 0 unknown\n\
         scan-import: code quality: coverage 80 %\n"
    );
    assert_eq!(
        import(&place, &["--quiet", "trivy.json"]).ended(0).stderr,
        ""
    );
}

#[test]
fn the_commit_is_the_one_that_is_named_and_never_that_of_the_run() {
    let place = place();
    let run = r#"{"run":{"source":{"commit":"0123456789"}}}"#;
    let commit = |arguments: &[&str], stdin: &str| {
        let ran = place.feed(TOOL, &[&["trivy.json"], arguments].concat(), stdin);
        ran.ended(0).document()["provenance"][0]["commit"].clone()
    };
    assert_eq!(commit(&[], run), Value::Null);
    assert_eq!(commit(&["--commit=abcdef0123"], run), "abcdef0123");
    assert_eq!(commit(&["--commit=abcdef0123"], ""), "abcdef0123");
    assert_eq!(commit(&[], ""), Value::Null);
    place.feed(TOOL, &["trivy.json", "--commit="], run).ended(2);
}

#[test]
fn a_second_import_adds_to_the_first_and_is_as_one_import_of_both() {
    let place = place();
    place.write("other.json", &TRIVY.replace("CRITICAL", "LOW"));
    let piped = place
        .shell("scan-import trivy.json coverage.xml | scan-import other.json lcov.info")
        .ended(0)
        .document();
    let at_once = import(
        &place,
        &["trivy.json", "other.json", "coverage.xml", "lcov.info"],
    )
    .ended(0)
    .document();
    assert_eq!(piped["vulnerabilities"], at_once["vulnerabilities"]);
    assert_eq!(piped["code_quality"], at_once["code_quality"]);
    assert_eq!(piped["vulnerabilities"]["high"], 2);
}

#[test]
fn a_file_that_is_imported_twice_counts_once_with_a_warning() {
    let place = place();
    for document in [
        import(&place, &["trivy.json", "trivy.json"]),
        place.shell("scan-import trivy.json | scan-import trivy.json"),
    ] {
        let document = document.ended(0).document();
        assert_eq!(document["vulnerabilities"]["high"], 1);
        assert_eq!(codes(&document), ["imported_twice"]);
    }
}

#[test]
fn a_section_that_was_written_by_hand_cannot_be_added_to() {
    for (hand, section, file) in [
        (
            r#"{"vulnerabilities":{"critical":0}}"#,
            "vulnerabilities",
            "trivy.json",
        ),
        (
            r#"{"code_quality":{"coverage":90}}"#,
            "code_quality",
            "coverage.xml",
        ),
    ] {
        let ran = place().feed(TOOL, &[file], hand).ended(2);
        assert_eq!(ran.stdout, "");
        assert!(
            ran.stderr
                .contains(&format!("stdin: {section}: has figures but no sources")),
            "{ran}"
        );
    }
    let empty = r#"{"vulnerabilities":{}}"#;
    place().feed(TOOL, &["trivy.json"], empty).ended(0);
}

#[test]
fn a_section_whose_figures_are_not_those_of_its_sources_cannot_be_added_to() {
    let place = place();
    let whole = import(&place, &["trivy.json", "coverage.xml"])
        .ended(0)
        .document();
    for (section, file, place_of, value) in [
        ("vulnerabilities", "trivy.json", "critical", json!(0)),
        ("vulnerabilities", "trivy.json", "critical", Value::Null),
        ("code_quality", "lcov.info", "coverage", json!(90.0)),
        ("code_quality", "lcov.info", "complexity", json!(1.0)),
    ] {
        let mut changed = whole.clone();
        changed[section][place_of] = value;
        let ran = place.feed(TOOL, &[file], &changed.to_string()).ended(2);
        assert_eq!(ran.stdout, "");
        let said = format!("stdin: {section}: its figures are not those of its sources");
        assert!(ran.stderr.contains(&said), "{ran}");
    }
    let mut cut = whole.clone();
    cut["vulnerabilities"]["sources"][0]["incomplete"] = json!("cut off");
    place.feed(TOOL, &["trivy.json"], &cut.to_string()).ended(2);
    place
        .feed(TOOL, &["trivy.json", "lcov.info"], &whole.to_string())
        .ended(0);
}

#[test]
fn what_was_not_measured_is_absent_and_never_zero() {
    let place = Workplace::default();
    place.write(
        "none.xml",
        r#"<coverage line-rate="1" lines-covered="0" lines-valid="0"/>"#,
    );
    place.write(
        "rate.xml",
        r#"<coverage line-rate="1.0"><packages/></coverage>"#,
    );
    place.write("coverage.xml", COBERTURA);
    let config_only = r#"{"SchemaVersion":2,"ArtifactName":"a","Results":[{"Target":"Dockerfile","Class":"config"}]}"#;
    place.write("config.json", config_only);
    for (files, section, absent, code) in [
        (
            &["none.xml"][..],
            "code_quality",
            "coverage",
            "code_quality_of_nothing",
        ),
        (
            &["rate.xml"],
            "code_quality",
            "coverage",
            "code_quality_of_nothing",
        ),
        (
            &["config.json"],
            "vulnerabilities",
            "critical",
            "vulnerabilities_incomplete",
        ),
    ] {
        let ran = import(&place, files).ended(0);
        let document = ran.document();
        assert_eq!(document[section][absent], Value::Null, "{ran}");
        assert_eq!(codes(&document), [code], "{ran}");
        assert!(ran.stderr.contains("scan-import: warning: "), "{ran}");
    }
    let later = place.shell("scan-import none.xml | scan-import coverage.xml");
    assert_eq!(later.ended(0).document()["code_quality"]["coverage"], 80.0);
}
