//! The highest rate at which a condition holds, of a service whose capacity is known.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};

use pipeline_tests::patience::PATIENCE;
use pipeline_tests::{Ran, Workplace, alone, root, tools};
use rustix::process::Signal;

use super::*;

/// A service that answers 200 requests a second, one after the other, and leaves a line in `started` at each start.
fn benchmark(place: &Workplace, repetition_s: f64, repetitions: u64) -> PathBuf {
    let script = format!(
        "echo >> started; exec {} --artifacts {} --port 0 --workers 1 --latency fixed:5ms",
        tools().join("policy-server").display(),
        root().join("fixtures/artifacts").display()
    );
    let config = json!({"benchmark": {"warmup_iterations": 1, "measurement_iterations": 10, "batch_sizes": [1],
        "concurrent_requests": 8, "duration_seconds": repetition_s * repetitions as f64, "repetitions": repetitions,
        "timeout_ms": 500, "serve": {"command": ["sh", "-c", script]}},
        "test_scenarios": [{"name": "never_measured", "iterations": 1}]});
    place.write("capacity.json", &config.to_string())
}

fn find(place: &Workplace, config: &Path, condition: &str, more: &[&str]) -> Ran {
    let config = config.to_str().unwrap();
    let arguments = ["--config", config, "--find-capacity", condition];
    place.run("bench-run", &[&arguments, more].concat())
}

fn starts(place: &Workplace) -> usize {
    let started = fs::read_to_string(place.path("started")).unwrap_or_default();
    started.lines().count()
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn the_capacity_of_a_service_is_found_and_every_step_on_the_way_is_told() {
    let _alone = alone();
    let place = Workplace::default();
    let config = benchmark(&place, 0.25, 3);
    let ran = find(&place, &config, "p90_ms<=100", &[]).ended(0);
    let document = ran.document();
    let capacity = &document["capacity"];
    let (rate, bound) = (&capacity["rate_rps"], &capacity["bound"]);
    // 200, were the machine its own; it is shared, and short steps forgive some overload.
    assert!((80.0..280.0).contains(&number(rate)), "{capacity}");
    assert!(number(&bound["rate_rps"]) > number(rate), "{capacity}");
    assert!(
        number(&bound["rate_rps"]) < 1.04 * number(rate),
        "{capacity}"
    );
    assert_eq!(capacity["condition"], "p90_ms<=100");
    assert_eq!(capacity["scenario"], "batch_1");

    let steps = capacity["steps"].as_array().unwrap();
    assert_eq!(
        number(&steps[0]["rate_rps"]) * 2.0,
        number(&capacity["closed_loop_rps"])
    );
    // Each has a process of its own, and so has the closed loop before them.
    assert_eq!(starts(&place), steps.len() + 1);
    for (rate, confirmation) in [
        (rate, &capacity["confirmation"]),
        (&bound["rate_rps"], &bound["confirmation"]),
    ] {
        let of_rate = steps
            .iter()
            .filter(|step| step["confirmation"] == true && step["rate_rps"] == *rate);
        let held: Vec<bool> = of_rate.map(|step| step["held"] == true).collect();
        assert_eq!(confirmation["repetitions"], held.len(), "{capacity}");
        let held = held.into_iter().filter(|held| *held).count();
        assert_eq!(confirmation["held"], held, "{capacity}");
    }
    for step in steps {
        let errors = &step["error_rate"];
        assert_eq!(step["throughput"]["requests"], errors["requests"], "{step}");
        assert_eq!(step["latency"]["histogram"], Value::Null, "{step}");
        let overloaded = number(&step["rate_rps"]) > 300.0;
        assert!(!(overloaded && step["held"] == true), "{step}");
    }
    assert!(
        ran.stderr.contains(" rps (p90_ms<=100 held in "),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_search_is_no_measurement_that_a_gate_could_pass() {
    let _alone = alone();
    let place = Workplace::default();
    let config = benchmark(&place, 0.2, 1);
    let found = find(&place, &config, "mean_ms<=100", &["--rate", "100"]).ended(0);
    let document = found.document();
    for section in [
        "latency",
        "service_time",
        "throughput",
        "memory",
        "error_rate",
        "scenarios",
    ] {
        assert_eq!(document[section], Value::Null);
    }
    assert_eq!(document["capacity"]["closed_loop_rps"], Value::Null);
    assert_eq!(number(&document["capacity"]["steps"][0]["rate_rps"]), 100.0);

    place.write("found.json", &found.stdout);
    let line = "perf-validate --thresholds $CONFIG/performance-thresholds.yaml < found.json";
    let validated = place.shell(line).ended(1).document();
    assert_eq!(validated["capacity"], document["capacity"]);
    let checks = validated["validation"]["checks"].as_array().unwrap();
    assert!(
        checks.iter().all(|check| check["status"] == "missing"),
        "{checks:?}"
    );

    let config = config.to_str().unwrap();
    let again = place.feed(
        "bench-run",
        &["--config", config],
        &json!({"capacity": document["capacity"]}).to_string(),
    );
    assert!(again.ended(2).stderr.contains("holds a run already"));
}

#[test]
fn a_condition_that_holds_at_no_rate_is_a_verdict_of_no() {
    let _alone = alone();
    let place = Workplace::default();
    let config = benchmark(&place, 0.2, 1);
    for (more, expected_starts) in [
        (&["--rate", "400"][..], 4),
        (&["--rate", "400", "--keep-server"], 5),
    ] {
        let ran = find(&place, &config, "p50_ms<=0.001", more).ended(1);
        let document = ran.document();
        let capacity = &document["capacity"];
        assert_eq!(capacity["rate_rps"], Value::Null);
        assert_eq!(capacity["confirmation"], Value::Null);
        // 400, 200, 100 and this once more; fewer than 20 requests tell nothing.
        let steps = capacity["steps"].as_array().unwrap();
        let rates: Vec<f64> = steps.iter().map(|step| number(&step["rate_rps"])).collect();
        assert_eq!(rates, [400.0, 200.0, 100.0, 100.0]);
        assert_eq!(starts(&place), expected_starts, "{more:?}");
        assert_eq!(document["run"]["interrupted"], false);
        assert_eq!(document["overall_success"], false);
        let text = "p50_ms<=0.001 holds at no rate from 100.0 rps on";
        assert!(ran.stderr.contains(text), "{}", ran.stderr);
        assert_eq!(
            document["warnings"].as_array().unwrap().last().unwrap()["code"],
            "no_capacity"
        );
        place
            .feed("report-gen", &["--output", "r.html"], &ran.stdout)
            .ended(1);
    }
}

#[test]
fn connections_that_are_too_few_are_told() {
    let _alone = alone();
    let place = Workplace::default();
    // Four workers, of which a single connection asks only one.
    let serve = place.serve(&["--workers", "4", "--latency", "fixed:10ms"]);
    let more = json!({"concurrent_requests": 1, "duration_seconds": 0.4, "repetitions": 1, "serve": serve});
    let config = PathBuf::from(remote_benchmark(&place, more));
    let document = find(&place, &config, "p50_ms<=100", &["--rate", "50"])
        .ended(0)
        .document();
    assert_eq!(document["capacity"]["generator_limited"], true);
    assert_eq!(document["run"]["generator"]["saturated"], true);
    let warnings = document["warnings"].as_array().unwrap();
    let codes: Vec<&Value> = warnings.iter().map(|warning| &warning["code"]).collect();
    assert!(codes.contains(&&json!("generator_saturated")), "{codes:?}");
}

#[test]
fn an_interrupted_search_leaves_its_steps_and_no_answer() {
    let _alone = alone();
    let place = Workplace::default();
    let config = benchmark(&place, 0.4, 50);
    let mut command = place.command(
        "bench-run",
        &[
            "--config",
            config.to_str().unwrap(),
            "--find-capacity",
            "p90_ms<=100",
        ],
    );
    let bench = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    eventually("the fourth repetition", || {
        (starts(&place) >= 4).then_some(())
    });
    signal(bench.id(), Signal::INT);
    let ran = Ran::of(bench.wait_with_output().unwrap()).ended(130);
    let document = ran.document();
    assert_eq!(document["run"]["interrupted"], true);
    assert_eq!(document["overall_success"], false);
    let capacity = &document["capacity"];
    assert!(
        capacity["steps"].as_array().unwrap().len() >= 2,
        "{capacity}"
    );
    assert_eq!(capacity["rate_rps"], Value::Null);
    assert!(
        ran.stderr.contains("capacity: no answer (p90_ms<=100)"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_service_that_is_not_started_anew_and_answers_no_more_is_given_up() {
    let _alone = alone();
    let place = Workplace::default();
    let left = AtomicI64::new(60);
    let url = service(move |_, _| {
        if left.fetch_sub(1, Ordering::Relaxed) <= 0 {
            thread::sleep(PATIENCE);
        }
        "{}".to_owned()
    });
    let more = json!({"batch_sizes": [1], "request": {"path": "/"}, "timeout_ms": 200, "duration_seconds": 0.4, "repetitions": 1,
        "target": url});
    let config = PathBuf::from(remote_benchmark(&place, more));
    let ran = find(&place, &config, "mean_ms<=150", &["--rate", "100"]).ended(1);
    let document = ran.document();
    let steps = document["capacity"]["steps"].as_array().unwrap();
    let held: Vec<&Value> = steps.iter().map(|step| &step["held"]).collect();
    assert_eq!(held, [true, false], "{steps:?}");
    assert_eq!(document["run"]["interrupted"], true);
    assert!(
        ran.stderr.contains("no longer answers: given up"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_service_that_answers_nothing_well_has_no_capacity_and_is_asked_once() {
    let _alone = alone();
    let place = Workplace::default();
    let config = place.benchmark(place.serve(&["--fail", "100%:500"]), json!([]));
    let ran = find(&place, &config, "p50_ms<=100", &["--rate", "1000"]).ended(2);
    let document = ran.document();
    assert_eq!(document["capacity"]["steps"].as_array().unwrap().len(), 1);
    assert_eq!(document["run"]["interrupted"], true);
    assert!(
        ran.stderr.contains("given up after a whole repetition"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_cannot_be_searched_for_is_a_usage_error() {
    let place = Workplace::default();
    let config = place.benchmark(place.serve(&[]), json!([]));
    let duel = ["--duel", "http://127.0.0.1:1", "--duel-output", "b.json"];
    let refused = find(&place, &config, "p99_ms<=50", &duel).ended(2);
    let text = "--find-capacity and --duel exclude each other";
    assert!(refused.stderr.contains(text), "{}", refused.stderr);
    let refused = find(&place, &config, "p98_ms<=50", &[]).ended(2);
    assert!(
        refused.stderr.contains("expected one of p50_ms, p90_ms"),
        "{}",
        refused.stderr
    );
}
