use statrs::distribution::{DiscreteCDF, Hypergeometric};

use super::Change;

/// The least that the p-value of a change can be where most values are one and the same: an error rate that is almost
/// always 0. The scores of the few others are then far from normal.
///
/// How many of the others lie before, between or after the places of the change is hypergeometric, were all in random
/// order; any of `ways` to lay places might have been the one with the most or the fewest. 0 where no value is that of
/// more than half.
///
/// Assumes that the others do not come in clusters.
///
/// Source: Fisher's exact test (1935), with Bonferroni's inequality.
pub fn exact_p_value(scores: &[f64], change: &Change) -> Option<f64> {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let usual = *sorted.get(sorted.len() / 2)?;
    let others = scores.iter().filter(|score| **score != usual).count();
    if 2 * others >= scores.len() {
        return Some(0.0);
    }
    let (from, to) = match change.places.as_slice() {
        [from] => (*from, scores.len()),
        [from, .., to] => (*from, *to),
        [] => return None,
    };
    let inside = scores.get(from..to)?;
    let found = inside.iter().filter(|score| **score != usual).count() as u64;
    let law = Hypergeometric::new(scores.len() as u64, others as u64, inside.len() as u64).ok()?;
    let at_most = law.cdf(found);
    let at_least = found.checked_sub(1).map_or(1.0, |fewer| law.sf(fewer));
    let ways = (scores.len() as f64).powi(change.places.len() as i32);
    Some((2.0 * at_most.min(at_least) * ways).min(1.0))
}
