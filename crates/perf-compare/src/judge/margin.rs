use schema::Measured;
use schema::configuration::RegressionThresholds;
use schema::evidence::{Direction, Metric};

/// How many percentage points worse an error rate may be where no file says otherwise.
const POINTS: f64 = 0.1;

/// In what a change is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Percent of the baseline: differences of logarithms.
    Percent,
    /// Percentage points: of almost no errors, a few more are many percent and still almost none.
    Points,
}

impl Scale {
    pub(crate) fn of(metric: Metric) -> Scale {
        match metric {
            Metric::ErrorRate => Scale::Points,
            _ => Scale::Percent,
        }
    }

    /// A value in which differences are changes.
    pub(crate) fn place(self, value: f64) -> f64 {
        match self {
            Scale::Percent => value.ln(),
            Scale::Points => value,
        }
    }

    /// The value of such a place.
    pub(crate) fn value(self, place: f64) -> f64 {
        match self {
            Scale::Percent => place.exp(),
            Scale::Points => place,
        }
    }

    /// A difference of places in percent of the baseline, or in points.
    pub(crate) fn change(self, difference: f64) -> f64 {
        match self {
            Scale::Percent => difference.exp_m1() * 100.0,
            Scale::Points => difference,
        }
    }
}

/// How much worse each metric may become.
#[derive(Clone, Debug)]
pub(crate) struct Margins {
    /// In percent, below 100.
    pub(crate) threshold: Measured,
    /// What a file says of single metrics.
    pub(crate) file: RegressionThresholds,
}

impl Margins {
    /// In percent of the baseline, or in points.
    pub(crate) fn threshold(&self, metric: Metric) -> Measured {
        let own = match metric {
            Metric::LatencyP50 | Metric::LatencyP95 | Metric::LatencyP99 | Metric::LatencyMean => {
                self.file.latency_increase_percent
            }
            Metric::Throughput => self.file.throughput_decrease_percent,
            Metric::PeakMemory => self.file.memory_increase_percent,
            Metric::ErrorRate => {
                let points = self.file.error_rate_increase_percent;
                return points.or(Measured::new(POINTS)).unwrap_or_default();
            }
        };
        own.unwrap_or(self.threshold)
    }

    /// The same as a difference of places: ten percent less throughput is a larger step on a logarithmic scale than ten
    /// percent more latency.
    pub(crate) fn margin(&self, metric: Metric) -> f64 {
        let threshold = self.threshold(metric).get();
        match (Scale::of(metric), metric.better()) {
            (Scale::Points, _) => threshold,
            (Scale::Percent, Direction::Lower) => (threshold / 100.0).ln_1p(),
            (Scale::Percent, Direction::Higher) => -(-threshold / 100.0).ln_1p(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn margins(file: RegressionThresholds) -> Margins {
        Margins {
            threshold: Measured::from(10),
            file,
        }
    }

    #[test]
    fn a_margin_is_the_threshold_in_the_direction_of_worse() {
        let margins = margins(RegressionThresholds::default());
        let change =
            |metric: Metric, sign: f64| Scale::of(metric).change(sign * margins.margin(metric));
        assert!((change(Metric::LatencyP95, 1.0) - 10.0).abs() < 1e-9);
        assert!((change(Metric::Throughput, -1.0) + 10.0).abs() < 1e-9);
        assert!((change(Metric::ErrorRate, 1.0) - 0.1).abs() < 1e-9);
    }

    #[test]
    fn a_file_decides_on_the_metrics_that_it_names() {
        let margins = margins(RegressionThresholds {
            latency_increase_percent: Some(Measured::from(5)),
            error_rate_increase_percent: Some(Measured::from(2)),
            ..RegressionThresholds::default()
        });
        let threshold = |metric: Metric| margins.threshold(metric).get();
        assert_eq!(threshold(Metric::LatencyP50), 5.0);
        assert_eq!(threshold(Metric::ErrorRate), 2.0);
        assert_eq!(threshold(Metric::PeakMemory), 10.0);
    }
}
