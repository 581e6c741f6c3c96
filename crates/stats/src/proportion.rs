use statrs::distribution::{Beta, ContinuousCDF, Normal};

use crate::mixture::crossing;
use crate::sample_size::TAIL;
use crate::student::standard_errors;

/// Two-sided 95 % confidence interval of a share between 0 and 1, such as that of failed requests, counted in `clusters`,
/// such as repetitions: in each, how many had failed of how many.
///
/// Of one cluster it is the exact binomial interval. Of several, the number of requests is first divided by how much more the
/// clusters' shares scatter than independent requests would, and then by how uncertain a scatter of so few clusters is; it is
/// never multiplied. Where none or all failed nothing can be told of a scatter, and requests count as independent.
///
/// Assumes that the clusters are independent, and within one of several nothing.
/// `None` without a request, and where more failed than there were. Of constant shares it is as wide as the binomial one.
///
/// Source: Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the binomial,
/// Biometrika 26; Korn and Graubard (1998), Confidence intervals for proportions with small expected number of positive counts
/// estimated from survey data, Survey Methodology 24, for clusters; Cochran (1977), Sampling Techniques, section 2.11, for the
/// variance of a ratio.
pub fn proportion_interval(clusters: &[(u64, u64)]) -> Option<(f64, f64)> {
    if clusters.iter().any(|(failed, all)| failed > all) {
        return None;
    }
    let counts: Vec<(f64, f64)> = clusters
        .iter()
        .filter(|(_, all)| *all > 0)
        .map(|(failed, all)| (*failed as f64, *all as f64))
        .collect();
    let failed: f64 = counts.iter().map(|(failed, _)| failed).sum();
    let all: f64 = counts.iter().map(|(_, all)| all).sum();
    if all == 0.0 {
        return None;
    }
    let share = failed / all;
    let effective = effective(&counts, share, all);
    let (failed, others) = (share * effective, (1.0 - share) * effective);
    let low = if failed > 0.0 {
        beta_quantile(failed, others + 1.0, TAIL)?
    } else {
        0.0
    };
    let high = if others > 0.0 {
        beta_quantile(failed + 1.0, others, 1.0 - TAIL)?
    } else {
        1.0
    };
    // Rounding must not put the share itself outside.
    Some((low.min(share), high.max(share)))
}

/// The share that a beta law stays below with a probability. By bisection of log odds, as statrs' own inverse never ends
/// where so many have not failed that the share is below a millionth.
fn beta_quantile(failed: f64, others: f64, probability: f64) -> Option<f64> {
    /// Odds of one in 10²⁶.
    const FARTHEST: f64 = 60.0;
    let law = Beta::new(failed, others).ok()?;
    let share = |log_odds: f64| 1.0 / (1.0 + (-log_odds).exp());
    let log_odds = crossing(-FARTHEST, FARTHEST, 1e-9, |log_odds| {
        law.cdf(share(log_odds)) >= probability
    });
    Some(share(log_odds))
}

/// How many independent requests would have told as much.
fn effective(counts: &[(f64, f64)], share: f64, all: f64) -> f64 {
    let clusters = counts.len() as f64;
    let squares: f64 = counts
        .iter()
        .map(|(failed, all)| (failed - share * all).powi(2))
        .sum();
    let variance = squares / all.powi(2) * clusters / (clusters - 1.0);
    let fewer = || {
        // Student's t of so many requests, which is the normal law, and which statrs cannot invert.
        let of_requests = Normal::standard().inverse_cdf(1.0 - TAIL);
        let of_clusters = standard_errors(2.0 * TAIL, clusters - 1.0)?;
        Some(share * (1.0 - share) / variance * (of_requests / of_clusters).powi(2))
    };
    if variance > 0.0 {
        fewer().map_or(all, |fewer| fewer.min(all))
    } else {
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn assert_holds(clusters: &[(u64, u64)], low: f64, high: f64) {
        let found = proportion_interval(clusters).unwrap();
        let near = |found: f64, known: f64| (found - known).abs() <= 1e-6 * known;
        assert!(near(found.0, low), "{clusters:?}: {found:?}");
        assert!(near(found.1, high), "{clusters:?}: {found:?}");
    }

    #[test]
    fn known_answers_of_independent_requests() {
        // scipy 1.17.1: beta.ppf(.025, failed, all - failed + 1), beta.ppf(.975, failed + 1, all - failed)
        assert_holds(&[(0, 100)], 0.0, 0.036_216_692_645_2);
        assert_holds(&[(1, 100)], 0.000_253_146_032_977, 0.054_459_385_392_1);
        assert_holds(&[(100, 100)], 0.963_783_307_355, 1.0);
        assert_holds(&[(7, 1000)], 0.002_818_858_759_62, 0.014_369_194_978_9);
        assert_holds(&[(0, 806_799)], 0.0, 4.572_230_531_9e-6);
        assert_holds(&[(1, 10_000_000)], 2.53178079522e-09, 5.57164211699e-07);
    }

    #[test]
    fn known_answers_of_clusters() {
        // scipy 1.17.1, x failed of n in k clusters, N = sum(n), p = sum(x) / N: v = k / (k - 1) * sum((x - p * n)**2) / N**2;
        // e = min(N, p * (1 - p) / v * (norm.ppf(.975) / t.ppf(.975, k - 1))**2);
        // beta.ppf(.025, p * e, (1 - p) * e + 1), beta.ppf(.975, p * e + 1, (1 - p) * e). R's survey::svyciprop has t.ppf(.975, N - 1) for norm.ppf.
        let together = [(0, 200), (0, 200), (20, 200), (1, 200), (0, 200)];
        assert_holds(&together, 3.747457951e-05, 0.168003030);
        let one = [
            (1, 161_360),
            (0, 161_360),
            (0, 161_360),
            (0, 161_360),
            (0, 161_360),
        ];
        assert_holds(&one, 1.190384083e-09, 1.161802481e-05);
        assert_holds(&[(50, 100), (40, 100), (60, 100)], 0.243213095, 0.756786905);
    }

    #[test]
    fn no_failure_in_any_repetition_proves_no_more_than_as_many_requests_at_once() {
        assert_eq!(
            proportion_interval(&[(0, 20); 5]),
            proportion_interval(&[(0, 100)])
        );
    }

    #[test]
    fn no_number_of_requests_is_too_large_to_end() {
        for all in [1_000_000_000, u64::MAX] {
            for failed in [0, 1, all / 3, all - 1, all] {
                let share = failed as f64 / all as f64;
                let (low, high) = proportion_interval(&[(failed, all)]).unwrap();
                assert!(low <= share && share <= high, "{failed} of {all}");
                assert!(high - low < 1e-4, "{failed} of {all}: {low} to {high}");
            }
        }
    }

    #[test]
    fn nothing_counted_or_impossible_counts_give_no_interval() {
        for clusters in [&[][..], &[(0, 0)], &[(2, 1)], &[(0, 9), (2, 1)]] {
            assert_eq!(proportion_interval(clusters), None, "{clusters:?}");
        }
        assert_eq!(
            proportion_interval(&[(0, 0), (1, 9)]),
            proportion_interval(&[(1, 9)])
        );
    }

    proptest! {
        #[test]
        fn it_holds_the_share_and_is_never_narrower_than_without_clusters(
            clusters in proptest::collection::vec((0..1000_u64, 1..100_000_u64), 1..12),
        ) {
            let clusters: Vec<(u64, u64)> = clusters
                .into_iter()
                .map(|(failed, all)| (failed.min(all), all))
                .collect();
            let (failed, all) = clusters
                .iter()
                .fold((0, 0), |sum, cluster| (sum.0 + cluster.0, sum.1 + cluster.1));
            let share = failed as f64 / all as f64;
            let (low, high) = proportion_interval(&clusters).unwrap();
            prop_assert!((0.0..=share).contains(&low) && (share..=1.0).contains(&high));
            let (at_once_low, at_once_high) = proportion_interval(&[(failed, all)]).unwrap();
            prop_assert!(low <= at_once_low * (1.0 + 1e-6), "{low} {at_once_low}");
            prop_assert!(high >= at_once_high * (1.0 - 1e-6), "{high} {at_once_high}");
        }

        #[test]
        fn what_did_not_fail_has_the_mirrored_interval(failed in 0..500_u64, others in 1..500_u64) {
            let (low, high) = proportion_interval(&[(failed, failed + others)]).unwrap();
            let (mirrored_low, mirrored_high) = proportion_interval(&[(others, failed + others)]).unwrap();
            prop_assert!((low - (1.0 - mirrored_high)).abs() < 1e-9);
            prop_assert!((high - (1.0 - mirrored_low)).abs() < 1e-9);
        }
    }
}
