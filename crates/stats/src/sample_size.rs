/// What may lie beyond each end of a two-sided 95 % interval.
pub const TAIL: f64 = 0.025;

/// The fewest independent samples out of which a two-sided 95 % confidence interval of a quantile, made of two of
/// those samples, is bounded at both ends.
///
/// Whatever the distribution, the quantile q lies above the largest of n samples with probability qⁿ, and below the
/// smallest with (1 − q)ⁿ. Where one of these is more than 2.5 %, not even that sample can be the end of the interval
/// on that side. So n is the smallest number with max(q, 1 − q)ⁿ ≤ 2.5 %.
///
/// Assumes independent samples of a continuous distribution; autocorrelated ones count for fewer.
/// `None` for a quantile that is not between 0 and 1.
///
/// Source: Thompson (1936), On confidence ranges for the median and other expectation distributions for populations
/// of unknown distribution form; David and Nagaraja (2003), Order Statistics, section 7.1.
pub fn samples_for_interval(quantile: f64) -> Option<u64> {
    let farther = quantile.max(1.0 - quantile);
    (quantile > 0.0 && farther < 1.0).then(|| (TAIL.ln() / farther.ln()).ceil() as u64)
}

/// Whether so many independent samples bound the low and the high end of such an interval: the same, end by end.
pub fn bounded_ends(quantile: f64, samples: f64) -> (bool, bool) {
    (
        (1.0 - quantile).powf(samples) <= TAIL,
        quantile.powf(samples) <= TAIL,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_answers() {
        // scipy 1.17.1: min(n for n in range(1, 5000) if max(binom.pmf(n, n, q), binom.pmf(0, n, q)) <= 0.025)
        for (quantile, samples) in [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368), (0.999, 3688)] {
            assert_eq!(samples_for_interval(quantile), Some(samples), "{quantile}");
        }
    }

    #[test]
    fn what_is_no_quantile_has_no_interval() {
        for quantile in [0.0, 1.0, -0.5, 1.5, f64::NAN, f64::INFINITY] {
            assert_eq!(samples_for_interval(quantile), None, "{quantile}");
        }
    }

    proptest! {
        #[test]
        fn it_is_the_smallest_number_that_bounds_both_ends(quantile in 1e-4..0.9999_f64) {
            let samples = samples_for_interval(quantile).unwrap();
            let beyond = |samples: u64| quantile.max(1.0 - quantile).powf(samples as f64);
            prop_assert!(beyond(samples) <= TAIL * (1.0 + 1e-9));
            prop_assert!(beyond(samples - 1) > TAIL * (1.0 - 1e-9));
            prop_assert_eq!(samples_for_interval(1.0 - quantile), Some(samples));
        }

        #[test]
        fn both_ends_are_bounded_from_that_number_on(quantile in 1e-3..0.999_f64) {
            let samples = samples_for_interval(quantile).unwrap() as f64;
            let (low, high) = bounded_ends(quantile, samples + 0.01);
            prop_assert!(low && high);
            let (low, high) = bounded_ends(quantile, samples - 1.01);
            prop_assert!(!(low && high));
        }
    }
}
