//! How often intervals hold what they should, and checks say what is so.

use rand::{Rng, SeedableRng};
use rand_distr::{Distribution as _, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use stats::{
    Distribution, QuantileInterval, StartDifference, clustered_interval, pooled_effective_samples,
    repeated_interval, sliced_interval, slope_interval, start_differs,
};

use crate::service::{Service, slices, slowness};

/// The deviation of the logarithm of the service time from restart to restart.
pub const SPREAD: f64 = 0.05;

/// Simulated measurements that are all done alike.
#[derive(Clone, Copy, Debug)]
pub struct Experiment {
    pub service: Service,
    /// One has no restarts to speak of; more are each a process restarted.
    pub repetitions: usize,
    /// Of all repetitions together.
    pub requests: usize,
}

/// What came of all runs, for one quantile.
#[derive(Clone, Copy, Debug, Default)]
pub struct Coverage {
    pub runs: f64,
    /// Of the runs, whose interval held the truth.
    pub held: f64,
    /// Of the runs, which had both ends.
    pub closed: f64,
    /// Of the runs, in which Student's t on the repetitions' own quantiles held the truth.
    held_by_t: f64,
    logarithms: f64,
    effective_samples: f64,
}

impl Coverage {
    pub fn percent(&self) -> f64 {
        100.0 * self.held / self.runs
    }

    /// What the plain t interval would have held.
    pub fn percent_by_t(&self) -> f64 {
        100.0 * self.held_by_t / self.runs
    }

    pub fn open_percent(&self) -> f64 {
        100.0 * (1.0 - self.closed / self.runs)
    }

    /// The geometric mean of high / low, of the intervals that have both.
    pub fn width(&self) -> f64 {
        (self.logarithms / self.closed).exp()
    }

    pub fn mean_effective_samples(&self) -> f64 {
        self.effective_samples / self.runs
    }

    fn of(interval: QuantileInterval, by_t: Option<(f64, f64)>, truth: f64) -> Coverage {
        let holds = interval.low.is_none_or(|low| low <= truth)
            && interval.high.is_none_or(|high| truth <= high);
        let logarithm = interval
            .low
            .zip(interval.high)
            .map(|(low, high)| (high / low).ln());
        let held_by_t = by_t.is_some_and(|(low, high)| low <= truth && truth <= high);
        Coverage {
            runs: 1.0,
            held: f64::from(u8::from(holds)),
            closed: f64::from(u8::from(logarithm.is_some())),
            held_by_t: f64::from(u8::from(held_by_t)),
            logarithms: logarithm.unwrap_or_default(),
            effective_samples: interval.effective_samples,
        }
    }

    fn and(self, other: Coverage) -> Coverage {
        Coverage {
            runs: self.runs + other.runs,
            held: self.held + other.held,
            closed: self.closed + other.closed,
            held_by_t: self.held_by_t + other.held_by_t,
            logarithms: self.logarithms + other.logarithms,
            effective_samples: self.effective_samples + other.effective_samples,
        }
    }
}

impl Experiment {
    /// From restart to restart.
    fn spread(&self) -> f64 {
        if self.repetitions > 1 { SPREAD } else { 0.0 }
    }

    /// For each quantile; runs that have no interval at all count as not run.
    pub fn coverage(&self, quantiles: &[f64], runs: usize, seed: u64) -> Vec<Coverage> {
        let truths = self.service.true_quantiles(self.spread(), quantiles);
        in_all_runs(runs, seed, |random| {
            let repetitions = self.measured(random);
            let wholes: Vec<Distribution> = repetitions.iter().map(Distribution::merged).collect();
            let interval = |quantile: f64| match repetitions.as_slice() {
                [one] => sliced_interval(one, quantile),
                several => {
                    let own: Option<Vec<(u64, f64)>> = several
                        .iter()
                        .zip(&wholes)
                        .map(|(slices, whole)| {
                            let interval = sliced_interval(slices, quantile)?;
                            Some((whole.count(), interval.effective_samples))
                        })
                        .collect();
                    let effective = pooled_effective_samples(own?)?;
                    repeated_interval(&wholes, quantile, effective)
                }
            };
            let by_t = |quantile: f64| {
                let own: Option<Vec<f64>> = wholes
                    .iter()
                    .map(|whole| whole.quantile(quantile))
                    .collect();
                clustered_interval(Distribution::merged(&wholes).quantile(quantile)?, &own?)
            };
            let coverage = |(quantile, truth): (&f64, &f64)| {
                Some(Coverage::of(interval(*quantile)?, by_t(*quantile), *truth))
            };
            quantiles
                .iter()
                .zip(&truths)
                .map(|both| coverage(both).unwrap_or_default())
                .collect::<Vec<_>>()
        })
        .reduce(
            || vec![Coverage::default(); quantiles.len()],
            |one, other| {
                one.into_iter()
                    .zip(other)
                    .map(|(one, other)| one.and(other))
                    .collect()
            },
        )
    }

    /// Each repetition in its time slices.
    fn measured(&self, random: &mut impl Rng) -> Vec<Vec<Distribution>> {
        (0..self.repetitions)
            .map(|_| {
                let slowness = slowness(self.spread(), random);
                slices(
                    &self
                        .service
                        .latencies(slowness, self.requests / self.repetitions, random),
                )
            })
            .collect()
    }
}

/// How often a start is said to differ, of latencies whose first fifth is so many times as long as it would be: in percent.
pub fn starts_noticed(
    service: Service,
    requests: usize,
    longer: f64,
    runs: usize,
    seed: u64,
) -> f64 {
    let noticed = in_all_runs(runs, seed, |random| {
        let mut latencies = service.latencies(1.0, requests, random);
        latencies
            .iter_mut()
            .take(requests / 5)
            .for_each(|latency| *latency *= longer);
        start_differs(&slices(&latencies)).map(|StartDifference { ratio }| ratio)
    });
    100.0 * noticed.filter(Option::is_some).count() as f64 / runs as f64
}

/// How often the interval of the slope through 64 slices' means, of so many samples each whose noise is autocorrelated
/// from sample to sample, holds the true slope: in percent.
pub fn slope_coverage(
    autocorrelation: f64,
    points: usize,
    samples_a_point: usize,
    runs: usize,
    seed: u64,
) -> f64 {
    const TRUTH: f64 = 0.3;
    let held = in_all_runs(runs, seed, |random| {
        let mut noise: f64 = StandardNormal.sample(random);
        noise /= (1.0 - autocorrelation * autocorrelation).sqrt();
        let points: Vec<(f64, f64)> = (0..points)
            .map(|point| {
                let mean = (0..samples_a_point)
                    .map(|_| {
                        let fresh: f64 = StandardNormal.sample(random);
                        noise = autocorrelation * noise + fresh;
                        noise / samples_a_point as f64
                    })
                    .sum::<f64>();
                (point as f64, 100.0 + TRUTH * point as f64 + mean)
            })
            .collect();
        slope_interval(&points).is_some_and(|slope| slope.low <= TRUTH && TRUTH <= slope.high)
    });
    100.0 * held.filter(|held| *held).count() as f64 / runs as f64
}

/// Each run has its own random numbers, so that the same ones come whatever the number of threads.
fn in_all_runs<T: Send>(
    runs: usize,
    seed: u64,
    run: impl Fn(&mut Xoshiro256PlusPlus) -> T + Sync + Send,
) -> impl ParallelIterator<Item = T> {
    (0..runs as u64).into_par_iter().map(move |number| {
        run(&mut Xoshiro256PlusPlus::seed_from_u64(
            seed.wrapping_add(number),
        ))
    })
}
