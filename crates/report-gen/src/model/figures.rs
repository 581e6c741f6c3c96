use schema::evidence::{Evidence, Measurements, Metric};

use super::judgement::{CheckGroup, CheckRow, Status};
use super::quantity::{Quantity, Range};

/// One figure of the run as a whole, with every limit that it was held to.
pub(crate) struct KeyFigure<'a> {
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
pub(crate) fn figures<'a>(evidence: &'a Evidence, groups: &[CheckGroup<'a>]) -> Vec<KeyFigure<'a>> {
    let measured = Measurements::from(evidence);
    let figure = |label, key, unit, value, ci95| {
        let asked = rows_about(key, groups);
        let limits = asked.iter().filter_map(|row| row.limit);
        KeyFigure {
            label,
            measured: limits.fold(Quantity::new(value, unit), Quantity::told_from),
            interval: Range::of(ci95),
            limits: limits_of(&asked),
        }
    };
    let of = |label, metric: Metric| {
        let (value, ci95) = (metric.value(measured), metric.ci95(measured));
        figure(label, metric.key(), metric.unit(), value, ci95)
    };
    let predictions = measured
        .throughput
        .and_then(|throughput| throughput.predictions_per_second);
    let average_memory = measured.memory.and_then(|memory| memory.average_mb);
    vec![
        of("Latency p50", Metric::LatencyP50),
        of("Latency p95", Metric::LatencyP95),
        of("Latency p99", Metric::LatencyP99),
        of("Throughput", Metric::Throughput),
        figure(
            "Predictions",
            "throughput.predictions_per_second",
            "per second",
            predictions,
            None,
        ),
        of("Error rate", Metric::ErrorRate),
        of("Peak memory", Metric::PeakMemory),
        figure(
            "Average memory",
            "memory.average_mb",
            "mb",
            average_memory,
            None,
        ),
    ]
}

/// What was asked of the run as a whole about one metric.
fn rows_about<'r, 'a>(metric: &str, groups: &'r [CheckGroup<'a>]) -> Vec<&'r CheckRow<'a>> {
    groups
        .iter()
        .flat_map(|group| &group.rows)
        .filter(|row| row.scenario.is_none() && row.metric == metric)
        .collect()
}

fn limits_of(rows: &[&CheckRow<'_>]) -> Vec<Limit> {
    let mut limits = Vec::new();
    for row in rows {
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
