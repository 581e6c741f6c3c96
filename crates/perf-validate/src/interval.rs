use schema::Measured;
use schema::evidence::{Interval, Metric};
use stats::{clustered_interval, proportion_interval};

use crate::part::Part;
use crate::quantile;

/// What is known of how far the truth may lie from a value.
pub(crate) struct Known {
    /// Two-sided 95 % confidence interval; open at both ends where too few samples bound neither.
    pub(crate) ci95: Option<Interval>,
    /// What a person should know of it.
    pub(crate) doubt: Option<String>,
}

impl Known {
    /// The interval that stands in the document, or that of the repetitions in it.
    pub(crate) fn of(metric: Metric, part: &Part<'_>) -> Known {
        let value = metric.value(part.measured);
        let ci95 = metric
            .ci95(part.measured)
            .or_else(|| of_repetitions(metric, value?, part));
        if let Some(too_few) = quantile::note(metric, part.measured) {
            return Known {
                ci95: Some(ci95.unwrap_or_default()),
                doubt: Some(too_few),
            };
        }
        let doubt = value
            .filter(|_| ci95.is_none())
            .map(|_| format!("no 95 % interval: {}", lacking(metric)));
        Known { ci95, doubt }
    }
}

fn of_repetitions(metric: Metric, value: Measured, part: &Part<'_>) -> Option<Interval> {
    let (low, high) = match metric {
        Metric::PeakMemory => clustered_interval(value.get(), &part.peaks)?,
        Metric::ErrorRate => {
            let counts: Vec<(u64, u64)> = part
                .requests
                .iter()
                .map(|requests| (requests.failed, requests.all))
                .collect();
            let (low, high) = proportion_interval(&counts)?;
            (100.0 * low, 100.0 * high)
        }
        Metric::LatencyP50
        | Metric::LatencyP95
        | Metric::LatencyP99
        | Metric::LatencyMean
        | Metric::Throughput => return None,
    };
    Some(Interval {
        low: Measured::rounded(low),
        high: Measured::rounded(high),
    })
}

/// Why a value has none.
fn lacking(metric: Metric) -> &'static str {
    match metric {
        Metric::PeakMemory => "a peak has one over several repetitions only",
        Metric::ErrorRate => "the document does not count the requests",
        Metric::Throughput => "a throughput has one over several repetitions only",
        Metric::LatencyP50 | Metric::LatencyP95 | Metric::LatencyP99 | Metric::LatencyMean => {
            "the document holds none"
        }
    }
}
