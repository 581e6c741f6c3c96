//! How often the 95 % intervals of several runs hold the quantiles of all runs together:
//! `cargo run --release -p bench-run --example live-coverage -- DOCUMENT...`. `benches/live-coverage.sh` makes the runs.

use std::error::Error;
use std::io::{self, Write};
use std::{env, fs};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use schema::evidence::{Interval, Latency, QuantileIntervals, QuantileSamples};
use schema::{Document, Measured};

const NANOSECONDS_PER_MS: f64 = 1e6;
/// As bench-run writes them.
const SIGNIFICANT_DIGITS: u8 = 3;

/// A quantile and where a document has what belongs to it.
struct Quantile {
    name: &'static str,
    share: f64,
    value: fn(&Latency) -> Option<Measured>,
    interval: fn(&QuantileIntervals) -> Option<Interval>,
    effective_samples: fn(&QuantileSamples) -> Option<Measured>,
}

const QUANTILES: [Quantile; 3] = [
    Quantile {
        name: "p50",
        share: 0.5,
        value: |latency| latency.p50_ms,
        interval: |intervals| intervals.p50_ms,
        effective_samples: |samples| samples.p50,
    },
    Quantile {
        name: "p95",
        share: 0.95,
        value: |latency| latency.p95_ms,
        interval: |intervals| intervals.p95_ms,
        effective_samples: |samples| samples.p95,
    },
    Quantile {
        name: "p99",
        share: 0.99,
        value: |latency| latency.p99_ms,
        interval: |intervals| intervals.p99_ms,
        effective_samples: |samples| samples.p99,
    },
];

/// What a run says of a quantile.
struct Said {
    value: Option<Measured>,
    interval: Option<Interval>,
    effective_samples: Option<Measured>,
}

impl Said {
    fn of(quantile: &Quantile, latency: &Latency) -> Said {
        Said {
            value: (quantile.value)(latency),
            interval: latency.ci95.as_ref().and_then(quantile.interval),
            effective_samples: latency
                .effective_samples
                .as_ref()
                .and_then(quantile.effective_samples),
        }
    }

    /// Whether the interval holds the truth; an end that is absent holds everything on its side, an interval that is
    /// absent nothing.
    fn holds(&self, truth_ms: f64) -> bool {
        self.interval.is_some_and(|interval| {
            interval.low.is_none_or(|low| low.get() <= truth_ms)
                && interval.high.is_none_or(|high| truth_ms <= high.get())
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let runs: Vec<Latency> = env::args()
        .skip(1)
        .map(|path| latency_in(&path).map_err(|error| format!("{path}: {error}").into()))
        .collect::<Result<_, Box<dyn Error>>>()?;
    let mut all = Histogram::new(SIGNIFICANT_DIGITS)?;
    for latency in &runs {
        all.add(histogram_of(latency)?)?;
    }
    let mut out = io::stdout();
    writeln!(
        out,
        "run quantile samples effective_samples value_ms low_ms high_ms held"
    )?;
    let mut summaries = Vec::new();
    for quantile in &QUANTILES {
        let truth_ms = all.value_at_quantile(quantile.share) as f64 / NANOSECONDS_PER_MS;
        let (mut held, mut fewest) = (0, None);
        for (run, latency) in runs.iter().enumerate() {
            let said = Said::of(quantile, latency);
            held += usize::from(said.holds(truth_ms));
            fewest = match (fewest, said.effective_samples.map(Measured::get)) {
                (Some(fewest), Some(these)) => Some(f64::min(fewest, these)),
                (fewest, these) => fewest.or(these),
            };
            writeln!(
                out,
                "{} {} {} {} {} {} {} {}",
                run + 1,
                quantile.name,
                latency.samples.unwrap_or_default(),
                word(said.effective_samples),
                word(said.value),
                word(said.interval.and_then(|interval| interval.low)),
                word(said.interval.and_then(|interval| interval.high)),
                if said.holds(truth_ms) { "yes" } else { "no" },
            )?;
        }
        let fewest = fewest.map_or_else(|| "unknown".to_owned(), |fewest| format!("{fewest:.0}"));
        summaries.push(format!(
            "summary: {} of all runs is {truth_ms:.3} ms, held by {held} of {}; effective samples {fewest} or more",
            quantile.name,
            runs.len(),
        ));
    }
    for summary in summaries {
        writeln!(out, "{summary}")?;
    }
    Ok(())
}

fn latency_in(path: &str) -> Result<Latency, Box<dyn Error>> {
    let documents = Document::parse_all(&fs::read(path)?)?;
    let [document] = documents.as_slice() else {
        return Err(format!("found {} documents, expected one", documents.len()).into());
    };
    document
        .evidence()?
        .latency
        .ok_or_else(|| "found no latency section".into())
}

fn histogram_of(latency: &Latency) -> Result<Histogram<u64>, Box<dyn Error>> {
    let text = latency.histogram.as_deref().ok_or("found no histogram")?;
    let bytes = STANDARD.decode(text)?;
    Ok(Deserializer::new().deserialize(&mut bytes.as_slice())?)
}

fn word(number: Option<Measured>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| format!("{:.3}", number.get()))
}
