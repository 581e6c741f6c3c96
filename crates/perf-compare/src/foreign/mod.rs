//! What other tools wrote, as evidence documents: one format a file.
//!
//! A format is known by its content, never by a file's name. Every benchmark becomes a scenario, every independent
//! repetition an entry of its `repetitions`. What the other tool did not measure is absent, and what it measured and no
//! document has a place for is named in a warning.

mod criterion;
mod error;
mod format;
mod go;
mod hgrm;
mod hyperfine;
mod json;
mod k6;
mod pooled;
mod quantile;

use schema::Measured;
use schema::evidence::{ErrorRate, Evidence, Run, Scenario, Warning};

use crate::TOOL;

pub(crate) use error::ForeignError;

/// What another tool measured.
#[derive(Debug)]
pub(crate) struct Translated {
    /// As an evidence document: its `run` and its `scenarios`.
    pub(crate) evidence: Evidence,
    /// What a reader should know before believing it.
    pub(crate) warnings: Vec<Warning>,
}

/// What another tool wrote, as an evidence document. `name` is the file's path, or `stdin`.
///
/// `None` if the content is in no format known here; then it may be an evidence document. An error if it is in one of
/// them and cannot be used: a number that is none, a text that ends too early, benchmarks that failed.
pub(crate) fn read(name: &str, content: &[u8]) -> Option<Result<Translated, ForeignError>> {
    let text = std::str::from_utf8(content).ok()?;
    let read = format::reader(text)?;
    Some(read(name, text).and_then(|translated| with_a_success(name, translated)))
}

/// Where not one request succeeded nothing was measured.
fn with_a_success(name: &str, translated: Translated) -> Result<Translated, ForeignError> {
    let scenarios = &translated.evidence.scenarios;
    let failed = |scenario: &Scenario| {
        let percent = scenario
            .error_rate
            .as_ref()
            .and_then(|errors| errors.percent);
        let requests = scenario
            .throughput
            .as_ref()
            .and_then(|throughput| throughput.requests);
        percent == Some(Measured::from(100)) || requests == Some(0)
    };
    if !scenarios.is_empty() && scenarios.iter().all(failed) {
        return Err(ForeignError::Incomplete {
            name: name.to_owned(),
            missing: "request that succeeded",
        });
    }
    Ok(translated)
}

impl Translated {
    fn new(tool: &str, scenarios: Vec<Scenario>, warnings: Vec<Warning>) -> Translated {
        let run = Run {
            tool: Some(tool.to_owned()),
            ..Run::default()
        };
        let evidence = Evidence {
            run: Some(run),
            scenarios,
            ..Evidence::default()
        };
        Translated { evidence, warnings }
    }
}

fn warning(code: &str, message: String) -> Warning {
    Warning {
        tool: TOOL.name.to_owned(),
        code: code.to_owned(),
        message,
    }
}

/// `failed` of `requests`; `None` of none at all, and of fewer than failed.
fn error_rate(failed: u64, requests: u64) -> Option<ErrorRate> {
    let ok = requests.checked_sub(failed)?;
    Some(ErrorRate {
        percent: Some(Measured::rounded(failed as f64 / requests as f64 * 100.0)?),
        requests: Some(requests),
        ok: Some(ok),
        failed: Some(failed),
        by_kind: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads a fixture as `target/criterion/fold/sum_of_squares/new/<name>`.
    pub(super) fn fixture(name: &str) -> Translated {
        let path = format!(
            "{}/../../fixtures/foreign/{name}",
            env!("CARGO_MANIFEST_DIR")
        );
        let content = std::fs::read(path).unwrap();
        let name = format!("target/criterion/fold/sum_of_squares/new/{name}");
        read(&name, &content).unwrap().unwrap()
    }

    /// Reads a text of a known format under the name `file`.
    pub(super) fn translated(text: &str) -> Translated {
        read("file", text.as_bytes()).unwrap().unwrap()
    }

    /// Why a text of a known format cannot be used.
    pub(super) fn refusal(text: &str) -> String {
        read("file", text.as_bytes())
            .unwrap()
            .unwrap_err()
            .to_string()
    }

    /// The key at `pointer` of the document, as it would be written.
    pub(super) fn at(translated: &Translated, pointer: &str) -> Option<serde_json::Value> {
        serde_json::to_value(&translated.evidence)
            .unwrap()
            .pointer(pointer)
            .cloned()
    }

    /// The code of every warning.
    pub(super) fn codes(translated: &Translated) -> Vec<&str> {
        translated
            .warnings
            .iter()
            .map(|warning| warning.code.as_str())
            .collect()
    }

    const FIXTURES: [&str; 8] = [
        "estimates.json",
        "go-bench.txt",
        "hyperfine.json",
        "k6-handle-summary.json",
        "k6-summary-export.json",
        "sample.json",
        "spectrum.hgrm",
        "wrk2-latency.txt",
    ];

    #[test]
    fn every_fixture_becomes_a_document_whose_scenarios_have_names_of_their_own() {
        for name in FIXTURES {
            let translated = fixture(name);
            let scenarios = &translated.evidence.scenarios;
            let names: std::collections::BTreeSet<&str> = scenarios
                .iter()
                .map(|scenario| scenario.name.as_str())
                .collect();
            assert!(!names.is_empty(), "{name}");
            assert_eq!(names.len(), scenarios.len(), "{name}");
        }
    }

    #[test]
    fn a_result_that_was_cut_off_is_none() {
        for name in FIXTURES {
            let path = format!(
                "{}/../../fixtures/foreign/{name}",
                env!("CARGO_MANIFEST_DIR")
            );
            let content = std::fs::read(path).unwrap();
            for end in 0..content.len() {
                let read = read(name, &content[..end]);
                let rest = content[end..].trim_ascii();
                // Benchmark lines stand for themselves: fewer of them are a shorter run.
                let may_be_read = match name {
                    "go-bench.txt" => true,
                    "spectrum.hgrm" => {
                        rest.len()
                            <= "#[Buckets =           27, SubBuckets     =         2048]".len()
                    }
                    "wrk2-latency.txt" => rest.len() < "Transfer/sec:    676.18KB".len(),
                    _ => rest.is_empty(),
                };
                assert!(
                    may_be_read || !matches!(read, Some(Ok(_))),
                    "{name} up to {end}"
                );
            }
        }
    }

    #[test]
    fn an_evidence_document_is_none_of_these() {
        for text in [
            "{}",
            r#"{"schema_version": "1.0", "scenarios": [], "results": [{"command": "a", "times": [1]}]}"#,
            r#"{"latency": {"p50_ms": 1}, "mean": {"point_estimate": 1, "confidence_interval": {}}}"#,
            r#"{"iters": [1], "times": [1], "overall_success": true}"#,
            r#"{"metrics": {"http_reqs": {"count": 1}}, "run": {"id": "a"}}"#,
            r#"{"results": [], "metrics": {}}"#,
            "",
            "\n",
            "[1]",
            "nonsense",
        ] {
            assert!(read("file", text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_document_as_bench_run_writes_it_is_none_of_these() {
        for name in FIXTURES {
            let evidence = fixture(name).evidence;
            let document = schema::Document::from_evidence(&evidence)
                .unwrap()
                .to_string();
            assert!(read(name, document.as_bytes()).is_none(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_number_however_absurd_makes_more_than_an_error_of_it(
            number in any::<f64>(),
            count in any::<u64>(),
            seconds in -1e308..1e308_f64,
        ) {
            for text in [
                format!("BenchmarkA-8 {count} {number} ns/op {number} p99-ns/op {seconds} req/s"),
                format!("{{\"results\": [{{\"command\": \"a\", \"times\": [{seconds}, {seconds}]}}]}}"),
                format!("{{\"iters\": [{seconds}, {count}], \"times\": [{seconds}, {count}]}}"),
                format!("{{\"metrics\": {{\"http_req_duration\": {{\"p(95)\": {seconds}}}, \"http_reqs\": {{\"count\": {count}, \"rate\": {seconds}}}, \"http_req_failed\": {{\"value\": {seconds}}}}}}}"),
                format!("Value Percentile TotalCount 1/(1-Percentile)\n{number} {number} {count} 1\n#[Mean = {number}, StdDeviation = {number}]\n#[Max = {number}, Total count = {count}]\n{count} requests in {number}s\nRequests/sec: {number}"),
            ] {
                if let Some(Ok(translated)) = read("file", text.as_bytes()) {
                    let document = serde_json::to_string(&translated.evidence).unwrap();
                    prop_assert!(serde_json::from_str::<Evidence>(&document).is_ok(), "{document}");
                }
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "(Benchmark|FAIL|#\\[|Value Percentile|[ -~\n]){0,60}") {
            let _ = read("file", text.as_bytes());
        }
    }
}
