use std::time::Duration;

use schema::evidence::{Memory, MemorySource, SignedInterval};
use schema::{Measured, rounded};
use stats::{SlopeInterval, slope_interval};

use super::readings::Readings;
use crate::error::BenchError;
use crate::slices::{Merge, Slices};

/// Growth over less time than this says more about the allocator than about the service.
const SHORTEST_FOR_GROWTH: Duration = Duration::from_secs(60);

/// What the readings of a phase came to, or those of several phases, in constant space.
#[derive(Clone, Debug, Default)]
pub struct MemoryFigures {
    source: Option<MemorySource>,
    readings: Readings,
    /// The kernel's mark, which misses no peak between two readings; 0 if there is none.
    marked_mb: f64,
    /// Of the phase alone.
    slices: Slices<Readings>,
    /// From the start of the watch to the last reading.
    watched: Duration,
    failed: u64,
    last_failure: String,
}

impl MemoryFigures {
    /// Nothing read yet from `source`.
    pub fn new(source: MemorySource) -> MemoryFigures {
        MemoryFigures {
            source: Some(source),
            ..MemoryFigures::default()
        }
    }

    /// Takes in a reading, `at` this time since the start of the watch.
    pub fn add(&mut self, at: Duration, reading: Result<f64, BenchError>) {
        match reading {
            Ok(mb) => {
                self.slices.at(at).0.add(mb);
                self.watched = at;
            }
            Err(error) => {
                self.failed += 1;
                self.last_failure = error.to_string();
            }
        }
    }

    /// Ends the phase, whose highest memory the kernel has marked, or not.
    pub fn end(&mut self, marked_mb: Option<f64>) {
        self.readings = Readings::default();
        for slice in self.slices.iter() {
            self.readings.merge(slice);
        }
        self.marked_mb = marked_mb.unwrap_or_default();
    }

    /// Takes in another repetition's figures. Its slices are of one process only and stay with it.
    pub fn merge(&mut self, other: &MemoryFigures) {
        self.source = self.source.or(other.source);
        self.readings.merge(&other.readings);
        self.marked_mb = self.marked_mb.max(other.marked_mb);
    }

    /// The phase bit by bit, in the order of time.
    pub fn slices(&self) -> &Slices<Readings> {
        &self.slices
    }

    /// What could not be read, in words; `None` if every reading succeeded.
    pub fn failure(&self) -> Option<String> {
        let all = self.failed + self.readings.count;
        (self.failed > 0).then(|| {
            format!(
                "{} of {all} readings of the service's memory in a phase failed, the last: {}",
                self.failed, self.last_failure
            )
        })
    }

    /// As it stands in the document; nothing if nothing could be read.
    pub fn section(&self, carried_over: bool) -> Option<Memory> {
        let growth = self.growth_mb_per_minute();
        (self.readings.count > 0).then(|| Memory {
            peak_mb: Measured::rounded(self.readings.max_mb.max(self.marked_mb)),
            average_mb: self.readings.mean_mb().and_then(Measured::rounded),
            samples: Some(self.readings.count),
            source: self.source,
            carried_over: Some(carried_over),
            growth_mb_per_minute: growth.map(|growth| rounded(growth.per_x)),
            growth_ci95: growth.map(|growth| SignedInterval::rounded(growth.low, growth.high)),
        })
    }

    /// Through the means of the slices, at their middles.
    fn growth_mb_per_minute(&self) -> Option<SlopeInterval> {
        let width_minutes = self.slices.width().as_secs_f64() / 60.0;
        let points: Vec<(f64, f64)> = self
            .slices
            .iter()
            .zip(0_u32..)
            .filter_map(|(slice, index)| {
                Some(((f64::from(index) + 0.5) * width_minutes, slice.mean_mb()?))
            })
            .collect();
        (self.watched >= SHORTEST_FOR_GROWTH)
            .then(|| slope_interval(&points))
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(readings: impl IntoIterator<Item = (u64, f64)>) -> MemoryFigures {
        let mut figures = MemoryFigures::new(MemorySource::Procfs);
        readings
            .into_iter()
            .for_each(|(second, mb)| figures.add(Duration::from_secs(second), Ok(mb)));
        figures.end(None);
        figures
    }

    #[test]
    fn growth_is_told_from_a_minute_on() {
        let grown = |seconds: u64| {
            figures((0..=seconds).map(|second| (second, 100.0 + second as f64)))
                .section(false)
                .unwrap()
                .growth_mb_per_minute
        };
        assert_eq!(grown(59), None);
        assert!((grown(60).unwrap() - 60.0).abs() < 1e-6);
    }

    #[test]
    fn memory_that_only_wanders_may_not_grow_and_what_grows_does() {
        let told = |mb: fn(u64) -> f64| {
            let memory = figures((0..64).map(|second| (second, mb(second)))).section(false);
            memory.unwrap().growth_ci95.unwrap()
        };
        let wandering = told(|second| 100.0 + (second * 7 % 11) as f64);
        assert!(wandering.low < 0.0 && wandering.high > 0.0, "{wandering:?}");
        let growing = told(|second| 100.0 + second as f64 + (second * 7 % 11) as f64);
        assert!(growing.low > 50.0 && growing.high < 70.0, "{growing:?}");
    }

    #[test]
    fn repetitions_make_one_peak_one_average_and_no_growth() {
        let mut both = MemoryFigures::default();
        both.merge(&figures([(0, 10.0), (60, 20.0)]));
        both.merge(&figures([(0, 30.0)]));
        let memory = both.section(true).unwrap();
        assert_eq!(memory.peak_mb.unwrap().get(), 30.0);
        assert_eq!(memory.average_mb.unwrap().get(), 20.0);
        assert_eq!(memory.samples, Some(3));
        assert_eq!(memory.source, Some(MemorySource::Procfs));
        assert_eq!(memory.growth_mb_per_minute, None);
    }

    #[test]
    fn a_mark_above_every_reading_is_the_peak() {
        let mut figures = figures([(0, 10.0)]);
        figures.end(Some(15.0));
        let memory = figures.section(false).unwrap();
        assert_eq!(memory.peak_mb.unwrap().get(), 15.0);
        assert_eq!(memory.average_mb.unwrap().get(), 10.0);
    }

    #[test]
    fn what_could_not_be_read_is_absent_and_told() {
        let mut figures = MemoryFigures::new(MemorySource::Cgroup);
        let failure = || BenchError::Memory {
            place: "memory.current".to_owned(),
            reason: "gone".to_owned(),
        };
        figures.add(Duration::ZERO, Err(failure()));
        figures.end(None);
        assert_eq!(figures.section(false), None);
        let told = figures.failure().unwrap();
        assert!(
            told.contains("1 of 1 readings") && told.contains("memory.current: gone"),
            "{told}"
        );
    }
}
