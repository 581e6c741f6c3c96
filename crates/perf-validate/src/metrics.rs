use schema::Measured;
use schema::configuration::PerformanceThresholds;
use schema::evidence::{
    ErrorRate, Evidence, Interval, Latency, Memory, Operator, Scenario, Throughput,
};

use crate::quantile::{P50, P95, P99, Quantile};

/// What was measured of the whole run or of one scenario.
#[derive(Clone, Copy)]
pub(crate) struct Measurements<'a> {
    latency: Option<&'a Latency>,
    throughput: Option<&'a Throughput>,
    memory: Option<&'a Memory>,
    error_rate: Option<&'a ErrorRate>,
}

/// One measured value, with what is known of its certainty.
#[derive(Default)]
pub(crate) struct Reading {
    pub(crate) value: Option<Measured>,
    pub(crate) ci95: Option<Interval>,
    pub(crate) note: Option<String>,
}

/// A metric that can have a threshold.
pub(crate) struct Metric {
    pub(crate) key: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) operator: Operator,
    pub(crate) limit: fn(&PerformanceThresholds) -> Option<Measured>,
    pub(crate) read: fn(Measurements<'_>) -> Reading,
}

/// Every metric that can have a threshold, in the order in which it is judged.
pub(crate) const METRICS: [Metric; 6] = [
    Metric {
        key: "latency.p50_ms",
        unit: "ms",
        operator: Operator::AtMost,
        limit: |thresholds| thresholds.p50_latency_ms,
        read: |measured| measured.quantile(&P50),
    },
    Metric {
        key: "latency.p95_ms",
        unit: "ms",
        operator: Operator::AtMost,
        limit: |thresholds| thresholds.p95_latency_ms,
        read: |measured| measured.quantile(&P95),
    },
    Metric {
        key: "latency.p99_ms",
        unit: "ms",
        operator: Operator::AtMost,
        limit: |thresholds| thresholds.p99_latency_ms,
        read: |measured| measured.quantile(&P99),
    },
    Metric {
        key: "throughput.rps",
        unit: "rps",
        operator: Operator::AtLeast,
        limit: |thresholds| thresholds.throughput_rps,
        read: |measured| Reading {
            value: measured.throughput.and_then(|throughput| throughput.rps),
            ci95: measured.throughput.and_then(|throughput| throughput.ci95),
            note: None,
        },
    },
    Metric {
        key: "memory.peak_mb",
        unit: "mb",
        operator: Operator::AtMost,
        limit: |thresholds| thresholds.memory_usage_mb,
        read: |measured| Reading {
            value: measured.memory.and_then(|memory| memory.peak_mb),
            ..Reading::default()
        },
    },
    Metric {
        key: "error_rate.percent",
        unit: "percent",
        operator: Operator::AtMost,
        limit: |thresholds| thresholds.error_rate_percent,
        read: |measured| Reading {
            value: measured.error_rate.and_then(|errors| errors.percent),
            ..Reading::default()
        },
    },
];

impl Measurements<'_> {
    fn quantile(self, quantile: &Quantile) -> Reading {
        self.latency
            .map(|latency| quantile.read(latency))
            .unwrap_or_default()
    }
}

impl<'a> From<&'a Evidence> for Measurements<'a> {
    fn from(evidence: &'a Evidence) -> Measurements<'a> {
        Measurements {
            latency: evidence.latency.as_ref(),
            throughput: evidence.throughput.as_ref(),
            memory: evidence.memory.as_ref(),
            error_rate: evidence.error_rate.as_ref(),
        }
    }
}

impl<'a> From<&'a Scenario> for Measurements<'a> {
    fn from(scenario: &'a Scenario) -> Measurements<'a> {
        Measurements {
            latency: scenario.latency.as_ref(),
            throughput: scenario.throughput.as_ref(),
            memory: scenario.memory.as_ref(),
            error_rate: scenario.error_rate.as_ref(),
        }
    }
}
