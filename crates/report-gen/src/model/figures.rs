use schema::Measured;
use schema::evidence::{Evidence, Interval, QuantileIntervals};

use super::judgement::{CheckGroup, Status};
use super::quantity::{Quantity, Range};

/// One figure of the run as a whole, with every limit that it was held to.
pub(crate) struct Figure<'a> {
    pub(crate) label: &'static str,
    pub(crate) measured: Quantity<'a>,
    pub(crate) interval: Option<Range>,
    /// Each limit once, though several sections may ask the same.
    pub(crate) limits: Vec<Limit>,
}

/// A limit and whether it held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) expected: String,
    pub(crate) status: Status,
}

/// The figures that people look at first, measured or not.
pub(crate) fn figures<'a>(evidence: &'a Evidence, groups: &[CheckGroup<'a>]) -> Vec<Figure<'a>> {
    let latency = evidence.latency.as_ref();
    let throughput = evidence.throughput.as_ref();
    let memory = evidence.memory.as_ref();
    let error_rate = evidence.error_rate.as_ref();
    let interval = |of: fn(&QuantileIntervals) -> Option<Interval>| {
        latency
            .and_then(|latency| latency.ci95.as_ref())
            .and_then(of)
    };
    let figure = |label, metric, unit, value: Option<Measured>, ci95| Figure {
        label,
        measured: Quantity::new(value, unit),
        interval: Range::of(ci95),
        limits: limits(metric, groups),
    };
    vec![
        figure(
            "Latency p50",
            "latency.p50_ms",
            "ms",
            latency.and_then(|latency| latency.p50_ms),
            interval(|ci95| ci95.p50_ms),
        ),
        figure(
            "Latency p95",
            "latency.p95_ms",
            "ms",
            latency.and_then(|latency| latency.p95_ms),
            interval(|ci95| ci95.p95_ms),
        ),
        figure(
            "Latency p99",
            "latency.p99_ms",
            "ms",
            latency.and_then(|latency| latency.p99_ms),
            interval(|ci95| ci95.p99_ms),
        ),
        figure(
            "Throughput",
            "throughput.rps",
            "rps",
            throughput.and_then(|throughput| throughput.rps),
            throughput.and_then(|throughput| throughput.ci95),
        ),
        figure(
            "Predictions",
            "throughput.predictions_per_second",
            "per second",
            throughput.and_then(|throughput| throughput.predictions_per_second),
            None,
        ),
        figure(
            "Error rate",
            "error_rate.percent",
            "percent",
            error_rate.and_then(|errors| errors.percent),
            None,
        ),
        figure(
            "Peak memory",
            "memory.peak_mb",
            "mb",
            memory.and_then(|memory| memory.peak_mb),
            None,
        ),
        figure(
            "Average memory",
            "memory.average_mb",
            "mb",
            memory.and_then(|memory| memory.average_mb),
            None,
        ),
    ]
}

fn limits(metric: &str, groups: &[CheckGroup<'_>]) -> Vec<Limit> {
    let mut limits = Vec::new();
    let rows = groups.iter().flat_map(|group| &group.rows);
    for row in rows.filter(|row| row.scenario.is_none() && row.metric == metric) {
        let limit = Limit {
            expected: row.expected.clone(),
            status: row.status,
        };
        if !limits.contains(&limit) {
            limits.push(limit);
        }
    }
    limits
}
