use crate::Distribution;
use crate::sample_size::bounded_ends;
use crate::student::standard_errors;

/// Fewer slices than these know too little of their own variance.
pub const FEWEST_SLICES: usize = 20;

/// A two-sided 95 % confidence interval of a quantile, in the unit of the measurements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantileInterval {
    /// The lower end; `None` where the samples cannot bound it.
    pub low: Option<f64>,
    /// The upper end; `None` where the samples cannot bound it, as with few samples of a high quantile.
    pub high: Option<f64>,
    /// How many independent measurements would have told as much about this quantile within the repetitions.
    pub effective_samples: f64,
}

/// Two-sided 95 % confidence interval of a quantile of one repetition (one process, one run in one piece), out of its
/// time `slices` in time order: 20 to 64 of about equal length.
///
/// The share of measurements beyond the quantile is a mean of autocorrelated zeros and ones. Its variance is read from
/// how that share differs from slice to slice, by the ratio estimator (a slice weighs by its count). Neighbours are first
/// joined to 20 to 39 slices: longer ones are less alike, and 19 degrees are enough. Where neighbours are alike still, twice
/// their covariance is added, as if slices were twice as long and the bias extrapolated away. The variance is never below
/// that of independent measurements: a sample that seems better than one seems so by chance; and where nothing lies beyond
/// the quantile, as with constant data, it is just that. The ranks that the share may have had, by Student's t with as many
/// degrees as slices less one, are turned back into values.
///
/// Assumes a stationary process, and slices at least as long as its autocorrelation. It says nothing of what a restart
/// would change: see [`repeated_interval`](crate::repeated_interval) for that.
///
/// `None` for fewer than 20 slices that hold a measurement (so for none, one or two measurements), and for a quantile
/// that is not between 0 and 1. An end is `None` where the rank lies outside the measurements, where so few effective
/// samples cannot bound it (see [`samples_for_interval`](crate::samples_for_interval)), and where it is infinite.
/// Constant data give an interval without width.
///
/// Source: Woodruff (1952), Confidence intervals for medians and other position measures, JASA 47; Schmeiser (1982),
/// Batch size effects in the analysis of simulation output, Operations Research 30, for 10 to 30 slices; Cochran (1977),
/// Sampling Techniques, section 2.11, for the ratio; Vats and Flegal (2022), Lugsail lag windows for estimating
/// time-average covariance matrices, Biometrika 109, for the extrapolation.
pub fn sliced_interval(slices: &[Distribution], quantile: f64) -> Option<QuantileInterval> {
    let one = Sliced::at(slices, quantile)?;
    let effective_samples = one.samples() / one.inflation();
    let error = (quantile * (1.0 - quantile) / effective_samples).sqrt();
    let margin = standard_errors(0.05, one.degrees())? * error;
    let value_at = |quantile| {
        one.pooled
            .quantile(quantile)
            .filter(|value: &f64| value.is_finite())
    };
    let (low, high) = bounded_ends(quantile, effective_samples);
    Some(QuantileInterval {
        low: low.then(|| value_at(quantile - margin)).flatten(),
        high: high.then(|| value_at(quantile + margin)).flatten(),
        effective_samples,
    })
}

/// How many independent measurements would have told as much about a quantile within several repetitions, each given by
/// its measurements and its own effective samples, as [`sliced_interval`] tells them.
///
/// What is averaged is by how much autocorrelation inflates the variance, and not the effective samples, as a factor that
/// came out small by chance would otherwise outweigh the others.
///
/// `None` without repetitions.
pub fn pooled_effective_samples(repetitions: impl IntoIterator<Item = (u64, f64)>) -> Option<f64> {
    let (mut samples, mut inflated) = (0.0, 0.0);
    for (own_samples, own_effective) in repetitions {
        let own_samples = own_samples as f64;
        samples += own_samples;
        inflated += own_samples * own_samples / own_effective;
    }
    (samples > 0.0).then(|| samples * samples / inflated)
}

/// One repetition, and how many measurements of each of its slices lie beyond a threshold.
pub struct Sliced {
    pub pooled: Distribution,
    tallies: Vec<Tally>,
}

/// How many of so many measurements lie beyond a threshold.
#[derive(Clone, Copy, Debug)]
struct Tally {
    above: f64,
    count: f64,
}

impl Sliced {
    /// `None` for fewer than 20 slices that hold a measurement, and for a quantile that is not between 0 and 1.
    pub fn at(slices: &[Distribution], quantile: f64) -> Option<Sliced> {
        let pooled = Distribution::merged(slices);
        let threshold = pooled
            .quantile(quantile)
            .filter(|_| quantile > 0.0 && quantile < 1.0)?;
        Sliced::beyond(slices, pooled, threshold)
    }

    /// The same at a threshold, of slices that are together `pooled`.
    pub fn beyond(slices: &[Distribution], pooled: Distribution, threshold: f64) -> Option<Sliced> {
        let tallies: Vec<Tally> = slices
            .iter()
            .filter(|slice| slice.count() > 0)
            .map(|slice| Tally {
                above: slice.above(threshold) as f64,
                count: slice.count() as f64,
            })
            .collect();
        (tallies.len() >= FEWEST_SLICES).then(|| Sliced {
            pooled,
            tallies: coarse(&tallies),
        })
    }

    /// The number of measurements.
    pub fn samples(&self) -> f64 {
        self.pooled.count() as f64
    }

    /// Of the variance between slices.
    pub fn degrees(&self) -> f64 {
        self.tallies.len() as f64 - 1.0
    }

    /// By how much the variance of the share beyond the threshold exceeds that of independent measurements; at least 1.
    pub fn inflation(&self) -> f64 {
        inflation(&self.tallies)
    }
}

/// As many neighbours joined as leave the fewest slices, and fewer than twice those.
fn coarse(tallies: &[Tally]) -> Vec<Tally> {
    let joined = (tallies.len() / FEWEST_SLICES).max(1);
    tallies.chunks(joined).map(sum).collect()
}

fn sum(tallies: &[Tally]) -> Tally {
    Tally {
        above: tallies.iter().map(|tally| tally.above).sum(),
        count: tallies.iter().map(|tally| tally.count).sum(),
    }
}

fn inflation(tallies: &[Tally]) -> f64 {
    let Tally { above, count } = sum(tallies);
    let share = above / count;
    let residuals: Vec<f64> = tallies
        .iter()
        .map(|tally| tally.above - share * tally.count)
        .collect();
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    let neighbours: f64 = residuals
        .windows(2)
        .map(|pair| pair.iter().product::<f64>())
        .sum();
    let slices = tallies.len() as f64;
    let variance = slices / (slices - 1.0) * (squares + 2.0 * neighbours.max(0.0));
    let independent = above * (1.0 - share);
    if independent > 0.0 {
        (variance / independent).max(1.0)
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Slices of the numbers from 0 on, each number as often as a fixed scrambling puts it there.
    fn slices(slices: usize, each: usize) -> Vec<Distribution> {
        (0..slices)
            .map(|slice| {
                let value = |index: usize| ((slice * each + index) * 7919 % (slices * each)) as f64;
                Distribution::new((0..each).map(|index| (value(index), 1)))
            })
            .collect()
    }

    #[test]
    fn known_answer() {
        // numpy 2.4.6, scipy 1.17.1: a slice j of 20 holds 20 + j numbers, of which 8 + 3 * (j % 4) are 2, the rest 1
        //   m = 20 + arange(20); e = 8 + 3 * (arange(20) % 4); d = e - e.sum() / m.sum() * m; p = e.sum() / m.sum()
        //   20 / 19 * (d @ d + 2 * max(0, d[1:] @ d[:-1])) / (m.sum() * p * (1 - p)) -> 2.8296752
        let slices: Vec<Tally> = (0..20)
            .map(|slice| Tally {
                above: f64::from(8 + 3 * (slice % 4)),
                count: f64::from(20 + slice),
            })
            .collect();
        assert!(
            (inflation(&slices) - 2.829_675_2).abs() < 1e-6,
            "{}",
            inflation(&slices)
        );
    }

    #[test]
    fn independent_samples_give_the_interval_of_ranks() {
        // scipy 1.17.1: 8000 * (.95 + array([-1, 1]) * t.ppf(.975, 19) * sqrt(.95 * .05 / 8000)) -> ranks 7559.2, 7640.8
        let interval = sliced_interval(&slices(20, 400), 0.95).unwrap();
        assert_eq!(
            interval,
            QuantileInterval {
                low: Some(7559.0),
                high: Some(7640.0),
                effective_samples: 8000.0
            }
        );
    }

    #[test]
    fn slices_that_differ_make_samples_worth_less() {
        let worth =
            |slices: &[Distribution]| sliced_interval(slices, 0.5).unwrap().effective_samples;
        let alike = worth(&slices(32, 100));
        let mut drifting = slices(32, 100);
        drifting.sort_by(|one, other| one.quantile(0.5).partial_cmp(&other.quantile(0.5)).unwrap());
        let shifted: Vec<Distribution> = (0_u32..32)
            .zip(&drifting)
            .map(|(slice, part)| {
                Distribution::new(
                    part.points()
                        .map(|(value, count)| (value + f64::from(slice) * 50.0, count)),
                )
            })
            .collect();
        let shifted = worth(&shifted);
        assert!(shifted < alike / 10.0, "{shifted} of {alike}");
    }

    #[test]
    fn a_repetition_that_looks_good_by_chance_does_not_outweigh_the_others() {
        let (good, bad) = ((200, 200.0), (200, 10.0));
        let both = pooled_effective_samples([good, bad]).unwrap();
        assert!((both - 400.0 * 400.0 / (200.0 + 4000.0)).abs() < 1e-9);
        assert!(both < 4.0 * bad.1);
        assert_eq!(pooled_effective_samples([bad]), Some(10.0));
        assert_eq!(pooled_effective_samples([]), None);
    }

    #[test]
    fn too_few_slices_have_no_interval_and_empty_ones_do_not_count() {
        assert_eq!(sliced_interval(&[], 0.5), None);
        assert_eq!(sliced_interval(&slices(1, 1), 0.5), None);
        assert_eq!(sliced_interval(&slices(1, 2), 0.5), None);
        assert_eq!(sliced_interval(&slices(19, 100), 0.5), None);
        let mut padded = slices(19, 100);
        padded.resize(64, Distribution::default());
        assert_eq!(sliced_interval(&padded, 0.5), None);
        let mut full = slices(25, 100);
        let interval = sliced_interval(&full, 0.5);
        full.insert(7, Distribution::default());
        assert_eq!(sliced_interval(&full, 0.5), interval);
    }

    #[test]
    fn an_end_that_too_few_samples_cannot_bound_is_open() {
        let interval =
            |each: usize, quantile: f64| sliced_interval(&slices(20, each), quantile).unwrap();
        assert_eq!(interval(15, 0.99).high, None);
        assert!(interval(15, 0.99).low.is_some());
        assert!(interval(30, 0.99).high.is_some());
        assert_eq!(interval(15, 0.01).low, None);
        assert_eq!(interval(100, 0.999).high, None);
    }

    #[test]
    fn constant_data_have_an_interval_without_width() {
        let constant = vec![Distribution::new([(5.0, 100)]); 20];
        let interval = QuantileInterval {
            low: Some(5.0),
            high: Some(5.0),
            effective_samples: 2000.0,
        };
        assert_eq!(sliced_interval(&constant, 0.95), Some(interval));
    }

    #[test]
    fn an_infinite_end_is_open_and_what_is_no_quantile_has_no_interval() {
        let never = vec![Distribution::new([(5.0, 50), (f64::INFINITY, 50)]); 20];
        let interval = sliced_interval(&never, 0.5).unwrap();
        assert_eq!((interval.low, interval.high), (Some(5.0), None));
        for quantile in [0.0, 1.0, -1.0, f64::NAN] {
            assert_eq!(sliced_interval(&never, quantile), None, "{quantile}");
        }
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_pooled_quantile_and_no_sample_counts_twice(
            values in proptest::collection::vec(proptest::collection::vec(0.0..1e3_f64, 1..60), 20..65),
            quantile in 0.01..0.99_f64,
        ) {
            let slices: Vec<Distribution> = values
                .iter()
                .map(|slice| Distribution::new(slice.iter().map(|value| (*value, 1))))
                .collect();
            let pooled = Distribution::merged(&slices);
            let interval = sliced_interval(&slices, quantile).unwrap();
            let estimate = pooled.quantile(quantile).unwrap();
            prop_assert!(interval.low.is_none_or(|low| low <= estimate));
            prop_assert!(interval.high.is_none_or(|high| estimate <= high));
            prop_assert!(interval.effective_samples <= pooled.count() as f64 * (1.0 + 1e-9));
            prop_assert!(interval.effective_samples > 0.0);
        }

        #[test]
        fn the_unit_does_not_matter(
            values in proptest::collection::vec(proptest::collection::vec(0.1..1e3_f64, 1..30), 20..65),
        ) {
            let slices = |factor: f64| -> Vec<Distribution> {
                values
                    .iter()
                    .map(|slice| Distribution::new(slice.iter().map(|value| (value * factor, 1))))
                    .collect()
            };
            let interval = sliced_interval(&slices(1.0), 0.5).unwrap();
            let scaled = sliced_interval(&slices(4.0), 0.5).unwrap();
            prop_assert_eq!(scaled.low, interval.low.map(|low| low * 4.0));
            prop_assert_eq!(scaled.high, interval.high.map(|high| high * 4.0));
        }
    }
}
