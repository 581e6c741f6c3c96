mod alike;
mod bump;
mod evidence;
mod outliers;
mod step;
mod windows;

use alike::exact_p_value;
use bump::bump;
use outliers::{median, without_outliers};
use step::{clearest_place, step};
use windows::windows;

/// Fewer neighbours of one level are outliers, not a level.
const SHORTEST_LEVEL: usize = 5;
/// How often a history without a change may be said to have one as a whole, nominally; its shorter windows together get
/// at most as much again. So about one of a hundred is, and fifty metrics stay quiet more often than not.
const FALSE_ALARMS: f64 = 0.005;

/// A place in a history where its level changed for good, or until the next such place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChangePoint {
    /// The position of the first value after the change.
    pub index: usize,
    /// The median from the change before (or the first value) up to this one, in the values' unit.
    pub before: f64,
    /// The median from this change up to the next (or the last value), in the values' unit.
    pub after: f64,
    /// How likely so clear a change is somewhere in the stretch where it was found, were there none. It is a judgement
    /// of that one stretch; below about a millionth it is only small.
    pub p_value: f64,
}

/// The changes of level in a history of at most some ten thousand `values`, one a run in the order of time and all of
/// one unit; in that order. Nothing is drawn at random.
///
/// Neighbouring runs are alike (the machine, its neighbours and the season stay), so noise wanders and looks like
/// changes of level to a test that takes runs as independent. Here the noise is taken for autoregressive of order 1:
/// generalised least squares fits a step at each place, under each autocorrelation that the residuals leave likely; the
/// largest t over all places has the tail probability of a Gaussian process with that many places, and the
/// autocorrelations are mixed by their restricted likelihood. Where no step is found a level that returns is looked for
/// (a bump), then both in ever shorter overlapping windows at ever stricter levels. What is found splits the history,
/// and each part is searched alike, at a level of its share.
///
/// Values are taken on logarithms if all are positive. Up to four outliers in a row are first moved near to their
/// neighbours. A level has at least 5 values, so no change is told closer to an end or to another. A ramp is told as
/// one or several steps.
///
/// Assumes noise that is stationary but for its level, about normal and autoregressive of order 1. Of noise that
/// wanders slowly under noise that jumps, and of runs on two machines in turn, the turns of longer histories are told
/// as changes. Simulated in bin-docs/change-points.md.
///
/// Values that are not finite are left out; `index` counts them all the same. Empty for fewer than 10 of the others
/// (so for none, one and two) and for constant data.
///
/// Source: Robbins, Gallagher, Lund and Aue (2011), Mean shift testing in correlated data, Journal of Time Series
/// Analysis 32, for fitting autocorrelation beside the step; James, James and Siegmund (1987), Tests for a change-point,
/// Biometrika 74, for the tail; Levin and Kline (1985), The cusum test of homogeneity, Statistics in Medicine 4, for
/// bumps; Kovács, Bühlmann, Li and Munk (2023), Seeded binary segmentation, Biometrika 110, for windows; Serinaldi and
/// Kilsby (2016), The importance of prewhitening in change point analysis under persistence, Stochastic Environmental
/// Research and Risk Assessment 30, for what goes wrong otherwise.
pub fn change_points(values: &[f64]) -> Vec<ChangePoint> {
    let finite: Vec<(usize, f64)> = values
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, value)| value.is_finite())
        .collect();
    let values: Vec<f64> = finite.iter().map(|(_, value)| *value).collect();
    let history = without_outliers(&in_proportion(&values)).unwrap_or_default();
    let found = relocated(&history, &segmented(&history));

    let places = found.iter().map(|found| found.place);
    let starts = std::iter::once(0).chain(places.clone());
    let ends = places.chain([values.len()]);
    let medians: Vec<f64> = starts
        .zip(ends)
        .filter_map(|(start, end)| median(values.get(start..end)?))
        .collect();
    found
        .iter()
        .zip(medians.windows(2))
        .filter_map(|(found, medians)| match medians {
            [before, after] => Some(ChangePoint {
                index: finite.get(found.place)?.0,
                before: *before,
                after: *after,
                p_value: found.p_value,
            }),
            _ => None,
        })
        .collect()
}

/// Changes that were found together, before the values at these places.
struct Change {
    places: Vec<usize>,
    p_value: f64,
}

/// The logarithms where all values have one: what takes longer also varies by more.
fn in_proportion(values: &[f64]) -> Vec<f64> {
    let positive = values.iter().all(|value| *value > 0.0);
    let scaled = |value: &f64| if positive { value.ln() } else { *value };
    values.iter().map(scaled).collect()
}

/// A change before the value at this place.
#[derive(Clone, Copy, Debug)]
struct Found {
    place: usize,
    p_value: f64,
}

/// Splits the values where they change until no part does.
fn segmented(values: &[f64]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut parts = vec![(0, values.len())];
    while let Some((start, end)) = parts.pop() {
        let share = (end - start) as f64 / values.len() as f64;
        let changes = values
            .get(start..end)
            .map(|values| searched(values, share * FALSE_ALARMS))
            .unwrap_or_default();
        if changes.is_empty() {
            continue;
        }
        let mut from = start;
        for change in &changes {
            parts.push((from, start + change.place));
            from = start + change.place;
        }
        parts.push((from, end));
        found.extend(changes.iter().map(|change| Found {
            place: start + change.place,
            ..*change
        }));
    }
    found.sort_unstable_by_key(|found| found.place);
    found
}

/// The clearest step or bump in the longest windows that have any, at a level for all windows of one length.
fn searched(values: &[f64], level: f64) -> Vec<Found> {
    if values.len() < 2 * SHORTEST_LEVEL {
        return Vec::new();
    }
    let all_windows = windows(values.len());
    let all: Vec<(usize, usize)> = all_windows.iter().flatten().copied().collect();
    for (depth, same_length) in all_windows.iter().enumerate() {
        let level = level * 0.5_f64.powi(depth as i32) / same_length.len() as f64;
        let clearest = same_length
            .iter()
            .filter_map(|(start, end)| {
                let stretch = from_first(values.get(*start..*end)?);
                // Shorter windows have their turn; but the whole history knows its noise best.
                let own = [(0, stretch.len())];
                let origins = if depth == 0 { all.as_slice() } else { &own };
                let mut change =
                    step(&stretch, level).or_else(|| bump(&stretch, origins, level))?;
                change.p_value = change.p_value.max(exact_p_value(&stretch, &change)?);
                (change.p_value <= level).then_some((*start, change))
            })
            .min_by(|(_, one), (_, other)| one.p_value.total_cmp(&other.p_value));
        if let Some((start, change)) = clearest {
            return change
                .places
                .iter()
                .map(|place| Found {
                    place: start + place,
                    p_value: change.p_value,
                })
                .collect();
        }
    }
    Vec::new()
}

/// A stretch around its first value: one that is constant is then exactly 0, and not what rounding leaves of it.
fn from_first(values: &[f64]) -> Vec<f64> {
    let first = values.first().copied().unwrap_or_default();
    values.iter().map(|value| value - first).collect()
}

/// Each change where it is clearest between its neighbours: it was found before they were known.
fn relocated(values: &[f64], found: &[Found]) -> Vec<Found> {
    let next = found.iter().skip(1).map(|next| next.place);
    let ends = next.chain([values.len()]);
    found
        .iter()
        .zip(ends)
        .scan(0, |start, (change, end)| {
            let between = values.get(*start..end).unwrap_or_default();
            let place =
                clearest_place(&from_first(between)).map_or(change.place, |place| *start + place);
            *start = place;
            Some(Found { place, ..*change })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEP: [f64; 28] = [
        10.0, 12.0, 11.0, 13.0, 10.5, 3.0, 11.5, 12.5, 10.2, 11.1, 9.8, 12.2, 10.9, 11.7, 15.0,
        14.2, 16.1, 13.9, 15.5, 17.0, 14.8, 16.4, 15.2, 13.5, 16.8, 15.8, 14.5, 16.6,
    ];

    /// Noise from 0 to 1 that has no order that matters.
    fn noise(place: usize) -> f64 {
        ((place as f64 * 12.989_8).sin() * 43_758.545_3)
            .fract()
            .abs()
    }

    /// Noise on levels, each of so many values.
    fn levels(levels: &[(f64, usize)]) -> Vec<f64> {
        let level = levels
            .iter()
            .flat_map(|(level, values)| std::iter::repeat_n(level, *values));
        level
            .enumerate()
            .map(|(place, level)| level + noise(place))
            .collect()
    }

    fn indices(values: &[f64]) -> Vec<usize> {
        change_points(values)
            .iter()
            .map(|point| point.index)
            .collect()
    }

    #[test]
    fn known_answer() {
        // numpy 2.4.6, scipy 1.17.1, with covariances written out, for y = STEP, n = 28, d = 26; M the medians of
        //   log(y[max(0, min(i - 4, n - 9)):][:9]), q = 3 * sorted(abs(log(y) - M))[22], z = clip(log(y), M - q, M + q):
        //   R = cos(angles), 32 midpoints from max(0, arccos(r) - 8 / sqrt(28)) to min(pi, arccos(r) + 8 / sqrt(28)),
        //     r the autocorrelation of z around its means before and from 14
        //   for r in R, k in 5..=23: V = toeplitz(r ** arange(28)) / (1 - r * r); X = c_[ones(28), arange(28) >= k]
        //     A = X.T @ inv(V) @ X; b = inv(A) @ X.T @ inv(V) @ z; s = (z - X @ b) @ inv(V) @ (z - X @ b)
        //     T[r, k] = b[1] / sqrt(s / d * inv(A)[1, 1]); w[r] = det(V) ** -.5 * det(A) ** -.5 * s ** -(d / 2) at the largest
        //     u[r, k] = the step without the mean and of length 1, both times cholesky(inv(V)).T
        //   B = (8 * d + 1) / (8 * d + 3) * sqrt(d * log1p(T ** 2 / d)); l = 2 - 2 * u[r, k] @ u[r, k + 1]; x = B * sqrt(l)
        //   p[r] = 2 * norm.sf(B) + B * norm.pdf(B) * sum over k < 23 of
        //     l * 2 / x * (norm.cdf(x / 2) - .5) / (x / 2 * norm.cdf(x / 2) + norm.pdf(x / 2)); w @ p / w.sum()
        let points = change_points(&STEP);
        let [point] = points.as_slice() else {
            panic!("{points:?}")
        };
        assert_eq!((point.index, point.before, point.after), (14, 11.05, 15.35));
        assert!(
            (point.p_value / 5.039_138_19e-4 - 1.0).abs() < 1e-4,
            "{point:?}"
        );
    }

    #[test]
    fn a_level_that_rises_and_returns_has_two_changes_with_their_medians() {
        let points = change_points(&levels(&[(10.0, 40), (12.0, 20), (10.0, 40)]));
        let found: Vec<usize> = points.iter().map(|point| point.index).collect();
        assert_eq!(found, [40, 60]);
        let near = |found: f64, known: f64| (found - known).abs() < 0.2;
        assert!(points.iter().all(|point| point.p_value < 0.01));
        assert!(near(points[0].before, 10.5) && near(points[0].after, 12.5));
        assert_eq!(points[0].after, points[1].before);
        assert!(near(points[1].after, 10.5));
    }

    #[test]
    fn a_change_five_runs_ago_is_found_and_one_two_runs_ago_is_not_yet() {
        let with_last = |last: usize| indices(&levels(&[(10.0, 95), (20.0, last)]));
        assert_eq!(with_last(5), [95]);
        assert_eq!(with_last(2), []);
    }

    #[test]
    fn outliers_are_no_change() {
        let mut values = levels(&[(10.0, 60)]);
        assert_eq!(indices(&values), []);
        values[30] = 1e9;
        assert_eq!(indices(&values), []);
        values[10] = -1e9;
        values[31] = 1e9;
        assert_eq!(indices(&values), []);
    }

    #[test]
    fn too_few_and_constant_values_have_no_change() {
        assert_eq!(change_points(&[]), []);
        assert_eq!(change_points(&[1.0]), []);
        assert_eq!(change_points(&[1.0, 2.0]), []);
        assert_eq!(indices(&levels(&[(0.0, 5), (9.0, 4)])), []);
        assert_eq!(change_points(&[7.0; 100]), []);
    }

    #[test]
    fn values_that_are_not_finite_are_left_out_and_counted() {
        let mut values = STEP.to_vec();
        values.insert(3, f64::NAN);
        values.insert(5, f64::INFINITY);
        values.push(f64::NEG_INFINITY);
        assert_eq!(indices(&values), [16]);
        assert_eq!(change_points(&[f64::NAN; 50]), []);
        assert_eq!(change_points(&[f64::INFINITY; 50]), []);
    }

    #[test]
    fn values_that_are_alike_on_both_sides_of_a_step_change_once() {
        let values: Vec<f64> = (0..60)
            .map(|run| if run < 35 { 0.0 } else { 2.5 })
            .collect();
        let points = change_points(&values);
        assert_eq!(points.len(), 1);
        assert_eq!(
            (points[0].index, points[0].before, points[0].after),
            (35, 0.0, 2.5)
        );
    }

    #[test]
    fn an_error_rate_that_is_zero_until_it_no_longer_is_changes() {
        let values: Vec<f64> = (0..100)
            .map(|run| if run < 80 { 0.0 } else { 1.0 + noise(run) })
            .collect();
        assert_eq!(indices(&values), [80]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_unit_does_not_matter(values in histories(), exponent in -8_i32..8) {
            let unit = 2.0_f64.powi(exponent);
            let scaled: Vec<f64> = values.iter().map(|value| value * unit).collect();
            prop_assert_eq!(indices(&scaled), indices(&values));
        }

        #[test]
        fn whether_more_is_better_does_not_matter(values in histories()) {
            // From below 0, so that there are no logarithms.
            let below: Vec<f64> = values.iter().map(|value| value - 100.0).collect();
            let above: Vec<f64> = below.iter().map(|value| -200.0 - value).collect();
            prop_assert_eq!(indices(&above), indices(&below));
        }

        #[test]
        fn values_beyond_all_measure_are_borne(values in proptest::collection::vec(proptest::num::f64::ANY, 0..60)) {
            let points = indices(&values);
            prop_assert!(points.iter().all(|index| *index < values.len()));
        }

        #[test]
        fn a_history_read_backwards_has_its_changes_at_the_same_places(
            before in 25..60_usize, after in 25..60_usize,
        ) {
            let mut values = levels(&[(10.0, before), (13.0, after), (10.0, before)]);
            let mut known = indices(&values);
            known.iter_mut().for_each(|index| *index = values.len() - *index);
            known.reverse();
            prop_assert!(!known.is_empty());
            values.reverse();
            prop_assert_eq!(indices(&values), known);
        }

        #[test]
        fn changes_come_in_order_with_levels_of_at_least_five(values in histories()) {
            let points = change_points(&values);
            let starts = std::iter::once(0).chain(points.iter().map(|point| point.index));
            let ends = points.iter().map(|point| point.index).chain([values.len()]);
            prop_assert!(points.is_empty() || starts.zip(ends).all(|(start, end)| start + 5 <= end));
            for point in points {
                prop_assert!((0.0..=FALSE_ALARMS).contains(&point.p_value));
                prop_assert!(point.before.is_finite() && point.after.is_finite());
            }
        }
    }

    /// Some levels, of which some values are equal.
    fn histories() -> impl Strategy<Value = Vec<f64>> {
        let level = (1.0..9.0_f64, proptest::collection::vec(0_u8..40, 1..40));
        proptest::collection::vec(level, 0..6).prop_map(|levels| {
            let values = |(level, noise): (f64, Vec<u8>)| {
                noise
                    .into_iter()
                    .map(move |noise| level + f64::from(noise) / 20.0)
            };
            levels.into_iter().flat_map(values).collect()
        })
    }
}
