use schema::evidence::Verdict;
use stats::Difference;

/// A change smaller than this is none: the last bits of a double must not decide.
const ROUNDING: f64 = 1e-9;
/// What a difference with its interval means, in the direction of worse.
///
/// Regressed: surely worse (`sure`, which counts how many metrics were looked at), and by more than the margin as
/// far as can be told; under `strict` surely by more than it. Improved: the same the other way round. Unchanged: surely within
/// the margin to both sides. Not worse: surely not worse by more than the margin. The rest does not decide.
pub(crate) fn verdict(worse: &Difference, margin: f64, sure: bool, strict: bool) -> Verdict {
    let Some((low, high)) = worse.interval() else {
        return Verdict::Inconclusive;
    };
    let beyond = margin + ROUNDING;
    let regressed = worse.estimate > beyond && (!strict || low > beyond);
    let improved = worse.estimate < -beyond && (!strict || high < -beyond);
    if sure && regressed {
        Verdict::Regressed
    } else if sure && improved {
        Verdict::Improved
    } else if -margin < low && high < margin {
        Verdict::Unchanged
    } else if high < margin {
        Verdict::NotWorse
    } else {
        Verdict::Inconclusive
    }
}

/// The point rule, where no error is known: worse or better by more than the margin.
pub(crate) fn point(worse_by: f64, margin: f64) -> Verdict {
    if worse_by > margin + ROUNDING {
        Verdict::Regressed
    } else if worse_by < -margin - ROUNDING {
        Verdict::Improved
    } else {
        Verdict::Unchanged
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn judged(estimate: f64, error: f64, strict: bool) -> Verdict {
        let difference = Difference {
            estimate,
            error,
            degrees: 8.0,
        };
        let sure = difference.p_value().unwrap() < 0.05;
        verdict(&difference, 0.1, sure, strict)
    }

    #[test]
    fn each_verdict_is_what_the_interval_says() {
        // Half of an interval is 2.306 times the error.
        for (estimate, error, expected) in [
            (0.15, 0.03, Verdict::Regressed),
            (-0.15, 0.03, Verdict::Improved),
            (0.02, 0.03, Verdict::Unchanged),
            (0.06, 0.01, Verdict::Unchanged),
            (-0.06, 0.05, Verdict::NotWorse),
            (0.05, 0.04, Verdict::Inconclusive),
            (0.15, 0.09, Verdict::Inconclusive),
        ] {
            assert_eq!(
                judged(estimate, error, false),
                expected,
                "{estimate} ± {error}"
            );
        }
    }

    #[test]
    fn under_strict_a_regression_must_be_proven_to_exceed_the_margin() {
        assert_eq!(judged(0.15, 0.03, true), Verdict::Inconclusive);
        assert_eq!(judged(0.18, 0.03, true), Verdict::Regressed);
    }

    #[test]
    fn one_metric_of_many_must_be_surer() {
        let difference = Difference {
            estimate: 0.15,
            error: 0.05,
            degrees: 8.0,
        };
        assert_eq!(verdict(&difference, 0.1, true, false), Verdict::Regressed);
        assert_eq!(
            verdict(&difference, 0.1, false, false),
            Verdict::Inconclusive
        );
    }

    #[test]
    fn a_change_of_exactly_the_threshold_is_none() {
        for baseline in [0.3, 1.1, 3.0, 7.7, 20.0, 1234.567_f64] {
            let worse = (baseline * 1.1).ln() - baseline.ln();
            assert_eq!(
                point(worse, 0.1_f64.ln_1p()),
                Verdict::Unchanged,
                "{baseline}"
            );
        }
        assert_eq!(point(f64::INFINITY, 0.1), Verdict::Regressed);
    }

    proptest! {
        #[test]
        fn what_is_worse_is_never_judged_better(
            estimate in -0.5..0.5_f64, worse_by in 0.0..0.5_f64, error in 0.001..0.2_f64, strict: bool,
        ) {
            let rank = |verdict: Verdict| match verdict {
                Verdict::Improved => 0,
                Verdict::NotWorse | Verdict::Unchanged => 1,
                Verdict::Inconclusive => 2,
                _ => 3,
            };
            // Where nothing is certain nothing is ranked: an improvement that cannot be told is inconclusive too.
            prop_assume!(judged(estimate, error, strict) != Verdict::Inconclusive);
            prop_assert!(rank(judged(estimate, error, strict)) <= rank(judged(estimate + worse_by, error, strict)));
        }
    }
}
