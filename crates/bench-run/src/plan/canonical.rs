//! What a scenario sends and when, in a form that has one spelling, and its digest.
//!
//! Headers stand in order, bodies by their content, defaults as if they were configured. Left out are what is loaded
//! (targets, and so the `Host` header), what it is held to and called, how it is measured (repetitions, seeds,
//! processors), what the environment says in headers, and our own `User-Agent`, which tells the version of bench-run.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schema::SchemaError;
use schema::configuration::{ArrivalLaw, BodyCondition};
use serde::Serialize;
use toolkit::files::sha256;

use super::expectation::Condition;
use super::workload::OwnRequest;
use super::{Content, Expectation, Length, Phase, ScenarioPlan};
use crate::error::BenchError;

/// To be raised with every change of this form, and of predictions: no run after it is comparable with one before.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Canonical<'a> {
    version: u32,
    warmup_iterations: u64,
    timeout_ms: u128,
    latency: CanonicalPhase,
    load: Option<CanonicalPhase>,
    content: CanonicalContent<'a>,
}

#[derive(Serialize)]
struct CanonicalPhase {
    concurrent_requests: u64,
    length: CanonicalLength,
    /// `None` in closed loop.
    open_loop: Option<OpenLoop>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum CanonicalLength {
    Iterations(u64),
    DurationSeconds(f64),
}

#[derive(Serialize)]
struct OpenLoop {
    arrival_rate_rps: f64,
    arrivals: ArrivalLaw,
    queue_limit: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum CanonicalContent<'a> {
    Predictions { batch_size: u64, sensor_count: u64 },
    Requests(Vec<CanonicalRequest<'a>>),
}

#[derive(Serialize)]
struct CanonicalRequest<'a> {
    weight: u64,
    method: &'a str,
    path: &'a str,
    /// By their names in lower case.
    headers: BTreeMap<String, &'a str>,
    body_sha256: Option<String>,
    expect: CanonicalExpectation<'a>,
}

#[derive(Serialize)]
struct CanonicalExpectation<'a> {
    /// Empty is any 2xx.
    statuses: &'a [u16],
    body: Vec<CanonicalCondition<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum CanonicalCondition<'a> {
    Actions(u64),
    Contains(Cow<'a, str>),
    Json(BodyCondition),
}

impl ScenarioPlan {
    /// SHA-256, hexadecimal, of all that decides what is sent and when; predictions have `sensor_count` values an
    /// observation. Fails only if the form cannot be written as JSON.
    pub fn workload(&self, sensor_count: u64) -> Result<String, BenchError> {
        let json = serde_json::to_vec(&Canonical::new(self, sensor_count));
        let json = json.map_err(|source| SchemaError::Write {
            section: "scenarios".to_owned(),
            source,
        })?;
        Ok(sha256(&json))
    }
}

impl<'a> Canonical<'a> {
    fn new(scenario: &'a ScenarioPlan, sensor_count: u64) -> Canonical<'a> {
        Canonical {
            version: VERSION,
            warmup_iterations: scenario.warmup,
            timeout_ms: scenario.timeout.as_millis(),
            latency: CanonicalPhase::new(&scenario.latency),
            load: scenario.load.as_ref().map(CanonicalPhase::new),
            content: match &scenario.content {
                Content::Predictions { batch_size } => CanonicalContent::Predictions {
                    batch_size: *batch_size,
                    sensor_count,
                },
                Content::Own(requests) => {
                    CanonicalContent::Requests(requests.iter().map(CanonicalRequest::new).collect())
                }
            },
        }
    }
}

impl CanonicalPhase {
    fn new(phase: &Phase) -> CanonicalPhase {
        CanonicalPhase {
            concurrent_requests: phase.connections,
            length: match phase.length {
                Length::Requests(count) => CanonicalLength::Iterations(count),
                Length::Time(time) => CanonicalLength::DurationSeconds(time.as_secs_f64()),
            },
            open_loop: phase.arrivals.map(|arrivals| OpenLoop {
                arrival_rate_rps: arrivals.rate_rps,
                arrivals: arrivals.law,
                queue_limit: arrivals.queue_limit,
            }),
        }
    }
}

impl<'a> CanonicalRequest<'a> {
    fn new(request: &'a OwnRequest) -> CanonicalRequest<'a> {
        let headers = request.headers.iter();
        CanonicalRequest {
            weight: request.weight,
            method: &request.method,
            path: &request.path,
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), value.told.as_str()))
                .filter(|(name, _)| name != "host")
                .collect(),
            body_sha256: request.body.as_deref().map(sha256),
            expect: CanonicalExpectation::new(&request.expectation),
        }
    }
}

impl<'a> CanonicalExpectation<'a> {
    fn new(expectation: &'a Expectation) -> CanonicalExpectation<'a> {
        CanonicalExpectation {
            statuses: &expectation.statuses,
            body: expectation
                .body
                .iter()
                .map(CanonicalCondition::new)
                .collect(),
        }
    }
}

impl<'a> CanonicalCondition<'a> {
    fn new(condition: &'a Condition) -> CanonicalCondition<'a> {
        match condition {
            Condition::Actions(count) => CanonicalCondition::Actions(*count),
            Condition::Text(text) => {
                CanonicalCondition::Contains(String::from_utf8_lossy(text.needle()))
            }
            Condition::Json(_, condition) => {
                let mut condition = condition.clone();
                if let Some(equals) = &mut condition.equals {
                    equals.sort_all_objects();
                }
                CanonicalCondition::Json(condition)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::plan::{Plan, nothing_outside};
    use argh::FromArgs;
    use schema::configuration::BenchmarkFile;
    use serde_json::{Value, json};

    /// A closed loop of predictions, an open loop, and requests of its own.
    fn base() -> Value {
        json!({
            "benchmark": {"warmup_iterations": 2, "measurement_iterations": 100, "batch_sizes": [4],
                "concurrent_requests": 8, "duration_seconds": 30},
            "test_scenarios": [
                {"name": "open", "duration_seconds": 10, "arrival_rate_rps": 50},
                {"name": "own", "iterations": 10, "requests": [
                    {"path": "/a", "weight": 3},
                    {"path": "/b", "method": "PUT", "body": "[1]", "headers": {"Accept": "a/b", "X-Key": "k ${TOKEN}"},
                        "expect": {"status": [200, 404], "contains": "ü", "body": [{"pointer": "/c", "equals": {"d": 1, "e": 2}}]}}]},
            ],
        })
    }

    /// The base with other values at these places.
    fn with(changes: &Value) -> BenchmarkFile {
        let mut file = base();
        for (pointer, value) in changes.as_object().unwrap() {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            file.pointer_mut(parent).unwrap()[key] = value.clone();
        }
        serde_json::from_value(file).unwrap()
    }

    fn plan(file: &BenchmarkFile) -> Plan {
        Plan::new(file, &mut nothing_outside(), 7).unwrap()
    }

    /// Of each scenario.
    fn workloads(file: &BenchmarkFile) -> Vec<String> {
        let plan = plan(file);
        let workloads = plan.scenarios.iter().map(|scenario| scenario.workload(3));
        workloads.collect::<Result<_, _>>().unwrap()
    }

    /// The scenarios whose workload is another with these values.
    fn differing(changes: &Value) -> Vec<usize> {
        let before = workloads(&with(&json!({})));
        let after = workloads(&with(changes));
        (0..3)
            .filter(|&index| before[index] != after[index])
            .collect()
    }

    #[test]
    fn what_is_sent_and_when_changes_it_in_the_scenarios_that_it_concerns() {
        let rows: [(&str, Value, &[usize]); 25] = [
            ("/benchmark/warmup_iterations", json!(3), &[0, 1, 2]),
            ("/benchmark/timeout_ms", json!(9_999), &[0, 1, 2]),
            ("/benchmark/arrival_rate_rps", json!(9), &[0, 2]),
            ("/benchmark/batch_sizes", json!([5]), &[0]),
            ("/benchmark/measurement_iterations", json!(101), &[0]),
            ("/benchmark/concurrent_requests", json!(9), &[0]),
            ("/benchmark/duration_seconds", json!(30.5), &[0]),
            ("/benchmark/queue_limit", json!(9), &[1]),
            ("/benchmark/arrivals", json!("poisson"), &[1]),
            ("/test_scenarios/0/arrival_rate_rps", json!(51), &[1]),
            ("/test_scenarios/0/concurrent_requests", json!(65), &[1]),
            ("/test_scenarios/0/batch_size", json!(2), &[1]),
            ("/test_scenarios/1/iterations", json!(11), &[2]),
            ("/test_scenarios/1/requests/0/path", json!("/c"), &[2]),
            ("/test_scenarios/1/requests/0/method", json!("HEAD"), &[2]),
            ("/test_scenarios/1/requests/0/weight", json!(2), &[2]),
            ("/test_scenarios/1/requests/0/body", json!(""), &[2]),
            (
                "/test_scenarios/1/requests/0/expect",
                json!({"status": 204}),
                &[2],
            ),
            ("/test_scenarios/1/requests/1/body", json!("[2]"), &[2]),
            (
                "/test_scenarios/1/requests/1/headers/Accept",
                json!("a/c"),
                &[2],
            ),
            (
                "/test_scenarios/1/requests/1/headers/X-Key",
                json!("l ${TOKEN}"),
                &[2],
            ),
            (
                "/test_scenarios/1/requests/1/headers/X-Other",
                json!(""),
                &[2],
            ),
            (
                "/test_scenarios/1/requests/1/expect/status",
                json!([200]),
                &[2],
            ),
            (
                "/test_scenarios/1/requests/1/expect/contains",
                json!("u"),
                &[2],
            ),
            (
                "/test_scenarios/1/requests/1/expect/body/0/equals/d",
                json!(2),
                &[2],
            ),
        ];
        for (pointer, value, scenarios) in rows {
            let changes = json!({pointer: value});
            assert_eq!(differing(&changes), scenarios, "{changes}");
        }
    }

    #[test]
    fn what_a_run_is_of_held_to_and_called_does_not_change_it_nor_how_it_is_written() {
        for changes in [
            json!({"/benchmark/target": "http://elsewhere:1"}),
            json!({"/benchmark/serve": {"command": ["server"]}}),
            json!({"/benchmark/memory": {"process_id": 1}}),
            json!({"/benchmark/tls": {"insecure": true}}),
            json!({"/benchmark/cores": 1}),
            json!({"/benchmark/repetitions": 3}),
            json!({"/benchmark/sensor_count": 9}),
            json!({"/performance_thresholds": {"p95_latency_ms": 1}}),
            json!({"/hardware_requirements": {"min_cpu_cores": 1}}),
            json!({"/test_scenarios/0/name": "another", "/test_scenarios/0/description": "of words"}),
            json!({"/test_scenarios/0/memory_limit_mb": 9, "/test_scenarios/0/thresholds": {"p95_latency_ms": 1}}),
            json!({"/test_scenarios/1/requests/1/headers/Host": "elsewhere"}),
            // What the defaults are anyway.
            json!({"/benchmark/timeout_ms": 10_000, "/benchmark/queue_limit": 100_000, "/benchmark/arrivals": "constant"}),
            json!({"/test_scenarios/0/batch_size": 1, "/test_scenarios/0/concurrent_requests": 64}),
            json!({"/test_scenarios/1/requests/0/method": "GET"}),
            json!({"/test_scenarios/1/requests/1/headers": {"x-key": "k ${TOKEN}", "accept": "a/b"}}),
            json!({"/test_scenarios/1/requests/1/expect/body/0/equals": {"e": 2, "d": 1}}),
        ] {
            assert_eq!(differing(&changes), Vec::<usize>::new(), "{changes}");
        }
    }

    #[test]
    fn a_body_is_its_content_wherever_it_stands() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("body.json");
        let request = "/test_scenarios/1/requests/1";
        let at = |key: &str| format!("{request}/{key}");
        let in_file = json!({at("body"): null, at("body_file"): path});
        std::fs::write(&path, "[1]").unwrap();
        assert_eq!(differing(&in_file), Vec::<usize>::new());
        std::fs::write(&path, "[2]").unwrap();
        assert_eq!(differing(&in_file), [2]);
        let as_json = json!({at("body"): null, at("json"): [1]});
        let as_text = json!({at("headers/Content-Type"): "application/json"});
        assert_eq!(workloads(&with(&as_json)), workloads(&with(&as_text)));
    }

    #[test]
    fn the_rate_of_the_command_line_is_the_rate() {
        let typed = ["--config", "ci.yaml", "--rate", "9"];
        let options = Options::from_args(&["bench-run"], &typed).unwrap();
        let mut overruled = with(&json!({}));
        options.overrule(&mut overruled);
        let configured = with(
            &json!({"/benchmark/arrival_rate_rps": 9, "/test_scenarios/0/arrival_rate_rps": 9}),
        );
        assert_eq!(workloads(&overruled), workloads(&configured));
    }

    #[test]
    fn sensors_count_in_predictions_and_nowhere_else() {
        let plan = plan(&with(&json!({})));
        let differs = |scenario: &ScenarioPlan| {
            scenario.workload(3).unwrap() != scenario.workload(4).unwrap()
        };
        let differing: Vec<bool> = plan.scenarios.iter().map(differs).collect();
        assert_eq!(differing, [true, true, false]);
    }

    #[test]
    fn a_change_of_the_form_is_a_new_version() {
        let plan = plan(&with(&json!({})));
        let forms = plan
            .scenarios
            .iter()
            .map(|scenario| serde_json::to_string(&Canonical::new(scenario, 3)).unwrap());
        let expected = [
            concat!(
                r#"{"version":1,"warmup_iterations":2,"timeout_ms":10000,"#,
                r#""latency":{"concurrent_requests":1,"length":{"iterations":100},"open_loop":null},"#,
                r#""load":{"concurrent_requests":8,"length":{"duration_seconds":30.0},"open_loop":null},"#,
                r#""content":{"predictions":{"batch_size":4,"sensor_count":3}}}"#,
            ),
            concat!(
                r#"{"version":1,"warmup_iterations":2,"timeout_ms":10000,"#,
                r#""latency":{"concurrent_requests":64,"length":{"duration_seconds":10.0},"#,
                r#""open_loop":{"arrival_rate_rps":50.0,"arrivals":"constant","queue_limit":100000}},"#,
                r#""load":null,"content":{"predictions":{"batch_size":1,"sensor_count":3}}}"#,
            ),
            concat!(
                r#"{"version":1,"warmup_iterations":2,"timeout_ms":10000,"#,
                r#""latency":{"concurrent_requests":1,"length":{"iterations":10},"open_loop":null},"#,
                r#""load":null,"content":{"requests":["#,
                r#"{"weight":3,"method":"GET","path":"/a","headers":{},"body_sha256":null,"#,
                r#""expect":{"statuses":[],"body":[]}},"#,
                r#"{"weight":1,"method":"PUT","path":"/b","headers":{"accept":"a/b","x-key":"k ${}"},"#,
                r#""body_sha256":"080a9ed428559ef602668b4c00f114f1a11c3f6b02a435f0bdc154578e4d7f22","#,
                r#""expect":{"statuses":[200,404],"body":[{"contains":"ü"},"#,
                r#"{"json":{"pointer":"/c","equals":{"d":1,"e":2}}}]}}]}}"#,
            ),
        ];
        assert_eq!(forms.collect::<Vec<String>>(), expected);
    }
}
