use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ErrorRate, Latency, Memory, Throughput, TimelineEntry};
use crate::Measured;
use crate::configuration::{ArrivalLaw, PerformanceThresholds};

/// One batch size or one test scenario, over all its repetitions.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Scenario {
    /// Unique in the document.
    pub name: String,
    /// In the words of the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What kind of entry of the configuration it comes from, which decides what it is held to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ScenarioKind>,
    /// Closed or open loop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Observations a request; absent where requests of the configuration's own are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<u64>,
    /// Connections, each with at most one request under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent_requests: Option<u64>,
    /// Requests due per second, in open loop only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrival_rate_rps: Option<Measured>,
    /// How they are spaced, in open loop only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrivals: Option<ArrivalLaw>,
    /// SHA-256 of all that decides what is sent and when, hexadecimal: warm-up, numbers and times, requests with their
    /// bodies, the payload. Runs of one scenario with different ones are not comparable. Targets, limits, names,
    /// repetitions and secrets are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// What the configuration holds this scenario to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// Latency, pooled over the repetitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// The same from when requests were sent, in open loop only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_time: Option<Latency>,
    /// Throughput over all repetitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<Throughput>,
    /// Memory over all repetitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// Errors over all repetitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_rate: Option<ErrorRate>,
    /// Each repetition by itself, in the order of time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repetitions: Vec<Repetition>,
    /// The phase that throughput comes from second by second, repetition after repetition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<TimelineEntry>,
}

/// What kind of entry of the configuration a scenario comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScenarioKind {
    /// An entry of `benchmark.batch_sizes`: held to `performance_thresholds`.
    BatchSize,
    /// An entry of `test_scenarios`: held to its own limits and to the error rate.
    TestScenario,
}

/// How requests become due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A connection sends when its last response has come.
    Closed,
    /// Requests are due by a clock, whatever the service does.
    Open,
}

/// What a test scenario's own configuration holds it to.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Limits {
    /// Highest resident memory of the service, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit_mb: Option<Measured>,
    /// Thresholds of this scenario alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<PerformanceThresholds>,
}

/// One repetition of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Repetition {
    /// The place of this repetition among all that the run did, from 0; where two services were measured in turn,
    /// among those of both.
    pub order: u64,
    /// Which repetition of the whole run this was, from 0, where two services were measured in turn: the entry of
    /// the same number in the other run's document is its pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pair: Option<u64>,
    /// When it began, RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// Latency of this repetition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// The same from when requests were sent, in open loop only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_time: Option<Latency>,
    /// Throughput of this repetition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<Throughput>,
    /// Memory in this repetition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// Errors of this repetition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_rate: Option<ErrorRate>,
}
