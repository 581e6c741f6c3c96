//! Services whose true quantiles are known, measured as bench-run measures: in time slices, as histograms.

use rand::{Rng, SeedableRng};
use rand_distr::{Distribution as _, Exp1, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};
use stats::Distribution;

/// Arrivals for each mean service time of the typical restart.
const UTILISATION: f64 = 0.8;
/// Requests until a queue has forgotten that it began empty.
const WARM_UP: usize = 3_000;
/// How many time slices a repetition is kept in: the most.
const SLICES: usize = 64;

/// What makes a latency, in mean service times of the typical restart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Service {
    /// One server, first come first served, Poisson arrivals, exponential service: waiting and service.
    ExponentialQueue,
    /// The same with lognormal service, σ = 1.
    LognormalQueue,
    /// No waiting: lognormal, σ = 1, each request for itself.
    Independent,
}

impl Service {
    pub fn name(self) -> &'static str {
        match self {
            Service::ExponentialQueue => "queue, exponential service",
            Service::LognormalQueue => "queue, lognormal service",
            Service::Independent => "independent, lognormal",
        }
    }

    /// Latencies in time order of one restart whose service takes `slowness` times as long as the typical one's.
    pub fn latencies(self, slowness: f64, requests: usize, random: &mut impl Rng) -> Vec<f64> {
        let lognormal = |random: &mut _| -> f64 {
            let deviate: f64 = StandardNormal.sample(random);
            deviate.exp()
        };
        if self == Service::Independent {
            return (0..requests)
                .map(|_| slowness * lognormal(random))
                .collect();
        }
        let mut waiting = 0.0;
        let mut next = || {
            let service: f64 = match self {
                Service::ExponentialQueue => Exp1.sample(random),
                // Of mean 1.
                _ => lognormal(random) * (-0.5_f64).exp(),
            };
            let latency = waiting + slowness * service;
            let between_arrivals: f64 = Exp1.sample(random);
            waiting = f64::max(latency - between_arrivals / UTILISATION, 0.0);
            latency
        };
        (0..WARM_UP).for_each(|_| {
            next();
        });
        (0..requests).map(|_| next()).collect()
    }

    /// The quantiles of the mixture over all restarts, the logarithm of whose slowness is normal with the deviation
    /// `spread`: computed, or where nobody has a formula, simulated with 200 million requests.
    pub fn true_quantiles(self, spread: f64, quantiles: &[f64]) -> Vec<f64> {
        let slownesses = |count: usize| {
            let deviate = move |place: usize| {
                Normal::standard().inverse_cdf((place as f64 + 0.5) / count as f64)
            };
            (0..count)
                .into_par_iter()
                .map(move |place| (spread * deviate(place)).exp())
        };
        match self {
            Service::Independent => {
                let deviation = (1.0 + spread * spread).sqrt();
                let deviate = |quantile: &f64| Normal::standard().inverse_cdf(*quantile);
                quantiles
                    .iter()
                    .map(|quantile| (deviation * deviate(quantile)).exp())
                    .collect()
            }
            Service::ExponentialQueue => {
                // A restart's latency is exponential: Kleinrock (1975), Queueing Systems I, section 5.
                let rates: Vec<f64> = slownesses(20_000)
                    .map(|slowness| 1.0 / slowness - UTILISATION)
                    .collect();
                let beyond = |latency: f64| {
                    rates
                        .iter()
                        .map(|rate| (-rate * latency).exp())
                        .sum::<f64>()
                        / rates.len() as f64
                };
                quantiles
                    .iter()
                    .map(|quantile| root(|latency| beyond(latency) <= 1.0 - quantile))
                    .collect()
            }
            Service::LognormalQueue => {
                let parts: Vec<Distribution> = slownesses(4_000)
                    .enumerate()
                    .map(|(place, slowness)| {
                        let mut random = Xoshiro256PlusPlus::seed_from_u64(place as u64);
                        histogram(&self.latencies(slowness, 50_000, &mut random))
                    })
                    .collect();
                let mixture = Distribution::merged(&parts);
                quantiles
                    .iter()
                    .filter_map(|quantile| mixture.quantile(*quantile))
                    .collect()
            }
        }
    }
}

/// A restart of its own speed.
pub fn slowness(spread: f64, random: &mut impl Rng) -> f64 {
    let deviate: f64 = StandardNormal.sample(random);
    (spread * deviate).exp()
}

/// In time slices of equally many requests.
pub fn slices(latencies: &[f64]) -> Vec<Distribution> {
    let bound = |slice: usize| slice * latencies.len() / SLICES;
    (0..SLICES)
        .map(|slice| histogram(&latencies[bound(slice)..bound(slice + 1)]))
        .collect()
}

/// To three digits, as HdrHistogram keeps them: the middle of the 1,024 steps between two powers of two.
fn histogram(latencies: &[f64]) -> Distribution {
    const LOST_BITS: u32 = f64::MANTISSA_DIGITS - 1 - 10;
    let step = |latency: &f64| latency.to_bits() >> LOST_BITS;
    let mut steps: Vec<u64> = latencies.iter().map(step).collect();
    steps.sort_unstable();
    let middle = |step: u64| f64::from_bits((step << LOST_BITS) | (1 << (LOST_BITS - 1)));
    Distribution::new(
        steps
            .chunk_by(|one, next| one == next)
            .map(|same| (middle(same[0]), same.len() as u64)),
    )
}

/// Where a condition of a latency begins to hold.
fn root(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1e3);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if holds(middle) {
            high = middle
        } else {
            low = middle
        }
    }
    high
}
