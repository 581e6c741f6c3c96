use schema::Measured;
use schema::evidence::{Interval, Latency, Measurements, Metric, QuantileSamples};
use stats::samples_for_interval;

/// A quantile of latency, and what it takes to know it.
struct Quantile {
    name: &'static str,
    /// One request in so many takes longer.
    one_in: u32,
    effective_samples: fn(&QuantileSamples) -> Option<Measured>,
}

/// What a person should know of how certain the value of a metric is; nothing where there is nothing to say.
pub(crate) fn note(metric: Metric, measured: Measurements<'_>) -> Option<String> {
    let (quantile, latency) = (Quantile::of(metric)?, measured.latency?);
    match metric.value(measured) {
        None => quantile.too_few_for_value(latency),
        Some(_) if bounded(metric.ci95(measured)) => None,
        Some(_) => quantile.too_few_for_interval(latency),
    }
}

impl Quantile {
    fn of(metric: Metric) -> Option<Quantile> {
        match metric {
            Metric::LatencyP50 => Some(Quantile {
                name: "p50",
                one_in: 2,
                effective_samples: |samples| samples.p50,
            }),
            Metric::LatencyP95 => Some(Quantile {
                name: "p95",
                one_in: 20,
                effective_samples: |samples| samples.p95,
            }),
            Metric::LatencyP99 => Some(Quantile {
                name: "p99",
                one_in: 100,
                effective_samples: |samples| samples.p99,
            }),
            Metric::LatencyMean | Metric::Throughput | Metric::PeakMemory | Metric::ErrorRate => {
                None
            }
        }
    }

    /// Out of fewer samples it would be the longest one under another name.
    fn too_few_for_value(&self, latency: &Latency) -> Option<String> {
        let (samples, needed) = (latency.samples?, self.one_in);
        (samples < u64::from(needed))
            .then(|| format!("too few samples: {samples}, {} needs {needed}", self.name))
    }

    fn too_few_for_interval(&self, latency: &Latency) -> Option<String> {
        let needed = samples_for_interval(1.0 - 1.0 / f64::from(self.one_in))?;
        let effective = latency
            .effective_samples
            .as_ref()
            .and_then(self.effective_samples)
            .filter(|effective| effective.get() < needed as f64)
            .map(|effective| format!("{:.0} effective ones", effective.get()));
        let all = || {
            latency
                .samples
                .filter(|samples| *samples < needed)
                .map(|samples| samples.to_string())
        };
        let there_are = effective.or_else(all)?;
        Some(format!(
            "too few samples for a 95 % confidence interval: {there_are}, {} needs {needed}",
            self.name
        ))
    }
}

fn bounded(ci95: Option<Interval>) -> bool {
    ci95.is_some_and(|interval| interval.low.is_some() && interval.high.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::evidence::{Evidence, QuantileIntervals};

    fn latency(samples: u64, p99_ms: Option<u32>) -> Latency {
        Latency {
            samples: Some(samples),
            p99_ms: p99_ms.map(Measured::from),
            ..Latency::default()
        }
    }

    fn noted(latency: Latency) -> Option<String> {
        let evidence = Evidence {
            latency: Some(latency),
            ..Evidence::default()
        };
        note(Metric::LatencyP99, (&evidence).into())
    }

    #[test]
    fn a_quantile_that_the_samples_do_not_carry_says_how_many_it_needs() {
        assert_eq!(
            noted(latency(99, None)).as_deref(),
            Some("too few samples: 99, p99 needs 100")
        );
        assert_eq!(noted(latency(100, None)), None);
    }

    #[test]
    fn a_hundred_samples_carry_p99_but_no_interval() {
        assert_eq!(
            noted(latency(100, Some(7))).as_deref(),
            Some("too few samples for a 95 % confidence interval: 100, p99 needs 368")
        );
        assert_eq!(noted(latency(368, Some(7))), None);
    }

    #[test]
    fn autocorrelated_samples_count_for_fewer() {
        let mut latency = latency(5000, Some(7));
        latency.effective_samples = Some(QuantileSamples {
            p99: Some(Measured::from(120)),
            ..QuantileSamples::default()
        });
        assert_eq!(
            noted(latency).as_deref(),
            Some(
                "too few samples for a 95 % confidence interval: 120 effective ones, p99 needs 368"
            )
        );
    }

    #[test]
    fn an_interval_with_two_ends_leaves_nothing_to_say_and_one_with_an_open_end_does() {
        let noted_with = |low: Option<u32>, high: Option<u32>| {
            let mut latency = latency(100, Some(7));
            latency.ci95 = Some(QuantileIntervals {
                p99_ms: Some(Interval {
                    low: low.map(Measured::from),
                    high: high.map(Measured::from),
                }),
                ..QuantileIntervals::default()
            });
            noted(latency)
        };
        assert_eq!(noted_with(Some(6), Some(8)), None);
        for open in [noted_with(Some(6), None), noted_with(None, Some(8))] {
            assert_eq!(
                open.as_deref(),
                Some("too few samples for a 95 % confidence interval: 100, p99 needs 368")
            );
        }
    }
}
