//! How often changes are found where they are, and where there are none.

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use stats::change_points;

use crate::history::{Noise, Shape, history};

/// A change that was found so many runs from where it is, is found.
const NEAR: usize = 3;

/// What came of all histories.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    histories: usize,
    with_points: usize,
    changes: usize,
    found: usize,
    extra: usize,
}

impl Outcome {
    /// In which a change point was found.
    pub fn percent_with_points(&self) -> f64 {
        percent(self.with_points, self.histories)
    }

    /// Of the changes.
    pub fn percent_found(&self) -> f64 {
        percent(self.found, self.changes)
    }

    /// Change points that are near no change, or near one that another was found for.
    pub fn extra_in_a_hundred(&self) -> f64 {
        percent(self.extra, self.histories)
    }

    fn of(points: &[usize], changes: &[usize]) -> Outcome {
        let near = |change: &&usize| points.iter().any(|point| point.abs_diff(**change) <= NEAR);
        let found = changes.iter().filter(near).count();
        Outcome {
            histories: 1,
            with_points: usize::from(!points.is_empty()),
            changes: changes.len(),
            found,
            extra: points.len().saturating_sub(found),
        }
    }

    fn and(self, other: Outcome) -> Outcome {
        Outcome {
            histories: self.histories + other.histories,
            with_points: self.with_points + other.with_points,
            changes: self.changes + other.changes,
            found: self.found + other.found,
            extra: self.extra + other.extra,
        }
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}

/// Each history has its own random numbers, so that the same ones come whatever the number of threads.
pub fn outcome(noise: Noise, shape: Shape, runs: usize, histories: usize, seed: u64) -> Outcome {
    (0..histories as u64)
        .into_par_iter()
        .map(|number| {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_add(number));
            let (values, changes) = history(noise, shape, runs, &mut random);
            let points: Vec<usize> = change_points(&values)
                .iter()
                .map(|point| point.index)
                .collect();
            Outcome::of(&points, &changes)
        })
        .reduce(Outcome::default, Outcome::and)
}
