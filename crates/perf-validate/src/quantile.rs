use schema::Measured;
use schema::evidence::{Interval, Latency, QuantileIntervals, QuantileSamples};

use crate::metrics::Reading;

/// A quantile of latency that has a threshold.
pub(crate) struct Quantile {
    name: &'static str,
    value: fn(&Latency) -> Option<Measured>,
    interval: fn(&QuantileIntervals) -> Option<Interval>,
    effective_samples: fn(&QuantileSamples) -> Option<Measured>,
    /// A quantile above 1 − 1/samples would be the largest sample under another name.
    samples_for_value: u32,
    /// Below that, one end of a two-sided 95 % interval lies outside the samples: quantile^n > 2.5 %.
    samples_for_interval: u32,
}

pub(crate) const P50: Quantile = Quantile {
    name: "p50",
    value: |latency| latency.p50_ms,
    interval: |ci95| ci95.p50_ms,
    effective_samples: |samples| samples.p50,
    samples_for_value: 2,
    samples_for_interval: 6,
};

pub(crate) const P95: Quantile = Quantile {
    name: "p95",
    value: |latency| latency.p95_ms,
    interval: |ci95| ci95.p95_ms,
    effective_samples: |samples| samples.p95,
    samples_for_value: 20,
    samples_for_interval: 72,
};

pub(crate) const P99: Quantile = Quantile {
    name: "p99",
    value: |latency| latency.p99_ms,
    interval: |ci95| ci95.p99_ms,
    effective_samples: |samples| samples.p99,
    samples_for_value: 100,
    samples_for_interval: 368,
};

impl Quantile {
    pub(crate) fn read(&self, latency: &Latency) -> Reading {
        let value = (self.value)(latency);
        let ci95 = latency.ci95.as_ref().and_then(self.interval);
        let note = match value {
            None => self.too_few_for_value(latency),
            Some(_) if bounded(ci95) => None,
            Some(_) => self.too_few_for_interval(latency),
        };
        Reading { value, ci95, note }
    }

    fn too_few_for_value(&self, latency: &Latency) -> Option<String> {
        let samples = latency.samples?;
        (samples < u64::from(self.samples_for_value)).then(|| {
            format!(
                "too few samples: {samples}, {} needs {}",
                self.name, self.samples_for_value
            )
        })
    }

    fn too_few_for_interval(&self, latency: &Latency) -> Option<String> {
        let needed = self.samples_for_interval;
        let effective = latency
            .effective_samples
            .as_ref()
            .and_then(self.effective_samples)
            .filter(|effective| *effective < Measured::from(needed))
            .map(|effective| format!("{:.0} effective ones", effective.get()));
        let all = || {
            latency
                .samples
                .filter(|samples| *samples < u64::from(needed))
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

    fn latency(samples: u64, p99_ms: Option<u32>) -> Latency {
        Latency {
            samples: Some(samples),
            p99_ms: p99_ms.map(Measured::from),
            ..Latency::default()
        }
    }

    #[test]
    fn a_quantile_that_the_samples_do_not_carry_says_how_many_it_needs() {
        let reading = P99.read(&latency(99, None));
        assert_eq!(reading.value, None);
        assert_eq!(
            reading.note.as_deref(),
            Some("too few samples: 99, p99 needs 100")
        );
    }

    #[test]
    fn a_hundred_samples_carry_p99_but_no_interval() {
        let reading = P99.read(&latency(100, Some(7)));
        assert_eq!(reading.value, Some(Measured::from(7)));
        assert_eq!(
            reading.note.as_deref(),
            Some("too few samples for a 95 % confidence interval: 100, p99 needs 368")
        );
        assert_eq!(P99.read(&latency(368, Some(7))).note, None);
    }

    #[test]
    fn autocorrelated_samples_count_for_fewer() {
        let mut latency = latency(5000, Some(7));
        latency.effective_samples = Some(QuantileSamples {
            p99: Some(Measured::from(120)),
            ..QuantileSamples::default()
        });
        assert_eq!(
            P99.read(&latency).note.as_deref(),
            Some(
                "too few samples for a 95 % confidence interval: 120 effective ones, p99 needs 368"
            )
        );
    }

    #[test]
    fn the_interval_comes_with_the_value() {
        let interval = Interval {
            low: Measured::new(6.0),
            high: Measured::new(8.0),
        };
        let mut latency = latency(100, Some(7));
        latency.ci95 = Some(QuantileIntervals {
            p99_ms: Some(interval),
            ..QuantileIntervals::default()
        });
        let reading = P99.read(&latency);
        assert_eq!((reading.ci95, reading.note), (Some(interval), None));
    }
}
