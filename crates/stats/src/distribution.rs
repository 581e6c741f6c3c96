/// How often each value was measured: what a histogram holds, whatever the unit.
///
/// Values are kept once each, ascending, with the counts up to and with them, so that a quantile and the number beyond
/// a value are each one binary search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    values: Vec<f64>,
    /// How many measurements are at most as large as the value at the same place.
    cumulated: Vec<u64>,
}

impl Distribution {
    /// Takes in values with their counts, in any order, the same value as often as it likes.
    ///
    /// NaN has no place in an order and is left out, as is what was counted 0 times. Infinities are values like
    /// others, as only the order counts: a request that was never answered took longer than any other.
    pub fn new(counts: impl IntoIterator<Item = (f64, u64)>) -> Distribution {
        let mut counts: Vec<(f64, u64)> = counts
            .into_iter()
            .filter(|(value, count)| !value.is_nan() && *count > 0)
            .collect();
        // Stable, because merged distributions are ascending runs, which it takes as they are.
        counts.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let mut distribution = Distribution::default();
        let mut total = 0;
        for (value, count) in counts {
            total += count;
            if distribution.values.last() == Some(&value) {
                distribution.cumulated.pop();
            } else {
                distribution.values.push(value);
            }
            distribution.cumulated.push(total);
        }
        distribution
    }

    /// All measurements of several distributions as one, in little more space than that takes: one joins after the other.
    pub fn merged<'a>(parts: impl IntoIterator<Item = &'a Distribution>) -> Distribution {
        parts
            .into_iter()
            .fold(Distribution::default(), |whole, part| {
                Distribution::new(whole.points().chain(part.points()))
            })
    }

    /// The number of measurements.
    pub fn count(&self) -> u64 {
        self.cumulated.last().copied().unwrap_or_default()
    }

    /// The smallest value that at least ⌈quantile · n⌉ of the n measurements do not exceed, and at least one:
    /// the nearest rank, as HdrHistogram counts it. `None` without measurements, and for a quantile that is not
    /// from 0 to 1.
    pub fn quantile(&self, quantile: f64) -> Option<f64> {
        if !(0.0..=1.0).contains(&quantile) {
            return None;
        }
        let rank = ((quantile * self.count() as f64).ceil() as u64).max(1);
        let place = self.cumulated.partition_point(|upto| *upto < rank);
        self.values.get(place).copied()
    }

    /// How many measurements exceed the value; 0 for NaN.
    pub fn above(&self, value: f64) -> u64 {
        if value.is_nan() {
            return 0;
        }
        let not_above = self.values.partition_point(|known| *known <= value);
        let upto = not_above
            .checked_sub(1)
            .and_then(|place| self.cumulated.get(place));
        self.count() - upto.copied().unwrap_or_default()
    }

    /// Every value with its count, ascending.
    pub fn points(&self) -> impl Iterator<Item = (f64, u64)> {
        let before = std::iter::once(0).chain(self.cumulated.iter().copied());
        self.values
            .iter()
            .zip(self.cumulated.iter().zip(before))
            .map(|(value, (upto, before))| (*value, upto - before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn once_each(values: &[f64]) -> Distribution {
        Distribution::new(values.iter().map(|value| (*value, 1)))
    }

    #[test]
    fn known_answers() {
        // numpy 2.4.6: [numpy.quantile([15, 20, 35, 40, 50], q, method="inverted_cdf") for q in (.05, .3, .4, .5, 1)]
        let distribution = once_each(&[50.0, 15.0, 40.0, 20.0, 35.0]);
        for (quantile, value) in [
            (0.05, 15.0),
            (0.3, 20.0),
            (0.4, 20.0),
            (0.5, 35.0),
            (1.0, 50.0),
        ] {
            assert_eq!(distribution.quantile(quantile), Some(value), "{quantile}");
        }
        assert_eq!(distribution.quantile(0.0), Some(15.0));
        assert_eq!(
            (
                distribution.above(20.0),
                distribution.above(14.0),
                distribution.above(50.0)
            ),
            (3, 5, 0)
        );
    }

    #[test]
    fn nothing_has_no_quantile_and_one_measurement_is_all_of_them() {
        let nothing = Distribution::new([(1.0, 0), (f64::NAN, 3)]);
        assert_eq!(
            (nothing.count(), nothing.quantile(0.5), nothing.above(0.0)),
            (0, None, 0)
        );
        let one = once_each(&[7.0]);
        assert_eq!(
            (one.quantile(0.0), one.quantile(0.99), one.above(6.9)),
            (Some(7.0), Some(7.0), 1)
        );
        assert_eq!(once_each(&[7.0, 9.0]).quantile(0.5), Some(7.0));
    }

    #[test]
    fn what_is_no_quantile_or_no_number_finds_nothing() {
        let distribution = once_each(&[1.0, 2.0]);
        for quantile in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(distribution.quantile(quantile), None, "{quantile}");
        }
        assert_eq!(distribution.above(f64::NAN), 0);
    }

    #[test]
    fn what_never_came_lies_beyond_everything() {
        let distribution = once_each(&[f64::INFINITY, 1.0, f64::NEG_INFINITY, 2.0]);
        assert_eq!(distribution.quantile(1.0), Some(f64::INFINITY));
        assert_eq!(
            (
                distribution.above(f64::MAX),
                distribution.above(f64::INFINITY)
            ),
            (1, 0)
        );
    }

    fn counts() -> impl Strategy<Value = Vec<(f64, u64)>> {
        proptest::collection::vec(((0_u32..40).prop_map(f64::from), 0_u64..5), 0..60)
    }

    proptest! {
        #[test]
        fn values_ascend_and_are_distinct_and_no_measurement_is_lost(counts in counts()) {
            let distribution = Distribution::new(counts.clone());
            let points: Vec<_> = distribution.points().collect();
            prop_assert!(points.is_sorted_by(|(one, _), (next, _)| one < next));
            prop_assert!(points.iter().all(|(_, count)| *count > 0));
            prop_assert_eq!(distribution.count(), counts.iter().map(|(_, count)| count).sum::<u64>());
            prop_assert_eq!(Distribution::new(points), distribution);
        }

        #[test]
        fn a_quantile_is_the_value_at_its_rank_in_the_sorted_list(counts in counts(), quantile in 0.0..=1.0_f64) {
            let mut sorted: Vec<f64> =
                counts.iter().flat_map(|(value, count)| (0..*count).map(|_| *value)).collect();
            sorted.sort_by(f64::total_cmp);
            let rank = ((quantile * sorted.len() as f64).ceil() as usize).max(1);
            prop_assert_eq!(Distribution::new(counts).quantile(quantile), sorted.get(rank - 1).copied());
        }

        #[test]
        fn quantiles_grow(counts in counts(), one in 0.0..=1.0_f64, other in 0.0..=1.0_f64) {
            let distribution = Distribution::new(counts);
            prop_assert!(distribution.quantile(one.min(other)) <= distribution.quantile(one.max(other)));
        }

        #[test]
        fn at_most_one_minus_the_quantile_lie_above_it(counts in counts(), quantile in 0.0..=1.0_f64) {
            let distribution = Distribution::new(counts);
            if let Some(value) = distribution.quantile(quantile) {
                let beyond = (1.0 - quantile) * distribution.count() as f64;
                prop_assert!(distribution.above(value) as f64 <= beyond + 1e-9);
            }
        }

        #[test]
        fn parts_that_are_merged_are_the_whole(counts in counts(), size in 1_usize..20) {
            let parts: Vec<Distribution> =
                counts.chunks(size).map(|part| Distribution::new(part.iter().copied())).collect();
            prop_assert_eq!(Distribution::merged(&parts), Distribution::new(counts));
        }
    }
}
