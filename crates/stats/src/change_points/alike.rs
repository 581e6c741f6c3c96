use statrs::distribution::{DiscreteCDF, Hypergeometric};

use super::Change;

/// The least that the p-value of a change can be where most values are one and the same: an error rate that is almost
/// always 0. The values of the few others are then far from normal.
///
/// How many of the others lie before, between or after the places of the change is hypergeometric, were all in random
/// order; any of `ways` to lay places might have been the one with the most or the fewest. 0 where no value is that of
/// more than half.
///
/// Assumes that the others do not come in clusters.
///
/// Source: Fisher's exact test (1935), with Bonferroni's inequality.
pub fn exact_p_value(values: &[f64], change: &Change) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let usual = *sorted.get(sorted.len() / 2)?;
    let others = values.iter().filter(|value| **value != usual).count();
    if 2 * others >= values.len() {
        return Some(0.0);
    }
    let (from, to) = match change.places.as_slice() {
        [from] => (*from, values.len()),
        [from, .., to] => (*from, *to),
        [] => return None,
    };
    let inside = values.get(from..to)?;
    let found = inside.iter().filter(|value| **value != usual).count() as u64;
    let law = Hypergeometric::new(values.len() as u64, others as u64, inside.len() as u64).ok()?;
    let at_most = law.cdf(found);
    let at_least = found.checked_sub(1).map_or(1.0, |fewer| law.sf(fewer));
    let ways = (values.len() as f64).powi(change.places.len() as i32);
    Some((2.0 * at_most.min(at_least) * ways).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a hundred values that are 0 but for those at some places.
    fn p_value(others: &[usize], places: &[usize]) -> f64 {
        let value = |place: usize| f64::from(u8::from(others.contains(&place)));
        let values: Vec<f64> = (0..100).map(value).collect();
        let change = Change {
            places: places.to_vec(),
            p_value: 0.0,
        };
        exact_p_value(&values, &change).unwrap()
    }

    #[test]
    fn known_answers() {
        // scipy 1.17.1: 2 * hypergeom.sf(3, 100, 10, 5) * 100, 2 * hypergeom.sf(4, 100, 10, 10) * 100 ** 2
        let others = [3, 14, 23, 42, 61, 70, 95, 96, 98, 99];
        assert!((p_value(&others, &[95]) / 0.050_876_958 - 1.0).abs() < 1e-4);
        let others = [3, 14, 23, 40, 42, 44, 47, 49, 61, 70];
        assert_eq!(p_value(&others, &[40, 50]), 1.0);
    }

    #[test]
    fn where_no_value_is_that_of_more_than_half_nothing_is_bounded() {
        let others: Vec<usize> = (0..60).collect();
        assert_eq!(p_value(&others[..50], &[50]), 0.0);
        assert!(p_value(&others[..49], &[50]) > 0.0);
    }
}
