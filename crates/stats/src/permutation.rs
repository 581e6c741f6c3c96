/// More exchanges than these are not gone through: two sides of eight have 12,870.
const MOST_EXCHANGES: u64 = 16_384;
/// By how much two sums of the same numbers in another order may differ.
const ROUNDING: f64 = 1e-9;

/// How often a difference between the means of two sides at least as large as the one seen, to either side, comes about if
/// their values are exchanged at will: the exact permutation test.
///
/// Assumes only that, if there is no difference, every exchange is as likely: independent repetitions under the same
/// conditions. Few repetitions cannot have a small answer: of three and three it is at least 0.1.
///
/// `None` without a value on either side, where one is not finite, and for more than 16,384 exchanges (two sides of more
/// than eight). 1 for constant data.
///
/// Source: Fisher (1935), The Design of Experiments; Pitman (1937), Significance tests which may be applied to samples from
/// any populations, Journal of the Royal Statistical Society 4.
pub fn permutation_test(current: &[f64], baseline: &[f64]) -> Option<f64> {
    let all: Vec<f64> = current.iter().chain(baseline).copied().collect();
    let (size, count) = (current.len(), all.len());
    if current.is_empty() || baseline.is_empty() || all.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let exchanges = combinations(count, size).filter(|exchanges| *exchanges <= MOST_EXCHANGES)?;
    let mean = all.iter().sum::<f64>() / count as f64;
    let scale: f64 = all.iter().map(|value| (value - mean).abs()).sum();
    // With the common mean taken out, the sum of one side alone tells the difference.
    let sum = |chosen: u64| -> f64 {
        (0..count)
            .filter(|place| chosen >> place & 1 == 1)
            .map(|place| all[place] - mean)
            .sum()
    };
    let seen = sum((1 << size) - 1).abs() - ROUNDING * scale;
    let as_large = subsets(count, size)
        .filter(|chosen| sum(*chosen).abs() >= seen)
        .count();
    Some(as_large as f64 / exchanges as f64)
}

/// The same of pairs (current, baseline), in which only the two of one pair are exchanged: the exact test of signs and sizes.
///
/// `None` without a pair, where a value is not finite, and for more than 16,384 exchanges (14 pairs). Five pairs cannot
/// have an answer below 0.0625.
///
/// Source: Fisher (1935), The Design of Experiments, section 21.
pub fn paired_permutation_test(pairs: &[(f64, f64)]) -> Option<f64> {
    let differences: Vec<f64> = pairs
        .iter()
        .map(|(current, baseline)| current - baseline)
        .collect();
    let exchanges = 1_u64.checked_shl(u32::try_from(pairs.len()).ok()?)?;
    if pairs.is_empty()
        || exchanges > MOST_EXCHANGES
        || differences.iter().any(|difference| !difference.is_finite())
    {
        return None;
    }
    let scale: f64 = differences.iter().map(|difference| difference.abs()).sum();
    let sum = |exchanged: u64| -> f64 {
        let signed = |(place, difference): (usize, &f64)| {
            if exchanged >> place & 1 == 1 {
                -difference
            } else {
                *difference
            }
        };
        differences.iter().enumerate().map(signed).sum()
    };
    let seen = sum(0).abs() - ROUNDING * scale;
    let as_large = (0..exchanges)
        .filter(|exchanged| sum(*exchanged).abs() >= seen)
        .count();
    Some(as_large as f64 / exchanges as f64)
}

/// In how many ways so many of a number are chosen; `None` beyond what is counted, and for more than 63, whose subsets
/// have no number here.
fn combinations(of: usize, chosen: usize) -> Option<u64> {
    (of < 64).then_some(())?;
    (1..=chosen as u64).try_fold(1_u64, |ways, step| {
        Some(ways.checked_mul(of as u64 - chosen as u64 + step)? / step)
    })
}

/// Every subset of so many of so many places, as bits: each is the next larger number with as many ones (Gosper's method).
fn subsets(of: usize, chosen: usize) -> impl Iterator<Item = u64> {
    let first = (1_u64 << chosen) - 1;
    std::iter::successors(Some(first), |subset| {
        let lowest = subset & subset.wrapping_neg();
        let ripple = subset + lowest;
        Some(ripple | ((subset ^ ripple) / lowest) >> 2)
    })
    .take_while(move |subset| *subset < 1 << of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_answers() {
        let current = [5.1, 5.4, 4.9, 5.6, 5.2];
        let baseline = [4.8, 4.7, 5.0, 4.6, 5.15];
        // scipy 1.17.1: d = lambda x, y, axis: mean(x, axis=axis) - mean(y, axis=axis)
        //   permutation_test((current, baseline), d, n_resamples=inf).pvalue
        let found = permutation_test(&current, &baseline).unwrap();
        assert!((found - 0.047619048).abs() < 1e-9, "{found}");
        // permutation_test((current, baseline), d, permutation_type="samples", n_resamples=inf).pvalue
        let pairs: Vec<(f64, f64)> = current.into_iter().zip(baseline).collect();
        let found = paired_permutation_test(&pairs).unwrap();
        assert!((found - 0.187500000).abs() < 1e-9, "{found}");
    }

    #[test]
    fn too_little_too_much_or_impossible_data_have_no_answer() {
        assert_eq!(permutation_test(&[], &[1.0]), None);
        assert_eq!(permutation_test(&[1.0], &[]), None);
        assert_eq!(permutation_test(&[f64::NAN], &[1.0]), None);
        assert_eq!(permutation_test(&[1.0; 9], &[1.0; 9]), None);
        assert_eq!(permutation_test(&[1.0; 90], &[1.0; 90]), None);
        assert_eq!(permutation_test(&[1.0], &[2.0]), Some(1.0));
        assert_eq!(paired_permutation_test(&[]), None);
        assert_eq!(paired_permutation_test(&[(1.0, f64::INFINITY)]), None);
        assert_eq!(paired_permutation_test(&[(1.0, 2.0); 15]), None);
        assert_eq!(paired_permutation_test(&[(1.0, 2.0); 64]), None);
    }

    #[test]
    fn constant_data_are_no_difference() {
        assert_eq!(permutation_test(&[3.0; 5], &[3.0; 5]), Some(1.0));
        assert_eq!(paired_permutation_test(&[(3.0, 3.0); 5]), Some(1.0));
    }

    #[test]
    fn sides_that_do_not_overlap_are_the_rarest_exchange() {
        let found = permutation_test(&[4.0, 5.0, 6.0], &[1.0, 2.0, 3.0]);
        assert_eq!(found, Some(2.0 / 20.0));
    }

    proptest! {
        #[test]
        fn it_is_a_share_of_all_exchanges_and_the_same_from_either_side(
            current in proptest::collection::vec(0.0..9.0_f64, 1..6),
            baseline in proptest::collection::vec(0.0..9.0_f64, 1..6),
        ) {
            let p = permutation_test(&current, &baseline).unwrap();
            prop_assert!(p > 0.0 && p <= 1.0);
            prop_assert_eq!(permutation_test(&baseline, &current), Some(p));
        }

        #[test]
        fn the_unit_and_the_origin_do_not_matter(
            current in proptest::collection::vec(0_u32..99, 2..6),
            baseline in proptest::collection::vec(0_u32..99, 2..6),
        ) {
            let moved = |values: &[u32], factor: f64, shift: f64| -> Vec<f64> {
                values.iter().map(|value| f64::from(*value) * factor + shift).collect()
            };
            let test = |factor, shift| {
                permutation_test(&moved(&current, factor, shift), &moved(&baseline, factor, shift))
            };
            prop_assert_eq!(test(1.0, 0.0), test(8.0, 1000.0));
        }
    }
}
