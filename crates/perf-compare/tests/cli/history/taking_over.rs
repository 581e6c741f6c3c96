//! How a history grows, and when its reference moves.

use std::fs;
use std::process::Stdio;

use pipeline_tests::Workplace;
use serde_json::{Value, json};

use super::{compare, history, lines, passed, steady, take_over};
use crate::{TOOL, metric};

#[test]
fn the_first_run_becomes_the_reference_and_later_ones_only_join_the_history() {
    let place = Workplace::default();
    let first = take_over(&place, &passed("1", 10.0), &[]).ended(0);
    assert!(
        first
            .stderr
            .contains("taken over into baselines, and the reference from now on"),
        "{first}"
    );
    let second = take_over(&place, &passed("2", 10.2), &[]).ended(0);
    assert!(
        second.stderr.contains("taken over into baselines\n"),
        "{second}"
    );
    let reference: Value =
        serde_json::from_str(&fs::read_to_string(place.path("baselines/latest.json")).unwrap())
            .unwrap();
    assert_eq!(reference["run"]["id"], "1");
    assert_eq!(
        reference["scenarios"][0]["repetitions"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let runs = lines(&place);
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0]["acceptance"]["reason"], "the first run");
    assert_eq!(runs[1].get("acceptance"), None);
    assert_eq!(runs[1]["scenarios"][0].get("repetitions"), None);
    assert_eq!(runs[1]["scenarios"][0]["latency"]["p95_ms"], 10.2);
    // With two runs it is the reference whose repetitions are compared with.
    let ran = compare(&place, 10.1).ended(0);
    let p95 = metric(&ran, "latency.p95_ms");
    assert_eq!(
        (&p95["method"], &p95["baseline_count"]),
        (&json!("welch"), &json!(3))
    );
    assert_eq!(ran.document()["comparison"]["baseline"]["run_id"], "1");
}

#[test]
fn the_same_run_is_taken_over_once() {
    let place = Workplace::default();
    take_over(&place, &passed("1", 10.0), &[]).ended(0);
    let again = take_over(&place, &passed("1", 10.0), &[]).ended(0);
    assert!(
        again.stderr.contains("baselines holds this run already"),
        "{again}"
    );
    assert_eq!(lines(&place).len(), 1);
}

#[test]
fn a_run_that_has_not_passed_or_that_nobody_judged_is_not_taken_over() {
    let place = Workplace::default();
    let mut failed = passed("1", 10.0);
    failed["validation"]["passed"] = json!(false);
    let ran = take_over(&place, &failed, &[]).ended(1);
    assert!(
        ran.stderr
            .contains("not taken over: the run has not passed"),
        "{ran}"
    );
    let mut unjudged = passed("1", 10.0);
    unjudged.as_object_mut().unwrap().remove("validation");
    let ran = take_over(&place, &unjudged, &[]).ended(1);
    assert!(ran.stderr.contains("nothing has judged this run"), "{ran}");
    assert!(!place.path("baselines").exists());
}

#[test]
fn a_run_that_no_later_one_would_be_compared_with_is_taken_over_only_if_that_is_allowed() {
    let place = Workplace::default();
    let mut saturated = passed("1", 10.0);
    saturated["run"]["generator"] = json!({"cores": [0], "saturated": true});
    for more in [&[][..], &["--accept=new model"]] {
        let refused = take_over(&place, &saturated, more).ended(1);
        assert!(
            refused.stderr.contains(
                "not taken over: the run's generator, not its service, may have been the limit; \
                 --allow-saturated takes it over all the same\n"
            ),
            "{refused}"
        );
        assert_eq!(refused.document()["overall_success"], true);
    }
    assert!(!place.path("baselines").exists());
    take_over(&place, &saturated, &["--allow-saturated"]).ended(0);
    assert_eq!(lines(&place).len(), 1);
}

#[test]
fn what_is_accepted_for_a_reason_is_the_reference_whatever_the_comparison_said() {
    let place = Workplace::default();
    take_over(&place, &passed("1", 10.0), &[]).ended(0);
    let slower = compare(&place, 14.0).ended(1);
    let slower = slower.document();
    take_over(&place, &slower, &[]).ended(1);
    let accepted = take_over(&place, &slower, &["--accept=new model"]).ended(0);
    let document = accepted.document();
    assert_eq!(document["overall_success"], true);
    assert_eq!(document["comparison"]["accepted"], "new model");
    assert_eq!(document["comparison"]["verdict"], "regressed");
    assert_eq!(lines(&place)[1]["acceptance"]["reason"], "new model");
    let later = passed("later", 14.1).to_string();
    let ran = place.feed(TOOL, &["--baseline=baselines"], &later);
    assert_eq!(
        metric(&ran, "latency.p95_ms")["verdict"],
        "unchanged",
        "{ran}"
    );
    // It makes good what the comparison said, and nothing else.
    let mut failed = slower.clone();
    failed["run"]["id"] = json!("other");
    failed["validation"]["passed"] = json!(false);
    take_over(&place, &failed, &["--accept=new model"]).ended(1);
}

#[test]
fn two_processes_that_take_over_at_once_lose_nothing() {
    let place = Workplace::default();
    let runs: Vec<(String, String)> = (0..12)
        .map(|number| {
            (
                format!("run{number}.json"),
                passed(&number.to_string(), 10.0).to_string(),
            )
        })
        .collect();
    let children: Vec<_> = runs
        .iter()
        .map(|(name, run)| {
            place.write(name, run);
            place
                .command(
                    TOOL,
                    &[
                        "--baseline=baselines",
                        "--update",
                        "--quiet",
                        "--current",
                        name,
                    ],
                )
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let mut ids: Vec<String> = lines(&place)
        .iter()
        .map(|run| run["run"]["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort_by_key(|id| id.parse::<u64>().unwrap());
    assert_eq!(ids, (0..12).map(|id| id.to_string()).collect::<Vec<_>>());
    let accepted = lines(&place)
        .iter()
        .filter(|run| run.get("acceptance").is_some())
        .count();
    assert_eq!(accepted, 1);
}

#[test]
fn half_a_line_is_refused_by_its_place_and_nothing_is_added_behind_it() {
    let place = history(&steady(3));
    let path = place.path("baselines/history.ndjson");
    let broken = fs::read_to_string(&path).unwrap() + r#"{"run":{"id":"#;
    fs::write(&path, &broken).unwrap();
    let ran = compare(&place, 10.0).ended(2);
    assert!(
        ran.stderr
            .contains("document 4 of baselines/history.ndjson"),
        "{ran}"
    );
    take_over(&place, &passed("9", 10.0), &[]).ended(2);
    assert_eq!(fs::read_to_string(&path).unwrap(), broken);
}

#[test]
fn a_reference_that_is_lost_is_no_reason_to_accept_what_comes_next() {
    let place = Workplace::default();
    take_over(&place, &passed("1", 10.0), &[]).ended(0);
    fs::remove_file(place.path("baselines/latest.json")).unwrap();
    let ran = take_over(&place, &passed("2", 10.5), &[]).ended(0);
    assert!(
        ran.stderr
            .contains("its reference is gone, and --accept would make"),
        "{ran}"
    );
    assert!(!place.path("baselines/latest.json").exists());
    assert_eq!(lines(&place)[1].get("acceptance"), None);
}

#[test]
fn while_another_process_holds_the_history_nothing_is_added_to_it() {
    let place = history(&steady(3));
    let path = place.path("baselines/history.ndjson");
    let held = fs::OpenOptions::new().append(true).open(&path).unwrap();
    held.lock().unwrap();
    place.write("now.json", &passed("now", 10.0).to_string());
    let mut child = place
        .command(
            TOOL,
            &[
                "--baseline=baselines",
                "--update",
                "--quiet",
                "--current=now.json",
            ],
        )
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none());
    assert_eq!(lines(&place).len(), 3);
    drop(held);
    assert!(child.wait().unwrap().success());
    assert_eq!(lines(&place).len(), 4);
}
