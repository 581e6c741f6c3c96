/// p-values of questions that were asked together, each corrected so that the chance of even one false alarm among all is
/// below the level that the corrected value is held to: Holm's step-down method. Same order as they came.
///
/// Assumes nothing about how the questions depend on each other. Empty for none; one stays as it is. NaN counts as 1:
/// what is not known is no alarm.
///
/// Source: Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let count = p_values.len();
    let mut largest = 0.0_f64;
    corrected(p_values, |ascending| {
        ascending
            .iter()
            .enumerate()
            .map(|(rank, p)| {
                largest = largest.max(p * (count - rank) as f64);
                largest.min(1.0)
            })
            .collect()
    })
}

/// p-values of questions that were asked together, each corrected so that of all alarms at a level at most that share is
/// false in the mean: the step-up method of Benjamini and Hochberg. Same order as they came.
///
/// Assumes questions that are independent or depend on each other positively, as the quantiles of one latency do. Empty
/// for none; one stays as it is. NaN counts as 1.
///
/// Source: Benjamini and Hochberg (1995), Controlling the false discovery rate, Journal of the Royal Statistical Society B
/// 57; Benjamini and Yekutieli (2001), Annals of Statistics 29, for positive dependence.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let count = p_values.len();
    corrected(p_values, |ascending| {
        let mut smallest = 1.0_f64;
        let mut descending: Vec<f64> = ascending
            .iter()
            .enumerate()
            .rev()
            .map(|(rank, p)| {
                smallest = smallest.min(p * count as f64 / (rank + 1) as f64);
                smallest
            })
            .collect();
        descending.reverse();
        descending
    })
}

/// Corrects the values in ascending order, and puts them back into theirs.
fn corrected(p_values: &[f64], correct: impl FnOnce(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let p_values: Vec<f64> = p_values
        .iter()
        .map(|p| if p.is_nan() { 1.0 } else { *p })
        .collect();
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|one, other| p_values[*one].total_cmp(&p_values[*other]));
    let ascending: Vec<f64> = order.iter().map(|place| p_values[*place]).collect();
    let mut result = vec![1.0; p_values.len()];
    for (place, p) in order.into_iter().zip(correct(&ascending)) {
        result[place] = p;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const P_VALUES: [f64; 6] = [0.01, 0.04, 0.03, 0.005, 0.55, 0.02];

    fn near(found: &[f64], known: &[f64]) -> bool {
        found.len() == known.len()
            && found
                .iter()
                .zip(known)
                .all(|(one, other)| (one - other).abs() < 1e-9)
    }

    #[test]
    fn known_answers() {
        // By hand after Holm: ascending .005 .01 .02 .03 .04 .55 times 6 5 4 3 2 1, then the running maximum.
        let holm = holm(&P_VALUES);
        assert!(
            near(&holm, &[0.05, 0.09, 0.09, 0.03, 0.55, 0.08]),
            "{holm:?}"
        );
        // scipy 1.17.1: false_discovery_control(P_VALUES)
        let found = benjamini_hochberg(&P_VALUES);
        assert!(
            near(&found, &[0.03, 0.048, 0.045, 0.03, 0.55, 0.04]),
            "{found:?}"
        );
    }

    #[test]
    fn none_stay_none_and_one_stays_as_it_is() {
        for correct in [holm, benjamini_hochberg] {
            assert!(correct(&[]).is_empty());
            assert_eq!(correct(&[0.03]), [0.03]);
            assert_eq!(correct(&[f64::NAN, 0.01]), [1.0, 0.02]);
        }
    }

    proptest! {
        #[test]
        fn corrected_values_are_larger_keep_their_order_and_holm_s_are_the_larger(
            p_values in proptest::collection::vec(0.0..=1.0_f64, 1..40),
        ) {
            let (holm, found) = (holm(&p_values), benjamini_hochberg(&p_values));
            for one in 0..p_values.len() {
                let rounding = 1e-12;
                prop_assert!(p_values[one] <= found[one] + rounding);
                prop_assert!(found[one] <= holm[one] + rounding && holm[one] <= 1.0);
                for other in 0..p_values.len() {
                    if p_values[one] <= p_values[other] {
                        prop_assert!(holm[one] <= holm[other] && found[one] <= found[other]);
                    }
                }
            }
        }
    }
}
