use statrs::distribution::{ChiSquared, Continuous, ContinuousCDF, Normal};

use crate::mixture::{Part, crossing, point};
use crate::sample_size::{TAIL, bounded_ends};
use crate::{Distribution, QuantileInterval};

/// How many deviations from the mean the normal law is followed, and in what steps: for smooth laws that die out at
/// both ends, the plain sum over even steps is as good as any quadrature.
const NORMAL_REACH: f64 = 4.0;
const NORMAL_STEPS: u32 = 12;
/// The same of χ² on a logarithmic scale: what is left out beyond each end, and the steps between.
const CHI_SQUARED_LEFT_OUT: f64 = 1e-4;
const CHI_SQUARED_STEPS: u32 = 24;
/// To what difference logarithms are searched: a hundredth of a percent, finer than a histogram.
const PRECISION: f64 = 1e-4;

/// Two-sided 95 % confidence interval of a quantile as a client sees it who may meet any restart of a service: that of
/// the mixture over all restarts, of which each of the `repetitions` measured one. `effective_samples` are those
/// within all repetitions, as [`pooled_effective_samples`](crate::pooled_effective_samples) tells them.
///
/// A high quantile of the mixture lies above the average restart's: the slow restarts make its tail. So an interval
/// around an average of the repetitions' quantiles misses it, the more repetitions the more often, and few repetitions
/// seldom hold the restart that matters. This one models restarts as stretching all latencies by a factor, lognormal
/// from restart to restart. The quantile of the mixture is then the typical restart's times a rise that grows with the
/// scatter between restarts, and which the measured shape of the distribution tells. What k repetitions leave open
/// about the typical restart (normal) and about the scatter (χ² with k − 1 degrees) goes through that rise, as a
/// generalised pivotal quantity; its 2.5 and 97.5 % points are the ends. Where the pooled quantile disagrees with the
/// model's estimate, the interval is stretched by the difference to that side, so that neither the model's error nor
/// repetitions of unlike lengths go unheard. A restart that met something of its own, as when the machine stood still, is
/// no lognormal one: by itself it must not lift the lower end, which is therefore at most the quantile of all the others.
/// The scatter is that of measured quantiles and so holds the error within repetitions already.
///
/// Assumes independent restarts, and at the quantile in question a scatter not much more skewed than a lognormal one:
/// no method can speak of a restart in ten that none of five repetitions met.
///
/// `None` for fewer than two repetitions (one has [`sliced_interval`](crate::sliced_interval)), if one of them has no
/// measurement or a quantile that is not a positive finite number, and for a quantile that is not between 0 and 1. An
/// end is `None` where so few effective samples cannot bound it (see
/// [`samples_for_interval`](crate::samples_for_interval)), and where it is beyond all numbers, as it can be for two
/// repetitions. Repetitions with one and the same quantile, so constant data too, give an interval without width.
///
/// Source: Krishnamoorthy and Mathew (2004), One-sided tolerance limits in balanced and unbalanced one-way random
/// models based on generalized confidence intervals, Technometrics 46; Weerahandi (1993), Generalized confidence
/// intervals, JASA 88. Chosen by simulation: bin-docs/intervals.md.
pub fn repeated_interval(
    repetitions: &[Distribution],
    quantile: f64,
    effective_samples: f64,
) -> Option<QuantileInterval> {
    let restarts = Restarts::new(repetitions, quantile)?;
    let outcomes = restarts.outcomes()?;
    let pooled = Distribution::merged(repetitions).quantile(quantile)?;
    let normal = Normal::standard();
    let surprise = pooled.ln() - restarts.estimate();
    let low = (point(&outcomes, &normal, TAIL) + surprise.min(0.0))
        .exp()
        .min(pooled)
        .min(restarts.without_slowest(quantile)?);
    let high = (point(&outcomes, &normal, 1.0 - TAIL) + surprise.max(0.0))
        .exp()
        .max(pooled);
    let (low_bounded, high_bounded) = bounded_ends(quantile, effective_samples);
    Some(QuantileInterval {
        low: Some(low).filter(|low| low_bounded && *low > 0.0),
        high: Some(high).filter(|high| high_bounded && high.is_finite()),
        effective_samples,
    })
}

/// The model: what one restart stretches by, on a logarithmic scale, and the common shape.
struct Restarts<'a> {
    repetitions: &'a [Distribution],
    /// Of each repetition.
    quantiles: Vec<f64>,
    /// In all repetitions.
    samples: u64,
    /// The share of measurements beyond the quantile.
    beyond: f64,
    /// Of the logarithms of those quantiles.
    mean: f64,
    variance: f64,
    /// Deviates of the standard normal law with their weights.
    normal: Vec<(f64, f64)>,
}

impl Restarts<'_> {
    fn new(repetitions: &[Distribution], quantile: f64) -> Option<Restarts<'_>> {
        let quantiles: Vec<f64> = repetitions
            .iter()
            .map(|repetition| {
                repetition
                    .quantile(quantile)
                    .filter(|value| value.is_finite() && *value > 0.0)
            })
            .collect::<Option<_>>()?;
        if repetitions.len() < 2 || !(quantile > 0.0 && quantile < 1.0) {
            return None;
        }
        let count = quantiles.len() as f64;
        let logarithms: Vec<f64> = quantiles.iter().map(|value| value.ln()).collect();
        let mean = logarithms.iter().sum::<f64>() / count;
        let squares: f64 = logarithms.iter().map(|value| (value - mean).powi(2)).sum();
        let variance = squares / (count - 1.0);
        Some(Restarts {
            repetitions,
            quantiles,
            samples: repetitions.iter().map(Distribution::count).sum(),
            beyond: 1.0 - quantile,
            mean,
            variance,
            normal: standard_normal(),
        })
    }

    /// The pooled quantile of all repetitions but the one whose own is the largest.
    fn without_slowest(&self, quantile: f64) -> Option<f64> {
        let slowest = (0..self.quantiles.len())
            .max_by(|one, other| self.quantiles[*one].total_cmp(&self.quantiles[*other]))?;
        let (before, after) = self.repetitions.split_at(slowest);
        Distribution::merged(before.iter().chain(after.iter().skip(1))).quantile(quantile)
    }

    /// Of the logarithm of the mixture's quantile.
    fn estimate(&self) -> f64 {
        self.mean + self.rise(self.variance.sqrt())
    }

    /// How far the logarithm of the mixture's quantile lies above that of the typical restart.
    fn rise(&self, scatter: f64) -> f64 {
        // At either end of the range all restarts agree on which side the mixture's quantile lies.
        let reach = NORMAL_REACH * scatter;
        crossing(-reach, reach, PRECISION, |rise| {
            let share: f64 = self
                .normal
                .iter()
                .map(|(deviate, weight)| {
                    weight * self.share_beyond((rise - deviate * scatter).exp())
                })
                .sum();
            share <= self.beyond
        })
    }

    /// The share of measurements that lie beyond so many times the quantile of their own repetition.
    fn share_beyond(&self, factor: f64) -> f64 {
        let above: u64 = self
            .repetitions
            .iter()
            .zip(&self.quantiles)
            .map(|(repetition, quantile)| repetition.above(quantile * factor))
            .sum();
        above as f64 / self.samples as f64
    }

    /// The generalised pivotal quantity: for each scatter that the measured one may have come from, where the
    /// quantile's logarithm then lies.
    fn outcomes(&self) -> Option<Vec<Part>> {
        let count = self.quantiles.len() as f64;
        let outcomes = chi_squared(count - 1.0)?
            .into_iter()
            .map(|(chi_squared, weight)| {
                let scatter = (self.variance * (count - 1.0) / chi_squared).sqrt();
                Part {
                    mean: self.mean + self.rise(scatter),
                    error: scatter / count.sqrt(),
                    weight,
                }
            })
            .collect();
        Some(outcomes)
    }
}

/// Deviates with weights that sum to 1.
fn standard_normal() -> Vec<(f64, f64)> {
    weighted(-NORMAL_REACH, NORMAL_REACH, NORMAL_STEPS, |deviate| {
        (-deviate * deviate / 2.0).exp()
    })
}

/// Values with weights that sum to 1.
fn chi_squared(degrees: f64) -> Option<Vec<(f64, f64)>> {
    let law = ChiSquared::new(degrees).ok()?;
    let low = law.inverse_cdf(CHI_SQUARED_LEFT_OUT).ln();
    let high = law.inverse_cdf(1.0 - CHI_SQUARED_LEFT_OUT).ln();
    let density = |logarithm: f64| law.pdf(logarithm.exp()) * logarithm.exp();
    let nodes = weighted(low, high, CHI_SQUARED_STEPS, density);
    Some(
        nodes
            .into_iter()
            .map(|(logarithm, weight)| (logarithm.exp(), weight))
            .collect(),
    )
}

/// Even steps with the density there, as weights that sum to 1.
fn weighted(low: f64, high: f64, steps: u32, density: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let place = |step: u32| low + (high - low) * f64::from(step) / f64::from(steps);
    let nodes: Vec<(f64, f64)> = (0..=steps)
        .map(place)
        .map(|place| (place, density(place)))
        .collect();
    let total: f64 = nodes.iter().map(|(_, density)| density).sum();
    nodes
        .into_iter()
        .map(|(place, density)| (place, density / total))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A restart whose latencies are exponential, with so many measurements at the middles of equal shares.
    fn exponential(mean: f64, measurements: u32) -> Distribution {
        let latency =
            |place: u32| -mean * (-(f64::from(place) + 0.5) / f64::from(measurements)).ln_1p();
        Distribution::new((0..measurements).map(|place| (latency(place), 1)))
    }

    fn once_each(values: &[f64]) -> Distribution {
        Distribution::new(values.iter().map(|value| (*value, 1)))
    }

    #[test]
    fn known_answers() {
        // numpy 2.4.6, scipy 1.17.1, for exponential latencies of means m = [4, 5, 6, 5, 4.5]; a = -log1p(-q):
        //   L = log(a * array(m)); s2 = L.var(ddof=1); z = linspace(-8, 8, 4001); w = norm.pdf(z) / norm.pdf(z).sum()
        //   rise = lambda s: brentq(lambda r: w @ exp(-a * exp(r - s * z)) - (1 - q), -9 * s, 9 * s)
        //   s = sqrt(4 * s2 / chi2.ppf((arange(4000) + .5) / 4000, 4)); g = [rise(x) for x in s]
        //   end = lambda p: brentq(lambda x: norm.cdf((x - L.mean() - g) / (s / sqrt(5))).mean() - p, -60, 60)
        //   d = log(brentq(lambda x: exp(-x / array(m)).mean() - (1 - q), 1e-3, 1e5)) - L.mean() - rise(sqrt(s2))
        //   exp(end(.025) + min(0, d)), exp(end(.975) + max(0, d))
        let restarts = [4.0, 5.0, 6.0, 5.0, 4.5].map(|mean| exponential(mean, 20_000));
        for (quantile, low, high) in [
            (0.50, 2.760_289, 4.010_719),
            (0.95, 12.809_071, 19.413_919),
            (0.99, 20.249_683, 32.756_834),
        ] {
            let interval = repeated_interval(&restarts, quantile, 1e5).unwrap();
            let near = |end: Option<f64>, known: f64| (end.unwrap() / known - 1.0).abs() < 0.003;
            assert!(
                near(interval.low, low) && near(interval.high, high),
                "{quantile}: {interval:?}"
            );
        }
    }

    #[test]
    fn a_high_quantile_may_lie_far_above_every_repetition_s_and_hardly_below() {
        let restarts = [4.0, 5.0, 6.0, 5.0, 4.5].map(|mean| exponential(mean, 2_000));
        let interval = repeated_interval(&restarts, 0.99, 1e4).unwrap();
        let pooled = Distribution::merged(&restarts).quantile(0.99).unwrap();
        assert!(interval.high.unwrap() / pooled > pooled / interval.low.unwrap());
    }

    #[test]
    fn fewer_than_two_repetitions_have_no_interval() {
        let one = exponential(1.0, 100);
        assert_eq!(repeated_interval(&[], 0.5, 100.0), None);
        assert_eq!(
            repeated_interval(std::slice::from_ref(&one), 0.5, 100.0),
            None
        );
        assert_eq!(
            repeated_interval(&[one, Distribution::default()], 0.5, 100.0),
            None
        );
    }

    #[test]
    fn two_repetitions_that_differ_know_next_to_nothing() {
        let restarts = [1.0, 1.1].map(|mean| exponential(mean, 1_000));
        let interval = repeated_interval(&restarts, 0.5, 2e3).unwrap();
        let width = interval
            .high
            .zip(interval.low)
            .map(|(high, low)| high / low);
        assert!(width.is_none_or(|width| width > 3.0), "{interval:?}");
    }

    #[test]
    fn a_single_restart_that_met_something_of_its_own_does_not_lift_the_lower_end() {
        let repetition = |stretch: f64| {
            Distribution::new((1..=1000).map(|value| (f64::from(value) * stretch, 1)))
        };
        let restarts = [1.0, 1.02, 0.98, 1.01, 20.0].map(repetition);
        let interval = repeated_interval(&restarts, 0.99, 5000.0).unwrap();
        assert!(interval.low.unwrap() <= 1020.0, "{interval:?}");
        assert!(interval.high.unwrap() > 10_000.0, "{interval:?}");
    }

    #[test]
    fn too_few_effective_samples_leave_the_far_end_open() {
        let restarts = [4.0, 5.0, 6.0].map(|mean| exponential(mean, 1_000));
        let ends = |quantile: f64, effective_samples: f64| {
            let interval = repeated_interval(&restarts, quantile, effective_samples).unwrap();
            (interval.low.is_some(), interval.high.is_some())
        };
        assert_eq!(ends(0.99, 368.0), (true, true));
        assert_eq!(ends(0.99, 367.0), (true, false));
        assert_eq!(ends(0.01, 367.0), (false, true));
        assert_eq!(ends(0.5, f64::NAN), (false, false));
    }

    #[test]
    fn constant_data_have_an_interval_without_width() {
        let constant = vec![Distribution::new([(5.0, 100)]); 3];
        let interval = repeated_interval(&constant, 0.95, 300.0).unwrap();
        assert!(
            (interval.low.unwrap() - 5.0).abs() < 1e-9
                && (interval.high.unwrap() - 5.0).abs() < 1e-9
        );
    }

    #[test]
    fn what_has_no_logarithm_or_is_no_quantile_has_no_interval() {
        let positive = once_each(&[1.0, 2.0, 3.0]);
        for impossible in [0.0, -1.0, f64::INFINITY] {
            let repetitions = [positive.clone(), once_each(&[impossible; 3])];
            assert_eq!(
                repeated_interval(&repetitions, 0.5, 6.0),
                None,
                "{impossible}"
            );
        }
        for quantile in [0.0, 1.0, -0.5, f64::NAN] {
            let repetitions = [positive.clone(), positive.clone()];
            assert_eq!(
                repeated_interval(&repetitions, quantile, 6.0),
                None,
                "{quantile}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn the_interval_holds_the_pooled_quantile_and_scales_with_the_unit(
            values in proptest::collection::vec(proptest::collection::vec(0.1..1e3_f64, 1..50), 3..8),
            quantile in 0.01..0.99_f64,
        ) {
            let repetitions = |factor: f64| -> Vec<Distribution> {
                values
                    .iter()
                    .map(|of_one| once_each(&of_one.iter().map(|value| value * factor).collect::<Vec<_>>()))
                    .collect()
            };
            let interval = repeated_interval(&repetitions(1.0), quantile, 1e6).unwrap();
            let pooled = Distribution::merged(&repetitions(1.0)).quantile(quantile).unwrap();
            prop_assert!(interval.low.is_none_or(|low| low <= pooled));
            prop_assert!(interval.high.is_none_or(|high| pooled <= high));
            let scaled = repeated_interval(&repetitions(4.0), quantile, 1e6).unwrap();
            let same = |one: Option<f64>, other: Option<f64>| match (one, other) {
                (Some(one), Some(other)) => (other / one / 4.0 - 1.0).abs() < 2e-3,
                (None, None) => true,
                _ => false,
            };
            prop_assert!(same(interval.low, scaled.low) && same(interval.high, scaled.high));
        }

        #[test]
        fn the_order_of_repetitions_does_not_matter(
            means in proptest::collection::vec(1.0..2.0_f64, 2..7),
        ) {
            let mut restarts: Vec<Distribution> = means.iter().map(|mean| exponential(*mean, 200)).collect();
            let interval = repeated_interval(&restarts, 0.95, 1e3).unwrap();
            restarts.reverse();
            let reversed = repeated_interval(&restarts, 0.95, 1e3).unwrap();
            let low = reversed.low.zip(interval.low).is_none_or(|(one, other)| (one / other - 1.0).abs() < 1e-3);
            let high = reversed.high.zip(interval.high).is_none_or(|(one, other)| (one / other - 1.0).abs() < 1e-3);
            prop_assert!(low && high);
        }
    }
}
