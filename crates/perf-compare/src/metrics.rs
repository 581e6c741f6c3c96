use schema::Measured;
use schema::evidence::{Direction, Evidence};

use crate::baseline;

/// A metric that is compared, with the words for its change.
pub(crate) struct Metric {
    pub(crate) key: &'static str,
    pub(crate) label: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) better: Direction,
    pub(crate) scale: Scale,
    pub(crate) grown: &'static str,
    pub(crate) shrunk: &'static str,
    pub(crate) value: fn(&Evidence) -> Option<Measured>,
}

/// In what a change is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Percent of the baseline.
    Percent,
    /// Percentage points: of almost no errors, a few more are many percent and still almost none.
    Points,
}

const fn latency(
    key: &'static str,
    label: &'static str,
    value: fn(&Evidence) -> Option<Measured>,
) -> Metric {
    Metric {
        key,
        label,
        unit: "ms",
        better: Direction::Lower,
        scale: Scale::Percent,
        grown: "slower",
        shrunk: "faster",
        value,
    }
}

/// Every metric that is compared, in the order in which it is said.
pub(crate) const METRICS: [Metric; 6] = [
    latency("latency.p50_ms", "p50 latency", |evidence| {
        evidence.latency.as_ref()?.p50_ms
    }),
    latency("latency.p95_ms", "p95 latency", |evidence| {
        evidence.latency.as_ref()?.p95_ms
    }),
    latency("latency.p99_ms", "p99 latency", |evidence| {
        evidence.latency.as_ref()?.p99_ms
    }),
    Metric {
        key: "throughput.rps",
        label: "throughput",
        unit: "rps",
        better: Direction::Higher,
        scale: Scale::Percent,
        grown: "higher",
        shrunk: "lower",
        value: |evidence| evidence.throughput.as_ref()?.rps,
    },
    Metric {
        key: "memory.peak_mb",
        label: "peak memory",
        unit: "mb",
        better: Direction::Lower,
        scale: Scale::Percent,
        grown: "larger",
        shrunk: "smaller",
        value: |evidence| evidence.memory.as_ref()?.peak_mb,
    },
    Metric {
        key: "error_rate.percent",
        label: "error rate",
        unit: "percent",
        better: Direction::Lower,
        scale: Scale::Points,
        grown: "higher",
        shrunk: "lower",
        value: |evidence| evidence.error_rate.as_ref()?.percent,
    },
];

/// Everything that can be missing: each metric, and the baseline itself.
pub(crate) fn names() -> Vec<String> {
    METRICS
        .iter()
        .map(|metric| metric.key)
        .chain([baseline::NAME])
        .map(str::to_owned)
        .collect()
}
