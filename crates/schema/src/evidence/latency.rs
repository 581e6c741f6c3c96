use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measured;

/// The distribution of the time that requests took, in milliseconds.
///
/// Of successful responses, with the requests that timed out entered at the time that had passed: failing
/// must not make the tail look better. A quantile above 1 − 1/`samples` is absent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Latency {
    /// Median, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<Measured>,
    /// 90th percentile, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90_ms: Option<Measured>,
    /// 95th percentile, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95_ms: Option<Measured>,
    /// 99th percentile, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_ms: Option<Measured>,
    /// 99.9th percentile, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p999_ms: Option<Measured>,
    /// Arithmetic mean, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_ms: Option<Measured>,
    /// Standard deviation, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub std_ms: Option<Measured>,
    /// Shortest, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_ms: Option<Measured>,
    /// Longest, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ms: Option<Measured>,
    /// How many requests the distribution is made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
    /// Two-sided 95 % confidence intervals of the quantiles: of one repetition from its time slices, of several over what
    /// differs from start to start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ci95: Option<QuantileIntervals>,
    /// How many independent samples the autocorrelated ones are worth, per quantile; absent where a repetition was too short to
    /// be cut into slices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_samples: Option<QuantileSamples>,
    /// The whole distribution in nanoseconds: an HdrHistogram, V2 deflate encoding, base64. Any HdrHistogram library reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub histogram: Option<String>,
}

/// A two-sided 95 % confidence interval in the unit of what it belongs to. An end that the samples do not
/// bound is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Interval {
    /// Lower end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<Measured>,
    /// Upper end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<Measured>,
}

/// An interval per quantile, in milliseconds; absent where nothing can be said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct QuantileIntervals {
    /// Of the median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<Interval>,
    /// Of the 90th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90_ms: Option<Interval>,
    /// Of the 95th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95_ms: Option<Interval>,
    /// Of the 99th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_ms: Option<Interval>,
    /// Of the 99.9th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p999_ms: Option<Interval>,
}

/// A number of effective samples per quantile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct QuantileSamples {
    /// For the median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<Measured>,
    /// For the 90th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90: Option<Measured>,
    /// For the 95th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95: Option<Measured>,
    /// For the 99th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<Measured>,
    /// For the 99.9th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p999: Option<Measured>,
}
