//! Where requests stand in a benchmark file, and which of them a scenario sends.

use super::benchmark::{Benchmark, BenchmarkFile, TestScenario};
use super::expect::Expect;
use super::problem::Problem;
use super::request::Request;

/// A request as a scenario sends it.
#[derive(Clone, Debug, PartialEq)]
pub struct ScenarioRequest<'a> {
    /// Where it stands in the file, as in `benchmark.requests[1]`.
    pub path: String,
    /// The request itself.
    pub request: &'a Request,
    /// What is expected of its answer; `None` is any status 2xx.
    pub expect: Option<&'a Expect>,
}

/// The keys that say what is sent, as they stand in `benchmark` and in each of `test_scenarios`.
#[derive(Clone, Copy)]
pub(super) struct RequestKeys<'a> {
    request: Option<&'a Request>,
    requests: Option<&'a [Request]>,
    expect: Option<&'a Expect>,
}

impl Benchmark {
    pub(super) fn request_keys(&self) -> RequestKeys<'_> {
        RequestKeys {
            request: self.request.as_ref(),
            requests: self.requests.as_deref(),
            expect: self.expect.as_ref(),
        }
    }
}

impl TestScenario {
    pub(super) fn request_keys(&self) -> RequestKeys<'_> {
        RequestKeys {
            request: self.request.as_ref(),
            requests: self.requests.as_deref(),
            expect: self.expect.as_ref(),
        }
    }
}

impl BenchmarkFile {
    /// The requests that the scenarios of the batch sizes send; empty where they send predictions.
    pub fn benchmark_requests(&self) -> Vec<ScenarioRequest<'_>> {
        let keys = self.benchmark.request_keys();
        keys.sent("benchmark", keys.expect)
    }

    /// The requests that the test scenario at `index` sends: its own, else the benchmark's, of which it may expect
    /// something else. Empty where it sends predictions, and where there is no such scenario.
    pub fn scenario_requests(&self, index: usize) -> Vec<ScenarioRequest<'_>> {
        let Some(scenario) = self.test_scenarios.get(index) else {
            return Vec::new();
        };
        let (own, inherited) = (scenario.request_keys(), self.benchmark.request_keys());
        if own.has_requests() {
            // What the benchmark expects is of its own requests, and would be nonsense of others.
            own.sent(&format!("test_scenarios[{index}]"), own.expect)
        } else {
            inherited.sent("benchmark", own.expect.or(inherited.expect))
        }
    }
}

impl<'a> RequestKeys<'a> {
    pub(super) fn has_requests(self) -> bool {
        self.request.is_some() || self.requests.is_some()
    }

    fn sent(self, parent: &str, expect: Option<&'a Expect>) -> Vec<ScenarioRequest<'a>> {
        self.placed()
            .map(|(path, request)| ScenarioRequest {
                path: format!("{parent}.{path}"),
                request,
                expect: request.expect.as_ref().or(expect),
            })
            .collect()
    }

    fn placed(self) -> impl Iterator<Item = (String, &'a Request)> {
        let one = self.request.map(|request| ("request".to_owned(), request));
        let several = self.requests.into_iter().flatten().enumerate();
        one.into_iter()
            .chain(several.map(|(index, request)| (format!("requests[{index}]"), request)))
    }

    /// `inherited` are the keys of the benchmark, for a scenario.
    pub(super) fn problems(self, inherited: Option<RequestKeys<'_>>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (path, request) in self.placed() {
            let own = request.problems(self.expect);
            problems.extend(own.into_iter().map(|problem| problem.below(&path)));
        }
        if self.request.is_some() && self.requests.is_some() {
            let found = "`request` and `requests`";
            problems.push(Problem::new("requests", found, "one of them"));
        }
        if self.requests.is_some_and(<[Request]>::is_empty) {
            let found = "an empty list";
            problems.push(Problem::new("requests", found, "at least one request"));
        }
        if self.request.is_some_and(|request| request.weight.is_some()) {
            problems.push(Problem::new(
                "request.weight",
                "a weight of a single request",
                "it left out, or several `requests`",
            ));
        }
        let own = self.expect.iter().flat_map(|expect| expect.problems());
        problems.extend(own.map(|problem| problem.below("expect")));
        if self.expect.is_some()
            && !self.has_requests()
            && !inherited.is_some_and(RequestKeys::has_requests)
        {
            problems.push(Problem::new(
                "expect",
                "no request that it speaks of",
                "`request` or `requests` beside it, or in `benchmark`",
            ));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::Configuration;
    use serde_json::{Value, json};

    fn file(benchmark: Value, scenario: Value) -> BenchmarkFile {
        let mut file = json!({
            "benchmark": {"warmup_iterations": 0, "measurement_iterations": 1, "batch_sizes": [1],
                "concurrent_requests": 1, "duration_seconds": 1},
            "test_scenarios": [{"name": "own", "iterations": 1}],
        });
        for (place, keys) in [("/benchmark", benchmark), ("/test_scenarios/0", scenario)] {
            let object = file.pointer_mut(place).unwrap().as_object_mut().unwrap();
            object.extend(keys.as_object().unwrap().clone());
        }
        serde_json::from_value(file).unwrap()
    }

    fn problems(benchmark: Value, scenario: Value) -> Vec<String> {
        let problems = file(benchmark, scenario).problems();
        problems.into_iter().map(|problem| problem.path).collect()
    }

    /// Path in the file, path of the request and expected status of each.
    fn sent<'a>(requests: &'a [ScenarioRequest<'_>]) -> Vec<(&'a str, &'a str, Option<u16>)> {
        let status = |expect: &Expect| Some(expect.status.as_ref()?.list()[0]);
        requests
            .iter()
            .map(|sent| {
                let expected = sent.expect.and_then(status);
                (sent.path.as_str(), sent.request.path.as_str(), expected)
            })
            .collect()
    }

    #[test]
    fn without_a_request_predictions_are_sent() {
        let file = file(json!({}), json!({}));
        assert!(file.benchmark_requests().is_empty() && file.scenario_requests(0).is_empty());
    }

    #[test]
    fn a_scenario_sends_its_own_requests_or_those_of_the_benchmark() {
        let of_benchmark = json!({"request": {"path": "/b"}, "expect": {"status": 201}});
        let inherits = file(of_benchmark.clone(), json!({}));
        assert_eq!(
            sent(&inherits.scenario_requests(0)),
            sent(&inherits.benchmark_requests())
        );
        let overrides = file(
            of_benchmark,
            json!({"expect": {"status": 202},
                "requests": [{"path": "/1", "expect": {"status": 404}}, {"path": "/2"}]}),
        );
        assert_eq!(
            sent(&overrides.scenario_requests(0)),
            [
                ("test_scenarios[0].requests[0]", "/1", Some(404)),
                ("test_scenarios[0].requests[1]", "/2", Some(202))
            ]
        );
        assert_eq!(
            sent(&overrides.benchmark_requests()),
            [("benchmark.request", "/b", Some(201))]
        );
    }

    #[test]
    fn what_the_benchmark_expects_is_not_expected_of_other_requests() {
        let file = file(
            json!({"request": {"path": "/b"}, "expect": {"status": 201}}),
            json!({"request": {"path": "/s"}}),
        );
        assert_eq!(
            sent(&file.scenario_requests(0)),
            [("test_scenarios[0].request", "/s", None)]
        );
    }

    #[test]
    fn a_scenario_may_expect_something_else_of_the_same_request() {
        let file = file(
            json!({"request": {"path": "/b"}, "expect": {"status": 201}}),
            json!({"expect": {"status": 503}}),
        );
        assert!(file.problems().is_empty());
        assert_eq!(
            sent(&file.scenario_requests(0)),
            [("benchmark.request", "/b", Some(503))]
        );
    }

    #[test]
    fn keys_that_contradict_each_other_are_refused() {
        let request = json!({"path": "/"});
        for (benchmark, scenario, path) in [
            (
                json!({"request": request, "requests": [request]}),
                json!({}),
                "benchmark.requests",
            ),
            (json!({"requests": []}), json!({}), "benchmark.requests"),
            (
                json!({"request": {"path": "/", "weight": 2}}),
                json!({}),
                "benchmark.request.weight",
            ),
            (json!({"expect": {}}), json!({}), "benchmark.expect"),
            (json!({}), json!({"expect": {}}), "test_scenarios[0].expect"),
            (
                json!({"request": request, "batch_sizes": [1, 4]}),
                json!({}),
                "benchmark.batch_sizes",
            ),
            (
                json!({"request": request}),
                json!({"batch_size": 1}),
                "test_scenarios[0].batch_size",
            ),
            (
                json!({}),
                json!({"request": request, "batch_size": 4}),
                "test_scenarios[0].batch_size",
            ),
            (
                json!({}),
                json!({"requests": [request, {"path": "x"}]}),
                "test_scenarios[0].requests[1].path",
            ),
            (
                json!({}),
                json!({"request": {"path": "/", "expect": {"status": 1}}}),
                "test_scenarios[0].request.expect.status",
            ),
        ] {
            assert_eq!(
                problems(benchmark.clone(), scenario.clone()),
                [path],
                "{benchmark} {scenario}"
            );
        }
    }
}
