use super::evidence::{Evidence, around_levels, p_value_within, two_sided};
use super::{Change, SHORTEST_LEVEL};
use crate::autoregressive::Fit;

/// How often both ends are moved to where they are clearest, each given the other.
const MOVES: usize = 3;

/// The clearest level that returns, if chance makes one so clear less often than a level of significance.
pub fn bump(values: &[f64], windows: &[(usize, usize)], level: f64) -> Option<Change> {
    let (start, end) = clearest(values, windows)?;
    // A smooth bound of how many there are.
    let bumps = (values.len() * values.len()) as f64 / 2.0;
    let inside = |place: usize| f64::from(u8::from(start <= place && place < end));
    let points: Vec<(f64, f64)> = values
        .iter()
        .enumerate()
        .map(|(place, value)| (inside(place), *value))
        .collect();
    let evidence = |autocorrelation: f64| {
        let fit = Fit::new(&points, autocorrelation);
        Some(Evidence {
            t: fit.slope / fit.error,
            log_likelihood: fit.log_likelihood,
        })
    };
    let tail = |_, deviate: f64| (two_sided(deviate) * bumps).min(1.0);
    let places = vec![start, end];
    let residuals = around_levels(values, &places);
    Some(Change {
        p_value: p_value_within(level, &residuals, evidence, tail)?,
        places,
    })
}

/// Where a bump (start, end) is clearest, were values independent: from the best of all windows' widest swings.
fn clearest(values: &[f64], windows: &[(usize, usize)]) -> Option<(usize, usize)> {
    let sums = Sums::new(values);
    let swings = windows
        .iter()
        .filter_map(|(start, end)| sums.swing(*start, *end));
    let mut best = highest(swings, |bump| sums.explained(bump))?;
    for _ in 0..MOVES {
        let moved = sums.moved(best)?;
        if moved == best {
            break;
        }
        best = moved;
    }
    Some(best)
}

/// The first of those with the greatest height.
fn highest<T: Copy>(all: impl Iterator<Item = T>, height: impl Fn(T) -> f64) -> Option<T> {
    let with_height = all.map(|one| (one, height(one)));
    let (highest, _) =
        with_height.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    Some(highest)
}

/// What the first values add up to, for each number of them, from their mean.
struct Sums(Vec<f64>);

impl Sums {
    fn new(values: &[f64]) -> Sums {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let mut sum = 0.0;
        let sums = values.iter().map(|value| {
            sum += value - mean;
            sum
        });
        Sums(std::iter::once(0.0).chain(sums).collect())
    }

    fn values(&self) -> usize {
        self.0.len() - 1
    }

    fn up_to(&self, place: usize) -> f64 {
        self.0.get(place).copied().unwrap_or_default()
    }

    /// Whether no level is too short.
    fn fits(&self, (start, end): (usize, usize)) -> bool {
        start >= SHORTEST_LEVEL
            && end >= start + SHORTEST_LEVEL
            && self.values() >= end + SHORTEST_LEVEL
    }

    /// How much of the squares a bump takes up.
    fn explained(&self, (start, end): (usize, usize)) -> f64 {
        let inside = (end - start) as f64;
        let outside = self.values() as f64 - inside;
        (self.up_to(end) - self.up_to(start)).powi(2) / inside / outside
    }

    /// From where a window's values add up to the least to where to the most, or back.
    fn swing(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let slope = (self.up_to(end) - self.up_to(start)) / (end - start) as f64;
        let height = |place: usize| self.up_to(place) - slope * place as f64;
        let inner = start.max(SHORTEST_LEVEL)..end.min(self.values() - SHORTEST_LEVEL) + 1;
        let high = highest(inner.clone(), height)?;
        let low = highest(inner, |place| -height(place))?;
        Some((low.min(high), low.max(high))).filter(|bump| self.fits(*bump))
    }

    /// Each end where it is clearest, given the other.
    fn moved(&self, (_, end): (usize, usize)) -> Option<(usize, usize)> {
        let explained = |bump| self.explained(bump);
        let last_start = end.checked_sub(SHORTEST_LEVEL)?;
        let (start, _) = highest(
            (SHORTEST_LEVEL..=last_start).map(|start| (start, end)),
            explained,
        )?;
        let last_end = self.values().checked_sub(SHORTEST_LEVEL)?;
        highest(
            (start + SHORTEST_LEVEL..=last_end).map(|end| (start, end)),
            explained,
        )
    }
}
