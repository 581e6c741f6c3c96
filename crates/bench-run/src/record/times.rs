use std::time::Duration;

use stats::Distribution;

use super::buckets::{bucket_of, longest_of, shortest_of};

/// A distribution of times: bucket by bucket how many there were, ascending, without the empty ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times {
    counts: Vec<(u32, u64)>,
}

/// A bucket that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its shortest time in nanoseconds.
    pub shortest: u64,
    /// Its longest.
    pub longest: u64,
    /// How many times fell into it.
    pub count: u64,
}

impl Times {
    /// How many times there are.
    pub fn len(&self) -> u64 {
        self.counts.iter().map(|(_, count)| count).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The buckets that are not empty, ascending.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> {
        self.counts.iter().map(|(bucket, count)| Bucket {
            shortest: shortest_of(*bucket as usize),
            longest: longest_of(*bucket as usize),
            count: *count,
        })
    }

    /// The quantile by nearest rank, never below the truth; `None` without times.
    pub fn quantile(&self, quantile: f64) -> Option<Duration> {
        let rank = ((self.len() as f64 * quantile).ceil() as u64).max(1);
        let mut upto = 0;
        let bucket = self.buckets().find(|bucket| {
            upto += bucket.count;
            upto >= rank
        });
        bucket.map(|bucket| Duration::from_nanos(bucket.longest))
    }

    /// The mean, to the middle of the buckets; zero without times.
    pub fn mean(&self) -> Duration {
        let sum: f64 = self
            .buckets()
            .map(|bucket| (bucket.shortest + bucket.longest) as f64 / 2.0 * bucket.count as f64)
            .sum();
        Duration::from_nanos((sum / self.len().max(1) as f64) as u64)
    }

    /// The same in nanoseconds for statistics, each time told as the longest of its bucket, as quantiles are.
    pub fn distribution(&self) -> Distribution {
        Distribution::new(
            self.buckets()
                .map(|bucket| (bucket.longest as f64, bucket.count)),
        )
    }

    /// Takes in other times.
    pub fn add(&mut self, other: &Times) {
        if self.is_empty() {
            self.counts.clone_from(&other.counts);
            return;
        }
        let mut merged = Vec::with_capacity(self.counts.len().max(other.counts.len()));
        let (mut ours, mut theirs) = (
            self.counts.iter().copied().peekable(),
            other.counts.iter().copied().peekable(),
        );
        while let (Some(one), Some(another)) = (ours.peek().copied(), theirs.peek().copied()) {
            match one.0.cmp(&another.0) {
                std::cmp::Ordering::Less => merged.extend(ours.next()),
                std::cmp::Ordering::Greater => merged.extend(theirs.next()),
                std::cmp::Ordering::Equal => {
                    merged.push((one.0, one.1 + another.1));
                    ours.next();
                    theirs.next();
                }
            }
        }
        merged.extend(ours);
        merged.extend(theirs);
        self.counts = merged;
    }
}

/// Counts times one by one. Nothing is allocated for a time once its order of magnitude has been seen.
#[derive(Debug)]
pub struct TimesCounter {
    counts: Vec<u64>,
    /// The buckets that are not empty, so that the others need not be looked at.
    touched: Vec<u32>,
}

impl TimesCounter {
    /// A counter of times up to `longest`; longer ones are counted as that.
    pub fn new(longest: Duration) -> TimesCounter {
        let nanoseconds = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX >> 1);
        TimesCounter {
            counts: vec![0; bucket_of(nanoseconds) + 1],
            touched: Vec::new(),
        }
    }

    /// Counts a time.
    pub fn count(&mut self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).max(1);
        let bucket = bucket_of(nanoseconds).min(self.counts.len() - 1);
        let count = &mut self.counts[bucket];
        if *count == 0 {
            self.touched.push(bucket as u32);
        }
        *count += 1;
    }

    /// What was counted since the last taking.
    pub fn take(&mut self) -> Times {
        self.touched.sort_unstable();
        let counts = self.touched.drain(..).map(|bucket| {
            let count = std::mem::take(&mut self.counts[bucket as usize]);
            (bucket, count)
        });
        Times {
            counts: counts.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LONGEST: Duration = Duration::from_secs(60);

    fn times(nanoseconds: &[u64]) -> Times {
        let mut counter = TimesCounter::new(LONGEST);
        nanoseconds
            .iter()
            .for_each(|time| counter.count(Duration::from_nanos(*time)));
        counter.take()
    }

    proptest! {
        #[test]
        fn merging_equals_the_whole(
            one in proptest::collection::vec(1_u64..100_000_000_000, 0..60),
            other in proptest::collection::vec(1_u64..100_000_000_000, 0..60),
        ) {
            let mut merged = times(&one);
            merged.add(&times(&other));
            prop_assert_eq!(merged.len(), (one.len() + other.len()) as u64);
            prop_assert_eq!(merged, times(&[one, other].concat()));
        }

        #[test]
        fn quantiles_grow_and_are_at_most_a_thousandth_above_the_truth(
            mut nanoseconds in proptest::collection::vec(1_u64..60_000_000_000, 1..200),
            quantile in 0.0..1.0_f64,
        ) {
            let times = times(&nanoseconds);
            nanoseconds.sort_unstable();
            let rank = ((nanoseconds.len() as f64 * quantile).ceil() as usize).max(1);
            let (told, truth) = (times.quantile(quantile).unwrap(), nanoseconds[rank - 1]);
            prop_assert!(told >= Duration::from_nanos(truth));
            prop_assert!(told.as_nanos() as f64 <= truth as f64 * 1.001 + 1.0);
            prop_assert!(times.quantile(quantile / 2.0).unwrap() <= told);
        }
    }

    #[test]
    fn a_time_longer_than_the_longest_is_counted_as_that() {
        let mut counter = TimesCounter::new(Duration::from_secs(1));
        counter.count(Duration::from_secs(9));
        let times = counter.take();
        assert_eq!(times.len(), 1);
        assert!(times.quantile(1.0).unwrap() >= Duration::from_secs(1));
    }

    #[test]
    fn what_was_taken_is_not_counted_again() {
        let mut counter = TimesCounter::new(LONGEST);
        counter.count(Duration::from_millis(1));
        assert_eq!(counter.take().len(), 1);
        assert!(counter.take().is_empty());
    }

    #[test]
    fn the_mean_is_that_of_the_times() {
        let mean = times(&[1_000_000, 3_000_000]).mean();
        assert!((mean.as_secs_f64() * 1e3 - 2.0).abs() < 0.002, "{mean:?}");
        assert_eq!(times(&[]).mean(), Duration::ZERO);
    }
}
