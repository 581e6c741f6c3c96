use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arrivals::ArrivalLaw;
use super::cores::Cores;
use super::expect::Expect;
use super::memory::ServiceMemory;
use super::problem::{Configuration, Problem, nothing, outside, zero};
use super::request::Request;
use super::serve::{LONGEST_TIMEOUT_MS, Serve, target_problem};
use super::thresholds::PerformanceThresholds;
use super::tls::Tls;
use crate::Measured;

const MOST_REPETITIONS: u64 = 1000;
const MOST_CONNECTIONS: u64 = 100_000;
const MOST_QUEUED: u64 = 10_000_000;

/// `ci-benchmark.yaml` and its kin: what bench-run does.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BenchmarkFile {
    /// The benchmark proper, and how everything is run.
    pub benchmark: Benchmark,
    /// What the run is to hold. bench-run does not judge; perf-validate reads the same section from its own file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_thresholds: Option<PerformanceThresholds>,
    /// What the machine must have for the figures to mean anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardware_requirements: Option<HardwareRequirements>,
    /// Further scenarios, each held to its own limits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub test_scenarios: Vec<TestScenario>,
}

/// The benchmark proper: for every batch size a phase of single requests (latency), then a phase of load (throughput).
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// Unrecorded requests before each scenario, whole in each repetition.
    pub warmup_iterations: u64,
    /// Recorded requests of the latency phase, divided among the repetitions.
    pub measurement_iterations: u64,
    /// Observations a request, one scenario each. The smallest one makes the top level of the document.
    pub batch_sizes: Vec<u64>,
    /// Connections of the load phase.
    pub concurrent_requests: u64,
    /// Length of the load phase in seconds, divided among the repetitions.
    pub duration_seconds: Measured,
    /// How often everything is repeated. Default 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repetitions: Option<u64>,
    /// Processors of the load generator, one worker each. Default: those that this process may use, less one for the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<Cores>,
    /// Requests that become due per second, whatever the service does: open loop. Then each batch size has one phase, of
    /// `duration_seconds` over at most `concurrent_requests` connections, and `measurement_iterations` has no meaning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrival_rate_rps: Option<Measured>,
    /// How the arrivals of an open loop are spaced. Default constant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrivals: Option<ArrivalLaw>,
    /// Due requests of an open loop that may wait for a connection; one more, and the one that has waited longest is not sent.
    /// Default 100,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_limit: Option<u64>,
    /// How long a request may take, in milliseconds. Default 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Sensor values an observation, where the service's /metadata does not say. Default 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensor_count: Option<u64>,
    /// The service's address, unless the command line names another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// A command that serves, in place of an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serve: Option<Serve>,
    /// Where the service's memory is read. Default: the process that `serve` starts, else the service's metrics page if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<ServiceMemory>,
    /// Whom `https` connections trust and what they show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// What is sent in place of the policy's prediction request, here and in every test scenario that says nothing else; `batch_sizes` is `[1]` then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// Several requests in place of one, drawn by weight from the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<Vec<Request>>,
    /// What is expected of the answers to requests that do not say so themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
}

/// What the machine must have.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HardwareRequirements {
    /// Processors that the process may use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_cpu_cores: Option<u64>,
    /// Memory of the machine, in GiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_memory_gb: Option<Measured>,
    /// Size of the file system of the working directory, in GiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_disk_gb: Option<Measured>,
}

/// A scenario beside the benchmark proper. Exactly one of `iterations` and `duration_seconds` says how long.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestScenario {
    /// Unique in the file.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Observations a request. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<u64>,
    /// Connections; in open loop the most of them. Default 1, in open loop 64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrent_requests: Option<u64>,
    /// Requests that become due per second, whatever the service does: open loop. Default that of the benchmark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrival_rate_rps: Option<Measured>,
    /// How they are spaced. Default that of the benchmark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrivals: Option<ArrivalLaw>,
    /// Recorded requests, divided among the repetitions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u64>,
    /// Length in seconds, divided among the repetitions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<Measured>,
    /// Highest resident memory of the service in this scenario, in MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_limit_mb: Option<Measured>,
    /// Thresholds of this scenario alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<PerformanceThresholds>,
    /// What is sent in place of the policy's prediction request and of the benchmark's own requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// Several requests in place of one, drawn by weight from the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<Vec<Request>>,
    /// What is expected of the answers to requests that do not say so themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
}

impl Configuration for BenchmarkFile {
    const KIND: &'static str = "a benchmark file";

    fn problems(&self) -> Vec<Problem> {
        let mut problems = self.benchmark.problems();
        let thresholds = self
            .performance_thresholds
            .iter()
            .flat_map(PerformanceThresholds::problems);
        problems.extend(thresholds.map(|problem| problem.below("performance_thresholds")));
        problems.extend(
            self.hardware_requirements
                .as_ref()
                .and_then(|requirements| requirements.min_cpu_cores)
                .and_then(|cores| zero("hardware_requirements.min_cpu_cores", cores)),
        );
        let mut names: HashSet<String> = self
            .benchmark
            .batch_sizes
            .iter()
            .map(|size| batch_name(*size))
            .collect();
        for (index, scenario) in self.test_scenarios.iter().enumerate() {
            let parent = format!("test_scenarios[{index}]");
            if !names.insert(scenario.name.clone()) {
                let found = format!("\"{}\" again", scenario.name);
                problems.push(Problem::new(
                    format!("{parent}.name"),
                    found,
                    "a name that no other scenario has",
                ));
            }
            problems.extend(
                scenario
                    .problems(&self.benchmark)
                    .into_iter()
                    .map(|problem| problem.below(&parent)),
            );
        }
        problems
    }

    fn is_data(path: &str) -> bool {
        path.ends_with(".json") || path.ends_with(".equals")
    }
}

/// The name of the scenario that a batch size makes.
pub(crate) fn batch_name(batch_size: u64) -> String {
    format!("batch_{batch_size}")
}

impl Benchmark {
    /// No service takes more sensor values an observation.
    pub const MOST_SENSORS: u64 = 10_000;

    /// The name of the scenario that a batch size makes.
    pub fn scenario_name(batch_size: u64) -> String {
        batch_name(batch_size)
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.batch_sizes.is_empty() {
            problems.push(Problem::new(
                "batch_sizes",
                "an empty list",
                "at least one batch size",
            ));
        }
        let mut seen = HashSet::new();
        for (index, size) in self.batch_sizes.iter().enumerate() {
            let path = format!("batch_sizes[{index}]");
            problems.extend(batch_problem(&path, *size));
            if !seen.insert(size) {
                problems.push(Problem::new(
                    path,
                    format!("{size} again"),
                    "each batch size once",
                ));
            }
        }
        problems.extend(zero("measurement_iterations", self.measurement_iterations));
        let bounded = [
            (
                "concurrent_requests",
                Some(self.concurrent_requests),
                MOST_CONNECTIONS,
            ),
            ("repetitions", self.repetitions, MOST_REPETITIONS),
            ("queue_limit", self.queue_limit, MOST_QUEUED),
            ("timeout_ms", self.timeout_ms, LONGEST_TIMEOUT_MS),
            ("sensor_count", self.sensor_count, Benchmark::MOST_SENSORS),
        ];
        problems.extend(
            bounded
                .into_iter()
                .filter_map(|(path, value, most)| outside(path, value?, most)),
        );
        problems.extend(nothing("duration_seconds", Some(self.duration_seconds)));
        problems.extend(rate_problem(self.arrival_rate_rps));
        problems.extend(self.cores.as_ref().and_then(|cores| cores.problem("cores")));
        problems.extend(
            self.target
                .as_deref()
                .and_then(|target| target_problem("target", target)),
        );
        if self.target.is_some() && self.serve.is_some() {
            problems.push(Problem::new("serve", "`target` and `serve`", "one of them"));
        }
        let serve = self.serve.iter().flat_map(Serve::problems);
        problems.extend(serve.map(|problem| problem.below("serve")));
        let memory = self.memory.as_ref();
        problems.extend(memory.and_then(|memory| memory.problem("memory")));
        let tls = self.tls.iter().flat_map(Tls::problems);
        problems.extend(tls.map(|problem| problem.below("tls")));
        let keys = self.request_keys();
        problems.extend(keys.problems(None));
        if keys.has_requests() && self.batch_sizes.iter().any(|size| *size != 1) {
            problems.push(Problem::new(
                "batch_sizes",
                format!("{:?}", self.batch_sizes),
                "[1]: a request of its own is sent as it is, whatever the batch size",
            ));
        }
        problems
            .into_iter()
            .map(|problem| problem.below("benchmark"))
            .collect()
    }
}

impl TestScenario {
    fn problems(&self, benchmark: &Benchmark) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.name.is_empty() {
            problems.push(Problem::new("name", "an empty name", "a name"));
        }
        match (self.iterations, self.duration_seconds) {
            (Some(iterations), None) => problems.extend(zero("iterations", iterations)),
            (None, Some(_)) => problems.extend(nothing("duration_seconds", self.duration_seconds)),
            (Some(_), Some(_)) => {
                problems.push(Problem::new(
                    "duration_seconds",
                    "`iterations` and `duration_seconds`",
                    "one of them",
                ));
            }
            (None, None) => {
                problems.push(Problem::new(
                    "name",
                    "neither `iterations` nor `duration_seconds`",
                    "one of them",
                ));
            }
        }
        problems.extend(
            self.batch_size
                .and_then(|size| batch_problem("batch_size", size)),
        );
        problems.extend(
            self.concurrent_requests
                .and_then(|count| outside("concurrent_requests", count, MOST_CONNECTIONS)),
        );
        problems.extend(rate_problem(self.arrival_rate_rps));
        problems.extend(nothing("memory_limit_mb", self.memory_limit_mb));
        let thresholds = self
            .thresholds
            .iter()
            .flat_map(PerformanceThresholds::problems);
        problems.extend(thresholds.map(|problem| problem.below("thresholds")));
        let (own, inherited) = (self.request_keys(), benchmark.request_keys());
        problems.extend(own.problems(Some(inherited)));
        if let Some(size) = self.batch_size
            && (own.has_requests() || inherited.has_requests())
        {
            problems.push(Problem::new(
                "batch_size",
                size,
                "it left out: only predictions come in batches, and a request of its own is sent",
            ));
        }
        problems
    }
}

fn rate_problem(rate_rps: Option<Measured>) -> Option<Problem> {
    let rate_rps = rate_rps?;
    (!ArrivalLaw::RATES_RPS.contains(&rate_rps.get())).then(|| {
        Problem::new(
            "arrival_rate_rps",
            rate_rps.get(),
            "more than 0 and at most 10 million a second",
        )
    })
}

fn batch_problem(path: &str, size: u64) -> Option<Problem> {
    (!(1..=1000).contains(&size))
        .then(|| Problem::new(path, size, "1 to 1000 observations a request"))
}
