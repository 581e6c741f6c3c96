use schema::Measured;
use schema::evidence::{Interval, Latency, QuantileIntervals, QuantileSamples};
use stats::{
    Distribution, QuantileInterval, pooled_effective_samples, repeated_interval, sliced_interval,
};

use super::latency::{self, known, milliseconds};
use crate::error::BenchError;
use crate::record::Times;

/// In the order of the fields of [`QuantileIntervals`] and [`QuantileSamples`].
const QUANTILES: [f64; 5] = [0.50, 0.90, 0.95, 0.99, 0.999];

/// A time, latency say, over the repetitions of a scenario. Of each repetition its distribution is kept and what its
/// slices tell of its error, but not the slices.
#[derive(Debug, Default)]
pub struct RepeatedTimes {
    pooled: Times,
    repetitions: Vec<Distribution>,
    /// Of each repetition, quantile by quantile.
    intervals: Vec<[Option<QuantileInterval>; QUANTILES.len()]>,
}

impl RepeatedTimes {
    /// Takes in the slices of a repetition in the order of time, and says what they come to: its section, with
    /// intervals that hold for this repetition's process alone. `None` without samples.
    pub fn add<'a>(
        &mut self,
        slices: impl Iterator<Item = &'a Times>,
    ) -> Result<Option<Latency>, BenchError> {
        let mut whole = Times::default();
        let slices: Vec<Distribution> = slices
            .inspect(|slice| whole.add(slice))
            .map(Times::distribution)
            .collect();
        let intervals = QUANTILES.map(|quantile| {
            known(quantile, whole.len())
                .then(|| sliced_interval(&slices, quantile))
                .flatten()
        });
        let section = latency::section(&whole)?.map(|section| Latency {
            ci95: in_words(&intervals),
            effective_samples: worth(
                intervals.map(|interval| interval.map(|one| one.effective_samples)),
            ),
            ..section
        });
        self.pooled.add(&whole);
        self.repetitions.push(whole.distribution());
        self.intervals.push(intervals);
        Ok(section)
    }

    /// All repetitions together, with intervals that hold over restarts; `None` without samples. Of one repetition it is
    /// that one's section: nothing is known of another.
    pub fn section(&self) -> Result<Option<Latency>, BenchError> {
        let effective: [Option<f64>; QUANTILES.len()] =
            std::array::from_fn(|place| self.effective_samples(place));
        let intervals = match self.intervals.as_slice() {
            [only] => *only,
            _ => std::array::from_fn(|place| self.interval(place, effective[place])),
        };
        let section = latency::section(&self.pooled)?;
        Ok(section.map(|section| Latency {
            ci95: in_words(&intervals),
            effective_samples: worth(effective),
            ..section
        }))
    }

    /// Of those quantiles that every repetition has.
    fn interval(&self, place: usize, effective_samples: Option<f64>) -> Option<QuantileInterval> {
        let quantile = QUANTILES[place];
        let every = self
            .repetitions
            .iter()
            .all(|repetition| known(quantile, repetition.count()));
        // Repetitions too short for slices are held to be as good as independent: their scatter makes the width.
        let effective_samples = effective_samples.unwrap_or(self.pooled.len() as f64);
        every
            .then(|| repeated_interval(&self.repetitions, quantile, effective_samples))
            .flatten()
    }

    /// `None` if that is not known of every repetition.
    fn effective_samples(&self, place: usize) -> Option<f64> {
        let own: Option<Vec<(u64, f64)>> = self
            .repetitions
            .iter()
            .zip(&self.intervals)
            .map(|(repetition, intervals)| {
                Some((repetition.count(), intervals[place]?.effective_samples))
            })
            .collect();
        pooled_effective_samples(own?)
    }
}

fn in_words(intervals: &[Option<QuantileInterval>; QUANTILES.len()]) -> Option<QuantileIntervals> {
    let interval = |interval: Option<QuantileInterval>| {
        let QuantileInterval { low, high, .. } = interval?;
        let (low, high) = (low.and_then(milliseconds), high.and_then(milliseconds));
        (low.is_some() || high.is_some()).then_some(Interval { low, high })
    };
    let [p50_ms, p90_ms, p95_ms, p99_ms, p999_ms] = intervals.map(interval);
    let intervals = QuantileIntervals {
        p50_ms,
        p90_ms,
        p95_ms,
        p99_ms,
        p999_ms,
    };
    (intervals != QuantileIntervals::default()).then_some(intervals)
}

fn worth(effective_samples: [Option<f64>; QUANTILES.len()]) -> Option<QuantileSamples> {
    let [p50, p90, p95, p99, p999] =
        effective_samples.map(|effective| effective.and_then(Measured::rounded));
    let samples = QuantileSamples {
        p50,
        p90,
        p95,
        p99,
        p999,
    };
    (samples != QuantileSamples::default()).then_some(samples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::TimesCounter;
    use std::time::Duration;

    /// Slices of a hundred times each around a number of microseconds.
    fn slices(microseconds: &[u64]) -> Vec<Times> {
        let mut counter = TimesCounter::new(Duration::from_secs(60));
        let mut slice = |middle: u64| {
            (0..100)
                .for_each(|step| counter.count(Duration::from_micros(middle + step * 37 % 100)));
            counter.take()
        };
        microseconds.iter().map(|middle| slice(*middle)).collect()
    }

    fn repeated(repetitions: &[&[u64]]) -> RepeatedTimes {
        let mut repeated = RepeatedTimes::default();
        for repetition in repetitions {
            repeated.add(slices(repetition).iter()).unwrap();
        }
        repeated
    }

    #[test]
    fn one_repetition_has_the_interval_of_its_slices_and_so_has_the_whole() {
        let mut times = RepeatedTimes::default();
        let own = times.add(slices(&[1000; 32]).iter()).unwrap().unwrap();
        let whole = times.section().unwrap().unwrap();
        assert_eq!(own, whole);
        let (p95, p50) = (own.ci95.unwrap().p95_ms.unwrap(), own.p50_ms.unwrap());
        assert!(p95.low.unwrap() > p50 && p95.high.unwrap() < own.max_ms.unwrap());
        assert_eq!(own.effective_samples.unwrap().p50.unwrap().get(), 3200.0);
        assert_eq!(whole.ci95.unwrap().p999_ms.unwrap().high, None);
    }

    #[test]
    fn what_differs_from_restart_to_restart_is_in_the_interval_over_all_and_not_in_that_of_one() {
        let times = repeated(&[
            &[1000; 32],
            &[1100; 32],
            &[1050; 32],
            &[1200; 32],
            &[1010; 32],
        ]);
        let width = |section: &Latency| {
            let interval = section.ci95.unwrap().p50_ms.unwrap();
            interval.high.unwrap().get() - interval.low.unwrap().get()
        };
        let own = RepeatedTimes::default().add(slices(&[1000; 32]).iter());
        let whole = times.section().unwrap().unwrap();
        assert!(width(&whole) > 10.0 * width(&own.unwrap().unwrap()));
        assert_eq!(whole.effective_samples.unwrap().p50.unwrap().get(), 16000.0);
    }

    #[test]
    fn repetitions_too_short_for_slices_have_an_interval_and_no_number_of_effective_samples() {
        let whole = repeated(&[&[1000], &[1010], &[1020]])
            .section()
            .unwrap()
            .unwrap();
        assert!(whole.ci95.unwrap().p50_ms.unwrap().high.is_some());
        assert_eq!(whole.effective_samples, None);
        assert_eq!(whole.ci95.unwrap().p99_ms.and_then(|p99| p99.high), None);
    }

    #[test]
    fn a_repetition_without_any_sample_leaves_the_whole_without_intervals() {
        let whole = repeated(&[&[1000; 32], &[]]).section().unwrap().unwrap();
        assert_eq!((whole.samples, whole.ci95), (Some(3200), None));
        assert_eq!(repeated(&[&[], &[]]).section().unwrap(), None);
    }
}
