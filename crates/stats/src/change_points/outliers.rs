use super::SHORTEST_LEVEL;

/// The median of so many neighbours is of the value's own level if that is no shorter than the shortest.
const NEIGHBOURS: usize = 2 * SHORTEST_LEVEL - 1;
/// The share of values whose distance from their neighbours is usual; of more outliers than the rest, some are taken for noise.
const USUAL: f64 = 0.8;
/// How often the usual distance a value may lie from its neighbours: of normal values about one in two thousand lies farther.
const FARTHEST: f64 = 3.0;

/// The values with outliers, alone or in a row too short for a level, moved as near to the median of their nine nearest
/// neighbours as values usually are; then around their median and in units of the farthest from it. `None` for fewer
/// values than there are neighbours, and where nothing differs.
///
/// Source: Hampel (1974), The influence curve and its role in robust estimation, JASA 69; Tukey (1977), Exploratory Data
/// Analysis, for running medians, which leave steps where they are.
pub fn without_outliers(values: &[f64]) -> Option<Vec<f64>> {
    let last = values.len().checked_sub(NEIGHBOURS)?;
    let medians: Vec<f64> = (0..values.len())
        .filter_map(|place| {
            let start = place.saturating_sub(NEIGHBOURS / 2).min(last);
            median(values.get(start..start + NEIGHBOURS)?)
        })
        .collect();
    let mut distances: Vec<f64> = values
        .iter()
        .zip(&medians)
        .map(|(value, median)| (value - median).abs())
        .collect();
    distances.sort_unstable_by(f64::total_cmp);
    let farthest = FARTHEST * distances.get((distances.len() as f64 * USUAL) as usize)?;
    let near: Vec<f64> = values
        .iter()
        .zip(&medians)
        .map(|(value, median)| value.max(median - farthest).min(median + farthest))
        .collect();
    let middle = median(&near)?;
    let unit = near
        .iter()
        .map(|value| (value - middle).abs())
        .fold(0.0, f64::max);
    (unit > 0.0).then(|| near.iter().map(|value| (value - middle) / unit).collect())
}

/// `None` for no value.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some(lower + (upper - lower) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_outliers_in_a_row_are_moved_and_a_level_of_five_is_left() {
        let with = |outliers: std::ops::Range<usize>| {
            let value = |run: usize| {
                if outliers.contains(&run) {
                    100.0
                } else {
                    (run % 3) as f64
                }
            };
            let moved = without_outliers(&(0..40).map(value).collect::<Vec<_>>()).unwrap();
            // In units of the farthest: that is an outlier's if it was left where it is.
            moved[9].abs() < 0.1
        };
        assert!(!with(20..24) && !with(36..40) && !with(0..4));
        assert!(with(20..25) && with(35..40) && with(0..5));
    }

    #[test]
    fn what_does_not_differ_has_no_unit() {
        assert_eq!(without_outliers(&[]), None);
        assert_eq!(without_outliers(&[1.0; 8]), None);
        assert_eq!(without_outliers(&[7.1; 50]), None);
    }
}
