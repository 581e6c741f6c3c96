//! Reading the files that people write, with errors that say where and what was meant.

use std::marker::PhantomData;

use schema::configuration::{
    BenchmarkFile, Configuration, EnvironmentsFile, GatesFile, ProbesFile, Problem, SmokeTestsFile,
    ThresholdsFile,
};
use serde_json::{Map, Value};

use crate::files::{self, ReadFile};
use crate::locate::locate;
use crate::yaml::{self, Position, YamlError};
use crate::{Streams, ToolkitError, suggest};

/// Reads a configuration file, YAML or JSON; `-` is stdin. Every problem is named with file, line and path.
pub fn read<C: Configuration>(
    path: &str,
    streams: &mut Streams<'_>,
) -> Result<(C, ReadFile), ToolkitError> {
    let file = files::read(path, streams)?;
    Ok((of(&file)?, file))
}

/// A configuration that has been read, from a file or from wherever else. Every problem is named as in [`read`].
pub fn of<C: Configuration>(file: &ReadFile) -> Result<C, ToolkitError> {
    parse(&file.name, &file.content).map_err(ToolkitError::Configuration)
}

fn parse<C: Configuration>(name: &str, content: &[u8]) -> Result<C, Vec<String>> {
    let text = std::str::from_utf8(content)
        .map_err(|error| vec![format!("{name}: not UTF-8: {error}")])?;
    let refuse =
        |error: YamlError| vec![place(name, error.position) + &in_our_words(&error.message)];
    let values = yaml::read(text, PhantomData::<Value>).map_err(refuse)?;
    if values.is_null() {
        return Err(vec![format!(
            "{name}: empty: expected a configuration, found nothing"
        )]);
    }
    let configuration = yaml::read(text, PhantomData::<C>).map_err(|error| {
        // A key of the file itself, not of a section in it: such as there are in every file of another kind.
        let is_other = ["unknown field", "missing field"]
            .iter()
            .any(|start| error.message.starts_with(start));
        match kind_of(text).filter(|_| is_other && values != Value::Object(Map::new())) {
            Some(kind) => vec![format!("{name}: found {kind}, expected {}", C::KIND)],
            None => refuse(error),
        }
    })?;
    // An empty value was read as a key left out: a limit that is no limit.
    let mut problems = empty_values::<C>("", &values);
    problems.extend(configuration.problems());
    if problems.is_empty() {
        Ok(configuration)
    } else {
        Err(describe(name, text, &problems))
    }
}

/// What kind of file this is, if it is one that all of it can be read as.
fn kind_of(text: &str) -> Option<&'static str> {
    fn is<C: Configuration>(text: &str) -> Option<&'static str> {
        let read = yaml::read(text, PhantomData::<C>);
        read.is_ok().then_some(C::KIND)
    }
    is::<BenchmarkFile>(text)
        .or_else(|| is::<ThresholdsFile>(text))
        .or_else(|| is::<GatesFile>(text))
        .or_else(|| is::<EnvironmentsFile>(text))
        .or_else(|| is::<ProbesFile>(text))
        .or_else(|| is::<SmokeTestsFile>(text))
}

fn empty_values<C: Configuration>(path: &str, value: &Value) -> Vec<Problem> {
    match value {
        _ if C::is_data(path) => Vec::new(),
        Value::Null => vec![Problem {
            path: path.to_owned(),
            found: "nothing".to_owned(),
            expected: "a value, or the key left out".to_owned(),
            known: Vec::new(),
        }],
        Value::Object(entries) => entries
            .iter()
            .flat_map(|(key, entry)| {
                empty_values::<C>(
                    &if path.is_empty() {
                        key.clone()
                    } else {
                        format!("{path}.{key}")
                    },
                    entry,
                )
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, item)| empty_values::<C>(&format!("{path}[{index}]"), item))
            .collect(),
        _ => Vec::new(),
    }
}

fn describe(name: &str, text: &str, problems: &[Problem]) -> Vec<String> {
    problems
        .iter()
        .map(
            |Problem {
                 path,
                 found,
                 expected,
                 known,
             }| {
                let separator = if path.is_empty() { "" } else { ": " };
                format!(
                    "{}{path}{separator}found {found}, expected {expected}{}",
                    place(name, locate(text, path)),
                    suggest::hint(found.trim_matches('`'), known.iter().map(String::as_str))
                )
            },
        )
        .collect()
}

fn place(name: &str, position: Option<Position>) -> String {
    match position {
        Some(Position { line, column }) => format!("{name}:{line}:{column}: "),
        None => format!("{name}: "),
    }
}

/// serde's "unknown field `x`, expected one of `a`, `b`" with the nearest known key, which is what is wanted.
fn in_our_words(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match (message.find("unknown field `"), quoted.split_first()) {
        (Some(start), Some((typed, known))) => match suggest::nearest(typed, known.iter().copied())
        {
            Some(nearest) => format!(
                "{}unknown key `{typed}`; did you mean {nearest}?",
                &message[..start]
            ),
            None => message.replacen("unknown field", "unknown key", 1),
        },
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::configuration::{BenchmarkFile, GatesFile, ThresholdsFile};

    const BENCHMARK: &str = "benchmark:\n  warmup_iterations: 10\n  measurement_iterations: 100\n  batch_sizes: [1, 4]\n  concurrent_requests: 4\n  duration_seconds: 30\n";

    fn refusals<C: Configuration>(text: &str) -> Vec<String> {
        parse::<C>("ci.yaml", text.as_bytes())
            .err()
            .expect("a refusal")
    }

    fn benchmark_with(from: &str, to: &str) -> Vec<String> {
        assert!(BENCHMARK.contains(from), "{from}");
        refusals::<BenchmarkFile>(&BENCHMARK.replace(from, to))
    }

    #[test]
    fn a_file_of_another_kind_is_called_what_it_is() {
        let gates = "performance_gates:\n  latency:\n    p99_max_ms: 50\n";
        let thresholds = "performance_thresholds:\n  p99_latency_ms: 50\n";
        assert_eq!(
            refusals::<BenchmarkFile>(gates),
            ["ci.yaml: found a gates file, expected a benchmark file"]
        );
        assert_eq!(
            refusals::<BenchmarkFile>(thresholds),
            ["ci.yaml: found a thresholds file, expected a benchmark file"]
        );
        assert_eq!(
            refusals::<GatesFile>(BENCHMARK),
            ["ci.yaml: found a benchmark file, expected a gates file"]
        );
        // Of no kind, or of every one.
        let misspelt = gates.replace("performance_gates", "performance_gate");
        assert_eq!(
            refusals::<GatesFile>(&misspelt),
            ["ci.yaml:1:1: unknown key `performance_gate`; did you mean performance_gates?"]
        );
        assert!(refusals::<BenchmarkFile>("{}")[0].contains("missing field `benchmark`"));
    }

    #[test]
    fn a_misspelt_key_is_refused_with_line_and_nearest_key() {
        assert_eq!(
            benchmark_with("warmup_iterations", "warmup_iteration"),
            [
                "ci.yaml:2:3: benchmark: unknown key `warmup_iteration`; did you mean warmup_iterations?"
            ]
        );
    }

    #[test]
    fn a_wrong_type_is_refused_with_line_and_path() {
        assert_eq!(
            benchmark_with("concurrent_requests: 4", "concurrent_requests: many"),
            [
                r#"ci.yaml:5:24: benchmark.concurrent_requests: invalid type: string "many", expected u64"#
            ]
        );
    }

    #[test]
    fn impossible_values_are_refused_with_line_and_path() {
        assert_eq!(
            benchmark_with("batch_sizes: [1, 4]", "batch_sizes: []"),
            [
                "ci.yaml:4:3: benchmark.batch_sizes: found an empty list, expected at least one batch size"
            ]
        );
        assert_eq!(
            benchmark_with("duration_seconds: 30", "duration_seconds: 30\n  cores: 0"),
            ["ci.yaml:7:3: benchmark.cores: found 0, expected at least 1"]
        );
        assert_eq!(
            refusals::<ThresholdsFile>(
                "performance_thresholds:\n  p50_latency_ms: 10\n  p95_latency_ms: 5\n"
            ),
            [
                "ci.yaml:3:3: performance_thresholds.p95_latency_ms: found 5, expected at least 10, the limit of p50_latency_ms"
            ]
        );
        assert!(
            benchmark_with("duration_seconds: 30", "duration_seconds: .nan")[0]
                .contains("finite number")
        );
    }

    #[test]
    fn a_limit_that_always_or_never_holds_is_refused() {
        assert_eq!(
            refusals::<ThresholdsFile>("performance_thresholds:\n  throughput_rps: 0\n"),
            ["ci.yaml:2:3: performance_thresholds.throughput_rps: found 0, expected more than 0"]
        );
        let gates = "performance_gates:\n  latency: {p99_max_ms: 0}\n  memory: {max_usage_mb: 0}\n";
        assert_eq!(refusals::<GatesFile>(gates).len(), 2);
    }

    #[test]
    fn an_empty_limit_is_not_the_same_as_no_limit() {
        assert_eq!(
            refusals::<GatesFile>("performance_gates:\n  throughput:\n    min_rps:\n"),
            [
                "ci.yaml:3:5: performance_gates.throughput.min_rps: found nothing, expected a value, or the key left out"
            ]
        );
    }

    #[test]
    fn an_empty_value_in_data_is_data() {
        let sending = |request: &str| {
            let text = format!("{BENCHMARK}  request: {request}\n").replace("[1, 4]", "[1]");
            parse::<BenchmarkFile>("ci.yaml", text.as_bytes())
        };
        let data = "{path: /, json: {a: null}, expect: {body: [{pointer: /a, equals: null}]}}";
        let request = sending(data).unwrap().benchmark.request.unwrap();
        assert_eq!(request.json, Some(serde_json::json!({"a": null})));
        assert!(sending("{path: /, method: }").is_err());
    }

    #[test]
    fn json_is_read_as_well() {
        let json = r#"{"performance_thresholds":{"p50_latency_ms":10.0}}"#;
        assert!(parse::<ThresholdsFile>("t.json", json.as_bytes()).is_ok());
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let twice = BENCHMARK
            .replace("[1, 4]", "[]")
            .replace("concurrent_requests: 4", "concurrent_requests: 0");
        assert_eq!(refusals::<BenchmarkFile>(&twice).len(), 2);
    }

    #[test]
    fn an_empty_file_is_refused() {
        assert_eq!(
            refusals::<GatesFile>("# nothing\n"),
            ["ci.yaml: empty: expected a configuration, found nothing"]
        );
    }
}
