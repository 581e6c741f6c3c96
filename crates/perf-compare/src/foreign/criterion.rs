//! What criterion.rs leaves in `target/criterion/<group>/<benchmark>/<baseline>/`: nanoseconds.

use std::path::Path;

use schema::Measured;
use schema::evidence::{Interval, Latency, QuantileIntervals, Repetition, Scenario};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{ForeignError, Translated, json, pooled, warning};

const MS_PER_NS: f64 = 1e-6;

/// `sample.json`: how often each sample ran the benchmark, and how long it took in all.
#[derive(Deserialize)]
struct Sample {
    iters: Vec<Measured>,
    times: Vec<Measured>,
}

/// Each sample is a repetition.
pub(super) fn read_sample(name: &str, text: &str) -> Result<Translated, ForeignError> {
    let sample: Sample = json::parse(name, text)?;
    if sample.iters.is_empty() || sample.iters.len() != sample.times.len() {
        let (found, expected) = (sample.times.len(), sample.iters.len());
        let message =
            format!("found {found}, expected one for each of {expected} iters, and at least one");
        return Err(json::refuse(name, "times", message));
    }
    let samples = sample.iters.iter().zip(&sample.times).enumerate();
    let repetitions = samples
        .map(|(index, (iterations, time))| {
            let count = iterations.get();
            if count < 1.0 || count.fract() != 0.0 || count >= u64::MAX as f64 {
                let message = format!("found {count}, expected a whole number of at least 1");
                return Err(json::refuse(name, format!("iters[{index}]"), message));
            }
            let mean = json::converted(name, format!("times[{index}]"), *time, MS_PER_NS / count)?;
            let latency = Latency {
                mean_ms: Some(mean),
                samples: Some(count as u64),
                ..Latency::default()
            };
            Ok(Repetition {
                latency: Some(latency),
                ..Repetition::default()
            })
        })
        .collect::<Result<_, _>>()?;
    let message = format!(
        "{name}: its samples are of one process and were not restarted: how much runs differ from each other they do not tell"
    );
    let mut warnings = vec![warning("one_process", message)];
    let scenario = pooled::scenario(benchmark(name), repetitions, &mut warnings);
    Ok(Translated::new("criterion", vec![scenario], warnings))
}

/// `estimates.json`: what criterion concluded from its samples.
#[derive(Deserialize)]
struct Estimates {
    mean: Estimate,
    median: Option<Estimate>,
}

/// What tells times from the relative changes in `change/estimates.json`, which have no deviation.
#[derive(Deserialize)]
struct Deviation {
    std_dev: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Estimate {
    confidence_interval: Bounds,
    point_estimate: Measured,
}

#[derive(Deserialize)]
struct Bounds {
    confidence_level: Measured,
    lower_bound: Measured,
    upper_bound: Measured,
}

/// One run without repetitions.
pub(super) fn read_estimates(name: &str, text: &str) -> Result<Translated, ForeignError> {
    let Deviation { std_dev } = json::parse(name, text)?;
    if std_dev.is_none() {
        return Err(ForeignError::Incomplete {
            name: name.to_owned(),
            missing: "`std_dev`: relative changes are no times, give new/estimates.json",
        });
    }
    let estimates: Estimates = json::parse(name, text)?;
    let ms = |path: &str, ns: Measured| json::converted(name, path, ns, MS_PER_NS);
    let mut latency = Latency {
        mean_ms: Some(ms("mean.point_estimate", estimates.mean.point_estimate)?),
        ..Latency::default()
    };
    if let Some(median) = estimates.median {
        latency.p50_ms = Some(ms("median.point_estimate", median.point_estimate)?);
        let bounds = median.confidence_interval;
        // One at another level is no interval of 95 %.
        if (bounds.confidence_level.get() - 0.95).abs() < 1e-9 {
            let path = "median.confidence_interval";
            latency.ci95 = Some(QuantileIntervals {
                p50_ms: Some(Interval {
                    low: Some(ms(path, bounds.lower_bound)?),
                    high: Some(ms(path, bounds.upper_bound)?),
                }),
                ..QuantileIntervals::default()
            });
        }
    }
    let scenario = Scenario {
        name: benchmark(name),
        latency: Some(latency),
        ..Scenario::default()
    };
    Ok(Translated::new("criterion", vec![scenario], Vec::new()))
}

/// `fold/sum` of `target/criterion/fold/sum/new/sample.json`; elsewhere the file's name without its ending.
fn benchmark(path: &str) -> String {
    let folders: Vec<&str> = path.split('/').collect();
    let after = folders.iter().rposition(|folder| *folder == "criterion");
    match after.map(|criterion| &folders[criterion + 1..]) {
        Some([benchmark @ .., _baseline, _file]) if !benchmark.is_empty() => benchmark.join("/"),
        _ => Path::new(path).file_stem().map_or_else(
            || path.to_owned(),
            |stem| stem.to_string_lossy().into_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, codes, fixture, refusal, translated};
    use super::*;
    use serde_json::json;

    #[test]
    fn every_sample_is_a_repetition_and_a_warning_says_that_none_was_restarted() {
        let sample = fixture("sample.json");
        assert_eq!(
            at(&sample, "/scenarios/0/name"),
            Some(json!("fold/sum_of_squares"))
        );
        assert_eq!(sample.evidence.scenarios[0].repetitions.len(), 10);
        assert_eq!(codes(&sample), ["one_process"]);
        let first = at(&sample, "/scenarios/0/repetitions/0/latency").unwrap();
        assert_eq!(first["samples"], json!(31749));
        assert!((first["mean_ms"].as_f64().unwrap() - 8_104_930.0 / 31749.0 / 1e6).abs() < 1e-15);
    }

    #[test]
    fn the_mean_of_the_samples_is_the_one_that_criterion_estimates() {
        let mean = |name| {
            let mean = at(&fixture(name), "/scenarios/0/latency/mean_ms").unwrap();
            mean.as_f64().unwrap()
        };
        let (samples, estimates) = (mean("sample.json"), mean("estimates.json"));
        assert!(
            (samples / estimates - 1.0).abs() < 1e-12,
            "{samples} {estimates}"
        );
    }

    #[test]
    fn estimates_are_one_run_with_an_interval_of_the_median() {
        let estimates = fixture("estimates.json");
        assert_eq!(at(&estimates, "/scenarios/0/repetitions"), None);
        let latency = at(&estimates, "/scenarios/0/latency").unwrap();
        let (low, high) = (
            &latency["ci95"]["p50_ms"]["low"],
            &latency["ci95"]["p50_ms"]["high"],
        );
        let median = latency["p50_ms"].as_f64().unwrap();
        assert!(low.as_f64().unwrap() <= median && median <= high.as_f64().unwrap());
    }

    #[test]
    fn an_interval_of_another_level_is_left_out() {
        let estimate = r#"{"confidence_interval": {"confidence_level": 0.99, "lower_bound": 1, "upper_bound": 3}, "point_estimate": 2}"#;
        let estimates = translated(&format!(
            r#"{{"mean": {estimate}, "median": {estimate}, "std_dev": {estimate}}}"#
        ));
        assert_eq!(
            at(&estimates, "/scenarios/0/latency"),
            Some(json!({"p50_ms": 2.0 * 1e-6, "mean_ms": 2.0 * 1e-6}))
        );
    }

    #[test]
    fn benchmarks_are_named_by_their_folder_and_else_by_their_file() {
        for (path, name) in [
            ("target/criterion/parse/new/sample.json", "parse"),
            (
                "/a/criterion/b/target/criterion/group/f/10/base/estimates.json",
                "group/f/10",
            ),
            ("baselines/parse.json", "parse"),
            ("criterion/new/sample.json", "sample"),
            ("stdin", "stdin"),
        ] {
            assert_eq!(benchmark(path), name);
        }
    }

    #[test]
    fn samples_that_cannot_be_are_refused_with_their_path() {
        for (sample, expected) in [
            (
                r#"{"iters": [1, 2], "times": [1]}"#,
                "file: times: found 1, expected one for each of 2 iters, and at least one",
            ),
            (
                r#"{"iters": [], "times": []}"#,
                "file: times: found 0, expected one for each of 0 iters, and at least one",
            ),
            (
                r#"{"iters": [1, 0], "times": [1, 1]}"#,
                "file: iters[1]: found 0, expected a whole number of at least 1",
            ),
        ] {
            assert_eq!(refusal(sample), expected);
        }
        assert!(
            refusal(r#"{"iters": [1], "times": [-1]}"#)
                .starts_with("file: times[0]: found -1, expected")
        );
    }
}
