use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measured;

/// What ended in a stretch of time: a second, or more where a phase lasts for more than a minute.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct TimelineEntry {
    /// Which repetition, from 0 in the order of time.
    pub repetition: u64,
    /// Where the stretch begins, in seconds from the start of the phase.
    pub second: u64,
    /// How long it is, in seconds; less than the others at the end of a phase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<Measured>,
    /// Successful responses per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rps: Option<Measured>,
    /// Requests that failed.
    pub errors: u64,
    /// Median latency, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<Measured>,
    /// 95th percentile, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95_ms: Option<Measured>,
    /// 99th percentile, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_ms: Option<Measured>,
    /// Mean memory of the service, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<Measured>,
}
