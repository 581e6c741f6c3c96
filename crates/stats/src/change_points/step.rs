use super::evidence::{
    Evidence, around_levels, autocorrelation, crossing_rate, p_value_within, two_sided,
};
use super::{Change, SHORTEST_LEVEL};

/// Keeps the noise around a perfect step above 0: for each of the values, the farthest of which is 1 from their median.
const LEAST_VARIANCE: f64 = 1e-12;

/// The clearest step, if chance makes one so clear less often than a level.
pub fn step(values: &[f64], level: f64) -> Option<Change> {
    let residuals = residuals(values)?;
    let evidence = |autocorrelation: f64| {
        Fit::new(values, autocorrelation).map(|fit| Evidence {
            t: fit.t,
            log_likelihood: fit.log_likelihood,
        })
    };
    let tail = |autocorrelation: f64, deviate: f64| tail(values.len(), autocorrelation, deviate);
    Some(Change {
        p_value: p_value_within(level, &residuals, evidence, tail)?,
        places: vec![Fit::new(values, autocorrelation(&residuals))?.place],
    })
}

/// Where a step is clearest; `None` where it could not lie anywhere.
pub fn clearest_place(values: &[f64]) -> Option<usize> {
    Some(Fit::new(values, autocorrelation(&residuals(values)?))?.place)
}

/// Around the clearest step, were values independent.
fn residuals(values: &[f64]) -> Option<Vec<f64>> {
    let place = Fit::new(values, 0.0)?.place;
    Some(around_levels(values, &[place]))
}

/// The probability that a standard normal deviate rises so high at any place among so many values.
fn tail(values: usize, autocorrelation: f64, deviate: f64) -> f64 {
    let regressors = Regressors::new(values, autocorrelation);
    let places = SHORTEST_LEVEL..values - SHORTEST_LEVEL;
    let rises: f64 = places
        .map(|place| crossing_rate(deviate, regressors.difference(place)))
        .sum();
    (two_sided(deviate) + rises).min(1.0)
}

/// A mean and a step at any place, once what of each value its predecessor tells has been subtracted.
struct Regressors {
    values: f64,
    /// What is left of the mean in each row but the first.
    left: f64,
    /// The squares of the mean's rows.
    mean: f64,
}

impl Regressors {
    fn new(values: usize, autocorrelation: f64) -> Regressors {
        let (values, left) = (values as f64, 1.0 - autocorrelation);
        let first = 1.0 - autocorrelation * autocorrelation;
        Regressors {
            values,
            left,
            mean: first + (values - 1.0) * left * left,
        }
    }

    /// The squares of the rows after the one in which a step at this place begins.
    fn after(&self, place: usize) -> f64 {
        (self.values - 1.0 - place as f64) * self.left * self.left
    }

    /// The product of a step's rows with the mean's.
    fn along_mean(&self, place: usize) -> f64 {
        self.left + self.after(place)
    }

    /// The squares of a step's rows, but for what the mean takes up.
    fn squares(&self, place: usize) -> f64 {
        1.0 + self.after(place) - self.along_mean(place).powi(2) / self.mean
    }

    /// The variance of the difference between the standardised steps at a place and the next.
    fn difference(&self, place: usize) -> f64 {
        let next = place + 1;
        let product = self.left + self.after(next)
            - self.along_mean(place) * self.along_mean(next) / self.mean;
        2.0 - 2.0 * product / (self.squares(place) * self.squares(next)).sqrt()
    }
}

/// The step that leaves the least noise, were neighbours so much alike.
struct Fit {
    place: usize,
    t: f64,
    log_likelihood: f64,
}

impl Fit {
    /// In one pass over all places. `None` for fewer values than two shortest levels.
    fn new(values: &[f64], autocorrelation: f64) -> Option<Fit> {
        let first = *values.first()?;
        let regressors = Regressors::new(values.len(), autocorrelation);
        let unforeseen = 1.0 - autocorrelation * autocorrelation;
        let rows = || {
            values
                .iter()
                .zip(values.iter().skip(1))
                .map(|(value, next)| next - autocorrelation * value)
        };
        let along_mean = unforeseen * first + regressors.left * rows().sum::<f64>();
        let noise = unforeseen * first * first + rows().map(|row| row * row).sum::<f64>()
            - along_mean * along_mean / regressors.mean;

        let places = SHORTEST_LEVEL..=values.len().checked_sub(SHORTEST_LEVEL)?;
        let mut after = 0.0;
        let mut best: Option<(usize, f64)> = None;
        for (place, pair) in values.windows(2).enumerate().rev() {
            let (place, [value, next]) = (place + 1, pair) else {
                continue;
            };
            let row = next - autocorrelation * value;
            if places.contains(&place) {
                let along = row + regressors.left * after
                    - regressors.along_mean(place) * along_mean / regressors.mean;
                let explained = along * along / regressors.squares(place);
                if best.is_none_or(|(_, most)| explained > most) {
                    best = Some((place, explained));
                }
            }
            after += row;
        }
        let (place, explained) = best?;
        let degrees = regressors.values - 2.0;
        let noise = (noise - explained).max(LEAST_VARIANCE * regressors.values);
        let determinant = regressors.mean * regressors.squares(place);
        Some(Fit {
            place,
            t: (explained / noise * degrees).sqrt(),
            log_likelihood: 0.5 * (unforeseen.ln() - determinant.ln() - degrees * noise.ln()),
        })
    }
}
