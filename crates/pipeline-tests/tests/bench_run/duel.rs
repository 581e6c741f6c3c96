//! Two services in one run: in turn, under the same conditions, with a document each.

use std::fs;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use pipeline_tests::patience::PATIENCE;
use pipeline_tests::{Ran, Workplace, alone};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::kept_server::{counting, starts};
use super::*;

/// A served command as somebody types it.
fn line(serve: &Value) -> String {
    let words = serve["command"].as_array().unwrap().iter();
    words
        .map(|word| format!("'{}'", word.as_str().unwrap()))
        .collect::<Vec<String>>()
        .join(" ")
}

fn documents(place: &Workplace) -> [Value; 2] {
    ["current.json", "baseline.json"].map(|name| {
        let text = fs::read_to_string(place.path(name)).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}: {text}"))
    })
}

/// bench-run with both documents in files.
fn duel(place: &Workplace, config: &str, baseline: &str, more: &[&str]) -> Ran {
    let mut arguments = vec!["--config", config, "--duel", baseline];
    arguments.extend(["--output", "current.json"]);
    arguments.extend(["--duel-output", "baseline.json"]);
    arguments.extend(more);
    place.run("bench-run", &arguments)
}

/// Every repetition of every scenario: order, pair, the scenario's name, itself.
fn repetitions(document: &Value) -> Vec<(u64, u64, String, &Value)> {
    let scenarios = document["scenarios"].as_array().unwrap().iter();
    let mut all: Vec<_> = scenarios
        .flat_map(|scenario| {
            let entries = scenario["repetitions"].as_array().unwrap().iter();
            entries.map(|one| {
                (
                    one["order"].as_u64().unwrap(),
                    one["pair"].as_u64().unwrap(),
                    scenario["name"].as_str().unwrap().to_owned(),
                    one,
                )
            })
        })
        .collect();
    all.sort_by_key(|(order, ..)| *order);
    all
}

pub(super) fn repeated(place: &Workplace, serve: Value, repetitions: u64) -> String {
    let config = json!({
        "benchmark": {"warmup_iterations": 1, "measurement_iterations": 40, "batch_sizes": [1, 2], "concurrent_requests": 2,
            "duration_seconds": 0.4, "repetitions": repetitions, "serve": serve},
        "test_scenarios": [{"name": "once", "iterations": 1}],
    });
    let path = place.write("repeated.json", &config.to_string());
    path.to_str().unwrap().to_owned()
}

#[test]
fn both_services_are_measured_in_turn_and_each_has_a_marked_document() {
    let _alone = alone();
    let place = Workplace::default();
    let config = repeated(&place, place.serve(&["--latency", "fixed:2ms"]), 4);
    let slower = line(&place.serve(&["--latency", "fixed:2ms", "--add", "50%"]));
    let ran = duel(&place, &config, &slower, &["--seed", "7"]).ended(0);
    assert_eq!(ran.stdout, "");
    let [current, baseline] = documents(&place);

    for (ours, theirs, role) in [
        (&current, &baseline, "current"),
        (&baseline, &current, "baseline"),
    ] {
        let pairing = json!({"role": role, "with": theirs["run"]["id"]});
        assert_eq!(ours["run"]["pairing"], pairing);
        assert_eq!(ours["run"]["seed"], 7);
        assert_eq!(ours["run"]["interrupted"], false);
        assert!(ours["run"]["generator"]["cpu_us_per_request"].is_number());
        assert!(ours["memory"]["peak_mb"].is_number());
    }
    assert_ne!(current["run"]["id"], baseline["run"]["id"]);
    for index in 0..3 {
        let workload = &current["scenarios"][index]["workload"];
        assert!(workload.is_string());
        assert_eq!(workload, &baseline["scenarios"][index]["workload"]);
    }
    let target = |document: &Value| document["run"]["target"].as_str().unwrap().to_owned();
    assert!(!target(&current).contains("--add") && target(&baseline).ends_with("--add 50%"));

    let (ours, theirs) = (repetitions(&current), repetitions(&baseline));
    let mut all: Vec<(u64, u64, char, &str)> = Vec::new();
    for (service, entries) in [('A', &ours), ('B', &theirs)] {
        all.extend(entries.iter().map(|(order, pair, _, one)| {
            (*order, *pair, service, one["started_at"].as_str().unwrap())
        }));
    }
    all.sort_unstable();
    let orders: Vec<u64> = all.iter().map(|(order, ..)| *order).collect();
    assert_eq!(
        orders,
        (0..18).collect::<Vec<u64>>(),
        "2 services, 2 scenarios in 4 repetitions and one in 1"
    );
    assert!(
        all.iter().map(|(.., started)| started).is_sorted(),
        "{all:?}"
    );
    let mut turns: Vec<(u64, char)> = all.iter().map(|(_, pair, who, _)| (*pair, *who)).collect();
    turns.dedup();
    let expected = [
        (0, 'A'),
        (0, 'B'),
        (1, 'B'),
        (1, 'A'),
        (2, 'A'),
        (2, 'B'),
        (3, 'B'),
        (3, 'A'),
    ];
    assert_eq!(turns, expected);
    let names = |entries: &[(u64, u64, String, &Value)]| -> Vec<(u64, String)> {
        let named = entries
            .iter()
            .map(|(_, pair, name, _)| (*pair, name.clone()));
        named.collect()
    };
    assert_eq!(
        names(&ours),
        names(&theirs),
        "the same order of scenarios for both"
    );

    for (ours, theirs) in current["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .zip(baseline["scenarios"].as_array().unwrap())
        .filter(|(ours, _)| ours["name"] != "once")
    {
        let p50 = |scenario: &Value| scenario["latency"]["p50_ms"].as_f64().unwrap();
        assert!(p50(ours) >= 2.0 && p50(theirs) >= 3.0, "{ours} {theirs}");
        assert!(p50(ours) < p50(theirs), "{ours} {theirs}");
    }
    for label in ["A (current): policy-server", "B (baseline): policy-server"] {
        assert!(ran.stderr.contains(label), "{}", ran.stderr);
    }

    let compare = |current: &str, baseline: &str| {
        place.run(
            "perf-compare",
            &[
                "--allow-saturated",
                "--current",
                current,
                "--baseline",
                baseline,
            ],
        )
    };
    let change = |ran: Ran| {
        let compared = ran.document()["comparison"]["metrics"][0].clone();
        compared["change_percent"].as_f64().unwrap()
    };
    let faster = change(compare("current.json", "baseline.json"));
    let slower = change(compare("baseline.json", "current.json"));
    assert!(faster < 0.0 && slower > 0.0, "{faster} {slower}");
    let paired = place.run(
        "perf-compare",
        &[
            "--paired",
            "--allow-saturated",
            "--current",
            "current.json",
            "--baseline",
            "baseline.json",
        ],
    );
    assert_eq!(
        paired.document()["comparison"]["metrics"][0]["method"],
        "paired"
    );
}

/// A service that keeps the bodies of five observations that it is sent.
fn keeping_service() -> (String, Arc<Mutex<Vec<String>>>) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keeper = Arc::clone(&kept);
    let url = service(move |_, body| {
        if body.is_empty() {
            return "{}".to_owned();
        }
        let sent: Value = serde_json::from_str(body).unwrap();
        if sent["observations"].as_array().unwrap().len() == 5 {
            keeper.lock().unwrap().push(body.to_owned());
        }
        actions_for(body, 3)
    });
    (url, kept)
}

#[test]
fn both_addresses_of_a_duel_are_sent_the_same() {
    let _alone = alone();
    let place = Workplace::default();
    let ((ours, to_ours), (theirs, to_theirs)) = (keeping_service(), keeping_service());
    let config = json!({
        "benchmark": {"warmup_iterations": 2, "measurement_iterations": 10, "batch_sizes": [1], "concurrent_requests": 1,
            "duration_seconds": 0.2, "repetitions": 3, "target": ours},
        "test_scenarios": [{"name": "five", "batch_size": 5, "iterations": 9}],
    });
    let config = place.write("sent.json", &config.to_string());
    duel(&place, config.to_str().unwrap(), &theirs, &[]).ended(0);
    let sent = to_ours.lock().unwrap();
    assert_eq!(sent.len(), 9 + 3 * 2, "iterations, and a warm-up each");
    assert_eq!(*sent, *to_theirs.lock().unwrap());
    let [current, baseline] = documents(&place);
    assert_eq!(current["run"]["target"], json!(ours));
    assert_eq!(baseline["run"]["target"], json!(theirs));
    assert_eq!(baseline["memory"], Value::Null);
}

#[test]
fn services_that_take_different_sensors_are_said_not_to_be_sent_the_same() {
    let _alone = alone();
    let place = Workplace::default();
    let taking = |sensors: usize| {
        service(move |head, body| {
            if head.starts_with("GET /metadata") {
                return json!({"inputShape": [2 + sensors]}).to_string();
            }
            actions_for(body, sensors)
        })
    };
    let config = remote_benchmark(&place, json!({"target": taking(3)}));
    duel(&place, &config, &taking(4), &[]).ended(0);
    for document in documents(&place) {
        let warnings = document["warnings"].to_string();
        assert!(warnings.contains("unequal_payloads"), "{warnings}");
    }
}

#[test]
fn a_served_process_is_started_anew_for_each_repetition_unless_it_is_kept() {
    let _alone = alone();
    for (more, started) in [(vec![], 3), (vec!["--keep-server"], 1)] {
        let place = Workplace::default();
        let config = repeated(&place, counting(&place, "ours"), 3);
        let theirs = line(&counting(&place, "theirs"));
        duel(&place, &config, &theirs, &more).ended(0);
        for name in ["ours", "theirs"] {
            assert_eq!(starts(&place, name), started, "{name} {more:?}");
        }
        for document in documents(&place) {
            let fresh: Vec<bool> = repetitions(&document)
                .iter()
                .map(|(.., one)| one["memory"]["carried_over"] == false)
                .collect();
            assert_eq!(fresh.iter().filter(|fresh| **fresh).count(), started);
            assert!(fresh[0], "the first of all has a fresh process: {fresh:?}");
        }
    }
}

#[test]
fn what_was_begun_is_about_the_current_service() {
    let _alone = alone();
    let place = Workplace::default();
    let config = repeated(&place, place.serve(&[]), 1);
    let begun = r#"{"vulnerabilities":{"critical":0}}"#;
    let theirs = line(&place.serve(&[]));
    let ran = place.feed(
        "bench-run",
        &[
            "--config",
            &config,
            "--duel",
            &theirs,
            "--duel-output=b.json",
        ],
        begun,
    );
    let current = ran.ended(0).document();
    assert_eq!(current["run"]["pairing"]["role"], "current");
    assert_eq!(current["vulnerabilities"]["critical"], 0);
    let baseline: Value =
        serde_json::from_str(&fs::read_to_string(place.path("b.json")).unwrap()).unwrap();
    assert_eq!(baseline["run"]["pairing"]["role"], "baseline");
    assert_eq!(baseline["vulnerabilities"], Value::Null);
}

#[test]
fn what_a_duel_cannot_be_is_refused_before_anything_is_measured() {
    let place = Workplace::default();
    let config = repeated(&place, json!({"command": ["no-such-program"]}), 1);
    let refusal = |arguments: &[&str]| {
        let ran = place.run("bench-run", &[&["--config", &config], arguments].concat());
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}: {}",
            ran.stderr
        );
        ran.stderr
    };
    for (arguments, expected) in [
        (
            vec!["--duel", "http://127.0.0.1:1"],
            "--duel needs --duel-output",
        ),
        (
            vec!["--duel-output", "b.json"],
            "--duel-output needs --duel",
        ),
        (
            vec!["--duel", "serve 'me", "--duel-output", "b.json"],
            "--duel serve 'me: missing closing quote",
        ),
        (
            vec![
                "--duel",
                "serve 'db://me:secret@host/x",
                "--duel-output",
                "b.json",
            ],
            "--duel serve 'db://host/x: missing closing quote",
        ),
        (
            vec!["--duel", " ", "--duel-output", "b.json"],
            "found no program, expected an address or a command",
        ),
        (
            vec!["--duel", "ftp://host", "--duel-output", "b.json"],
            "expected an address as in http://127.0.0.1:8080",
        ),
        (
            vec![
                "--duel",
                "a",
                "--output",
                "b.json",
                "--duel-output",
                "./b.json",
            ],
            "--output and --duel-output are both b.json",
        ),
        (
            vec!["--duel", "a", "--duel-output", "-"],
            "--output and --duel-output are both stdout",
        ),
        (
            vec!["--duel", "a", "--duel-output", "nowhere/b.json"],
            "no such folder",
        ),
    ] {
        let said = refusal(&arguments);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn a_document_that_cannot_be_written_goes_to_stdout_and_the_other_to_its_file() {
    let _alone = alone();
    let place = Workplace::default();
    let config = repeated(&place, place.serve(&[]), 1);
    let theirs = line(&place.serve(&[]));
    for (ours_to, theirs_to, kept, role, label) in [
        (
            "/dev/full",
            "kept.json",
            "baseline",
            "current",
            "A (current)",
        ),
        (
            "kept.json",
            "/dev/full",
            "current",
            "baseline",
            "B (baseline)",
        ),
    ] {
        let ran = place
            .run(
                "bench-run",
                &[
                    "--config",
                    &config,
                    "--duel",
                    &theirs,
                    "--output",
                    ours_to,
                    "--duel-output",
                    theirs_to,
                ],
            )
            .ended(2);
        let said = format!("; the document of {label} is on stdout");
        assert!(
            ran.stderr.contains("/dev/full: cannot be written") && ran.stderr.contains(&said),
            "{}",
            ran.stderr
        );
        assert_eq!(ran.document()["run"]["pairing"]["role"], role);
        let file = fs::read_to_string(place.path("kept.json")).unwrap();
        let file: Value = serde_json::from_str(&file).unwrap();
        assert_eq!(file["run"]["pairing"]["role"], kept);
    }
}

#[test]
fn an_interrupted_duel_leaves_two_marked_documents_and_no_server() {
    let _alone = alone();
    let place = Workplace::default();
    let truth = place.path("truth.csv");
    let slow = |options: &[&str]| place.serve(&[&["--latency", "fixed:1ms"], options].concat());
    let config = json!({"benchmark": {"warmup_iterations": 0, "measurement_iterations": 100, "batch_sizes": [1],
        "concurrent_requests": 1, "duration_seconds": 50, "repetitions": 100, "serve": slow(&[])}});
    let config = place.write("interrupted.json", &config.to_string());
    let theirs = line(&slow(&["--truth", truth.to_str().unwrap()]));
    let arguments = [
        "--config",
        config.to_str().unwrap(),
        "--keep-server",
        "--output",
        "current.json",
        "--duel",
        &theirs,
        "--duel-output",
        "baseline.json",
    ];
    let bench = place
        .command("bench-run", &arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    eventually("requests to the second", || {
        (fs::read_to_string(&truth).ok()?.lines().count() > 30).then_some(())
    });
    signal(bench.id(), Signal::INT);
    Ran::of(bench.wait_with_output().unwrap()).ended(130);
    for document in documents(&place) {
        assert_eq!(document["run"]["interrupted"], true);
        assert_eq!(document["overall_success"], false);
        assert!(document["run"]["pairing"]["with"].is_string());
        assert!(document["error_rate"]["ok"].as_u64().unwrap() > 0);
    }
}

/// A service that answers as it should.
fn well() -> String {
    tiring(usize::MAX)
}

/// A service that answers so many requests, and then none.
fn tiring(requests: usize) -> String {
    let answered = AtomicUsize::new(0);
    service(move |_, body| {
        if body.is_empty() {
            return "{}".to_owned();
        }
        if answered.fetch_add(1, Ordering::Relaxed) >= requests {
            thread::sleep(PATIENCE);
        }
        actions_for(body, 3)
    })
}

#[test]
fn when_one_service_is_given_up_the_run_of_both_ends() {
    let _alone = alone();
    let broken = || service(|_, _| "{}".to_owned());
    for (ours, theirs, code, reason, measured) in [
        (well(), broken(), 2, "no_success", [true, false]),
        (broken(), well(), 2, "no_success", [false, false]),
        (well(), tiring(3), 1, "no_answer", [true, true]),
        (tiring(3), well(), 1, "no_answer", [true, false]),
    ] {
        let place = Workplace::default();
        let config = remote_benchmark(&place, json!({"target": ours, "timeout_ms": 100}));
        let ran = duel(&place, &config, &theirs, &[]).ended(code);
        let both = documents(&place);
        for (document, measured) in both.iter().zip(measured) {
            assert_eq!(document["run"]["interrupted"], true, "{ran}");
            assert_eq!(document["overall_success"], false);
            let warnings = document["warnings"].to_string();
            assert!(warnings.contains(reason), "each says why: {warnings}");
            let answered = document["error_rate"]["ok"].as_u64().unwrap_or_default();
            assert_eq!(answered > 0, measured, "{document}");
        }
    }
}

#[test]
fn a_baseline_that_cannot_be_started_ends_the_run_and_what_was_measured_is_kept() {
    let _alone = alone();
    let place = Workplace::default();
    let config = repeated(&place, place.serve(&[]), 2);
    let ran = duel(
        &place,
        &config,
        "no-such-program --db db://me:secret@host/x",
        &[],
    )
    .ended(2);
    assert!(!ran.stderr.contains("secret"), "{ran}");
    let [current, baseline] = documents(&place);
    assert!(current["error_rate"]["ok"].as_u64().unwrap() > 0, "{ran}");
    for document in [&current, &baseline] {
        assert_eq!(document["run"]["interrupted"], true);
        let warnings = document["warnings"].to_string();
        assert!(
            warnings.contains("serve: no-such-program --db db://host/x: cannot be started"),
            "{warnings}"
        );
        assert!(!document.to_string().contains("secret"), "{document}");
    }
}

#[test]
fn a_command_against_an_address_is_served_with_the_defaults() {
    let _alone = alone();
    let place = Workplace::default();
    let remote = well();
    let config = remote_benchmark(&place, json!({"target": remote}));
    let theirs = line(&place.serve(&[]));
    duel(&place, &config, &theirs, &[]).ended(0);
    let [current, baseline] = documents(&place);
    assert_eq!(current["memory"], Value::Null);
    assert!(baseline["memory"]["peak_mb"].as_f64().unwrap() > 0.0);
}
