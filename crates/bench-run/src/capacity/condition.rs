use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schema::Measured;
use schema::evidence::{ErrorRate, Interval, Latency};

/// What is to hold at a rate: `p99_ms<=50`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    metric: Metric,
    limit: Measured,
}

/// What a repetition at a rate says of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it held.
    pub held: bool,
    /// Whether the whole 95 % interval of the metric is on that side; never of a metric without one.
    pub certain: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metric {
    P50,
    P90,
    P95,
    P99,
    P999,
    Mean,
    Max,
    ErrorRate,
}

const METRICS: [(&str, Metric); 8] = [
    ("p50_ms", Metric::P50),
    ("p90_ms", Metric::P90),
    ("p95_ms", Metric::P95),
    ("p99_ms", Metric::P99),
    ("p999_ms", Metric::P999),
    ("mean_ms", Metric::Mean),
    ("max_ms", Metric::Max),
    ("error_rate_percent", Metric::ErrorRate),
];

impl Condition {
    /// Whether it holds for these figures. What was not measured holds nothing.
    pub fn judge(&self, latency: Option<&Latency>, errors: Option<&ErrorRate>) -> Finding {
        let (value, interval) = self.figures(latency, errors);
        let held = value.is_some_and(|value| value <= self.limit);
        let certain = interval.is_some_and(|interval| match held {
            true => interval.high.is_some_and(|high| high <= self.limit),
            false => interval.low.is_some_and(|low| low > self.limit),
        });
        Finding { held, certain }
    }

    /// With how many requests at least its metric is known at all.
    pub fn fewest_samples(&self) -> u64 {
        match self.metric {
            Metric::P50 => 2,
            Metric::P90 => 10,
            Metric::P95 => 20,
            Metric::P99 => 100,
            Metric::P999 => 1000,
            Metric::Mean | Metric::Max | Metric::ErrorRate => 1,
        }
    }

    /// The limit, if it is one on latency.
    pub fn latency_limit(&self) -> Option<Duration> {
        match self.metric {
            Metric::ErrorRate => None,
            _ => Some(Duration::try_from_secs_f64(self.limit.get() / 1e3).unwrap_or(Duration::MAX)),
        }
    }

    fn figures(
        &self,
        latency: Option<&Latency>,
        errors: Option<&ErrorRate>,
    ) -> (Option<Measured>, Option<Interval>) {
        let of_latency = |pick: fn(&Latency) -> Option<Measured>| latency.and_then(pick);
        let intervals = latency.and_then(|latency| latency.ci95).unwrap_or_default();
        match self.metric {
            Metric::P50 => (of_latency(|one| one.p50_ms), intervals.p50_ms),
            Metric::P90 => (of_latency(|one| one.p90_ms), intervals.p90_ms),
            Metric::P95 => (of_latency(|one| one.p95_ms), intervals.p95_ms),
            Metric::P99 => (of_latency(|one| one.p99_ms), intervals.p99_ms),
            Metric::P999 => (of_latency(|one| one.p999_ms), intervals.p999_ms),
            Metric::Mean => (of_latency(|one| one.mean_ms), None),
            Metric::Max => (of_latency(|one| one.max_ms), None),
            Metric::ErrorRate => (errors.and_then(|errors| errors.percent), None),
        }
    }
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Condition, String> {
        let known = || METRICS.map(|(name, _)| name).join(", ");
        let (name, limit) = text.split_once("<=").ok_or_else(|| {
            format!("found \"{text}\", expected a metric, <= and a limit, as in p99_ms<=50")
        })?;
        let (name, limit) = (name.trim(), limit.trim());
        let (_, metric) = METRICS
            .into_iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| format!("found \"{name}\", expected one of {}", known()))?;
        let limit = limit.parse().ok().and_then(Measured::new).ok_or_else(|| {
            format!("found \"{limit}\", expected a number of at least 0, as in p99_ms<=50")
        })?;
        Ok(Condition { metric, limit })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = METRICS
            .into_iter()
            .find_map(|(name, metric)| (metric == self.metric).then_some(name));
        write!(formatter, "{}<={}", name.unwrap_or_default(), self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::known;
    use schema::evidence::QuantileIntervals;

    fn latency(p99_ms: f64, low: f64, high: f64) -> Latency {
        Latency {
            p99_ms: Measured::new(p99_ms),
            ci95: Some(QuantileIntervals {
                p99_ms: Some(Interval {
                    low: Measured::new(low),
                    high: Measured::new(high),
                }),
                ..QuantileIntervals::default()
            }),
            ..Latency::default()
        }
    }

    #[test]
    fn a_condition_is_read_as_it_is_written() {
        for text in ["p99_ms<=50", "p999_ms<=0.5", "error_rate_percent<=1"] {
            assert_eq!(text.parse::<Condition>().unwrap().to_string(), text);
        }
        let spaced: Condition = " p50_ms <= 3 ".parse().unwrap();
        assert_eq!(spaced.to_string(), "p50_ms<=3");
    }

    #[test]
    fn what_is_no_condition_is_told_what_one_is() {
        let refusal = |text: &str| text.parse::<Condition>().unwrap_err();
        assert!(refusal("p99_ms<50").contains("as in p99_ms<=50"));
        assert!(refusal("p98_ms<=50").contains("expected one of p50_ms, p90_ms"));
        for limit in ["fast", "-1", "NaN", "inf", ""] {
            let text = refusal(&format!("p99_ms<={limit}"));
            assert!(text.contains("expected a number"), "{text}");
        }
    }

    #[test]
    fn a_metric_is_known_with_its_fewest_samples_and_not_with_one_less() {
        for (name, quantile) in [
            ("p50_ms", 0.5),
            ("p90_ms", 0.9),
            ("p95_ms", 0.95),
            ("p99_ms", 0.99),
            ("p999_ms", 0.999),
        ] {
            let condition: Condition = format!("{name}<=1").parse().unwrap();
            let samples = condition.fewest_samples();
            assert!(
                known(quantile, samples) && !known(quantile, samples - 1),
                "{name}"
            );
        }
    }

    #[test]
    fn an_interval_that_straddles_the_limit_is_not_certain() {
        let condition: Condition = "p99_ms<=50".parse().unwrap();
        let judge = |latency: Latency| condition.judge(Some(&latency), None);
        let finding = |held, certain| Finding { held, certain };
        assert_eq!(judge(latency(40.0, 30.0, 49.0)), finding(true, true));
        assert_eq!(judge(latency(50.0, 45.0, 55.0)), finding(true, false));
        assert_eq!(judge(latency(51.0, 45.0, 55.0)), finding(false, false));
        assert_eq!(judge(latency(70.0, 51.0, 90.0)), finding(false, true));
        assert_eq!(judge(Latency::default()), finding(false, false));
        assert_eq!(condition.judge(None, None), finding(false, false));
    }
}
