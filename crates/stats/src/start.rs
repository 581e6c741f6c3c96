use crate::Distribution;
use crate::sliced::Sliced;
use crate::student::standard_errors;

/// The start is the first so-manieth part of the slices.
const START: usize = 5;
/// How often a start that is like the rest may be called different, nominally.
const FALSE_ALARMS: f64 = 0.005;
/// Fewer independent measurements than these make no start that could be told from the rest.
const FEWEST_EFFECTIVE: f64 = 30.0;
/// A start whose median differs by less changes no figure that anyone would act on.
const SMALLEST_CHANGE: f64 = 0.05;

/// A start that differs from the rest: warm-up had not ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StartDifference {
    /// The median of the start divided by that of the rest: 1.5 is a start half as slow again.
    pub ratio: f64,
}

/// Whether the first fifth of the time `slices` of a repetition (24 to 64, in time order) differs from the rest: by
/// chance in fewer than one of a hundred runs, and by more than 5 % at the median.
///
/// The share of measurements that exceed the rest's median by 5 % (or fall below it by that, where the start is faster) is
/// compared between start and rest, with the variance that slices of the rest tell (see
/// [`sliced_interval`](crate::sliced_interval)), by Student's t. At the median itself, a service whose latencies hardly
/// differ would have shares from slice to slice that say nothing but which way it wandered by a hair.
///
/// Assumes that the rest is stationary and that the start varies as the rest does.
///
/// `None` if no difference was found or none could be: fewer than 20 slices of the rest that hold a measurement (so for
/// none, one or two measurements), a start of fewer than 30 effective samples, medians that are not positive finite
/// numbers, constant data. A start that is slow for much less than a fifth is diluted and found only if it is slower.
///
/// Source: Schruben (1982), Detecting initialization bias in simulation output, Operations Research 30; Schmeiser
/// (1982) for the slices.
pub fn start_differs(slices: &[Distribution]) -> Option<StartDifference> {
    let (start, rest) = slices.split_at_checked(slices.len() / START)?;
    let (start, whole_rest) = (Distribution::merged(start), Distribution::merged(rest));
    let rest_median = whole_rest.quantile(0.5)?;
    let ratio = start.quantile(0.5)? / rest_median;
    let change = SMALLEST_CHANGE.ln_1p();
    let matters = ratio.is_finite() && ratio > 0.0 && ratio.ln().abs() > change;
    let threshold = rest_median * change.copysign(ratio.ln()).exp();
    let (start_above, rest_above) = (
        start.above(threshold) as f64,
        whole_rest.above(threshold) as f64,
    );
    let rest = Sliced::beyond(rest, whole_rest, threshold)?;
    let (start_samples, rest_samples) = (start.count() as f64, rest.samples());
    let share = (start_above + rest_above) / (start_samples + rest_samples);
    let effective = |samples: f64| samples / rest.inflation();
    let (start_effective, rest_effective) = (effective(start_samples), effective(rest_samples));
    let error = (share * (1.0 - share) * (1.0 / start_effective + 1.0 / rest_effective)).sqrt();
    let difference = (start_above / start_samples - rest_above / rest_samples).abs();
    let noticed = start_effective >= FEWEST_EFFECTIVE
        && difference > standard_errors(FALSE_ALARMS, rest.degrees())? * error;
    (noticed && matters).then_some(StartDifference { ratio })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// So many slices of a thousand numbers from 10 to 20 in a scrambled order, the first so many of them times a factor.
    fn slices(slices: u64, changed: u64, factor: f64) -> Vec<Distribution> {
        (0..slices)
            .map(|slice| {
                let stretch = if slice < changed { factor } else { 1.0 };
                let value =
                    |index: u64| 10.0 + ((slice * 1000 + index) * 7919 % 1009) as f64 / 100.9;
                Distribution::new((0..1000).map(|index| (value(index) * stretch, 1)))
            })
            .collect()
    }

    #[test]
    fn a_start_that_is_half_as_slow_again_is_told_with_its_ratio() {
        let found = start_differs(&slices(40, 8, 1.5)).unwrap();
        assert!((found.ratio - 1.5).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn a_slow_start_is_told_where_the_rest_wanders_by_a_hair() {
        let wandering: Vec<Distribution> = (0..40)
            .map(|slice| {
                let base = if slice < 8 {
                    6.0
                } else {
                    1.0 + f64::from(slice % 5) / 1000.0
                };
                Distribution::new([(base, 30)])
            })
            .collect();
        assert!(start_differs(&wandering).unwrap().ratio > 5.9);
    }

    #[test]
    fn a_start_that_is_faster_differs_too() {
        assert!(start_differs(&slices(40, 8, 0.8)).unwrap().ratio < 0.81);
    }

    #[test]
    fn a_start_like_the_rest_and_one_that_hardly_differs_are_no_news() {
        assert_eq!(start_differs(&slices(40, 0, 1.0)), None);
        assert_eq!(start_differs(&slices(40, 8, 1.04)), None);
        assert!(start_differs(&slices(40, 8, 1.07)).is_some());
    }

    #[test]
    fn too_little_or_impossible_data_are_no_difference() {
        assert_eq!(start_differs(&[]), None);
        assert_eq!(start_differs(&slices(1, 1, 2.0)), None);
        assert_eq!(start_differs(&slices(2, 1, 2.0)), None);
        assert_eq!(start_differs(&slices(23, 4, 1.5)), None);
        assert!(start_differs(&slices(24, 4, 1.5)).is_some());
        assert_eq!(
            start_differs(&vec![Distribution::new([(5.0, 100)]); 40]),
            None
        );
        let mut never = slices(40, 0, 1.0);
        never[..8].fill(Distribution::new([(f64::INFINITY, 1000)]));
        assert_eq!(start_differs(&never), None);
        never[..8].fill(Distribution::default());
        assert_eq!(start_differs(&never), None);
    }

    proptest! {
        #[test]
        fn the_unit_does_not_matter(exponent in -8_i32..8, factor in 0.5..2.0_f64) {
            let unit = 2.0_f64.powi(exponent);
            let slices = slices(30, 6, factor);
            let scaled: Vec<Distribution> = slices
                .iter()
                .map(|slice| Distribution::new(slice.points().map(|(value, count)| (value * unit, count))))
                .collect();
            prop_assert_eq!(start_differs(&scaled), start_differs(&slices));
        }
    }
}
