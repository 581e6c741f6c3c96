//! Writes what perf-compare's speed is measured with into a folder: `history.ndjson`, 10,000 runs of 8 scenarios; `changing/`, the
//! same with a change of level every hundred runs; `before.json` and `now.json`, two runs of 100 scenarios with 20 repetitions.
//!
//! ```sh
//! cargo run --release -p perf-compare --example large-documents -- FOLDER
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::{Value, json};

const RUNS: usize = 10_000;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    for (name, runs_of_a_level) in [("", RUNS), ("changing", 100)] {
        fs::create_dir_all(folder.join(name)).unwrap();
        let file = File::create(folder.join(name).join("history.ndjson")).unwrap();
        let mut history = BufWriter::new(file);
        let mut level = 1.0;
        for number in 0..RUNS {
            if number > 0 && number % runs_of_a_level == 0 {
                level = scattered(1.0, 0.1, &mut random);
            }
            writeln!(history, "{}", run(number, 8, 0, level, &mut random)).unwrap();
        }
    }
    for (name, number) in [("before.json", RUNS + 1), ("now.json", RUNS + 2)] {
        let run = run(number, 100, 20, 1.0, &mut random);
        fs::write(folder.join(name), run.to_string()).unwrap();
    }
    let run = run(RUNS, 8, 5, 1.0, &mut random);
    fs::write(folder.join("tonight.json"), run.to_string()).unwrap();
}

fn run(
    number: usize,
    scenarios: usize,
    repetitions: usize,
    level: f64,
    random: &mut Xoshiro256PlusPlus,
) -> Value {
    let scenarios: Vec<Value> = (0..scenarios)
        .map(|scenario| {
            let repeated: Vec<Value> = (0..repetitions)
                .map(|order| {
                    let mut repetition = measured(level, random);
                    repetition["order"] = json!(order);
                    // As long as what bench-run writes of a distribution.
                    repetition["latency"]["histogram"] = json!("A".repeat(700));
                    repetition
                })
                .collect();
            let mut whole = measured(level, random);
            whole["name"] = json!(format!("scenario_{scenario}"));
            whole["mode"] = json!("closed");
            whole["concurrent_requests"] = json!(4);
            whole["repetitions"] = json!(repeated);
            whole
        })
        .collect();
    json!({
        "schema_version": "1.0",
        "run": {
            "id": number.to_string(), "interrupted": false,
            "started_at": format!("2026-01-01T{:02}:{:02}:{:02}.000Z", number / 3600, number / 60 % 60, number % 60),
            "source": {"commit": format!("{number:040x}")}, "host": {"fingerprint": "a1", "cores": 2, "kernel": "6.18"}
        },
        "scenarios": scenarios
    })
}

fn measured(level: f64, random: &mut Xoshiro256PlusPlus) -> Value {
    let ms = scattered(5.0 * level, 0.03, random);
    let interval = |ms: f64| json!({"low": ms * 0.99, "high": ms * 1.01});
    json!({
        "latency": {
            "p50_ms": ms, "p90_ms": ms * 1.5, "p95_ms": ms * 1.7, "p99_ms": ms * 2.2, "p999_ms": ms * 3.0,
            "mean_ms": ms * 1.1, "std_ms": ms * 0.3, "min_ms": ms * 0.5, "max_ms": ms * 5.0, "samples": 5000,
            "ci95": {"p50_ms": interval(ms), "p90_ms": interval(ms * 1.5), "p95_ms": interval(ms * 1.7), "p99_ms": interval(ms * 2.2)}
        },
        "throughput": {"rps": scattered(800.0 / level, 0.03, random), "requests": 24000, "duration_s": 30.0},
        "memory": {"peak_mb": scattered(100.0 * level, 0.02, random), "average_mb": 90.0, "samples": 600, "source": "procfs"},
        "error_rate": {"percent": 0.0, "requests": 24000, "ok": 24000, "failed": 0}
    })
}

fn scattered(middle: f64, deviation: f64, random: &mut Xoshiro256PlusPlus) -> f64 {
    let deviate: f64 = StandardNormal.sample(random);
    middle * (deviation * deviate).exp()
}
