//! SARIF, held to its published schema.

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::hostile::hostile;
use crate::{FAILED, INTERRUPTED, PASSED, folder, in_format, inside, report_gen};

fn schema() -> Validator {
    let text = include_str!("../../../../fixtures/sarif/sarif-schema-2.1.0.json");
    // Languages, of which we name none, have a bracket too many in the schema as it was published.
    let text = text.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}$");
    jsonschema::options()
        .with_draft(Draft::Draft7)
        .should_validate_formats(true)
        .build(&serde_json::from_str(&text).unwrap())
        .unwrap()
}

/// The only run of a log that the schema allows.
fn sarif(document: &str) -> Value {
    let log: Value = serde_json::from_str(&in_format("sarif", document)).unwrap();
    let problems: Vec<String> = schema()
        .iter_errors(&log)
        .map(|problem| format!("{}: {problem}", problem.instance_path()))
        .collect();
    assert_eq!(problems, Vec::<String>::new());
    log["runs"][0].clone()
}

fn results(run: &Value) -> &[Value] {
    run["results"].as_array().unwrap()
}

/// The only result of a document with one check that failed, asked by a section with these inputs.
fn result_asked_from(inputs: &[&str]) -> Value {
    let inputs: Vec<Value> = inputs
        .iter()
        .map(|path| json!({ "path": path, "sha256": "0" }))
        .collect();
    let check = json!({
        "name": "scenarios.a.latency.p50_ms", "scenario": "a", "metric": "latency.p50_ms", "unit": "ms",
        "operator": "<=", "expected": 1, "actual": 2, "status": "fail", "passed": false,
    });
    let document = json!({
        "validation": { "passed": false, "checks": [check] },
        "provenance": [{ "section": "validation", "inputs": inputs }],
    });
    let run = sarif(&document.to_string());
    assert_eq!(results(&run).len(), 1);
    results(&run)[0].clone()
}

fn place_of(result: &Value) -> &Value {
    &result["locations"][0]["physicalLocation"]["artifactLocation"]
}

#[test]
fn the_schema_refuses_what_is_not_sarif() {
    let schema = schema();
    assert!(schema.is_valid(&json!({ "version": "2.1.0", "runs": [] })));
    let no_uri = json!([{ "tool": { "driver": { "name": "a", "informationUri": "a b" } } }]);
    for wrong in [json!([{}]), no_uri] {
        assert!(!schema.is_valid(&json!({ "version": "2.1.0", "runs": wrong })));
    }
}

#[test]
fn every_finding_is_a_result() {
    let folder = folder();
    for (document, expected, code) in [
        (PASSED, include_str!("../documents/passed.sarif"), 0),
        (FAILED, include_str!("../documents/failed.sarif"), 1),
    ] {
        let file = inside(&folder, "report.sarif");
        report_gen(&["--output", &file], document).ended(code);
        let expected = expected.replace("@version@", env!("CARGO_PKG_VERSION"));
        assert_eq!(std::fs::read_to_string(file).unwrap(), expected);
        sarif(document);
    }
}

#[test]
fn what_nothing_has_judged_has_no_results_and_says_so() {
    let run = sarif("{}");
    assert!(results(&run).is_empty());
    assert_eq!(run["properties"]["verdict"], "NOT JUDGED");
}

#[test]
fn an_interrupted_run_is_a_result_and_was_not_successful() {
    let run = sarif(INTERRUPTED);
    assert_eq!(results(&run)[0]["ruleId"], "run");
    assert_eq!(results(&run)[0]["level"], "error");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn every_result_has_a_rule_and_a_place() {
    for document in [FAILED, INTERRUPTED, &hostile()] {
        let run = sarif(document);
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for result in results(&run) {
            let named = |rule: &&Value| rule["id"] == result["ruleId"];
            assert_eq!(rules.iter().filter(named).count(), 1);
            assert!(place_of(result)["uri"].is_string());
        }
    }
}

#[test]
fn a_result_is_the_same_from_run_to_run_whatever_was_measured() {
    let fingerprints = |document: &str| -> Vec<Value> {
        let run = sarif(document);
        let of = |result: &Value| result["partialFingerprints"].clone();
        results(&run).iter().map(of).collect()
    };
    let slower = FAILED.replace("11.16", "12.5").replace("20.0004", "31");
    assert_eq!(fingerprints(FAILED), fingerprints(&slower));
    let result = result_asked_from(&[]);
    assert_eq!(result["ruleId"], "latency.p50_ms");
    assert_eq!(
        result["partialFingerprints"]["primaryLocationLineHash"],
        "latency.p50_ms of a"
    );
    let logical = &result["locations"][0]["logicalLocations"];
    assert_eq!(logical, &json!([{ "name": "a", "kind": "scenario" }]));
}

#[test]
fn the_place_is_the_file_that_holds_the_limit() {
    let in_checkout = |uri: &str| json!({ "uri": uri, "uriBaseId": "%SRCROOT%" });
    for (inputs, place) in [
        (
            &["run.json", "a b/t:1.yaml"][..],
            in_checkout("a%20b/t%3A1.yaml"),
        ),
        (
            &["run.json", "limits.YML", "base.json"],
            in_checkout("limits.YML"),
        ),
        (&["run.json", "limits.json"], in_checkout("limits.json")),
        (
            &["/etc/limits.yaml"],
            json!({ "uri": "file:///etc/limits.yaml" }),
        ),
        (&[], in_checkout("evidence.json")),
    ] {
        assert_eq!(place_of(&result_asked_from(inputs)), &place);
    }
    let configured = json!({
        "run": { "interrupted": true, "config": { "path": "config/bench.yaml", "sha256": "0" } },
        "provenance": [{ "section": "run", "inputs": [{ "path": "environments.yaml", "sha256": "0" }] }],
    });
    let run = sarif(&configured.to_string());
    assert_eq!(
        place_of(&results(&run)[0]),
        &in_checkout("config/bench.yaml")
    );
}

/// The newest run of a history is another one each time: an alert that pointed to it would be closed and opened anew.
#[test]
fn the_place_of_a_comparison_with_several_runs_is_none_of_them() {
    let place = |inputs: &[&str], runs: Value| {
        let inputs: Vec<Value> = inputs
            .iter()
            .map(|path| json!({ "path": path, "sha256": "0" }))
            .collect();
        let metric = json!({
            "metric": "latency.p50_ms", "unit": "ms", "better": "lower", "verdict": "regressed", "passed": false,
        });
        let document = json!({
            "run": { "config": { "path": "config/bench.yaml", "sha256": "0" } },
            "comparison": {
                "passed": false, "verdict": "regressed", "threshold_percent": 10,
                "baseline": { "runs": runs }, "metrics": [metric],
            },
            "provenance": [{ "section": "comparison", "inputs": inputs }],
        });
        let run = sarif(&document.to_string());
        place_of(&results(&run)[0])["uri"].clone()
    };
    let history = ["history/10.json", "history/11.json"];
    assert_eq!(place(&history, json!(2)), "config/bench.yaml");
    let with_margins = ["margins.yaml", "history/10.json", "history/11.json"];
    assert_eq!(place(&with_margins, json!(2)), "margins.yaml");
    assert_eq!(place(&["base.json"], Value::Null), "base.json");
}

#[test]
fn hostile_text_is_neither_a_link_nor_a_placeholder() {
    let document = hostile().replace("<script>", "{0}[link](https://example.org)");
    let run = sarif(&document);
    for result in results(&run) {
        let text = result["message"]["text"].as_str().unwrap();
        let plain = text
            .replace("\\[", "")
            .replace("\\]", "")
            .replace("{{", "")
            .replace("}}", "");
        assert!(!plain.contains(['[', ']', '{', '}']), "{text}");
    }
    assert!(run.to_string().contains("https://example.org"));
}

#[test]
fn hostile_text_commands_no_runner_and_is_the_same() {
    let document = hostile().replace("<script>", "##[add-mask]");
    assert!(!in_format("sarif", &document).contains("##["));
    let run = sarif(&document);
    let id = results(&run)[0]["ruleId"].as_str().unwrap();
    assert!(id.starts_with("##[add-mask]"), "{id}");
}

#[test]
fn times_that_are_none_are_left_out() {
    let run =
        sarif(r#"{"run":{"started_at":"yesterday","finished_at":"2026-11-23T08:00:00+02:00"}}"#);
    let invocation = &run["invocations"][0];
    assert_eq!(invocation.get("startTimeUtc"), None);
    assert_eq!(invocation["endTimeUtc"], "2026-11-23T06:00:00.000Z");
}
