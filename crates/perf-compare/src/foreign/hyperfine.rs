//! What `hyperfine --export-json` writes: seconds, run by run.

use std::collections::BTreeMap;

use schema::Measured;
use schema::evidence::{Latency, Repetition, Scenario};
use serde::Deserialize;

use super::{ForeignError, Translated, error_rate, json, pooled};

const MS_PER_S: f64 = 1e3;

#[derive(Deserialize)]
struct Export {
    results: Vec<Command>,
}

#[derive(Deserialize)]
struct Command {
    command: String,
    times: Vec<Measured>,
    /// Of every run; `None` for one that a signal ended.
    #[serde(default)]
    exit_codes: Vec<Option<i32>>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
}

/// Each command is a scenario, each of its runs a repetition.
pub(super) fn read(name: &str, text: &str) -> Result<Translated, ForeignError> {
    let export: Export = json::parse(name, text)?;
    let mut warnings = Vec::new();
    let mut scenarios: Vec<Scenario> = Vec::new();
    for (index, command) in export.results.iter().enumerate() {
        let path = format!("results[{index}]");
        let scenario = command.name_among(&export.results);
        if scenarios.iter().any(|other| other.name == scenario) {
            let message = format!(
                "found {scenario:?} again, expected a name of its own (hyperfine --command-name)"
            );
            return Err(json::refuse(name, format!("{path}.command"), message));
        }
        let repetitions = command.repetitions(name, &path)?;
        scenarios.push(pooled::scenario(scenario, repetitions, &mut warnings));
    }
    Ok(Translated::new("hyperfine", scenarios, warnings))
}

impl Command {
    /// The command, with its parameters where it stands there more than once: they need not be part of it.
    fn name_among(&self, all: &[Command]) -> String {
        let namesakes = all.iter().filter(|other| other.command == self.command);
        if namesakes.count() < 2 || self.parameters.is_empty() {
            return self.command.clone();
        }
        let parameters: Vec<String> = self
            .parameters
            .iter()
            .map(|(parameter, value)| format!("{parameter}={value}"))
            .collect();
        format!("{} ({})", self.command, parameters.join(", "))
    }

    fn repetitions(&self, name: &str, path: &str) -> Result<Vec<Repetition>, ForeignError> {
        if self.times.is_empty() {
            let message = "found no run, expected at least one".to_owned();
            return Err(json::refuse(name, format!("{path}.times"), message));
        }
        // Releases before 1.12 do not tell them.
        if !self.exit_codes.is_empty() && self.exit_codes.len() != self.times.len() {
            let (found, expected) = (self.exit_codes.len(), self.times.len());
            let message =
                format!("found {found} exit codes, expected one for each of {expected} times");
            return Err(json::refuse(name, format!("{path}.exit_codes"), message));
        }
        let runs = self.times.iter().enumerate();
        runs.map(|(run, time)| {
            let failed = self.exit_codes.get(run).map(|code| *code != Some(0));
            let mean = json::converted(name, format!("{path}.times[{run}]"), *time, MS_PER_S)?;
            // A run that failed early would make the command look fast.
            let latency = (failed != Some(true)).then(|| Latency {
                mean_ms: Some(mean),
                samples: Some(1),
                ..Latency::default()
            });
            Ok(Repetition {
                latency,
                error_rate: failed.and_then(|failed| error_rate(failed.into(), 1)),
                ..Repetition::default()
            })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, codes, fixture, refusal, translated};
    use serde_json::json;

    #[test]
    fn every_command_is_a_scenario_and_every_run_of_it_a_repetition() {
        let hyperfine = fixture("hyperfine.json");
        let scenarios = &hyperfine.evidence.scenarios;
        let names: Vec<&str> = scenarios
            .iter()
            .map(|scenario| scenario.name.as_str())
            .collect();
        assert_eq!(names, ["sleep 0.02", "sh -c 'sleep 0.01; exit 3'"]);
        assert!(
            scenarios
                .iter()
                .all(|scenario| scenario.repetitions.len() == 5)
        );
        let written: serde_json::Value = serde_json::from_str(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../fixtures/foreign/hyperfine.json"
        )))
        .unwrap();
        let mean_ms = at(&hyperfine, "/scenarios/0/latency/mean_ms").unwrap();
        let mean_s = written
            .pointer("/results/0/mean")
            .unwrap()
            .as_f64()
            .unwrap();
        assert!((mean_ms.as_f64().unwrap() - mean_s * 1e3).abs() < 1e-9);
        assert_eq!(codes(&hyperfine), [""; 0]);
    }

    #[test]
    fn a_run_that_failed_is_an_error_and_not_a_time() {
        let hyperfine = fixture("hyperfine.json");
        assert_eq!(at(&hyperfine, "/scenarios/1/latency"), None);
        assert_eq!(
            at(&hyperfine, "/scenarios/1/error_rate"),
            Some(json!({"percent": 100.0, "requests": 5, "ok": 0, "failed": 5}))
        );
        let mixed = r#"{"results": [{"command": "a", "times": [0.1, 0.2, 0.3], "exit_codes": [0, 1, null]}]}"#;
        let mixed = translated(mixed);
        assert_eq!(
            at(&mixed, "/scenarios/0/latency/mean_ms"),
            Some(json!(100.0))
        );
        assert_eq!(at(&mixed, "/scenarios/0/error_rate/failed"), Some(json!(2)));
    }

    #[test]
    fn without_exit_codes_nothing_is_said_of_errors() {
        let old = translated(r#"{"results": [{"command": "a", "times": [0.1]}]}"#);
        assert_eq!(at(&old, "/scenarios/0/error_rate"), None);
        assert_eq!(at(&old, "/scenarios/0/repetitions/0/error_rate"), None);
    }

    #[test]
    fn parameters_tell_commands_of_one_name_apart() {
        let result =
            |n: u32| format!(r#"{{"command": "a", "times": [0.1], "parameters": {{"n": "{n}"}}}}"#);
        let both = translated(&format!(r#"{{"results": [{}, {}]}}"#, result(1), result(2)));
        assert_eq!(at(&both, "/scenarios/1/name"), Some(json!("a (n=2)")));
        let one = translated(&format!(r#"{{"results": [{}]}}"#, result(1)));
        assert_eq!(at(&one, "/scenarios/0/name"), Some(json!("a")));
        assert_eq!(
            refusal(&format!(r#"{{"results": [{}, {}]}}"#, result(1), result(1))),
            r#"file: results[1].command: found "a (n=1)" again, expected a name of its own (hyperfine --command-name)"#
        );
    }

    #[test]
    fn a_time_of_zero_is_no_time() {
        let short = translated(r#"{"results": [{"command": "a", "times": [0.1, 0.0]}]}"#);
        assert_eq!(at(&short, "/scenarios/0/latency/mean_ms"), None);
        assert_eq!(codes(&short), ["time_of_nothing"]);
    }

    #[test]
    fn what_is_no_time_is_refused_with_its_path() {
        let refused = |times: &str| {
            refusal(&format!(
                r#"{{"results": [{{"command": "a", "times": {times}}}]}}"#
            ))
        };
        assert!(refused("[1, -2]").starts_with("file: results[0].times[1]: found -2, expected"));
        assert!(refused("[1e308]").starts_with("file: results[0].times[0]: found 1"));
        assert_eq!(
            refused("[]"),
            "file: results[0].times: found no run, expected at least one"
        );
    }
}
