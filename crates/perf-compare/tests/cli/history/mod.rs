//! Runs that were taken over, and what a run against them is worth.

mod drawn;
mod held_to;
mod taking_over;

use std::fs;

use pipeline_tests::{Ran, Workplace};
use serde_json::{Value, json};

use crate::{TOOL, repeated};

/// A run that has passed, with so many milliseconds at every quantile.
fn passed(id: &str, ms: f64) -> Value {
    let mut run = repeated(id, &[ms * 0.99, ms, ms * 1.01]);
    run["run"]["started_at"] = json!(format!("2026-01-01T00:00:00.{id:0>6}Z"));
    run["validation"] = json!({"passed": true, "checks": []});
    run["schema_version"] = json!("1.0");
    run
}

fn take_over(place: &Workplace, run: &Value, more: &[&str]) -> Ran {
    let arguments = [&["--baseline=baselines", "--update"], more].concat();
    place.feed(TOOL, &arguments, &run.to_string())
}

/// A folder of baselines with runs of so many milliseconds each.
fn history(milliseconds: &[f64]) -> Workplace {
    let place = Workplace::default();
    fs::create_dir(place.path("baselines")).unwrap();
    let lines: String = milliseconds
        .iter()
        .enumerate()
        .map(|(number, ms)| {
            let mut run = passed(&number.to_string(), *ms);
            run["scenarios"][0]
                .as_object_mut()
                .unwrap()
                .remove("repetitions");
            format!("{run}\n")
        })
        .collect();
    fs::write(place.path("baselines/history.ndjson"), lines).unwrap();
    place
}

fn compare(place: &Workplace, ms: f64) -> Ran {
    place.feed(
        TOOL,
        &["--baseline=baselines"],
        &passed("now", ms).to_string(),
    )
}

fn lines(place: &Workplace) -> Vec<Value> {
    let text = fs::read_to_string(place.path("baselines/history.ndjson")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Around 10 ms, without a pattern.
fn steady(runs: usize) -> Vec<f64> {
    (0..runs)
        .map(|run| 9.8 + 0.4 * (run * 7919 % 101) as f64 / 100.0)
        .collect()
}
