use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ErrorRate, Interval, Latency, Memory, Throughput};
use crate::Measured;
use crate::configuration::ArrivalLaw;

/// The search for the highest rate of an open loop at which a condition holds.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Capacity {
    /// As it was asked for: `p99_ms<=50`. That 99 % of what was due is answered well, in time, is part of every
    /// condition.
    pub condition: String,
    /// The scenario whose requests were sent.
    pub scenario: String,
    /// Connections at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent_requests: Option<u64>,
    /// How requests were spaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrivals: Option<ArrivalLaw>,
    /// Requests per second in closed loop over as many connections, half of which was the first rate; absent if that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_loop_rps: Option<Measured>,
    /// The answer: the highest rate at which the condition holds, in requests per second. Absent if there is none, or if the
    /// search was broken off before it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_rps: Option<Measured>,
    /// How often it held at that rate, in repetitions made to confirm it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<Confirmation>,
    /// The next higher rate that was tried, at which it does not hold; without an answer, the lowest that was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<CapacityBound>,
    /// From the highest rate up to the answer at which the condition held beyond doubt, to the lowest rate above the answer at which it
    /// failed beyond doubt: where the whole 95 % interval of its metric, within one repetition, was on that side, and no repetition at
    /// that rate said otherwise. An end without such a step is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ci95: Option<Interval>,
    /// Whether the load generator, not the service, may have been the limit at the bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator_limited: Option<bool>,
    /// Every repetition, in the order of time.
    pub steps: Vec<CapacityStep>,
}

/// How often a condition held, in repetitions made to confirm it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Confirmation {
    /// Repetitions in which it held.
    pub held: u64,
    /// All of them.
    pub repetitions: u64,
}

/// The rate that is too much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct CapacityBound {
    /// In requests per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_rps: Option<Measured>,
    /// How often the condition held there; no more repetitions were made than it took to decide.
    pub confirmation: Confirmation,
}

/// A repetition at one rate.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct CapacityStep {
    /// Requests that became due per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_rps: Option<Measured>,
    /// When it began, RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// Whether the condition held.
    pub held: bool,
    /// Whether that is beyond doubt: the whole 95 % interval of the condition's metric was on that side.
    pub certain: bool,
    /// Whether it was to confirm the answer or its bound.
    pub confirmation: bool,
    /// Why the load generator, not the service, may be what failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator_limit: Option<String>,
    /// Latency from when requests were due, without its histogram.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// The same from when they were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_time: Option<Latency>,
    /// Throughput.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<Throughput>,
    /// Memory of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// Errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_rate: Option<ErrorRate>,
}
