use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::{Configuration, Problem, descending, nothing};
use crate::Measured;

/// `performance-thresholds.yaml`: what a run must hold.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ThresholdsFile {
    /// For the top level of the document and every batch size; the error rate also for every test scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_thresholds: Option<PerformanceThresholds>,
    /// How much worse than a baseline a run may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regression_thresholds: Option<RegressionThresholds>,
}

/// How much worse than a baseline each metric may become. One that is left out has the threshold of the command line.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegressionThresholds {
    /// Of every quantile of latency and of its mean, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_increase_percent: Option<Measured>,
    /// Of throughput, in percent; below 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throughput_decrease_percent: Option<Measured>,
    /// Of peak memory, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_increase_percent: Option<Measured>,
    /// Of the error rate, in percentage points: of almost no errors, a few more are many percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_rate_increase_percent: Option<Measured>,
}

/// Limits of one run. One that is left out is not judged; at least one must be there.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PerformanceThresholds {
    /// Highest median latency, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_latency_ms: Option<Measured>,
    /// Highest 95th percentile of latency, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95_latency_ms: Option<Measured>,
    /// Highest 99th percentile of latency, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99_latency_ms: Option<Measured>,
    /// Lowest rate of successful responses, per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throughput_rps: Option<Measured>,
    /// Highest resident memory of the service, in MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_usage_mb: Option<Measured>,
    /// Highest share of failed requests, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_rate_percent: Option<Measured>,
}

impl PerformanceThresholds {
    /// Values that make no sense, with paths relative to these thresholds.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = descending(&[
            ("p50_latency_ms", self.p50_latency_ms),
            ("p95_latency_ms", self.p95_latency_ms),
            ("p99_latency_ms", self.p99_latency_ms),
        ]);
        let at_zero = [
            ("p50_latency_ms", self.p50_latency_ms),
            ("p95_latency_ms", self.p95_latency_ms),
            ("p99_latency_ms", self.p99_latency_ms),
            ("throughput_rps", self.throughput_rps),
            ("memory_usage_mb", self.memory_usage_mb),
        ];
        problems.extend(
            at_zero
                .into_iter()
                .filter_map(|(path, limit)| nothing(path, limit)),
        );
        problems.extend(
            self.error_rate_percent
                .filter(|percent| percent.get() > 100.0)
                .map(|percent| Problem::new("error_rate_percent", percent, "at most 100")),
        );
        problems
    }
}

impl RegressionThresholds {
    fn problems(&self) -> Vec<Problem> {
        let at_zero = [
            ("latency_increase_percent", self.latency_increase_percent),
            (
                "throughput_decrease_percent",
                self.throughput_decrease_percent,
            ),
            ("memory_increase_percent", self.memory_increase_percent),
            (
                "error_rate_increase_percent",
                self.error_rate_increase_percent,
            ),
        ];
        let below_100 = [
            (
                "throughput_decrease_percent",
                self.throughput_decrease_percent,
            ),
            (
                "error_rate_increase_percent",
                self.error_rate_increase_percent,
            ),
        ];
        let holds_always = below_100.into_iter().filter_map(|(path, limit)| {
            limit
                .filter(|percent| percent.get() >= 100.0)
                .map(|percent| Problem::new(path, percent, "below 100"))
        });
        at_zero
            .into_iter()
            .filter_map(|(path, limit)| nothing(path, limit))
            .chain(holds_always)
            .collect()
    }
}

impl Configuration for ThresholdsFile {
    const KIND: &'static str = "a thresholds file";

    fn problems(&self) -> Vec<Problem> {
        let of_run = self.performance_thresholds.as_ref();
        let against_baseline = self.regression_thresholds.as_ref();
        let below = |problems: Vec<Problem>, section: &str| -> Vec<Problem> {
            let deeper = |problem: Problem| problem.below(section);
            problems.into_iter().map(deeper).collect()
        };
        let mut problems = below(
            of_run.map_or_else(Vec::new, PerformanceThresholds::problems),
            "performance_thresholds",
        );
        problems.extend(below(
            against_baseline.map_or_else(Vec::new, RegressionThresholds::problems),
            "regression_thresholds",
        ));
        let empty = [
            (
                "performance_thresholds",
                of_run.map(|thresholds| *thresholds == PerformanceThresholds::default()),
            ),
            (
                "regression_thresholds",
                against_baseline.map(|thresholds| *thresholds == RegressionThresholds::default()),
            ),
        ];
        let nothing_in = |path: &str| {
            Problem::new(
                path,
                "no threshold",
                "at least one: nothing passes by default",
            )
        };
        problems.extend(
            empty
                .into_iter()
                .filter(|(_, empty)| *empty == Some(true))
                .map(|(path, _)| nothing_in(path)),
        );
        if of_run.is_none() && against_baseline.is_none() {
            problems.push(nothing_in("performance_thresholds"));
        }
        problems
    }
}
