//! What happened when, in as many slices of time as are needed and never more than 64.

use std::time::Duration;

/// 5⁹ ns, so that slices that have doubled nine times are seconds.
const NARROWEST: Duration = Duration::from_nanos(1_953_125);
const MOST_SLICES: usize = 64;

/// What happened in consecutive slices of time of equal width, from zero on. When more than 64 would be needed,
/// they are merged pairwise and their width doubles, so that memory does not grow with time.
#[derive(Clone, Debug)]
pub struct Slices<T> {
    width: Duration,
    slices: Vec<T>,
}

/// What two things that happened come to together.
pub trait Merge {
    /// Takes in another.
    fn merge(&mut self, other: &Self);
}

impl<T: Default + Merge> Default for Slices<T> {
    fn default() -> Slices<T> {
        Slices {
            width: NARROWEST,
            slices: Vec::new(),
        }
    }
}

impl<T: Default + Merge> Slices<T> {
    /// How long a slice is.
    pub fn width(&self) -> Duration {
        self.width
    }

    /// The slices in the order of time.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.slices.iter()
    }

    /// What happened in the slice that holds `at`, if there is one.
    pub fn get(&self, at: Duration) -> Option<&T> {
        self.slices.get(self.index(at))
    }

    /// The slice that holds `at`, and where that slice ends.
    pub fn at(&mut self, at: Duration) -> (&mut T, Duration) {
        let mut index = self.index(at);
        while index >= MOST_SLICES {
            self.double();
            index = self.index(at);
        }
        if self.slices.len() <= index {
            self.slices.resize_with(index + 1, T::default);
        }
        let end = self.width * (index as u32 + 1);
        (&mut self.slices[index], end)
    }

    /// Takes in what happened elsewhere in the same time.
    pub fn merge(&mut self, mut other: Slices<T>) {
        while self.width < other.width {
            self.double();
        }
        while other.width < self.width {
            other.double();
        }
        if self.slices.len() < other.slices.len() {
            self.slices.resize_with(other.slices.len(), T::default);
        }
        for (ours, theirs) in self.slices.iter_mut().zip(&other.slices) {
            ours.merge(theirs);
        }
    }

    /// The same in slices of at least `width`, as far as doubling goes.
    pub fn at_least(mut self, width: Duration) -> Slices<T> {
        while self.width < width {
            self.double();
        }
        self
    }

    fn index(&self, at: Duration) -> usize {
        usize::try_from(at.as_nanos() / self.width.as_nanos()).unwrap_or(usize::MAX)
    }

    fn double(&mut self) {
        self.width *= 2;
        let mut merged: Vec<T> = Vec::with_capacity(MOST_SLICES);
        for (index, slice) in self.slices.drain(..).enumerate() {
            match merged.last_mut() {
                Some(last) if index % 2 == 1 => last.merge(&slice),
                _ => merged.push(slice),
            }
        }
        self.slices = merged;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The moments in microseconds that fell into a slice.
    #[derive(Clone, Debug, Default, PartialEq)]
    struct Moments(Vec<u64>);

    impl Merge for Moments {
        fn merge(&mut self, other: &Moments) {
            self.0.extend(&other.0);
            self.0.sort_unstable();
        }
    }

    fn sliced(microseconds: &[u64]) -> Slices<Moments> {
        let mut slices = Slices::<Moments>::default();
        for moment in microseconds {
            let (slice, end) = slices.at(Duration::from_micros(*moment));
            assert!(end > Duration::from_micros(*moment));
            slice.0.push(*moment);
            slice.0.sort_unstable();
        }
        slices
    }

    proptest! {
        #[test]
        fn every_moment_stands_in_the_slice_of_its_time_and_there_are_never_too_many(
            moments in proptest::collection::vec(0_u64..1_000_000_000_000, 0..100),
        ) {
            let slices = sliced(&moments);
            prop_assert!(slices.iter().len() <= MOST_SLICES);
            let width = slices.width().as_nanos() as u64;
            for (index, slice) in slices.iter().enumerate() {
                prop_assert!(slice.0.iter().all(|moment| moment * 1000 / width == index as u64));
            }
            prop_assert_eq!(slices.iter().map(|slice| slice.0.len()).sum::<usize>(), moments.len());
        }

        #[test]
        fn merging_equals_the_whole(
            one in proptest::collection::vec(0_u64..100_000_000, 0..50),
            other in proptest::collection::vec(0_u64..100_000_000_000, 0..50),
        ) {
            let mut merged = sliced(&one);
            merged.merge(sliced(&other));
            let whole = sliced(&[one, other].concat());
            prop_assert_eq!(merged.width(), whole.width());
            prop_assert!(merged.iter().eq(whole.iter()));
        }
    }

    #[test]
    fn slices_of_some_seconds_can_be_had_by_whole_seconds() {
        let seconds = sliced(&[0, 999_999, 1_000_000, 3_500_000]).at_least(Duration::from_secs(1));
        assert_eq!(seconds.width(), Duration::from_secs(1));
        let counts: Vec<usize> = seconds.iter().map(|second| second.0.len()).collect();
        assert_eq!(counts, [2, 1, 0, 1]);
    }
}
