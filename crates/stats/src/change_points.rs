//! Where the level of a history changes.

mod alike;
mod bump;
mod evidence;
mod scores;
mod step;
mod windows;

use alike::exact_p_value;
use bump::bump;
use scores::{normal_scores, ranks};
use step::step;
use windows::windows;

/// Fewer neighbours of one level are outliers, not a level.
const SHORTEST_LEVEL: usize = 5;
/// How often a stretch without a change may be said to have one, nominally.
const FALSE_ALARMS: f64 = 0.01;

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
/// the values' normal scores are fitted by generalised least squares with a step at each place, under each
/// autocorrelation that the residuals leave likely; the largest t over all places has the tail probability of a
/// Gaussian process with that many places, and the autocorrelations are mixed by their restricted likelihood. Where
/// no step is found a level that returns is looked for (a bump, the mean of two places), then both in ever shorter
/// overlapping windows at ever stricter levels. What is found splits the history, and each part is searched alike.
///
/// Ranks make the unit, a logarithm and the size of an outlier irrelevant. A level shorter than 5 values is never one,
/// so the 5 values at each end have no change; a clear step needs about 25 values to be told from noise that wanders.
/// A ramp is told as one or several steps.
///
/// Assumes noise that is stationary but for its level, autoregressive of order 1 with an autocorrelation up to about
/// 0.7, and of any continuous distribution. Simulated in bin-docs/change-points.md.
///
/// Values that are not finite are left out; `index` counts them all the same. Empty for fewer than 10 of the others
/// (so for none, one and two) and for constant data.
///
/// Source: Worsley (1983), The power of likelihood ratio and cumulative sum tests for a change in a binomial
/// probability, Biometrika 70, and Siegmund (1985), Sequential Analysis, chapter 4, for the tail; Levin and Kline (1985), The cusum test of
/// homogeneity, Statistics in Medicine 4, for bumps; Kovács, Bühlmann, Li and Munk (2023), Seeded binary segmentation,
/// Biometrika 110, for windows; Robbins, Gallagher, Lund and Aue (2011), Mean shift testing in correlated data, Journal
/// of Time Series Analysis 32, for why autocorrelation is fitted beside the step.
pub fn change_points(values: &[f64]) -> Vec<ChangePoint> {
    let finite: Vec<(usize, f64)> = values
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, value)| value.is_finite())
        .collect();
    let values: Vec<f64> = finite.iter().map(|(_, value)| *value).collect();
    let ranks = ranks(&values);
    let found = relocated(&ranks, &segmented(&ranks));

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

/// A change before the value at this place.
#[derive(Clone, Copy, Debug)]
struct Found {
    place: usize,
    p_value: f64,
}

/// Splits the values where they change until no part does.
fn segmented(ranks: &[u32]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut parts = vec![(0, ranks.len())];
    while let Some((start, end)) = parts.pop() {
        let share = (end - start) as f64 / ranks.len() as f64;
        let changes = ranks
            .get(start..end)
            .map(|ranks| searched(ranks, share * FALSE_ALARMS))
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
fn searched(ranks: &[u32], level: f64) -> Vec<Found> {
    if ranks.len() < 2 * SHORTEST_LEVEL {
        return Vec::new();
    }
    let all_windows = windows(ranks.len());
    let all: Vec<(usize, usize)> = all_windows.iter().flatten().copied().collect();
    for (depth, same_length) in all_windows.iter().enumerate() {
        let level = level * 0.5_f64.powi(depth as i32) / same_length.len() as f64;
        let clearest = same_length
            .iter()
            .filter_map(|(start, end)| {
                let scores = normal_scores(ranks.get(*start..*end)?);
                // Shorter windows have their turn; but the whole history knows its noise best.
                let own = [(0, scores.len())];
                let origins = if depth == 0 { all.as_slice() } else { &own };
                let mut change = step(&scores, level).or_else(|| bump(&scores, origins, level))?;
                change.p_value = change.p_value.max(exact_p_value(&scores, &change)?);
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

/// Each change where it is clearest between its neighbours: it was found before they were known.
fn relocated(ranks: &[u32], found: &[Found]) -> Vec<Found> {
    let place = |index: Option<usize>| {
        index
            .and_then(|index| found.get(index))
            .map(|found| found.place)
    };
    found
        .iter()
        .enumerate()
        .map(|(index, change)| {
            let start = place(index.checked_sub(1)).unwrap_or(0);
            let end = place(index.checked_add(1)).unwrap_or(ranks.len());
            let between = ranks.get(start..end).map(normal_scores).unwrap_or_default();
            Found {
                place: step::clearest_place(&between).map_or(change.place, |place| start + place),
                ..*change
            }
        })
        .collect()
}

/// `None` for no value.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some(lower + (upper - lower) / 2.0)
}
