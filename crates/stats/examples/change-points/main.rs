//! How often change points are where the level changes: `cargo run --release -p stats --example change-points [HISTORIES [SEED]]`.

mod experiment;
mod history;

use std::error::Error;
use std::io::{self, Write};

use experiment::outcome;
use history::{Noise, Shape};

const HISTORIES: usize = 4_000;
const SEED: u64 = 1;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let histories = arguments
        .next()
        .map_or(Ok(HISTORIES), |histories| histories.parse())?;
    let seed = arguments.next().map_or(Ok(SEED), |seed| seed.parse())?;
    let mut out = io::stdout();

    let lengths = [12, 20, 30, 50, 100, 300, 1_000];
    writeln!(
        out,
        "| noise, no change: any point % | n = {} |",
        lengths.map(|runs| runs.to_string()).join(" | ")
    )?;
    writeln!(out, "| --- {}|", "| --- ".repeat(lengths.len()))?;
    for noise in [
        Noise::Autoregressive(0.0),
        Noise::Autoregressive(0.3),
        Noise::Autoregressive(0.5),
        Noise::Autoregressive(0.7),
        Noise::Autoregressive(0.9),
        Noise::Autoregressive(-0.3),
        Noise::Outliers(0.0),
        Noise::Outliers(0.5),
        Noise::Rounded(0.5),
        Noise::Counts(0.1),
        Noise::Counts(1.0),
        Noise::Blurred(0.7),
        Noise::Blurred(0.9),
        Noise::TwoMachines(0.5),
    ] {
        write!(out, "| {} ", noise.name())?;
        for runs in lengths {
            let outcome = outcome(noise, Shape::Constant, runs, histories, seed);
            write!(out, "| {:.1} ", outcome.percent_with_points())?;
        }
        writeln!(out, "|")?;
    }

    writeln!(
        out,
        "\n| change | n | autocorrelation | found % | extra points in 100 histories | any point % |\n| --- | --- | --- | --- | --- | --- |"
    )?;
    for (shape, runs) in [
        (Shape::Step(20, 80), 100),
        (Shape::Step(90, 95), 100),
        (Shape::Step(10, 20), 30),
        (Shape::Step(300, 700), 1_000),
        (Shape::Bump(20), 100),
        (Shape::Bump(20), 300),
        (Shape::Bump(20), 1_000),
        (Shape::Turns(25), 100),
        (Shape::Turns(50), 1_000),
        (Shape::Stairs, 100),
        (Shape::Stairs, 400),
        (Shape::Ramp(1.1), 100),
        (Shape::Ramp(1.3), 100),
        (Shape::Outlier(3.0), 20),
        (Shape::Outlier(3.0), 100),
    ] {
        for autocorrelation in [0.0, 0.3, 0.5] {
            let noise = Noise::Autoregressive(autocorrelation);
            let outcome = outcome(noise, shape, runs, histories, seed);
            writeln!(
                out,
                "| {} | {runs} | {autocorrelation} | {} | {:.1} | {:.1} |",
                shape.name(),
                known(outcome.percent_found()),
                outcome.extra_in_a_hundred(),
                outcome.percent_with_points(),
            )?;
        }
    }
    Ok(())
}

/// Where nothing changes, nothing can be found.
fn known(percent: f64) -> String {
    if percent.is_nan() {
        return String::new();
    }
    format!("{percent:.1}")
}
