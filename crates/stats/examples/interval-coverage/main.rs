//! How often the intervals hold the truth: `cargo run --release -p stats --example interval-coverage [RUNS [SEED]]`.

mod experiment;
mod service;

use std::error::Error;
use std::io::{self, Write};

use experiment::{Coverage, Experiment, slope_coverage, starts_noticed};
use service::Service;

const RUNS: usize = 2_000;
const SEED: u64 = 1;
const QUANTILES: [f64; 3] = [0.5, 0.95, 0.99];
const SERVICES: [Service; 3] = [
    Service::ExponentialQueue,
    Service::LognormalQueue,
    Service::Independent,
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let runs = arguments.next().map_or(Ok(RUNS), |runs| runs.parse())?;
    let seed = arguments.next().map_or(Ok(SEED), |seed| seed.parse())?;
    let mut out = io::stdout();

    writeln!(
        out,
        "| quantiles of | k | requests | quantile | held % | open % | high / low | effective samples | t would hold % |"
    )?;
    writeln!(
        out,
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )?;
    for service in SERVICES {
        for repetitions in [1, 3, 5, 10] {
            // For about 1,000 effective samples of each quantile, or more.
            let requests = if service == Service::Independent {
                1_500
            } else {
                100_000
            };
            let experiment = Experiment {
                service,
                repetitions,
                requests,
            };
            let all = experiment.coverage(&QUANTILES, runs, seed);
            for (quantile, coverage) in QUANTILES.iter().zip(all) {
                writeln!(
                    out,
                    "| {} | {repetitions} | {requests} | {quantile} | {:.1} | {:.1} | {:.2} | {:.0} | {} |",
                    service.name(),
                    coverage.percent(),
                    coverage.open_percent(),
                    coverage.width(),
                    coverage.mean_effective_samples(),
                    by_t(&coverage, repetitions),
                )?;
            }
        }
    }

    writeln!(
        out,
        "\n| slope through | noise | held % |\n| --- | --- | --- |"
    )?;
    for (autocorrelation, points, samples) in [
        (0.0, 64, 1),
        (0.5, 64, 1),
        (0.9, 64, 1),
        (0.95, 64, 1),
        (0.9, 32, 1),
        (0.9, 64, 19),
        (0.9, 64, 94),
        (0.99, 64, 94),
    ] {
        let held = slope_coverage(autocorrelation, points, samples, runs, seed);
        writeln!(
            out,
            "| {points} means of {samples} | {autocorrelation} | {held:.1} |"
        )?;
    }

    writeln!(
        out,
        "\n| start, {runs} runs | requests | alike: noticed % | 1.5 times as long: noticed % |\n| --- | --- | --- | --- |"
    )?;
    for service in SERVICES {
        for requests in [1_000, 4_000, 16_000, 64_000] {
            let noticed = |longer| starts_noticed(service, requests, longer, runs, seed);
            writeln!(
                out,
                "| {} | {requests} | {:.1} | {:.1} |",
                service.name(),
                noticed(1.0),
                noticed(1.5)
            )?;
        }
    }
    Ok(())
}

/// A single repetition has nothing that Student's t could be taken of.
fn by_t(coverage: &Coverage, repetitions: usize) -> String {
    match repetitions {
        1 => String::new(),
        _ => format!("{:.1}", coverage.percent_by_t()),
    }
}
