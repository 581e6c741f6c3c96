use schema::evidence::Metric;

use crate::options::Primary;
use crate::run::Part;

/// The quantiles of latency, the highest first, each with the latencies that a value of it must be made of: twenty beyond it.
const QUANTILES: [(Metric, u64); 3] = [
    (Metric::LatencyP99, 2_000),
    (Metric::LatencyP95, 400),
    (Metric::LatencyP50, 0),
];

/// How many latencies each value of a metric must be made of, so that it does not say more of luck than of the service.
pub(crate) fn samples_needed(metric: Metric) -> u64 {
    QUANTILES
        .iter()
        .find(|(quantile, _)| *quantile == metric)
        .map_or(0, |(_, needed)| *needed)
}

/// The latency of a scenario that decides: the one that a person chose, or the next lower quantile whose values, of which
/// each is made of so many latencies at least, are made of enough. Where none is, the lowest that was measured, of which it
/// then is to be said that it decides nothing; the mean where no quantile was measured.
pub(crate) fn latency(
    chosen: Primary,
    measured: impl Fn(Metric) -> bool,
    fewest_samples: Option<u64>,
) -> Metric {
    let highest = match chosen {
        Primary::P50 => Metric::LatencyP50,
        Primary::P95 => Metric::LatencyP95,
        Primary::P99 => Metric::LatencyP99,
    };
    let known = || {
        QUANTILES
            .into_iter()
            .filter(|(metric, _)| measured(*metric))
    };
    known()
        .skip_while(|(metric, _)| place(*metric) < place(highest))
        .find(|(_, needed)| fewest_samples.is_none_or(|samples| samples >= *needed))
        .or_else(|| known().last())
        .map_or(Metric::LatencyMean, |(metric, _)| metric)
}

fn place(metric: Metric) -> Option<usize> {
    QUANTILES
        .iter()
        .position(|(quantile, _)| *quantile == metric)
}

/// Whether a metric that is no latency is one of those that decide: all but a throughput that is only the mean latency in
/// other words.
pub(crate) fn decides(metric: Metric, part: &Part) -> bool {
    match metric {
        Metric::Throughput => !part.is_one_at_a_time(),
        Metric::PeakMemory | Metric::ErrorRate => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(primary: Primary, samples: Option<u64>) -> Metric {
        latency(primary, |_| true, samples)
    }

    #[test]
    fn a_quantile_without_the_samples_gives_way_to_the_next_lower_one() {
        assert_eq!(chosen(Primary::P95, Some(400)), Metric::LatencyP95);
        assert_eq!(chosen(Primary::P95, Some(399)), Metric::LatencyP50);
        assert_eq!(chosen(Primary::P99, Some(2_000)), Metric::LatencyP99);
        assert_eq!(chosen(Primary::P99, Some(1_999)), Metric::LatencyP95);
        assert_eq!(chosen(Primary::P50, Some(1)), Metric::LatencyP50);
        assert_eq!(chosen(Primary::P99, None), Metric::LatencyP99);
    }

    #[test]
    fn without_enough_samples_for_any_it_is_the_lowest_that_was_measured() {
        let high_ones = |metric| metric != Metric::LatencyP50 && metric != Metric::LatencyMean;
        assert_eq!(
            latency(Primary::P95, high_ones, Some(300)),
            Metric::LatencyP95
        );
        assert_eq!(
            latency(Primary::P50, high_ones, Some(300)),
            Metric::LatencyP95
        );
    }

    #[test]
    fn a_tool_that_tells_no_quantile_is_compared_by_the_mean() {
        let only_mean = |metric| metric == Metric::LatencyMean;
        assert_eq!(latency(Primary::P95, only_mean, None), Metric::LatencyMean);
    }
}
