use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a history of runs changed: what `perf-compare --trend` writes. It is no evidence document: it is not about one run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Trend {
    /// How many runs were looked at.
    pub runs: u64,
    /// Every metric of every scenario of the latest run.
    pub series: Vec<TrendSeries>,
}

/// One metric of one scenario.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct TrendSeries {
    /// The scenario; absent for the top level of documents without scenarios.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The key path in the document or scenario.
    pub metric: String,
    /// `ms`, `rps`, `mb`, `percent`.
    pub unit: String,
    /// How many runs have it.
    pub runs: u64,
    /// In the order of time; empty where nothing changed.
    pub change_points: Vec<TrendPoint>,
}

/// A change of level.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct TrendPoint {
    /// The place of the first run after it, from 0, among those that have the metric.
    pub index: u64,
    /// That run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The commit that it measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// When it began, RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// Typical value of the runs before it, in `unit`.
    pub before: f64,
    /// Typical value of the runs from it on, in `unit`.
    pub after: f64,
    /// Change in percent, positive where the value grew; absent where it was 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<f64>,
    /// How often as clear a change would be found where there is none.
    pub p_value: f64,
}
