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

/// The p-value over all likely autocorrelations, of the evidence at each and of its tail probability there: the
/// probability of so large a standard normal deviate at any place.
pub fn mixed_p_value(
    values: usize,
    estimate: f64,
    evidence: impl Fn(f64) -> Option<Evidence>,
    tail: impl Fn(f64, f64) -> f64,
) -> f64 {
    let all: Vec<(f64, Evidence)> = autocorrelations(estimate, values)
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
            p_value += weight * tail(*autocorrelation, deviate(evidence.t, values));
        }
    }
    p_value / weights
}

/// The standard normal deviate that is as extreme as Student's t of a regression with one slope through so many values.
///
/// Source: Wallace (1959), Bounds on normal approximations to Student's and the chi-square distributions, Annals of
/// Mathematical Statistics 30.
pub fn deviate(t: f64, values: usize) -> f64 {
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
/// Source: Siegmund (1985), Sequential Analysis, chapter 4; Siegmund and Yakir (2007), The Statistics of Gene Mapping,
/// section 5.2, for the overshoot.
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
