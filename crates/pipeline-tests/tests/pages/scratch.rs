//! A copy of the checkout as a newcomer has it, in which nothing takes long.

use std::fs;
use std::os::unix::fs::symlink;

use pipeline_tests::{Workplace, root};
use schema::configuration::{BenchmarkFile, Configuration, GatesFile, ThresholdsFile};
use serde::Serialize;
use serde_json::{Value, json};
use toolkit::{Streams, configuration};

/// `config` and `fixtures`, with benchmarks of the same scenarios that take a second or two, and limits on speed that a debug
/// build on a busy machine holds. All else is as it is shipped.
pub fn place() -> Workplace {
    let place = Workplace::default();
    fs::create_dir_all(place.path("config")).unwrap();
    for entry in fs::read_dir(root().join("config")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), place.path("config").join(entry.file_name())).unwrap();
        }
    }
    symlink(root().join("fixtures"), place.path("fixtures")).unwrap();
    for name in ["ci", "quick", "performance"] {
        change::<BenchmarkFile>(&place, &format!("config/{name}-benchmark.yaml"), shorten);
    }
    change::<ThresholdsFile>(&place, "config/performance-thresholds.yaml", |file| {
        file["performance_thresholds"]["p95_latency_ms"] = json!(5000);
        file["performance_thresholds"]["p99_latency_ms"] = json!(5000);
        file["performance_thresholds"]["throughput_rps"] = json!(10);
    });
    change::<GatesFile>(&place, "config/quality-gates.yaml", |file| {
        file["performance_gates"]["latency"]["p95_max_ms"] = json!(5000);
        file["performance_gates"]["latency"]["p99_max_ms"] = json!(5000);
        file["performance_gates"]["throughput"]["min_rps"] = json!(10);
    });
    place
}

/// A line of a page as it is run here: other tests may hold the generator's processor, which is no fault of the page.
pub fn line(text: &str) -> String {
    format!("alias perf-compare='perf-compare --allow-saturated'\n{text}")
}

fn shorten(file: &mut Value) {
    file["benchmark"]["measurement_iterations"] = json!(100);
    file["benchmark"]["duration_seconds"] = json!(0.2);
    file["benchmark"]["warmup_iterations"] = json!(1);
    file["benchmark"]["repetitions"] = json!(2);
    for scenario in file["test_scenarios"].as_array_mut().unwrap() {
        for (key, short) in [("iterations", json!(20)), ("duration_seconds", json!(0.2))] {
            if let Some(length) = scenario.get_mut(key) {
                *length = short;
            }
        }
    }
}

fn change<C: Configuration + Serialize>(
    place: &Workplace,
    name: &str,
    change: impl Fn(&mut Value),
) {
    let mut streams = Streams {
        stdin: &mut std::io::empty(),
        stdout: &mut std::io::sink(),
        stderr: &mut std::io::sink(),
        stdin_is_terminal: false,
        stderr_is_terminal: false,
        colour: false,
        screen: None,
        quiet: true,
    };
    let path = root().join(name);
    let shipped: C = configuration::read(path.to_str().unwrap(), &mut streams)
        .unwrap()
        .0;
    let mut file = serde_json::to_value(shipped).unwrap();
    change(&mut file);
    place.write(name, &file.to_string());
}
