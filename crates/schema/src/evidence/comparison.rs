use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measured;

/// perf-compare's verdict: the run against a baseline.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct Comparison {
    /// Whether nothing regressed.
    pub passed: bool,
    /// The worst verdict over all metrics.
    pub verdict: Verdict,
    /// How much worse a metric may become, in percent.
    pub threshold_percent: Measured,
    /// Each metric by itself.
    pub metrics: Vec<ComparedMetric>,
    /// What the run was compared with.
    pub baseline: Baseline,
    /// What limits the comparison: `unguarded`, a host that differs, …
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// One metric of the run beside the same of the baseline.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct ComparedMetric {
    /// The key path in the document, as in `latency.p99_ms`.
    pub metric: String,
    /// `ms`, `rps`, `mb`, `percent`.
    pub unit: String,
    /// Which direction is the better one.
    pub better: Direction,
    /// Of the baseline; absent if it holds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Measured>,
    /// Of the run; absent if it holds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Measured>,
    /// Change in percent of the baseline, positive where the value grew; absent where the baseline is 0 or missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<f64>,
    /// The verdict on this metric.
    pub verdict: Verdict,
    /// Whether the verdict lets the build pass.
    pub passed: bool,
    /// What a person should know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Which direction is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Latency, memory, errors.
    Lower,
    /// Throughput.
    Higher,
}

/// What became of a metric, from good to bad.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Better by more than the threshold.
    Improved,
    /// Within the threshold.
    Unchanged,
    /// Not worse by more than the threshold, perhaps better.
    NotWorse,
    /// The evidence does not decide.
    Inconclusive,
    /// There is no evidence on one side.
    Missing,
    /// Worse by more than the threshold.
    Regressed,
    /// The runs must not be compared: another host, or one of them was broken off.
    Incomparable,
}

impl Verdict {
    /// In words, for people.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Improved => "improved",
            Verdict::Unchanged => "unchanged",
            Verdict::NotWorse => "not worse",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Missing => "missing",
            Verdict::Regressed => "regressed",
            Verdict::Incomparable => "incomparable",
        }
    }
}

/// What a run was compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Baseline {
    /// The run's identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The commit that it measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The fingerprint of its host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}
