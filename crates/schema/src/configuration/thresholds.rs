use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::{Configuration, Problem, descending, nothing};
use crate::Measured;

/// `performance-thresholds.yaml`: what a run must hold.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ThresholdsFile {
    /// For the top level of the document and every batch size; the error rate also for every test scenario.
    pub performance_thresholds: PerformanceThresholds,
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

impl Configuration for ThresholdsFile {
    fn problems(&self) -> Vec<Problem> {
        let thresholds = &self.performance_thresholds;
        let mut problems: Vec<Problem> = thresholds
            .problems()
            .into_iter()
            .map(|problem| problem.below("performance_thresholds"))
            .collect();
        if *thresholds == PerformanceThresholds::default() {
            problems.push(Problem::new(
                "performance_thresholds",
                "no threshold",
                "at least one: nothing passes by default",
            ));
        }
        problems
    }
}
