//! Histories of runs whose changes are known.

use std::ops::RangeInclusive;

use rand::{Rng, RngExt};
use rand_distr::{Distribution as _, StandardNormal};

/// The standard deviation of the logarithm from run to run.
const DEVIATION: f64 = 0.03;
/// How many times as long latencies are after a change.
const CHANGE: f64 = 1.1;
/// How often a run of [`Noise::Outliers`] met something of its own, and what its latency then is in usual ones.
const OUTLIERS: (f64, f64) = (0.03, 1.5);

/// What runs differ by, were there no change.
#[derive(Clone, Copy, Debug)]
pub enum Noise {
    /// The logarithm is normal and autoregressive of order 1.
    Autoregressive(f64),
    /// The same with ten times the deviation, and some runs are half as slow again.
    Outliers(f64),
    /// The logarithm is the sum of an autoregressive part and one that is independent, of one variance.
    Blurred(f64),
    /// The logarithm is normal and autoregressive; latencies are rounded to 5 %.
    Rounded(f64),
    /// A slow machine half of the time: each run's is drawn anew with this probability; it is 5 % slower.
    TwoMachines(f64),
    /// Almost always nothing: independent counts, of this mean.
    Counts(f64),
}

/// What happens to the level.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    Constant,
    /// Up at a place that is drawn.
    Step(usize, usize),
    /// Up at a drawn place and down again after so many runs.
    Bump(usize),
    /// Up and down in turn, each for so many runs.
    Turns(usize),
    /// Up in three steps.
    Stairs,
    /// Up evenly from the first to the last run, to so many times the level.
    Ramp(f64),
    /// A single run, at a drawn place, is so many times as slow.
    Outlier(f64),
}

impl Noise {
    pub fn name(self) -> String {
        match self {
            Noise::Autoregressive(autocorrelation) => format!("normal, {autocorrelation}"),
            Noise::Outliers(autocorrelation) => format!("outliers, {autocorrelation}"),
            Noise::Blurred(autocorrelation) => format!("blurred, {autocorrelation}"),
            Noise::Rounded(autocorrelation) => format!("rounded, {autocorrelation}"),
            Noise::TwoMachines(anew) => format!("two machines, drawn anew in {anew}"),
            Noise::Counts(mean) => format!("counts of mean {mean}"),
        }
    }

    /// One value a run.
    fn values(self, runs: usize, random: &mut impl Rng) -> Vec<f64> {
        match self {
            Noise::Autoregressive(autocorrelation) => deviates(runs, autocorrelation, random)
                .map(|deviate| (DEVIATION * deviate).exp())
                .collect(),
            Noise::Outliers(autocorrelation) => {
                let (share, slower) = OUTLIERS;
                let usual: Vec<f64> = deviates(runs, autocorrelation, random).collect();
                usual
                    .into_iter()
                    .map(|deviate| (10.0 * DEVIATION * deviate).exp())
                    .map(|value| {
                        if random.random_bool(share) {
                            value * slower
                        } else {
                            value
                        }
                    })
                    .collect()
            }
            Noise::Blurred(autocorrelation) => {
                let wandering: Vec<f64> = deviates(runs, autocorrelation, random).collect();
                wandering
                    .into_iter()
                    .zip(deviates(runs, 0.0, random))
                    .map(|(one, other)| (DEVIATION * (one + other) / 2.0_f64.sqrt()).exp())
                    .collect()
            }
            Noise::Rounded(autocorrelation) => deviates(runs, autocorrelation, random)
                .map(|deviate| (20.0 * (DEVIATION * deviate).exp()).round() / 20.0)
                .collect(),
            Noise::TwoMachines(anew) => {
                let mut slow = random.random_bool(0.5);
                let machines: Vec<bool> = (0..runs)
                    .map(|_| {
                        if random.random_bool(anew) {
                            slow = random.random_bool(0.5);
                        }
                        slow
                    })
                    .collect();
                deviates(runs, 0.0, random)
                    .zip(machines)
                    .map(|(deviate, slow)| (0.01 * deviate).exp() * if slow { 1.05 } else { 1.0 })
                    .collect()
            }
            Noise::Counts(mean) => (0..runs)
                .map(|_| {
                    (0..100)
                        .filter(|_| random.random_bool(mean / 100.0))
                        .count() as f64
                })
                .collect(),
        }
    }
}

/// Of variance 1, each so much like the one before.
fn deviates(runs: usize, autocorrelation: f64, random: &mut impl Rng) -> impl Iterator<Item = f64> {
    let mut deviate: f64 = StandardNormal.sample(random);
    (0..runs).map(move |_| {
        let fresh: f64 = StandardNormal.sample(random);
        deviate =
            autocorrelation * deviate + (1.0 - autocorrelation * autocorrelation).sqrt() * fresh;
        deviate
    })
}

impl Shape {
    pub fn name(self) -> String {
        match self {
            Shape::Constant => "none".into(),
            Shape::Step(first, last) => format!("step before run {first} to {last}"),
            Shape::Bump(runs) => format!("bump of {runs}"),
            Shape::Turns(runs) => format!("up and down every {runs}"),
            Shape::Stairs => "three steps up".into(),
            Shape::Ramp(times) => format!("ramp to × {times}"),
            Shape::Outlier(times) => format!("one run × {times}"),
        }
    }

    /// By what each run is multiplied, and before which the level changes.
    fn factors(self, runs: usize, random: &mut impl Rng) -> (Vec<f64>, Vec<usize>) {
        let mut drawn = |places: RangeInclusive<usize>| random.random_range(places);
        let changes: Vec<usize> = match self {
            Shape::Constant | Shape::Ramp(_) | Shape::Outlier(_) => Vec::new(),
            Shape::Step(first, last) => vec![drawn(first..=last)],
            Shape::Bump(length) => {
                let start = drawn(15..=runs - 15 - length);
                vec![start, start + length]
            }
            Shape::Turns(length) => (1..runs.div_ceil(length))
                .map(|turn| turn * length)
                .collect(),
            Shape::Stairs => (1..4).map(|step| step * runs / 4).collect(),
        };
        let place = drawn(0..=runs - 1);
        let factor = |run: usize| {
            let passed = changes.iter().filter(|change| **change <= run).count() as i32;
            match self {
                Shape::Constant => 1.0,
                Shape::Step(..) | Shape::Stairs => CHANGE.powi(passed),
                Shape::Bump(_) | Shape::Turns(_) => CHANGE.powi(passed % 2),
                Shape::Ramp(times) => times.powf(run as f64 / runs as f64),
                Shape::Outlier(times) => {
                    if run == place {
                        times
                    } else {
                        1.0
                    }
                }
            }
        };
        ((0..runs).map(factor).collect(), changes)
    }
}

/// So many runs, and before which of them their level changes.
pub fn history(
    noise: Noise,
    shape: Shape,
    runs: usize,
    random: &mut impl Rng,
) -> (Vec<f64>, Vec<usize>) {
    let (factors, changes) = shape.factors(runs, random);
    let values = noise.values(runs, random);
    (
        values
            .iter()
            .zip(factors)
            .map(|(value, factor)| value * factor)
            .collect(),
        changes,
    )
}
