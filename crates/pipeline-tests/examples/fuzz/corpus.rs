//! What mutations begin with.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::mutation::{self, Words};
use crate::target::Target;

/// More would not fit into memory beside what is measured.
const MOST_KEPT: usize = 4_000;

/// Longer inputs take their time to read, and say little that is new.
const LONGEST_KEPT: usize = 200_000;

pub(crate) struct Corpus {
    seeds: usize,
    inputs: Vec<Vec<u8>>,
    words: Words,
}

impl Corpus {
    pub(crate) fn of(target: &Target) -> Corpus {
        let inputs = target.seeds();
        Corpus {
            seeds: inputs.len(),
            words: Words::of(&inputs),
            inputs,
        }
    }

    pub(crate) fn seeds(&self) -> &[Vec<u8>] {
        self.inputs.get(..self.seeds).unwrap_or_default()
    }

    /// An input, mutated a few times; every other time a fixture, since what was kept is mostly broken.
    pub(crate) fn mutated(&self, random: &mut Xoshiro256PlusPlus) -> Vec<u8> {
        let from = if random.random() {
            self.seeds()
        } else {
            &self.inputs
        };
        let mut input = from.choose(random).cloned().unwrap_or_default();
        let other = self.inputs.choose(random).map_or(&[][..], Vec::as_slice);
        for _ in 0..random.random_range(1..=4) {
            mutation::mutate(&mut input, other, &self.words, random);
        }
        input
    }

    pub(crate) fn keep(&mut self, input: Vec<u8>) {
        if self.inputs.len() < MOST_KEPT && input.len() <= LONGEST_KEPT {
            self.inputs.push(input);
        }
    }
}
