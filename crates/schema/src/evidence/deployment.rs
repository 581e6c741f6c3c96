use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Check;
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
    /// The slowest answer of all probes, in milliseconds. One that never came counts with the time that had passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_time_ms: Option<Measured>,
    /// The service's address, without user and password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Each probe that was configured.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<ProbeCheck>,
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
    /// The service's address, without user and password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Each test that was configured, in its order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<ProbeCheck>,
}

/// One request to a deployed service, and the condition on its answer that decided: the first that did not hold, else that
/// on the status.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct ProbeCheck {
    /// The condition that decided. Its `metric` is the probe's name and what was looked at, as in `health_endpoint.status`.
    #[serde(flatten)]
    pub check: Check,
    /// The request's method.
    pub method: String,
    /// The request's address, without user and password.
    pub url: String,
    /// How often it was tried. 0 where there was nothing to send.
    pub attempts: u32,
    /// Of the answer that decided, or of the attempt that had none.
    pub timings: ProbeTimings,
}

/// Where the time of one request went. What did not happen is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct ProbeTimings {
    /// Looking the host's name up, in milliseconds; absent of an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_ms: Option<Measured>,
    /// Connecting, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_ms: Option<Measured>,
    /// The TLS handshake, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_ms: Option<Measured>,
    /// From the connection to the first byte of the answer, in milliseconds: sending the request is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte_ms: Option<Measured>,
    /// All of it to the end of the body, or to the failure, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_ms: Option<Measured>,
}
