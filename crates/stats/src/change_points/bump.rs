use super::evidence::{Evidence, autocorrelation, deviate, mixed_p_value, two_sided};
use super::windows::windows;
use super::{Change, SHORTEST_LEVEL};
use crate::autoregressive::Fit;

/// How often both ends are moved to where they are clearest, each given the other.
const MOVES: usize = 3;

/// The clearest level that returns, if chance makes one so clear less often than a level of significance.
pub fn bump(scores: &[f64], level: f64) -> Option<Change> {
    let (start, end) = clearest(scores)?;
    // A smooth bound of how many there are.
    let bumps = (scores.len() * scores.len()) as f64 / 2.0;
    let inside = |place: usize| f64::from(u8::from(start <= place && place < end));
    let points: Vec<(f64, f64)> = scores
        .iter()
        .enumerate()
        .map(|(place, score)| (inside(place), *score))
        .collect();
    let evidence = |autocorrelation: f64| {
        let fit = Fit::new(&points, autocorrelation);
        Some(Evidence {
            t: fit.slope / fit.error,
            log_likelihood: fit.log_likelihood,
        })
    };
    let tail = |deviate: f64| (two_sided(deviate) * bumps).min(1.0);

    let independent = Fit::new(&points, 0.0);
    let mean_inside = independent.slope;
    let residuals: Vec<f64> = points
        .iter()
        .map(|(inside, score)| score - mean_inside * inside)
        .collect();
    let mean = residuals.iter().sum::<f64>() / residuals.len() as f64;
    let residuals: Vec<f64> = residuals.iter().map(|residual| residual - mean).collect();
    let estimate = autocorrelation(&residuals);
    // What is no news at the one autocorrelation need not be weighed over all.
    if tail(deviate(evidence(estimate)?.t, scores.len())) > level {
        return None;
    }
    let p_value = mixed_p_value(scores.len(), estimate, evidence, |_, deviate| tail(deviate));
    (p_value <= level).then(|| Change {
        places: vec![start, end],
        p_value,
    })
}

/// Where a bump (start, end) is clearest, were values independent: from the best of all windows' widest swings.
fn clearest(scores: &[f64]) -> Option<(usize, usize)> {
    let sums = Sums::new(scores);
    let mut best = windows(scores.len())
        .iter()
        .flatten()
        .filter_map(|(start, end)| sums.swing(*start, *end))
        .max_by(|one, other| sums.explained(*one).total_cmp(&sums.explained(*other)))?;
    for _ in 0..MOVES {
        best = sums.moved(best)?;
    }
    Some(best)
}

/// What the first values add up to, for each number of them, from their mean.
struct Sums(Vec<f64>);

impl Sums {
    fn new(scores: &[f64]) -> Sums {
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        let mut sum = 0.0;
        let sums = scores.iter().map(|score| {
            sum += score - mean;
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
        let height = |place: &usize| self.up_to(*place) - slope * *place as f64;
        let by_height = |one: &usize, other: &usize| height(one).total_cmp(&height(other));
        let inner = start.max(SHORTEST_LEVEL)..end.min(self.values() - SHORTEST_LEVEL) + 1;
        let (low, high) = (inner.clone().min_by(by_height)?, inner.max_by(by_height)?);
        Some((low.min(high), low.max(high))).filter(|bump| self.fits(*bump))
    }

    /// Each end where it is clearest, given the other.
    fn moved(&self, (_, end): (usize, usize)) -> Option<(usize, usize)> {
        let clearest = |bumps: &mut dyn Iterator<Item = (usize, usize)>| {
            bumps
                .filter(|bump| self.fits(*bump))
                .max_by(|one, other| self.explained(*one).total_cmp(&self.explained(*other)))
        };
        let (start, _) = clearest(&mut (0..end).map(|start| (start, end)))?;
        clearest(&mut (start..self.values()).map(|end| (start, end)))
    }
}
