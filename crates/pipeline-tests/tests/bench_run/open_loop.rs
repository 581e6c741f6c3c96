//! Requests that become due by the clock, whatever the service does.

use pipeline_tests::{Ran, Workplace, alone};
use serde_json::{Value, json};

/// The scenario `open` of a benchmark in which it is the only one of interest, and how bench-run ended.
fn open(place: &Workplace, serve: &[&str], scenario: Value, arguments: &[&str]) -> (Value, Ran) {
    let mut open = json!({"name": "open"});
    open.as_object_mut()
        .unwrap()
        .extend(scenario.as_object().unwrap().clone());
    let config = place.benchmark(place.serve(serve), json!([open]));
    let arguments = [&["--config", config.to_str().unwrap()], arguments].concat();
    let ran = place.run("bench-run", &arguments);
    let document = ran.document();
    let scenarios = document["scenarios"].as_array().unwrap();
    let open = scenarios
        .iter()
        .find(|scenario| scenario["name"] == "open")
        .unwrap();
    (open.clone(), ran)
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

/// requests = ok + failed, and the kinds of failures add up.
fn requests_are_conserved(scenario: &Value) -> u64 {
    let errors = &scenario["error_rate"];
    let count = |key: &str| errors[key].as_u64().unwrap();
    let by_kind = errors["by_kind"].as_object().unwrap();
    let kinds: u64 = by_kind.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(count("requests"), count("ok") + count("failed"), "{errors}");
    assert_eq!(count("failed"), kinds, "{errors}");
    assert_eq!(scenario["throughput"]["requests"], errors["requests"]);
    count("requests")
}

#[test]
fn a_stall_is_in_the_latency_of_every_request_that_was_due_in_it() {
    let _alone = alone();
    let place = Workplace::default();
    let scenario =
        json!({"arrival_rate_rps": 200, "concurrent_requests": 4, "duration_seconds": 3});
    let (open, _) = open(&place, &["--stall", "200ms/1s"], scenario, &[]);
    assert_eq!(requests_are_conserved(&open), 600);
    // One in five was due in a stall, and had to wait for its end: evenly spread over 0 to 200 ms.
    let (latency, service_time) = (&open["latency"], &open["service_time"]);
    assert!(number(&latency["p90_ms"]) > 90.0, "{latency}");
    assert!(number(&latency["p99_ms"]) > 180.0, "{latency}");
    // But four connections sent only four of them before its end.
    assert!(
        number(&service_time["p90_ms"]) < number(&latency["p90_ms"]),
        "{service_time}"
    );
    assert_eq!(open["mode"], "open");
    assert_eq!(number(&open["arrival_rate_rps"]), 200.0);
    assert_eq!(number(&open["throughput"]["offered_rps"]), 200.0);
}

#[test]
fn requests_that_are_due_are_all_there_whatever_becomes_of_them() {
    let _alone = alone();
    let place = Workplace::default();
    let config = json!({"benchmark": {"warmup_iterations": 0, "measurement_iterations": 1, "batch_sizes": [1], "concurrent_requests": 2,
        "duration_seconds": 1, "repetitions": 1, "arrival_rate_rps": 1000, "queue_limit": 10, "timeout_ms": 300,
        "serve": place.serve(&["--latency", "fixed:20ms"])}});
    let config = place.write("overload.json", &config.to_string());
    let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
    let document = ran.ended(0).document();
    let scenario = &document["scenarios"][0];
    // Two connections carry at most a hundred a second.
    assert_eq!(requests_are_conserved(scenario), 1000);
    let not_sent = number(&scenario["error_rate"]["by_kind"]["not_sent"]);
    assert!(not_sent >= 850.0, "{}", scenario["error_rate"]);
    let samples = number(&scenario["latency"]["samples"]);
    assert_eq!(samples, 1000.0, "those that were not sent are in the tail");
    let generator = &document["run"]["generator"];
    assert_eq!(generator["saturated"], true, "{generator}");
    assert!(number(&generator["connections_busy_percent"]) > 90.0);
}

#[test]
fn a_service_that_falls_silent_leaves_nothing_uncounted() {
    let _alone = alone();
    let place = Workplace::default();
    let config = json!({"benchmark": {"warmup_iterations": 0, "measurement_iterations": 1, "batch_sizes": [1], "concurrent_requests": 3,
        "duration_seconds": 1, "repetitions": 1, "arrival_rate_rps": 100, "timeout_ms": 150, "serve": place.serve(&["--hang", "100%"])}});
    let config = place.write("silent.json", &config.to_string());
    let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
    let document = ran.ended(2).document();
    let scenario = &document["scenarios"][0];
    requests_are_conserved(scenario);
    let by_kind = &scenario["error_rate"]["by_kind"];
    assert!(number(&by_kind["timeout"]) >= 3.0, "{by_kind}");
    assert!(number(&by_kind["not_sent"]) > 0.0, "{by_kind}");
}

#[test]
fn a_rate_on_the_command_line_holds_for_every_scenario() {
    let _alone = alone();
    let place = Workplace::default();
    let scenario = json!({"arrival_rate_rps": 7, "concurrent_requests": 8, "iterations": 300});
    let arguments = ["--rate", "3000", "--arrivals", "poisson", "--seed", "5"];
    let (scenario, ran) = open(&place, &[], scenario, &arguments);
    assert_eq!(requests_are_conserved(&scenario), 300);
    assert_eq!(number(&scenario["arrival_rate_rps"]), 3000.0);
    assert_eq!(scenario["arrivals"], "poisson");
    let document = ran.ended(0).document();
    assert_eq!(document["scenarios"][0]["mode"], "open");
    assert!(document["service_time"]["p50_ms"].is_number());
}

#[test]
fn a_run_in_which_no_request_became_due_is_exit_2_and_says_so() {
    let _alone = alone();
    let place = Workplace::default();
    let config = place.benchmark(place.serve(&[]), json!([]));
    let (config, rate) = (config.to_str().unwrap(), ["--rate", "0.001"]);
    let poisson = ["--config", config, "--arrivals", "poisson", "--seed", "1"];
    let ran = place.run("bench-run", &[&poisson, &rate[..]].concat());
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(2), ""),
        "nothing was measured: {ran}"
    );
    assert!(ran.stderr.contains("not one request became due"), "{ran}");
}

#[test]
fn what_a_slow_service_is_offered_is_not_what_it_did() {
    let _alone = alone();
    let place = Workplace::default();
    for arrivals in ["constant", "poisson"] {
        let scenario = json!({"arrival_rate_rps": 1000, "arrivals": arrivals, "concurrent_requests": 1, "iterations": 40});
        let (open, _) = open(&place, &["--latency", "fixed:10ms"], scenario, &[]);
        let throughput = &open["throughput"];
        assert_eq!(number(&throughput["offered_rps"]), 1000.0);
        assert!(number(&throughput["rps"]) < 101.0, "{throughput}");
    }
}

#[test]
fn the_same_seed_makes_the_same_arrivals() {
    let _alone = alone();
    let place = Workplace::default();
    let requests = |seed: &str| {
        let scenario = json!({"arrival_rate_rps": 2000, "arrivals": "poisson", "concurrent_requests": 8, "duration_seconds": 0.5});
        let (open, _) = open(&place, &[], scenario, &["--seed", seed]);
        requests_are_conserved(&open)
    };
    let first = requests("1");
    assert_eq!(requests("1"), first);
    assert!((2..6).any(|seed| requests(&seed.to_string()) != first));
}

#[test]
fn the_timeline_tells_second_by_second_what_the_whole_adds_up() {
    let _alone = alone();
    let place = Workplace::default();
    let scenario =
        json!({"arrival_rate_rps": 100, "concurrent_requests": 4, "duration_seconds": 2.5});
    let (open, _) = open(&place, &["--fail", "10%:503"], scenario, &[]);
    let timeline = open["timeline"].as_array().unwrap();
    let seconds: Vec<u64> = timeline
        .iter()
        .map(|entry| entry["second"].as_u64().unwrap())
        .collect();
    assert_eq!(seconds[..3], [0, 1, 2]);
    let answered: f64 = timeline
        .iter()
        .filter(|entry| entry["duration_s"].is_number())
        .map(|entry| number(&entry["rps"]) * number(&entry["duration_s"]))
        .sum();
    assert!((answered - number(&open["error_rate"]["ok"])).abs() <= 1.0);
    let failed: u64 = timeline
        .iter()
        .map(|entry| entry["errors"].as_u64().unwrap())
        .sum();
    assert_eq!(open["error_rate"]["failed"], failed);
}

#[test]
fn a_rate_that_makes_no_sense_is_refused() {
    let place = Workplace::default();
    let config = place.benchmark(place.serve(&[]), json!([]));
    for (arguments, expected) in [
        (["--rate", "0"], "expected more than 0"),
        (["--rate", "fast"], "expected more than 0"),
        (["--arrivals", "uniform"], "expected constant or poisson"),
    ] {
        let arguments = [&["--config", config.to_str().unwrap()], &arguments[..]].concat();
        let ran = place.run("bench-run", &arguments).ended(2);
        assert!(ran.stderr.contains(expected), "{ran}");
    }
    let config = place.benchmark(
        place.serve(&[]),
        json!([{"name": "open", "iterations": 1, "arrival_rate_rps": 0}]),
    );
    let ran = place
        .run("bench-run", &["--config", config.to_str().unwrap()])
        .ended(2);
    assert!(
        ran.stderr
            .contains("test_scenarios[0].arrival_rate_rps: found 0"),
        "{ran}"
    );
}
