use std::time::Duration;

/// Few enough to keep for every phase, enough for a line and its error.
const MOST_SLICES: usize = 64;
const FIRST_WIDTH: Duration = Duration::from_millis(250);

/// Readings by the time at which they were taken, in slices of one width. When there would be more than 64, the width
/// doubles and the slices are merged in pairs, so that they take no more space for a longer phase.
#[derive(Clone, Debug)]
pub struct MemorySlices {
    width: Duration,
    slices: Vec<Readings>,
}

/// A slice that holds a reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemorySlice {
    /// From the start of the watch to the start of the slice.
    pub start: Duration,
    /// Of the slice; the same for all of a watch.
    pub width: Duration,
    /// What was read in it.
    pub readings: Readings,
}

/// What some readings came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Readings {
    /// How many they are.
    pub count: u64,
    /// The highest, in MiB; 0 if there are none.
    pub max_mb: f64,
    sum_mb: f64,
}

impl Default for MemorySlices {
    fn default() -> MemorySlices {
        MemorySlices {
            width: FIRST_WIDTH,
            slices: Vec::new(),
        }
    }
}

impl MemorySlices {
    /// Takes in a reading of `mb` MiB, `at` this time since the start of the watch.
    pub fn add(&mut self, at: Duration, mb: f64) {
        let mut index = self.index(at);
        while index >= MOST_SLICES {
            self.double();
            index = self.index(at);
        }
        if self.slices.len() <= index {
            self.slices.resize(index + 1, Readings::default());
        }
        self.slices[index].merge(Readings {
            count: 1,
            max_mb: mb,
            sum_mb: mb,
        });
    }

    /// The slices that hold a reading, in the order of time.
    pub fn iter(&self) -> impl Iterator<Item = MemorySlice> {
        (0..)
            .zip(&self.slices)
            .filter(|(_, readings)| readings.count > 0)
            .map(|(index, readings)| MemorySlice {
                start: self.width * index,
                width: self.width,
                readings: *readings,
            })
    }

    /// All slices together.
    pub fn whole(&self) -> Readings {
        let mut whole = Readings::default();
        self.slices.iter().for_each(|slice| whole.merge(*slice));
        whole
    }

    fn index(&self, at: Duration) -> usize {
        usize::try_from(at.as_nanos() / self.width.as_nanos()).unwrap_or(usize::MAX)
    }

    fn double(&mut self) {
        self.width *= 2;
        self.slices = self
            .slices
            .chunks(2)
            .map(|pair| {
                let mut merged = Readings::default();
                pair.iter().for_each(|slice| merged.merge(*slice));
                merged
            })
            .collect();
    }
}

impl MemorySlice {
    /// From the start of the watch to the middle of the slice.
    pub fn middle(&self) -> Duration {
        self.start + self.width / 2
    }
}

impl Readings {
    /// Takes in others.
    pub fn merge(&mut self, other: Readings) {
        self.count += other.count;
        self.max_mb = self.max_mb.max(other.max_mb);
        self.sum_mb += other.sum_mb;
    }

    /// Their mean, in MiB; NaN if there are none.
    pub fn mean_mb(&self) -> f64 {
        self.sum_mb / self.count as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sliced(readings: &[(u64, f64)]) -> MemorySlices {
        let mut slices = MemorySlices::default();
        readings
            .iter()
            .for_each(|(at_ms, mb)| slices.add(Duration::from_millis(*at_ms), *mb));
        slices
    }

    fn readings() -> impl Strategy<Value = Vec<(u64, f64)>> {
        proptest::collection::vec((0..10_000_000_u64, 0.1..1e5_f64), 1..300).prop_map(
            |mut readings| {
                readings.sort_by_key(|(at_ms, _)| *at_ms);
                readings
            },
        )
    }

    #[test]
    fn the_width_doubles_when_64_slices_are_full() {
        let every_quarter = |count: u64| {
            let readings: Vec<(u64, f64)> = (0..count).map(|index| (index * 250, 1.0)).collect();
            let slices = sliced(&readings);
            let count = slices.iter().count();
            (slices.width.as_millis(), count)
        };
        assert_eq!(every_quarter(64), (250, 64));
        assert_eq!(every_quarter(65), (500, 33));
        assert_eq!(every_quarter(128), (500, 64));
        assert_eq!(every_quarter(129), (1000, 33));
    }

    #[test]
    fn a_slice_without_a_reading_is_left_out() {
        let starts: Vec<u128> = sliced(&[(0, 1.0), (1000, 1.0), (2100, 1.0)])
            .iter()
            .map(|slice| slice.start.as_millis())
            .collect();
        assert_eq!(starts, [0, 1000, 2000]);
    }

    proptest! {
        #[test]
        fn merging_in_pairs_gives_what_slices_of_the_final_width_would_have(readings in readings()) {
            let slices = sliced(&readings);
            let width_ms = u64::try_from(slices.width.as_millis()).unwrap();
            prop_assert!(slices.slices.len() <= MOST_SLICES);
            for slice in slices.iter() {
                let start_ms = u64::try_from(slice.start.as_millis()).unwrap();
                let within: Vec<f64> = readings
                    .iter()
                    .filter(|(at_ms, _)| (start_ms..start_ms + width_ms).contains(at_ms))
                    .map(|(_, mb)| *mb)
                    .collect();
                prop_assert_eq!(slice.readings.count, within.len() as u64);
                prop_assert_eq!(slice.readings.max_mb, within.iter().copied().fold(0.0, f64::max));
                let mean = within.iter().sum::<f64>() / within.len() as f64;
                prop_assert!((slice.readings.mean_mb() / mean - 1.0).abs() < 1e-9);
            }
        }

        #[test]
        fn all_slices_together_hold_every_reading(readings in readings()) {
            let whole = sliced(&readings).whole();
            let mean = readings.iter().map(|(_, mb)| mb).sum::<f64>() / readings.len() as f64;
            prop_assert_eq!(whole.count, readings.len() as u64);
            prop_assert_eq!(whole.max_mb, readings.iter().map(|(_, mb)| *mb).fold(0.0, f64::max));
            prop_assert!((whole.mean_mb() / mean - 1.0).abs() < 1e-9);
        }
    }
}
