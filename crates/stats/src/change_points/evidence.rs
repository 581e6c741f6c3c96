use std::f64::consts::PI;

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

/// How many autocorrelations are weighed.
const AUTOCORRELATIONS: u32 = 32;
/// How many standard errors of the autocorrelation's angle, which is 1/√n whatever the angle, they reach to each side.
const REACH: f64 = 8.0;
/// Less likely autocorrelations, relative to the likeliest, change no p-value that matters.
const NEGLIGIBLE: f64 = 1e-6;

/// What one autocorrelation of the noise would make of a change.
pub struct Evidence {
    pub t: f64,
    /// But for what is the same at every autocorrelation.
    pub log_likelihood: f64,
}

/// Autocorrelations around the one that was estimated from so many values, even in the angle: so their weights are even
/// under the reference prior 1/√(1 − ρ²) (Berger and Yang 1994).
fn autocorrelations(estimate: f64, values: usize) -> impl Iterator<Item = f64> {
    let angle = estimate.clamp(-1.0, 1.0).acos();
    let reach = REACH / (values as f64).sqrt();
    let (low, high) = ((angle - reach).max(0.0), (angle + reach).min(PI));
    (0..AUTOCORRELATIONS)
        .map(move |step| (f64::from(step) + 0.5) / f64::from(AUTOCORRELATIONS))
        .map(move |share| (low + (high - low) * share).cos())
}

/// The p-value of a change, if it is at most a level: over all autocorrelations that the residuals around it leave likely,
/// of its evidence and its tail probability at each, the probability of so large a standard normal deviate anywhere.
pub fn p_value_within(
    level: f64,
    residuals: &[f64],
    evidence: impl Fn(f64) -> Option<Evidence>,
    tail: impl Fn(f64, f64) -> f64,
) -> Option<f64> {
    let estimate = autocorrelation(residuals);
    // What is no news at the one autocorrelation need not be weighed over all.
    let likely = deviate(evidence(estimate)?.t, residuals.len());
    if two_sided(likely) > level || tail(estimate, likely) > level {
        return None;
    }
    let understated = wandering(residuals, estimate).sqrt();
    let all: Vec<(f64, Evidence)> = autocorrelations(estimate, residuals.len())
        .filter_map(|autocorrelation| Some((autocorrelation, evidence(autocorrelation)?)))
        .collect();
    let likeliest = all
        .iter()
        .map(|(_, evidence)| evidence.log_likelihood)
        .fold(f64::NEG_INFINITY, f64::max);
    let (mut weights, mut p_value) = (0.0, 0.0);
    for (autocorrelation, evidence) in &all {
        let weight = (evidence.log_likelihood - likeliest).exp();
        if weight > NEGLIGIBLE {
            weights += weight;
            p_value += weight
                * tail(
                    *autocorrelation,
                    deviate(evidence.t, residuals.len()) / understated,
                );
        }
    }
    Some(p_value / weights).filter(|p_value| *p_value <= level)
}

/// The standard normal deviate that is as extreme as Student's t of a regression with one slope through so many values.
///
/// Source: Wallace (1959), Bounds on normal approximations to Student's and the chi-square distributions, Annals of
/// Mathematical Statistics 30.
fn deviate(t: f64, values: usize) -> f64 {
    let degrees = values as f64 - 2.0;
    let scale = (8.0 * degrees + 1.0) / (8.0 * degrees + 3.0);
    scale * (degrees * (t * t / degrees).ln_1p()).sqrt()
}

/// The probability that a standard normal value lies farther from 0 than this.
pub fn two_sided(deviate: f64) -> f64 {
    2.0 * Normal::standard().sf(deviate)
}

/// The rate at which a process of standard normal values first rises beyond a deviate, where the difference from value to
/// value has this variance.
///
/// Source: James, James and Siegmund (1987), Tests for a change-point, Biometrika 74; Siegmund and Yakir (2007), The
/// Statistics of Gene Mapping, chapter 5, for the overshoot.
pub fn crossing_rate(deviate: f64, variance: f64) -> f64 {
    let jump = deviate * variance.sqrt();
    let normal = Normal::standard();
    let below = normal.cdf(jump / 2.0);
    let overshoot = if jump > 0.0 {
        2.0 / jump * (below - 0.5) / (jump / 2.0 * below + normal.pdf(jump / 2.0))
    } else {
        1.0
    };
    deviate * normal.pdf(deviate) * variance * overshoot
}

/// Of neighbouring residuals.
pub fn autocorrelation(residuals: &[f64]) -> f64 {
    let products: f64 = residuals
        .iter()
        .zip(residuals.iter().skip(1))
        .map(|(one, next)| one * next)
        .sum();
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    if squares > 0.0 {
        products / squares
    } else {
        0.0
    }
}

/// How many times the variance that neighbours alone tell a level's mean has, at least 1: noise that wanders slowly under
/// noise that jumps is less alike from value to value than over many.
///
/// Source: Newey and West (1987), A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
/// covariance matrix, Econometrica 55.
fn wandering(residuals: &[f64], autocorrelation: f64) -> f64 {
    let lags = (2.0 * (residuals.len() as f64).cbrt()).round() as i32;
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    let (mut found, mut told) = (1.0, 1.0);
    for lag in 1..lags {
        let later = residuals.iter().skip(lag as usize);
        let products: f64 = residuals
            .iter()
            .zip(later)
            .map(|(one, next)| one * next)
            .sum();
        let weight = 2.0 * (1.0 - f64::from(lag) / f64::from(lags));
        found += weight * products / squares;
        told += weight * autocorrelation.powi(lag);
    }
    // 0 / 0 where nothing is left around the levels.
    f64::max(found / told, 1.0)
}

/// Each value less the mean of its level, between the places where levels begin.
pub fn around_levels(values: &[f64], places: &[usize]) -> Vec<f64> {
    let starts = std::iter::once(0).chain(places.iter().copied());
    let ends = places.iter().copied().chain([values.len()]);
    starts
        .zip(ends)
        .filter_map(|(start, end)| values.get(start..end))
        .flat_map(|level| {
            let mean = level.iter().sum::<f64>() / level.len() as f64;
            level.iter().map(move |value| value - mean)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, known: f64, by: f64) -> bool {
        (found / known - 1.0).abs() < by
    }

    #[test]
    fn known_answers() {
        // scipy 1.17.1: norm.isf(t.sf(T, n - 2)) for (T, n) = (2, 10), (5, 28), (10, 100)
        for (t, values, known) in [
            (2.0, 10, 1.747_698_6),
            (5.0, 28, 4.147_552_6),
            (10.0, 100, 8.282_096_6),
        ] {
            assert!(near(deviate(t, values), known, 0.003), "{t}");
        }
        // x = b * sqrt(l); b * norm.pdf(b) * l * 2 / x * (norm.cdf(x / 2) - .5) / (x / 2 * norm.cdf(x / 2) + norm.pdf(x / 2))
        assert!(near(crossing_rate(3.0, 0.1), 7.515_441_393e-4, 1e-6));
        assert!(near(crossing_rate(2.0, 1.0), 0.034_024_313_79, 1e-6));
    }

    #[test]
    fn values_without_anything_in_common_cross_a_deviate_one_by_one() {
        // The difference of two independent standard normal values has the variance 2.
        assert!(near(crossing_rate(6.0, 2.0), two_sided(6.0), 0.1));
        assert_eq!(crossing_rate(3.0, 0.0), 0.0);
    }

    #[test]
    fn noise_that_wanders_slowly_under_noise_that_jumps_is_told() {
        let slow = |place: u32| (f64::from(place) / 5.0).sin();
        let noise: Vec<f64> = (0..200)
            .map(|place| slow(place) + if place % 2 == 0 { 1.0 } else { -1.0 })
            .collect();
        assert!(wandering(&noise, autocorrelation(&noise)) > 2.0);
        let jumping: Vec<f64> = (0..200)
            .map(|place| if place % 2 == 0 { 1.0 } else { -1.0 })
            .collect();
        assert!(wandering(&jumping, autocorrelation(&jumping)) < 1.5);
        assert_eq!(wandering(&[0.0; 50], 0.0), 1.0);
    }

    #[test]
    fn residuals_are_around_each_level_s_own_mean() {
        assert_eq!(
            around_levels(&[1.0, 3.0, 10.0, 14.0, 12.0], &[2]),
            [-1.0, 1.0, -2.0, 2.0, 0.0]
        );
    }
}
