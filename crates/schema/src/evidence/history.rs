use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measured;

/// What a run was compared with, run by run, where that is several runs: the latest of them, without the current one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct History {
    /// The runs, oldest first.
    pub runs: Vec<HistoryRun>,
    /// What they measured, metric by metric.
    pub series: Vec<HistorySeries>,
}

/// A run of a history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct HistoryRun {
    /// The run's identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The commit that it measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// When it began, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
}

/// One metric of one scenario over the runs of a history.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct HistorySeries {
    /// The scenario; absent for the top level of a document without scenarios.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The key path in the document or scenario, as in `latency.p99_ms`.
    pub metric: String,
    /// `ms`, `rps`, `mb`, `percent`.
    pub unit: String,
    /// The runs that measured it, oldest first.
    pub points: Vec<HistoryPoint>,
    /// The first run after each change of level, as places in `runs`, ascending. With a run that was accepted the level may
    /// change as it likes: that is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub change_points: Vec<u64>,
}

/// What one run of a history measured of one metric.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct HistoryPoint {
    /// The run's place in `runs`, from 0.
    pub run: u64,
    /// In the unit of the series.
    pub value: Measured,
}
