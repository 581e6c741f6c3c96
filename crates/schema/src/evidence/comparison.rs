use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{History, SignedInterval};
use crate::Measured;

/// perf-compare's verdict: the run against a baseline.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct Comparison {
    /// Whether nothing regressed, nothing is missing and, under `strict`, nothing is inconclusive; or the run was accepted.
    pub passed: bool,
    /// The worst verdict over all metrics that decide.
    pub verdict: Verdict,
    /// How much worse a metric may become, in percent, where the metric names no other margin.
    pub threshold_percent: Measured,
    /// Whether being better or worse had to be proven beyond the threshold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// Each metric of each scenario by itself.
    pub metrics: Vec<ComparedMetric>,
    /// What the run was compared with.
    pub baseline: Baseline,
    /// What limits the comparison, as codes of the document's warnings: `unguarded`, `host_mismatch`, …
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Why the run was made the reference all the same, in the words of whoever accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
    /// The runs that it was compared with, where those are several: what a report draws. Not the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
}

/// One metric of the run beside the same of the baseline.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct ComparedMetric {
    /// The scenario; absent for the top level of a document without scenarios.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The key path in the document or scenario, as in `latency.p99_ms`.
    pub metric: String,
    /// `ms`, `rps`, `mb`, `percent`.
    pub unit: String,
    /// Which direction is the better one.
    pub better: Direction,
    /// Whether it is one of those that are judged together (Holm); the others are looked through for what those did not show
    /// (Benjamini and Hochberg).
    #[serde(default)]
    pub primary: bool,
    /// By which method it was compared; absent where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// Of the baseline, typically: the geometric mean of its repetitions or runs, of an error rate the mean; absent if it
    /// holds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Measured>,
    /// The same of the run; absent if it holds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Measured>,
    /// How many repetitions or runs the baseline's value is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_count: Option<u64>,
    /// How many repetitions the run's value is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_count: Option<u64>,
    /// Change in percent of the baseline, positive where the value grew; absent where the baseline is 0 or missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<f64>,
    /// Change in percentage points, of an error rate only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_points: Option<f64>,
    /// Two-sided 95 % confidence interval of the change: in percent of the baseline, of an error rate in percentage points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_ci95: Option<SignedInterval>,
    /// How much worse it may become: in percent of the baseline, of an error rate in percentage points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Measured>,
    /// How often a change at least as large would be seen where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
    /// The same, corrected for how many metrics were looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_adjusted: Option<f64>,
    /// The same as `p_value` by exchanging repetitions, which assumes no law of their scatter; of few repetitions only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_permutation: Option<f64>,
    /// How many repetitions more, on either side, would probably decide; only where they can be told and are few enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_repetitions: Option<u64>,
    /// The verdict on this metric.
    pub verdict: Verdict,
    /// Whether the verdict lets the build pass.
    pub passed: bool,
    /// What a person should know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How two sides of a metric were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Repetitions against repetitions, independent of each other: Welch's t.
    Welch,
    /// Repetitions that were measured in turn, pair by pair: the paired t.
    Paired,
    /// One run against the runs of a history: the t prediction interval.
    History,
    /// One run against one, with a known error between runs.
    OneAgainstOne,
    /// What was achieved of what was offered, in open loop.
    Achieved,
    /// The change against the threshold, without any knowledge of errors.
    Point,
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
    /// Shown, but without the samples that a judgement needs, or beside its place: decides nothing.
    NotJudged,
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
            Verdict::NotJudged => "not judged",
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
    /// How many runs it is made of, where that is more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runs: Option<u64>,
}

/// Why a run of a history was made the reference that later ones are held to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Acceptance {
    /// In the words of whoever accepted it.
    pub reason: String,
    /// When, RFC 3339, UTC.
    pub time: String,
}
