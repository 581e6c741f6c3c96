//! smoke-test as a pipeline sees it: against the policy server, and against services that a test makes up.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod captured;
mod edge;
mod policy;
mod sensors;
mod unanswered;

use pipeline_tests::{Ran, Workplace};
use serde_json::{Value, json};

const TOOL: &str = "smoke-test";

/// Takes the built-in steps, without a document on stdin.
fn smoke(url: &str, options: &[&str]) -> Ran {
    Workplace::default().run(TOOL, &[&["--base-url", url], options].concat())
}

/// Takes these steps.
fn take(url: &str, steps: &Value, options: &[&str]) -> Ran {
    let place = Workplace::default();
    place.write("suite.json", &json!({"steps": steps}).to_string());
    let arguments = ["--base-url", url, "--suite", "suite.json"];
    place.run(TOOL, &[&arguments, options].concat())
}

/// The entries, in their order.
fn tests(document: &Value) -> &[Value] {
    document["smoke_tests"]["tests"].as_array().unwrap()
}

/// The entry of one step.
fn test<'a>(document: &'a Value, name: &str) -> &'a Value {
    let found = tests(document).iter().find(|test| test["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {document}"))
}

/// The steps that failed, in their order.
fn failed(document: &Value) -> Vec<&str> {
    let failed = tests(document)
        .iter()
        .filter(|test| test["passed"] == false);
    failed.map(|test| test["name"].as_str().unwrap()).collect()
}

/// What failed, as its metric, and what is said of it.
fn failure<'a>(document: &'a Value, name: &str) -> (&'a str, &'a str) {
    let test = test(document, name);
    assert_eq!(test["passed"], false, "{test}");
    let text = |key: &str| test[key].as_str().unwrap();
    (text("metric"), text("note"))
}
