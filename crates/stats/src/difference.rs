use std::f64::consts::SQRT_2;

use crate::student::{misses, standard_errors};

/// How often a two-sided 95 % interval misses the truth.
const MISSES: f64 = 0.05;

/// By how much two sides differ, with an error that was itself estimated. What is compared is up to the caller: of
/// positive quantities it is the logarithm, so that a difference is a ratio.
///
/// Assumes that the estimate divided by its error follows Student's t, as it does for means of independent values that are
/// roughly normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Current less baseline, in the unit of the values.
    pub estimate: f64,
    /// Its standard error, in the same unit; 0 where nothing varied.
    pub error: f64,
    /// Degrees of freedom with which the error is known; infinite where it was given and not estimated.
    pub degrees: f64,
}

impl Difference {
    /// Two-sided 95 % confidence interval, in the unit of the values.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let half_width = self.half_width(MISSES)?;
        Some((self.estimate - half_width, self.estimate + half_width))
    }

    /// How often a difference at least as large, to either side, would be seen if there were none: 1 for no difference,
    /// 0 for one without any error.
    pub fn p_value(&self) -> Option<f64> {
        if self.estimate == 0.0 {
            return Some(1.0);
        }
        misses(self.estimate / self.error, self.degrees)
    }

    /// The same difference seen from the other side: what was a gain is a loss.
    pub fn reversed(&self) -> Difference {
        Difference {
            estimate: -self.estimate,
            ..*self
        }
    }

    /// How many repetitions more, than the `repetitions` that either side has, would decide whether the difference is one
    /// of more than the margin, if it went on as it began: that it is above 0 where the estimate exceeds the margin, that it
    /// is below the margin elsewhere. `misses` is how often the interval that decides may miss (0.05, or less where many
    /// differences are looked at).
    ///
    /// `None` where more than `most` repetitions would be needed in all, as where the estimate is the margin.
    ///
    /// Source: Student's t with an error that shrinks with the root of the repetitions and degrees that grow with them;
    /// Cochran (1977), Sampling Techniques, section 4.6, for sizes out of a first sample.
    pub fn more_repetitions(
        &self,
        repetitions: u64,
        margin: f64,
        misses: f64,
        most: u64,
    ) -> Option<u64> {
        let gap = if self.estimate > margin {
            self.estimate
        } else {
            margin - self.estimate
        };
        (repetitions + 1..=most)
            .find(|all| {
                let growth = *all as f64 / repetitions as f64;
                let then = Difference {
                    error: self.error / growth.sqrt(),
                    degrees: self.degrees * growth,
                    ..*self
                };
                then.half_width(misses).is_some_and(|width| width < gap)
            })
            .map(|all| all - repetitions)
    }

    /// Half of a two-sided interval that misses so often; `None` for degrees that are not positive.
    fn half_width(&self, misses: f64) -> Option<f64> {
        Some(standard_errors(misses, self.degrees)? * self.error)
    }
}

/// The difference between the means of independent repetitions on two sides, whose scatter may differ: Welch's t.
///
/// `resolution` is the step in which the values were recorded, in their unit, 0 if there is none: equal values do not vary
/// less than rounding hides, so the variance on either side is at least that of rounding.
///
/// Assumes independent, roughly normal values; for times and rates those are the logarithms. `None` for fewer than two
/// values on either side and where one is not finite. Constant data have the error of their resolution.
///
/// Source: Welch (1947), The generalization of "Student's" problem when several different population variances are
/// involved, Biometrika 34; Sheppard (1898) for the variance of rounding.
pub fn welch_difference(current: &[f64], baseline: &[f64], resolution: f64) -> Option<Difference> {
    let (current, baseline) = (Mean::of(current)?, Mean::of(baseline)?);
    let squared_error = |mean: &Mean| mean.variance.max(rounding(resolution)) / mean.count;
    let (ours, theirs) = (squared_error(&current), squared_error(&baseline));
    let degrees = if ours + theirs > 0.0 {
        (ours + theirs).powi(2)
            / (ours.powi(2) / (current.count - 1.0) + theirs.powi(2) / (baseline.count - 1.0))
    } else {
        current.count + baseline.count - 2.0
    };
    Some(Difference {
        estimate: current.mean - baseline.mean,
        error: (ours + theirs).sqrt(),
        degrees,
    })
}

/// The difference between two sides that were measured in turn, pair by pair (current, baseline), so that what both met at
/// the time cancels out: the paired t.
///
/// `resolution` as in [`welch_difference`]. Assumes independent pairs whose differences are roughly normal. `None` for fewer
/// than two pairs and where a value is not finite.
///
/// Source: Student (1908), The probable error of a mean.
pub fn paired_difference(pairs: &[(f64, f64)], resolution: f64) -> Option<Difference> {
    let differences: Vec<f64> = pairs
        .iter()
        .map(|(current, baseline)| current - baseline)
        .collect();
    let mean = Mean::of(&differences)?;
    Some(Difference {
        estimate: mean.mean,
        error: (mean.variance.max(2.0 * rounding(resolution)) / mean.count).sqrt(),
        degrees: mean.count - 1.0,
    })
}

/// The difference between one more run and those of a history that it is held to: the t prediction interval. `reference` are
/// the runs that it must be like; `scatter` are stretches of runs, each around a level of its own, that tell how much runs
/// scatter: those of the reference among them, if they are to count.
///
/// `resolution` as in [`welch_difference`]. Assumes independent, roughly normal runs of one scatter in all stretches. `None`
/// without a run in `reference`, without a stretch of two runs, and where a value is not finite.
///
/// Source: Whitmore (1986), Prediction limits for a univariate normal observation, The American Statistician 40; the
/// variance is pooled within stretches.
pub fn predicted_difference<'a>(
    current: f64,
    reference: &[f64],
    scatter: impl IntoIterator<Item = &'a [f64]>,
    resolution: f64,
) -> Option<Difference> {
    if reference.is_empty() || !current.is_finite() {
        return None;
    }
    let (mut squares, mut degrees) = (0.0, 0.0);
    for mean in scatter.into_iter().filter_map(Mean::of) {
        squares += mean.variance * (mean.count - 1.0);
        degrees += mean.count - 1.0;
    }
    let count = reference.len() as f64;
    let mean = reference.iter().sum::<f64>() / count;
    let variance = (squares / degrees).max(rounding(resolution));
    (degrees > 0.0 && mean.is_finite() && variance.is_finite()).then(|| Difference {
        estimate: current - mean,
        error: (variance * (1.0 + 1.0 / count)).sqrt(),
        degrees,
    })
}

/// The difference between one run and one other, each with the standard error that it has within itself, where it is known
/// with which standard deviation runs scatter around each other.
///
/// Assumes normal scatter of both kinds. `None` where one of the numbers is not finite.
pub fn known_difference(
    current: (f64, f64),
    baseline: (f64, f64),
    between_runs: f64,
) -> Option<Difference> {
    let error = current.1.hypot(baseline.1).hypot(SQRT_2 * between_runs);
    let estimate = current.0 - baseline.0;
    (estimate.is_finite() && error.is_finite()).then_some(Difference {
        estimate,
        error,
        degrees: f64::INFINITY,
    })
}

/// The variance of what rounding to a step hides.
fn rounding(step: f64) -> f64 {
    step * step / 12.0
}

struct Mean {
    mean: f64,
    /// Of one value, not of the mean.
    variance: f64,
    count: f64,
}

impl Mean {
    /// `None` for fewer than two values, and where one is not finite.
    fn of(values: &[f64]) -> Option<Mean> {
        if values.len() < 2 || values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Some(Mean {
            mean,
            variance: squares / (count - 1.0),
            count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CURRENT: [f64; 5] = [5.1, 5.4, 4.9, 5.6, 5.2];
    const BASELINE: [f64; 4] = [4.8, 4.7, 5.0, 4.6];

    fn near(found: f64, known: f64) -> bool {
        (found - known).abs() < 1e-6
    }

    #[test]
    fn known_answer_of_independent_repetitions() {
        // scipy 1.17.1: r = ttest_ind(CURRENT, BASELINE, equal_var=False); r.pvalue, r.df, r.confidence_interval()
        let difference = welch_difference(&CURRENT, &BASELINE, 0.0).unwrap();
        let (low, high) = difference.interval().unwrap();
        assert!(
            near(difference.p_value().unwrap(), 0.0171137),
            "{difference:?}"
        );
        assert!(near(difference.degrees, 6.7487138), "{difference:?}");
        assert!(
            near(low, 0.1124759) && near(high, 0.8175241),
            "{low} {high}"
        );
    }

    #[test]
    fn known_answer_of_pairs() {
        // scipy 1.17.1: r = ttest_rel(CURRENT[:4], BASELINE); r.pvalue, r.confidence_interval()
        let pairs: Vec<(f64, f64)> = CURRENT.into_iter().zip(BASELINE).collect();
        let difference = paired_difference(&pairs, 0.0).unwrap();
        let (low, high) = difference.interval().unwrap();
        assert!(
            near(difference.p_value().unwrap(), 0.1414394),
            "{difference:?}"
        );
        assert!(
            near(low, -0.2867401) && near(high, 1.2367401),
            "{low} {high}"
        );
    }

    #[test]
    fn known_answer_of_a_prediction() {
        // scipy 1.17.1: e = array([4.8, 5.0, 4.9]); r = array([5.6, 5.4, 5.5, 5.7]); x = 6.1
        //   s2 = (((e - e.mean())**2).sum() + ((r - r.mean())**2).sum()) / 5; h = t.ppf(.975, 5) * sqrt(s2 * (1 + 1 / 4))
        //   x - r.mean() - h, x - r.mean() + h
        let reference = [5.6, 5.4, 5.5, 5.7];
        let scatter = [[4.8, 5.0, 4.9].as_slice(), &reference];
        let difference = predicted_difference(6.1, &reference, scatter, 0.0).unwrap();
        let (low, high) = difference.interval().unwrap();
        assert!(
            near(low, 0.2099440) && near(high, 0.8900560),
            "{low} {high}"
        );
        assert_eq!(difference.degrees, 5.0);
    }

    #[test]
    fn known_answer_of_one_run_against_one() {
        // scipy 1.17.1: norm.interval(.95, .2, sqrt(.03**2 + .04**2 + 2 * .05**2)); 2 * norm.sf(.2 / sqrt(...))
        let difference = known_difference((1.2, 0.03), (1.0, 0.04), 0.05).unwrap();
        let (low, high) = difference.interval().unwrap();
        assert!(
            near(low, 0.0302621) && near(high, 0.3697379),
            "{low} {high}"
        );
        assert!(near(difference.p_value().unwrap(), 0.0209213));
    }

    #[test]
    fn too_little_or_impossible_data_have_no_difference() {
        for impossible in [&[][..], &[1.0], &[1.0, f64::NAN], &[1.0, f64::INFINITY]] {
            assert_eq!(welch_difference(impossible, &BASELINE, 0.0), None);
            assert_eq!(welch_difference(&BASELINE, impossible, 0.0), None);
            let pairs: Vec<(f64, f64)> = impossible.iter().map(|value| (*value, 1.0)).collect();
            assert_eq!(paired_difference(&pairs, 0.0), None);
        }
        assert_eq!(predicted_difference(1.0, &[], [], 0.0), None);
        assert_eq!(predicted_difference(1.0, &[1.0], [], 0.0), None);
        assert_eq!(
            predicted_difference(f64::NAN, &[1.0], [[1.0, 2.0].as_slice()], 0.0),
            None
        );
        assert_eq!(
            predicted_difference(1.0, &[f64::INFINITY], [[1.0, 2.0].as_slice()], 0.0),
            None
        );
        assert_eq!(known_difference((f64::NAN, 0.1), (1.0, 0.1), 0.1), None);
    }

    #[test]
    fn constant_data_differ_without_error_unless_they_were_rounded() {
        let exact = welch_difference(&[2.0; 3], &[1.0; 3], 0.0).unwrap();
        assert_eq!(exact.interval(), Some((1.0, 1.0)));
        assert_eq!(exact.p_value(), Some(0.0));
        let same = welch_difference(&[1.0; 3], &[1.0; 3], 0.0).unwrap();
        assert_eq!(
            (same.interval(), same.p_value()),
            (Some((0.0, 0.0)), Some(1.0))
        );
        let rounded = welch_difference(&[2.0; 3], &[1.0; 3], 1.0).unwrap();
        assert!(rounded.p_value().unwrap() > 0.01, "{rounded:?}");
    }

    #[test]
    fn one_run_of_the_reference_is_enough_where_earlier_ones_tell_the_scatter() {
        let earlier = [1.0, 1.1, 0.9, 1.0, 1.05];
        let difference = predicted_difference(2.1, &[2.0], [earlier.as_slice()], 0.0).unwrap();
        assert!(near(difference.estimate, 0.1));
        assert_eq!(difference.degrees, 4.0);
    }

    #[test]
    fn repetitions_that_would_decide_are_told_for_both_kinds_of_answer() {
        let wide = |estimate: f64| Difference {
            estimate,
            error: 0.06,
            degrees: 8.0,
        };
        // scipy 1.17.1: min(k for k in range(6, 99) if t.ppf(.975, 8 * k / 5) * .06 * sqrt(5 / k) < gap) - 5, gap = .13 and .08
        assert_eq!(wide(0.13).more_repetitions(5, 0.1, 0.05, 100), Some(1));
        assert_eq!(wide(0.02).more_repetitions(5, 0.1, 0.05, 100), Some(8));
        assert_eq!(wide(0.1).more_repetitions(5, 0.1, 0.05, 100), None);
        assert!(wide(0.13).more_repetitions(5, 0.1, 0.001, 100) > Some(1));
    }

    fn values() -> impl Strategy<Value = Vec<f64>> {
        proptest::collection::vec(-10.0..10.0_f64, 2..12)
    }

    proptest! {
        #[test]
        fn the_other_way_round_it_is_the_same_with_the_other_sign(current in values(), baseline in values()) {
            let one = welch_difference(&current, &baseline, 0.0).unwrap();
            let other = welch_difference(&baseline, &current, 0.0).unwrap().reversed();
            prop_assert!((one.estimate - other.estimate).abs() < 1e-12 && (one.error - other.error).abs() < 1e-12);
        }

        #[test]
        fn the_interval_holds_0_exactly_where_p_is_above_5_percent(current in values(), baseline in values()) {
            let difference = welch_difference(&current, &baseline, 0.001).unwrap();
            let (low, high) = difference.interval().unwrap();
            let p = difference.p_value().unwrap();
            prop_assume!((p - 0.05).abs() > 1e-6);
            prop_assert_eq!(low <= 0.0 && 0.0 <= high, p > 0.05);
        }

        #[test]
        fn what_both_of_a_pair_met_does_not_count(
            pairs in proptest::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64, -9.0..9.0_f64), 2..12),
        ) {
            let plain: Vec<(f64, f64)> = pairs.iter().map(|(one, other, _)| (*one, *other)).collect();
            let shifted: Vec<(f64, f64)> =
                pairs.iter().map(|(one, other, both)| (one + both, other + both)).collect();
            let (plain, shifted) =
                (paired_difference(&plain, 0.0).unwrap(), paired_difference(&shifted, 0.0).unwrap());
            prop_assert!((plain.estimate - shifted.estimate).abs() < 1e-9);
            prop_assert!((plain.error - shifted.error).abs() < 1e-9);
        }

        #[test]
        fn a_prediction_is_never_surer_than_the_mean_it_rests_on(reference in values(), current in -10.0..10.0_f64) {
            let predicted = predicted_difference(current, &reference, [reference.as_slice()], 0.0).unwrap();
            let mean = reference.iter().sum::<f64>() / reference.len() as f64;
            let variance = reference.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
                / (reference.len() as f64 - 1.0);
            prop_assert!(predicted.error >= (variance / reference.len() as f64).sqrt());
        }
    }
}
