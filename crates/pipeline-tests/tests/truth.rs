//! What bench-run reports is what the service itself wrote down.
#![allow(clippy::unwrap_used, clippy::panic)]

use base64::Engine;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use pipeline_tests::{Workplace, alone};
use policy_server::faults::Fault;
use policy_server::truth::{self, TruthRecord};
use serde_json::{Value, json};

/// The scenario with this name.
fn scenario<'a>(document: &'a Value, name: &str) -> &'a Value {
    let scenarios = document["scenarios"].as_array().unwrap();
    scenarios
        .iter()
        .find(|scenario| scenario["name"] == name)
        .unwrap()
}

/// Nearest rank, in milliseconds.
fn quantile_ms(records: &[TruthRecord], quantile: f64) -> f64 {
    let mut milliseconds: Vec<f64> = records
        .iter()
        .map(|record| record.total_us / 1000.0)
        .collect();
    milliseconds.sort_by(f64::total_cmp);
    milliseconds
        [((milliseconds.len() as f64 * quantile).ceil() as usize).clamp(1, milliseconds.len()) - 1]
}

#[test]
fn document_and_service_agree_on_the_number_of_requests_and_their_latency() {
    let _alone = alone();
    // A busy machine can make the client later than the service, never the other way round, and not every time;
    // a wrong measurement is wrong every time.
    let mut differences = Vec::new();
    for _ in 0..3 {
        let place = Workplace::default();
        let file = place.path("truth.csv");
        let serve = place.serve(&[
            "--latency",
            "lognormal:5ms,0.5",
            "--truth",
            file.to_str().unwrap(),
        ]);
        let config = place.benchmark(serve, json!([{"name": "load", "batch_size": 7, "concurrent_requests": 4, "iterations": 2000}]));
        let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let document = ran.document();

        let records = truth::read(&file).unwrap();
        assert_eq!(document["error_rate"]["requests"], records.len());
        assert_eq!(document["error_rate"]["ok"], records.len());
        let load: Vec<TruthRecord> = records
            .into_iter()
            .filter(|record| record.batch_size == 7)
            .collect();
        let latency = &scenario(&document, "load")["latency"];
        assert_eq!(latency["samples"], load.len());
        assert_eq!(load.len(), 2000);

        let excess = |quantile: f64, key: &str| {
            let truth = quantile_ms(&load, quantile);
            let reported = latency[key].as_f64().unwrap();
            assert!(
                reported > truth * 0.999,
                "{key}: {reported} ms reported, {truth} ms true: no client can be faster"
            );
            reported - truth - (0.02 * truth + 1.0)
        };
        let worst = excess(0.50, "p50_ms").max(excess(0.99, "p99_ms"));
        if worst <= 0.0 {
            return;
        }
        differences.push(worst);
    }
    panic!("p50 or p99 is more than 2 % and 1 ms from the truth, by {differences:?} ms");
}

#[test]
fn every_failure_is_counted_once_under_its_own_kind() {
    let _alone = alone();
    let place = Workplace::default();
    let file = place.path("truth.csv");
    let faults = [
        "--fail",
        "2%:500",
        "--reset",
        "1%",
        "--truncate",
        "1%",
        "--short-batch",
        "1%",
        "--hang",
        "0.05%",
    ];
    let serve = place.serve(&[&faults, ["--truth", file.to_str().unwrap()].as_slice()].concat());
    let config = place.benchmark(
        serve,
        json!([{"name": "load", "concurrent_requests": 8, "iterations": 10_000}]),
    );
    let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document = ran.document();
    let errors = &document["error_rate"];
    let by_kind = |kind: &str| errors["by_kind"][kind].as_u64().unwrap_or_default();

    let records = truth::read(&file).unwrap();
    let ordered = |fault: Fault| {
        records
            .iter()
            .filter(|record| record.fault == fault)
            .count() as u64
    };
    assert_eq!(by_kind("status_5xx"), ordered(Fault::Fail));
    assert_eq!(by_kind("reset"), ordered(Fault::Reset));
    assert_eq!(by_kind("protocol"), ordered(Fault::Truncate));
    assert_eq!(by_kind("invalid_response"), ordered(Fault::ShortBatch));
    assert_eq!(by_kind("timeout"), ordered(Fault::Hang));
    assert_eq!(
        errors["requests"],
        records.len(),
        "a request was lost or made up"
    );

    let (requests, ok, failed) = (
        errors["requests"].as_u64(),
        errors["ok"].as_u64(),
        errors["failed"].as_u64(),
    );
    assert_eq!(requests.unwrap(), ok.unwrap() + failed.unwrap());
    // Four binomial standard errors around what was ordered.
    let of_load = 10_000.0_f64;
    for (kind, share) in [("status_5xx", 0.02), ("reset", 0.01), ("protocol", 0.01)] {
        let error = 4.0 * (of_load * share * (1.0 - share)).sqrt();
        let counted = scenario(&document, "load")["error_rate"]["by_kind"][kind]
            .as_f64()
            .unwrap();
        assert!(
            (counted - of_load * share).abs() < error,
            "{kind}: {counted} of {of_load}"
        );
    }
}

#[test]
fn throughput_counts_successes_alone_and_a_time_out_stays_in_the_tail() {
    let _alone = alone();
    let place = Workplace::default();
    let serve = place.serve(&["--fail", "50%:503", "--hang", "2%", "--seed", "1"]);
    let config = place.benchmark(
        serve,
        json!([{"name": "load", "concurrent_requests": 4, "iterations": 200}]),
    );
    let document = place
        .run("bench-run", &["--config", config.to_str().unwrap()])
        .document();
    let load = scenario(&document, "load");
    let number = |value: &Value| value.as_f64().unwrap();
    let successes = number(&load["throughput"]["rps"]) * number(&load["throughput"]["duration_s"]);
    assert!(
        (successes - number(&load["error_rate"]["ok"])).abs() < 0.01 * successes,
        "{load}"
    );
    assert!(number(&load["error_rate"]["ok"]) < 130.0);
    assert_eq!(load["throughput"]["requests"], 200);
    assert!(
        number(&load["latency"]["max_ms"]) >= 999.0,
        "{}",
        load["latency"]
    );
}

#[test]
fn the_histogram_in_the_document_is_the_distribution_that_its_quantiles_are_of() {
    let _alone = alone();
    let place = Workplace::default();
    let config = place.benchmark(
        place.serve(&[]),
        json!([{"name": "load", "iterations": 500}]),
    );
    let document = place
        .run("bench-run", &["--config", config.to_str().unwrap()])
        .document();
    let latency = &scenario(&document, "load")["latency"];
    let encoded = latency["histogram"].as_str().unwrap();
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(encoded)
        .unwrap();
    let histogram: Histogram<u64> = Deserializer::new()
        .deserialize(&mut bytes.as_slice())
        .unwrap();
    assert_eq!(histogram.len(), 500);
    let p95_ms = histogram.value_at_quantile(0.95) as f64 / 1e6;
    assert!((p95_ms - latency["p95_ms"].as_f64().unwrap()).abs() < 1e-6);
}

#[test]
fn the_repetitions_add_up_to_the_scenario() {
    let _alone = alone();
    let place = Workplace::default();
    let config = json!({"benchmark": {"warmup_iterations": 2, "measurement_iterations": 60, "batch_sizes": [16, 3],
        "concurrent_requests": 2, "duration_seconds": 0.6, "repetitions": 3, "serve": place.serve(&["--start-spread", "40%", "--latency", "fixed:2ms"])}});
    let config = place.write("repeated.json", &config.to_string());
    let document = place
        .run("bench-run", &["--config", config.to_str().unwrap()])
        .document();
    let number = |value: &Value| value.as_f64().unwrap();
    for name in ["batch_3", "batch_16"] {
        let whole = scenario(&document, name);
        let parts = whole["repetitions"].as_array().unwrap();
        let sum = |section: &str, key: &str| {
            parts
                .iter()
                .map(|part| number(&part[section][key]))
                .sum::<f64>()
        };
        assert_eq!(parts.len(), 3);
        for (section, key) in [
            ("latency", "samples"),
            ("throughput", "requests"),
            ("error_rate", "requests"),
            ("memory", "samples"),
        ] {
            assert_eq!(
                number(&whole[section][key]),
                sum(section, key),
                "{name}: {section}.{key}"
            );
        }
        assert!((number(&whole["throughput"]["duration_s"]) - 0.6).abs() < 1e-6);
        let mean_rps = sum("throughput", "rps") / 3.0;
        assert!(
            (number(&whole["throughput"]["rps"]) / mean_rps - 1.0).abs() < 1e-3,
            "equal windows: the mean of the rates"
        );
        let batch = number(&whole["batch_size"]);
        assert!(
            (number(&whole["throughput"]["predictions_per_second"])
                / number(&whole["throughput"]["rps"])
                - batch)
                .abs()
                < 1e-3
        );
        let shortest = parts
            .iter()
            .map(|part| number(&part["latency"]["min_ms"]))
            .fold(f64::MAX, f64::min);
        assert_eq!(number(&whole["latency"]["min_ms"]), shortest);
        let (low, high) = (
            &whole["latency"]["ci95"]["p50_ms"]["low"],
            &whole["latency"]["ci95"]["p50_ms"]["high"],
        );
        let p50 = number(&whole["latency"]["p50_ms"]);
        assert!(number(low) < p50 && p50 < number(high));
    }
    for section in ["latency", "throughput", "memory"] {
        assert_eq!(
            document[section],
            scenario(&document, "batch_3")[section],
            "the top level is the smallest batch size"
        );
    }
}

#[test]
fn a_leak_is_found_again_within_a_tenth() {
    let _alone = alone();
    let place = Workplace::default();
    let peak_mb = |options: &[&str]| {
        let config = place.benchmark(
            place.serve(options),
            json!([{"name": "load", "duration_seconds": 4}]),
        );
        let document = place
            .run(
                "bench-run",
                &["--config", config.to_str().unwrap(), "--seed", "1"],
            )
            .document();
        let load = scenario(&document, "load");
        assert_eq!(load["memory"]["source"], "procfs");
        (load["memory"]["peak_mb"].as_f64().unwrap(), document)
    };
    let (without, _) = peak_mb(&[]);
    let (with, document) = peak_mb(&["--leak", "50MB/s"]);
    // The leak runs from the start of serving: a little longer than the four seconds of the scenario.
    let started = &scenario(&document, "load")["repetitions"][0];
    assert_eq!(
        started["memory"]["carried_over"].as_bool(),
        Some(started["order"] != 0)
    );
    let leaked = with - without;
    assert!(
        (0.9 * 200.0..1.1 * 210.0).contains(&leaked),
        "{leaked} MiB leaked, about 200 were ordered"
    );
}
