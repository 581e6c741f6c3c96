use crate::slices::Merge;

/// What some readings came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Readings {
    /// How many they are.
    pub count: u64,
    /// The highest, in MiB; 0 if there are none.
    pub max_mb: f64,
    sum_mb: f64,
}

impl Readings {
    /// Takes in a reading of `mb` MiB.
    pub fn add(&mut self, mb: f64) {
        self.count += 1;
        self.max_mb = self.max_mb.max(mb);
        self.sum_mb += mb;
    }

    /// Their mean, in MiB; `None` if there are none.
    pub fn mean_mb(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum_mb / self.count as f64)
    }
}

impl Merge for Readings {
    fn merge(&mut self, other: &Readings) {
        self.count += other.count;
        self.max_mb = self.max_mb.max(other.max_mb);
        self.sum_mb += other.sum_mb;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn merging_equals_the_whole(all in proptest::collection::vec(0.1..1e5_f64, 1..100), cut in 0_usize..100) {
            let of = |readings: &[f64]| {
                let mut whole = Readings::default();
                readings.iter().for_each(|mb| whole.add(*mb));
                whole
            };
            let (one, other) = all.split_at(cut.min(all.len()));
            let mut merged = of(one);
            merged.merge(&of(other));
            prop_assert_eq!(merged.count, all.len() as u64);
            prop_assert_eq!(merged.max_mb, all.iter().copied().fold(0.0, f64::max));
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            prop_assert!((merged.mean_mb().unwrap() / mean - 1.0).abs() < 1e-9);
        }
    }
}
