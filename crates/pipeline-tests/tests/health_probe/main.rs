//! health-probe as a pipeline sees it: against the policy server, and against services that a test makes up.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod conditions;
mod edge;
mod policy;
mod secure;
mod starting;
mod unanswered;

use pipeline_tests::{Ran, Workplace, server};
use serde_json::Value;

const TOOL: &str = "health-probe";

/// Runs the probe without a document on stdin.
fn probe(url: &str, options: &[&str]) -> Ran {
    Workplace::default().run(TOOL, &[&["--base-url", url], options].concat())
}

/// Runs the checks of a configuration.
fn probe_with(url: &str, probes: &Value, options: &[&str]) -> Ran {
    let place = Workplace::default();
    let probes = place.write("probes.json", &probes.to_string());
    let probes = probes.to_str().unwrap();
    place.run(
        TOOL,
        &[&["--base-url", url, "--probes", probes], options].concat(),
    )
}

/// The entry of one check.
fn check<'a>(document: &'a Value, name: &str) -> &'a Value {
    let checks = document["health_checks"]["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {document}"))
}

/// What failed, as its metric, and what is said of it.
fn failure<'a>(document: &'a Value, name: &str) -> (&'a str, &'a str) {
    let check = check(document, name);
    assert_eq!(check["passed"], false, "{check}");
    let text = |key: &str| check[key].as_str().unwrap();
    (text("metric"), text("note"))
}
