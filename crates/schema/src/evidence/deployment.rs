use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measured;

/// What a deployed service answered to probes.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct HealthChecks {
    /// Whether every probe passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// Failed probes in percent of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_rate: Option<Measured>,
    /// The slowest probe, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_time_ms: Option<Measured>,
}

/// What a deployed service did with real requests.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct SmokeTests {
    /// Whether every test passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// Failed tests in percent of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_rate: Option<Measured>,
    /// All tests together, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_time_s: Option<Measured>,
}
