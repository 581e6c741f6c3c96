use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use schema::evidence::Run;
use serde_json::{Map, Value, json};
use toolkit::{Screen, clock};

use super::Format;
use crate::error::Error;
use crate::model::{CheckRow, Refusal, Report};

/// SARIF 2.1.0: a result for everything that did not simply pass, as GitHub's code scanning reads it.
///
/// What the tools warn of is about the measurement and not about the software: notifications of the invocation.
pub(crate) struct Sarif;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Code scanning refuses a file with one result that has no place; this is it where the document knows no file.
const NO_FILE: &str = "evidence.json";

/// All of a path but what may stand in a URI as it is.
const IN_PATHS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~');

impl Format for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["sarif"]
    }

    fn render(&self, report: &Report<'_>, _: Option<Screen>) -> Result<String, Error> {
        let refusals = report.refusals.iter().map(Finding::of_refusal);
        let checks = report.findings.iter().map(Finding::of_check);
        let findings: Vec<Finding> = refusals.chain(checks).collect();
        let log = json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": {
                    "driver": {
                        "name": "perfpipe",
                        "version": env!("CARGO_PKG_VERSION"),
                        "rules": rules(&findings),
                    },
                },
                "invocations": [invocation(report)],
                "results": findings.iter().map(Finding::result).collect::<Vec<Value>>(),
                "properties": properties(report),
            }],
        });
        // In JSON only a text can hold it, and there it is the same: GitHub's runner takes it for a command anywhere in a line.
        Ok(format!("{log:#}\n").replace("##[", "##\\u005b"))
    }
}

/// What did not simply pass.
struct Finding<'a> {
    /// What was asked, whichever scenario it was asked of: the same from run to run.
    rule: &'a str,
    scenario: Option<&'a str>,
    is_error: bool,
    message: String,
    file: Option<&'a str>,
}

impl<'a> Finding<'a> {
    fn of_refusal(refusal: &'a Refusal<'_>) -> Finding<'a> {
        Finding {
            rule: refusal.section,
            scenario: None,
            is_error: true,
            message: format!("{}: {}", refusal.title, refusal.reason),
            file: refusal.limit_file,
        }
    }

    fn of_check(check: &'a CheckRow<'_>) -> Finding<'a> {
        Finding {
            rule: check.question(),
            scenario: check.scenario,
            is_error: check.status.is_bad(),
            message: format!(
                "{}: {}: {} ({})",
                check.status.word,
                check.subject(),
                check.explained(),
                check.section
            ),
            file: check.limit_file,
        }
    }

    fn result(&self) -> Value {
        let fingerprint = match self.scenario {
            Some(scenario) => format!("{} of {scenario}", self.rule),
            None => self.rule.to_owned(),
        };
        json!({
            "ruleId": self.rule,
            "level": if self.is_error { "error" } else { "warning" },
            "message": message(&self.message),
            "locations": [location(self.file, self.scenario)],
            // Without one of this name the action that uploads computes it of the file's first line, alike for all scenarios.
            "partialFingerprints": { "primaryLocationLineHash": fingerprint },
        })
    }
}

/// Each rule once, in the order of the findings.
fn rules(findings: &[Finding<'_>]) -> Vec<Value> {
    let mut known: Vec<&str> = Vec::new();
    for finding in findings {
        if !known.contains(&finding.rule) {
            known.push(finding.rule);
        }
    }
    let rule = |id: &str| {
        json!({
            "id": id,
            "shortDescription": message(id),
            "fullDescription": message(&format!("{id}, as it was judged in an evidence document")),
            "help": message("The limit stands in the file that the result points to; the other formats of the report show all checks."),
        })
    };
    known.into_iter().map(rule).collect()
}

/// The line is unknown: documents name files.
fn location(file: Option<&str>, scenario: Option<&str>) -> Value {
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": artifact(file.unwrap_or(NO_FILE)),
            "region": { "startLine": 1 },
        },
    });
    if let Some(scenario) = scenario {
        location["logicalLocations"] = json!([{ "name": scenario, "kind": "scenario" }]);
    }
    location
}

fn artifact(path: &str) -> Value {
    let encoded = utf8_percent_encode(path, IN_PATHS);
    if path.starts_with('/') {
        json!({ "uri": format!("file://{encoded}") })
    } else {
        json!({ "uri": encoded.to_string(), "uriBaseId": "%SRCROOT%" })
    }
}

fn invocation(report: &Report<'_>) -> Value {
    let run = report.evidence.run.as_ref();
    let time = |of: fn(&Run) -> Option<&String>| run.and_then(of).and_then(|time| clock::utc(time));
    let notifications = report.evidence.warnings.iter().map(|warning| {
        json!({
            "descriptor": { "id": format!("{}/{}", warning.tool, warning.code) },
            "level": "warning",
            "message": message(&warning.message),
        })
    });
    let mut invocation = json!({
        "executionSuccessful": !run.is_some_and(|run| run.interrupted),
        "toolExecutionNotifications": notifications.collect::<Vec<Value>>(),
    });
    if let Some(start) = time(|run| run.started_at.as_ref()) {
        invocation["startTimeUtc"] = start.into();
    }
    if let Some(end) = time(|run| run.finished_at.as_ref()) {
        invocation["endTimeUtc"] = end.into();
    }
    invocation
}

/// The verdict and which run it is about. `versionControlProvenance` needs the address of a repository, which no document
/// holds.
fn properties(report: &Report<'_>) -> Map<String, Value> {
    let headline = &report.headline;
    let run = report.evidence.run.as_ref();
    let source = run.and_then(|run| run.source.as_ref());
    let known = [
        ("verdict", Some(headline.verdict.words())),
        ("summary", Some(headline.summary.as_str())),
        ("run", headline.run_id),
        (
            "environment",
            run.and_then(|run| run.environment.as_deref()),
        ),
        ("commit", source.and_then(|source| source.commit.as_deref())),
        ("branch", source.and_then(|source| source.branch.as_deref())),
    ];
    known
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?.into())))
        .collect()
}

/// A text in which nothing is a placeholder (section 3.11.5 of SARIF) or a link (3.11.6).
fn message(text: &str) -> Value {
    let escaped = text
        .replace('{', "{{")
        .replace('}', "}}")
        .replace('[', "\\[")
        .replace(']', "\\]");
    json!({ "text": escaped })
}
