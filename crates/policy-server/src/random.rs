//! Random numbers: independent streams from one seed.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// A generator that every task may draw from.
#[derive(Debug)]
pub struct Stream(Mutex<Xoshiro256PlusPlus>);

impl Stream {
    /// The generator, for as long as the guard lives.
    pub fn lock(&self) -> MutexGuard<'_, Xoshiro256PlusPlus> {
        // A generator is usable in every state, so a panic elsewhere cannot have spoilt it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The streams of one server. Each has its own numbers, so ordering one fault does not change
/// what another draws.
#[derive(Debug)]
pub struct Streams {
    /// The speed of this start.
    pub start: Stream,
    /// Which request gets which fault.
    pub faults: Stream,
    /// Service times.
    pub latency: Stream,
    /// Exploration noise on actions.
    pub noise: Stream,
}

impl Streams {
    /// From the seed, or from the operating system's randomness without one.
    pub fn new(seed: Option<u64>) -> Self {
        // The standard library keys RandomState from the operating system's random source.
        let seed = seed.unwrap_or_else(|| RandomState::new().hash_one(0_u8));
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut next = || {
            let own = generator.clone();
            generator.jump();
            Stream(Mutex::new(own))
        };
        Self {
            start: next(),
            faults: next(),
            latency: next(),
            noise: next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn a_seed_gives_the_same_numbers_again_and_other_ones_in_each_stream() {
        let (one, same) = (Streams::new(Some(5)), Streams::new(Some(5)));
        let first = one.faults.lock().next_u64();
        assert_eq!(first, same.faults.lock().next_u64());
        assert_ne!(first, one.latency.lock().next_u64());
    }

    #[test]
    fn without_a_seed_every_server_draws_its_own_numbers() {
        let draw = || Streams::new(None).faults.lock().next_u64();
        assert_ne!(draw(), draw());
    }
}
