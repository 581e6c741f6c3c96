//! What many tools write: SARIF 2.1.0 (OASIS), of one run of a tool or several.

mod results;
mod rules;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schema::evidence::VulnerabilitySource;
use serde::Deserialize;

use super::{Findings, Format};
use crate::error::Refusal;
use crate::input::Content;
use crate::moment;
use crate::read::json::{self, Each, Fold, Short};
use crate::reasons::Reasons;
use crate::severity::SeverityCounts;
use results::Results;
use rules::{Level, Tool};

/// Each result counts that is a failure, is not suppressed and was not gone already.
pub(super) const FORMAT: Format = Format {
    name: "sarif",
    recognises: |head| {
        head.has_keys(&["version", "runs"])
            || head.has_keys(&["runs[].tool"])
            || head.has_keys(&["runs[].results"])
    },
    read,
};

/// Rules, and kinds of results, that are kept of one run. No tool has so many; they need about 30 MB each.
const MOST_KEPT: usize = 200_000;

#[derive(Deserialize)]
struct Log {
    version: String,
    runs: Each<Runs>,
}

#[derive(Default)]
struct Runs {
    counts: SeverityCounts,
    /// With their versions.
    tools: BTreeMap<String, Option<String>>,
    /// The oldest: evidence is as old as its oldest part.
    measured_at: Option<Timestamp>,
    errors: Reasons,
}

#[derive(Deserialize)]
struct Run {
    tool: Tool,
    /// `None` where the tool did not start, or its results are in another file.
    results: Option<Each<Results>>,
    #[serde(default, deserialize_with = "json::null_is_empty")]
    invocations: Each<Invocations>,
}

#[derive(Default)]
struct Invocations {
    /// The newest: a run has ended when its last invocation has.
    ended_at: Option<Timestamp>,
    errors: Reasons,
    failed: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: Option<bool>,
    process_start_failure_message: Option<String>,
    end_time_utc: Option<String>,
    #[serde(default)]
    tool_execution_notifications: Each<Errors>,
    #[serde(default)]
    tool_configuration_notifications: Each<Errors>,
}

impl Fold for Invocations {
    type Element = Invocation;

    fn add(&mut self, invocation: Invocation) {
        self.failed |= invocation.execution_successful == Some(false);
        let message = invocation.process_start_failure_message;
        if let Some(message) = message.filter(|message| !message.is_empty()) {
            self.errors.add(&format!("not started ({message})"));
        }
        for Each(Errors(errors)) in [
            invocation.tool_execution_notifications,
            invocation.tool_configuration_notifications,
        ] {
            self.errors.extend(errors);
        }
        let ended_at = invocation.end_time_utc.as_deref().and_then(moment::of_text);
        self.ended_at = self.ended_at.max(ended_at);
    }
}

/// Notifications of what kept a tool from doing its work.
#[derive(Default)]
struct Errors(Reasons);

#[derive(Deserialize)]
struct Notification {
    level: Option<Level>,
    #[serde(default)]
    message: Message,
    #[serde(default)]
    locations: Short<Location>,
}

#[derive(Default, Deserialize)]
struct Message {
    text: Option<String>,
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Option<PhysicalLocation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Option<ArtifactLocation>,
}

#[derive(Deserialize)]
struct ArtifactLocation {
    uri: Option<String>,
}

impl Location {
    fn uri(self) -> Option<String> {
        self.physical_location?.artifact_location?.uri
    }
}

impl Fold for Errors {
    type Element = Notification;

    fn add(&mut self, notification: Notification) {
        if notification.level != Some(Level::Error) {
            return;
        }
        let Message { text, id } = notification.message;
        let words = text.or(id).unwrap_or_else(|| "without words".to_owned());
        match notification.locations.0.into_iter().find_map(Location::uri) {
            Some(file) => self.0.add(&format!("{words} ({file})")),
            None => self.0.add(&words),
        }
    }
}

impl Fold for Runs {
    type Element = Run;

    fn add(&mut self, run: Run) {
        let Each(invocations) = run.invocations;
        let tool = &run.tool;
        self.errors.extend(invocations.errors);
        if invocations.failed {
            self.errors.add(&format!("{} did not succeed", tool.name()));
        }
        match run.results {
            None => {
                let problem = format!("a run of {} has no results", tool.name());
                self.errors.add(&problem);
            }
            Some(Each(results)) if results.too_many || tool.has_too_many_rules() => {
                let problem = format!("more than {MOST_KEPT} kinds of results or rules");
                self.errors.add(&problem);
            }
            Some(Each(results)) => {
                for (result, times) in results.counted {
                    self.counts.add_times(tool.severity(&result), times);
                }
            }
        }
        let ended_at = [self.measured_at, invocations.ended_at];
        self.measured_at = ended_at.into_iter().flatten().min();
        self.tools
            .insert(tool.name().to_owned(), tool.version().map(str::to_owned));
    }
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let log: Log = json::read(content)?;
    if log.version != "2.1.0" {
        return Err(Refusal::new(format!(
            "version: found {:?}, expected \"2.1.0\"",
            log.version
        )));
    }
    let Each(mut runs) = log.runs;
    if runs.tools.is_empty() {
        runs.errors.add("there is no run");
    }
    let tool: Vec<&str> = runs.tools.keys().map(String::as_str).collect();
    let mut versions = runs.tools.values();
    Ok(Findings::Vulnerabilities(VulnerabilitySource {
        tool_version: match (versions.next(), versions.next()) {
            (Some(version), None) => version.clone(),
            _ => None,
        },
        measured_at: runs.measured_at.map(|time| time.to_string()),
        incomplete: runs.errors.into_text("errors"),
        ..runs.counts.found_by(&tool.join(", "))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{read, severities, vulnerabilities};

    fn log(runs: &str) -> String {
        format!(r#"{{"version":"2.1.0","runs":[{runs}]}}"#)
    }

    /// A run with this in its driver, its results and besides.
    fn run(driver: &str, results: &str, besides: &str) -> String {
        format!(
            r#"{{"results":[{results}],"tool":{{"driver":{{"name":"Checker"{driver}}}}}{besides}}}"#
        )
    }

    fn counted(driver: &str, results: &str) -> [u32; 5] {
        severities(read(&FORMAT, &log(&run(driver, results, ""))).unwrap())
    }

    fn source(runs: &str) -> VulnerabilitySource {
        vulnerabilities(read(&FORMAT, &log(runs)).unwrap())
    }

    #[test]
    fn a_rules_tag_goes_before_its_score_and_a_score_before_a_level() {
        let rule = |tags: &str, score: &str| {
            let rules = format!(
                r#","rules":[{{"id":"a","defaultConfiguration":{{"level":"note"}},"properties":{{"tags":[{tags}]{score}}}}}]"#
            );
            counted(&rules, r#"{"ruleId":"a","level":"error"}"#)
        };
        let high = r#","security-severity":"7.5""#;
        assert_eq!(rule(r#""security","MEDIUM""#, high), [0, 0, 1, 0, 0]);
        assert_eq!(rule(r#""security","UNKNOWN""#, high), [0, 0, 0, 0, 1]);
        assert_eq!(rule(r#""LOW","CRITICAL""#, high), [1, 0, 0, 0, 0]);
        assert_eq!(
            rule(r#""security","high""#, r#","security-severity":9.5"#),
            [1, 0, 0, 0, 0]
        );
        assert_eq!(rule(r#""security""#, high), [0, 1, 0, 0, 0]);
        assert_eq!(
            rule(r#""security""#, r#","security-severity":"0.0""#),
            [0, 0, 0, 0, 1]
        );
        assert_eq!(
            rule(r#""security""#, r#","security-severity":"bad""#),
            [0, 0, 0, 0, 1]
        );
        assert_eq!(rule("", ""), [0, 1, 0, 0, 0]);
    }

    #[test]
    fn a_rule_is_named_in_any_of_the_ways_that_there_are() {
        let tool = r#""tool":{"driver":{"name":"Checker","rules":[{"id":"a","defaultConfiguration":{"level":"error"}}]},
            "extensions":[{"name":"Pack","rules":[{"id":"b","defaultConfiguration":{"level":"note"}}]}]}"#;
        for (result, expected) in [
            (r#"{"ruleIndex":0}"#, [0, 1, 0, 0, 0]),
            (r#"{"ruleIndex":-1,"ruleId":"a"}"#, [0, 1, 0, 0, 0]),
            (r#"{"rule":{"index":0}}"#, [0, 1, 0, 0, 0]),
            (r#"{"rule":{"id":"a"}}"#, [0, 1, 0, 0, 0]),
            (r#"{"ruleId":"b"}"#, [0, 0, 0, 1, 0]),
            (
                r#"{"rule":{"index":0,"toolComponent":{"index":0}}}"#,
                [0, 0, 0, 1, 0],
            ),
            (
                r#"{"ruleIndex":0,"rule":{"toolComponent":{"index":0}}}"#,
                [0, 0, 0, 1, 0],
            ),
            (
                r#"{"rule":{"index":0,"toolComponent":{"name":"Pack"}}}"#,
                [0, 0, 1, 0, 0],
            ),
        ] {
            let run = format!(r#"{{"results":[{result}],{tool}}}"#);
            let found = severities(read(&FORMAT, &log(&run)).unwrap());
            assert_eq!(found, expected, "{result}");
        }
    }

    #[test]
    fn a_result_may_have_a_score_of_its_own() {
        let rules = r#","rules":[{"id":"a","properties":{"security-severity":"2.0"}}]"#;
        let results = r#"{"ruleId":"a","properties":{"security-severity":"9.9"}},{"ruleId":"a"}"#;
        assert_eq!(counted(rules, results), [1, 0, 0, 1, 0]);
    }

    #[test]
    fn the_level_is_the_results_else_the_rules_else_warning() {
        let rules = r#","rules":[{"id":"a","defaultConfiguration":{"level":"error"}}]"#;
        for (result, expected) in [
            (r#"{"ruleId":"a"}"#, [0, 1, 0, 0, 0]),
            (r#"{"ruleId":"a","level":"note"}"#, [0, 0, 0, 1, 0]),
            (r#"{"ruleId":"a","level":"warning"}"#, [0, 0, 1, 0, 0]),
            (r#"{"ruleId":"a","level":"none"}"#, [0, 0, 0, 0, 1]),
            (r#"{"ruleId":"b"}"#, [0, 0, 1, 0, 0]),
            ("{}", [0, 0, 1, 0, 0]),
        ] {
            assert_eq!(counted(rules, result), expected, "{result}");
        }
        let strange = read(&FORMAT, &log(&run("", r#"{"level":"bad"}"#, ""))).unwrap_err();
        assert!(
            strange.starts_with("runs[0].results[0].level: unknown variant"),
            "{strange}"
        );
    }

    #[test]
    fn what_is_no_failure_suppressed_or_gone_does_not_count() {
        for (result, counts) in [
            (r#"{"kind":"fail"}"#, 1),
            (r#"{"kind":"pass"}"#, 0),
            (r#"{"kind":"notApplicable"}"#, 0),
            (r#"{"kind":"informational"}"#, 0),
            (r#"{"kind":"review"}"#, 0),
            (r#"{"kind":"open"}"#, 0),
            (r#"{"suppressions":[]}"#, 1),
            (r#"{"suppressions":null}"#, 1),
            (r#"{"suppressions":[{"kind":"inSource"}]}"#, 0),
            (
                r#"{"suppressions":[{"kind":"external","status":"accepted"}]}"#,
                0,
            ),
            (r#"{"suppressions":[{"status":"underReview"}]}"#, 1),
            (
                r#"{"suppressions":[{"status":"accepted"},{"status":"rejected"}]}"#,
                1,
            ),
            (r#"{"baselineState":"absent"}"#, 0),
            (r#"{"baselineState":"unchanged"}"#, 1),
        ] {
            assert_eq!(counted("", result), [0, 0, counts, 0, 0], "{result}");
        }
    }

    #[test]
    fn runs_are_added_up_under_the_names_of_their_tools() {
        let end = |time: &str| {
            format!(r#","invocations":[{{"executionSuccessful":true,"endTimeUtc":"{time}"}}]"#)
        };
        let version = r#","version":"v1.2","semanticVersion":"1.2.0""#;
        let one = run(
            version,
            r#"{"level":"error"}"#,
            &end("2026-11-20T10:00:00Z"),
        );
        let other = run(
            version,
            r#"{"level":"error"}"#,
            &end("2026-11-20T09:00:00Z"),
        );
        let both = source(&format!("{one},{other}"));
        assert_eq!((both.tool.as_str(), both.high), ("Checker", Some(2)));
        assert_eq!(both.tool_version.as_deref(), Some("1.2.0"));
        assert_eq!(both.measured_at.as_deref(), Some("2026-11-20T09:00:00Z"));
        assert_eq!(both.incomplete, None);
        let named = source(&format!("{one},{}", other.replace("Checker", "Another")));
        assert_eq!(
            (named.tool.as_str(), named.tool_version),
            ("Another, Checker", None)
        );
    }

    #[test]
    fn a_run_that_failed_said_errors_or_has_no_results_is_not_whole() {
        let error = r#"[{"level":"error","message":{"text":"cannot parse"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.py"}}}]},{"level":"note"},{"message":{"text":"careful"}}]"#;
        for (besides, said) in [
            (
                r#","invocations":[{"executionSuccessful":false}]"#.to_owned(),
                "errors: Checker did not succeed",
            ),
            (
                r#","invocations":[{"executionSuccessful":true,"processStartFailureMessage":"no such file"}]"#.to_owned(),
                "errors: not started (no such file)",
            ),
            (
                format!(
                    r#","invocations":[{{"executionSuccessful":true,"toolExecutionNotifications":{error}}}]"#
                ),
                "errors: cannot parse (a.py)",
            ),
            (
                format!(
                    r#","invocations":[{{"executionSuccessful":true,"toolConfigurationNotifications":{error}}}]"#
                ),
                "errors: cannot parse (a.py)",
            ),
        ] {
            assert_eq!(
                source(&run("", "", &besides)).incomplete.as_deref(),
                Some(said)
            );
        }
        let started = r#","invocations":[{"processStartFailureMessage":""},{"processStartFailureMessage":null}]"#;
        assert_eq!(source(&run("", "", started)).incomplete, None);
        for results in [r#""results":null,"#, ""] {
            let without = run("", "", "").replace(r#""results":[],"#, results);
            assert_eq!(
                source(&without).incomplete.as_deref(),
                Some("errors: a run of Checker has no results")
            );
        }
        assert_eq!(
            source("").incomplete.as_deref(),
            Some("errors: there is no run")
        );
    }

    #[test]
    fn more_rules_than_any_tool_has_are_not_kept_and_leave_it_incomplete() {
        let results: Vec<String> = (0..=MOST_KEPT)
            .map(|id| format!(r#"{{"ruleId":"{id}"}}"#))
            .collect();
        let too_many = source(&run("", &results.join(","), ""));
        assert!(too_many.incomplete.unwrap().contains("more than 200000"));
        let rules = results.join(",").replace("ruleId", "id");
        let too_many = source(&run(&format!(r#","rules":[{rules}]"#), "", ""));
        assert!(too_many.incomplete.unwrap().contains("more than 200000"));
    }

    #[test]
    fn invocations_and_rules_may_be_null_and_runs_may_not() {
        let nulls = run(
            r#","rules":null"#,
            r#"{"level":"error"}"#,
            r#","invocations":null"#,
        );
        let whole = source(&nulls);
        assert_eq!((whole.high, whole.incomplete), (Some(1), None));
        let refusal = read(&FORMAT, r#"{"version":"2.1.0","runs":null}"#).unwrap_err();
        assert!(refusal.starts_with("runs: invalid type: null"), "{refusal}");
    }

    #[test]
    fn another_version_and_a_run_without_a_tool_are_refused() {
        let other = read(&FORMAT, r#"{"version":"2.0.0","runs":[]}"#).unwrap_err();
        assert_eq!(other, "version: found \"2.0.0\", expected \"2.1.0\"");
        let without = read(&FORMAT, &log(r#"{"results":[]}"#)).unwrap_err();
        assert!(
            without.starts_with("runs[0]: missing field `tool`"),
            "{without}"
        );
    }
}
