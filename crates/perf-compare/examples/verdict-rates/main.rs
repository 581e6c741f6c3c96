//! How often perf-compare's verdicts are right: documents of systems whose truth is known, through the tool itself.
//!
//! ```sh
//! cargo run --release -p perf-compare --example verdict-rates -- 4000 1
//! ```
//!
//! The first number is how many trials each row has (2,000 unless told otherwise), the second the seed. Exits 1 if a rate was missed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod documents;
mod experiments;
mod queue;
mod verdicts;

use std::process::ExitCode;

use experiments::{EXPERIMENTS, Experiment};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

fn main() -> ExitCode {
    let mut missed = false;
    let mut numbers = std::env::args()
        .skip(1)
        .map(|text| text.parse::<u64>().expect("a number of trials, a seed"));
    let trials = numbers.next().unwrap_or(2000);
    let seed = numbers.next().unwrap_or(1);
    println!("| experiment | to hold | of {trials} | |");
    println!("| --- | --- | --- | --- |");
    for (number, experiment) in EXPERIMENTS.iter().enumerate() {
        let hits = (0..trials)
            .into_par_iter()
            .filter(|trial| {
                let of_its_own = (seed << 48) ^ ((number as u64) << 32) ^ trial;
                (experiment.trial)(&mut Xoshiro256PlusPlus::seed_from_u64(of_its_own))
            })
            .count() as f64;
        let (row, held) = row(experiment, hits / trials as f64, trials as f64);
        println!("{row}");
        missed |= !held;
    }
    ExitCode::from(u8::from(missed))
}

/// What must hold, holds within two binomial standard errors of the nominal rate.
fn row(experiment: &Experiment, share: f64, trials: f64) -> (String, bool) {
    let error = |rate: f64| 2.0 * (rate * (1.0 - rate) / trials).sqrt();
    let (bound, held) = match experiment.to_hold {
        Some(bound) if bound.at_least => (
            format!("≥ {} %", bound.percent),
            share >= bound.rate() - error(bound.rate()),
        ),
        Some(bound) => (
            format!("≤ {} %", bound.percent),
            share <= bound.rate() + error(bound.rate()),
        ),
        None => ("reported".to_owned(), true),
    };
    let word = match (experiment.to_hold, held) {
        (None, _) => "",
        (Some(_), true) => "held",
        (Some(_), false) => "missed",
    };
    let row = format!(
        "| {} | {bound} | {:.2} % | {word} |",
        experiment.name,
        share * 100.0
    );
    (row, held)
}
