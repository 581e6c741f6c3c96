use super::{Direction, Interval, Measurements, Operator, QuantileIntervals};
use crate::Measured;

/// A figure of performance that thresholds, gates and comparisons decide on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Median latency.
    LatencyP50,
    /// 95th percentile of latency.
    LatencyP95,
    /// 99th percentile of latency.
    LatencyP99,
    /// Mean latency, for tools that tell no quantiles.
    LatencyMean,
    /// Successful responses per second.
    Throughput,
    /// The most memory that the service held.
    PeakMemory,
    /// Failed requests in percent.
    ErrorRate,
}

impl Metric {
    /// Every metric, in the order in which it is judged and shown.
    pub const ALL: [Metric; 7] = [
        Metric::LatencyP50,
        Metric::LatencyP95,
        Metric::LatencyP99,
        Metric::LatencyMean,
        Metric::Throughput,
        Metric::PeakMemory,
        Metric::ErrorRate,
    ];

    /// Its key path in the document, in a scenario and in a repetition.
    pub const fn key(self) -> &'static str {
        match self {
            Metric::LatencyP50 => "latency.p50_ms",
            Metric::LatencyP95 => "latency.p95_ms",
            Metric::LatencyP99 => "latency.p99_ms",
            Metric::LatencyMean => "latency.mean_ms",
            Metric::Throughput => "throughput.rps",
            Metric::PeakMemory => "memory.peak_mb",
            Metric::ErrorRate => "error_rate.percent",
        }
    }

    /// Whether it is a figure of how long requests took.
    pub const fn is_latency(self) -> bool {
        match self {
            Metric::LatencyP50 | Metric::LatencyP95 | Metric::LatencyP99 | Metric::LatencyMean => {
                true
            }
            Metric::Throughput | Metric::PeakMemory | Metric::ErrorRate => false,
        }
    }

    /// Its unit, as documents write it.
    pub const fn unit(self) -> &'static str {
        match self {
            Metric::LatencyP50 | Metric::LatencyP95 | Metric::LatencyP99 | Metric::LatencyMean => {
                "ms"
            }
            Metric::Throughput => "rps",
            Metric::PeakMemory => "mb",
            Metric::ErrorRate => "percent",
        }
    }

    /// Which direction is the better one.
    pub const fn better(self) -> Direction {
        match self {
            Metric::Throughput => Direction::Higher,
            _ => Direction::Lower,
        }
    }

    /// How it must stand to a limit.
    pub const fn operator(self) -> Operator {
        match self.better() {
            Direction::Lower => Operator::AtMost,
            Direction::Higher => Operator::AtLeast,
        }
    }

    /// Its value; `None` if it was not measured.
    pub fn value(self, measured: Measurements<'_>) -> Option<Measured> {
        match self {
            Metric::LatencyP50 => measured.latency?.p50_ms,
            Metric::LatencyP95 => measured.latency?.p95_ms,
            Metric::LatencyP99 => measured.latency?.p99_ms,
            Metric::LatencyMean => measured.latency?.mean_ms,
            Metric::Throughput => measured.throughput?.rps,
            Metric::PeakMemory => measured.memory?.peak_mb,
            // Of no requests at all there is no share.
            Metric::ErrorRate => {
                measured
                    .error_rate
                    .filter(|errors| errors.requests != Some(0))?
                    .percent
            }
        }
    }

    /// Two-sided 95 % confidence interval of its value; `None` where nothing is known of it.
    pub fn ci95(self, measured: Measurements<'_>) -> Option<Interval> {
        let quantile = |interval: fn(&QuantileIntervals) -> Option<Interval>| {
            measured.latency?.ci95.as_ref().and_then(interval)
        };
        match self {
            Metric::LatencyP50 => quantile(|ci95| ci95.p50_ms),
            Metric::LatencyP95 => quantile(|ci95| ci95.p95_ms),
            Metric::LatencyP99 => quantile(|ci95| ci95.p99_ms),
            Metric::Throughput => measured.throughput?.ci95,
            Metric::LatencyMean | Metric::PeakMemory | Metric::ErrorRate => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Evidence, Scenario};

    /// Reads by its key path, so that no key stands beside another metric's value.
    #[test]
    fn every_value_is_the_one_that_its_key_names() {
        let text = r#"{"latency": {"p50_ms": 1, "p95_ms": 2, "p99_ms": 3, "mean_ms": 7}, "throughput": {"rps": 4},
            "memory": {"peak_mb": 5}, "error_rate": {"percent": 6}}"#;
        let evidence: Evidence = serde_json::from_str(text).unwrap();
        let scenario: Scenario = serde_json::from_str(text).unwrap();
        let raw: serde_json::Value = serde_json::from_str(text).unwrap();
        for metric in Metric::ALL {
            let pointer = format!("/{}", metric.key().replace('.', "/"));
            let expected = raw.pointer(&pointer).unwrap().as_f64();
            let value = |measured| metric.value(measured).map(Measured::get);
            assert_eq!(value((&evidence).into()), expected, "{metric:?}");
            assert_eq!(value((&scenario).into()), expected, "{metric:?}");
        }
    }

    #[test]
    fn every_interval_is_that_of_its_value() {
        let interval = |low: u32| format!(r#"{{"low": {low}}}"#);
        let text = format!(
            r#"{{"latency": {{"ci95": {{"p50_ms": {}, "p95_ms": {}, "p99_ms": {}}}}}, "throughput": {{"ci95": {}}}}}"#,
            interval(1),
            interval(2),
            interval(3),
            interval(4)
        );
        let evidence: Evidence = serde_json::from_str(&text).unwrap();
        let lows = Metric::ALL.map(|metric| {
            metric
                .ci95((&evidence).into())
                .and_then(|interval| interval.low)
                .map(Measured::get)
        });
        assert_eq!(
            lows,
            [Some(1.0), Some(2.0), Some(3.0), None, Some(4.0), None, None]
        );
    }
}
