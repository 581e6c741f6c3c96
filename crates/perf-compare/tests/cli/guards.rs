//! Which runs are compared at all.

use serde_json::json;

use crate::{TOOL, baseline_with, compare, metric, place_with, repeated, run_with};

#[test]
fn a_baseline_that_does_not_exist_is_an_error_with_the_way_out() {
    let place = place_with("{}");
    let outcome = place.feed(TOOL, &["--baseline=latest.json"], &run_with(|_| ()));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        outcome.stderr,
        "perf-compare: error: latest.json: no such baseline; --allow-missing baseline lets a first run pass\n"
    );
}

#[test]
fn a_first_run_may_pass_without_a_baseline() {
    let place = place_with("{}");
    let arguments = ["--baseline=latest.json", "--allow-missing=baseline"];
    let outcome = place.feed(TOOL, &arguments, &run_with(|_| ()));
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let document = outcome.document();
    assert_eq!(document.get("comparison"), None);
    assert_eq!(document["warnings"][0]["code"], "no_baseline");

    let judged = run_with(|run| run["validation"] = json!({"passed": false, "checks": []}));
    assert_eq!(place.feed(TOOL, &arguments, &judged).code, Some(1));
}

#[test]
fn a_baseline_that_is_no_document_is_an_error_even_if_it_may_be_missing() {
    for baseline in ["", r#"{"latency":"#, r#"{"latency":{"p50_ms":"fast"}}"#] {
        let outcome = compare(baseline, &run_with(|_| ()), &["--allow-missing=baseline"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
        assert!(outcome.stderr.contains("base.json"), "{outcome}");
    }
}

#[test]
fn another_host_is_incomparable_and_no_later_tool_takes_it_for_a_success() {
    let current = run_with(|run| {
        run["run"]["host"]["fingerprint"] = json!("b2");
        run["validation"] = json!({"passed": true, "checks": []});
        run["overall_success"] = json!(true);
    });
    let outcome = compare(&baseline_with(|_| ()), &current, &["--exit-zero"]);
    assert_eq!(outcome.code, Some(2));
    let document = outcome.document();
    assert_eq!(document["overall_success"], false);
    assert_eq!(document["comparison"]["passed"], false);
    assert_eq!(document["comparison"]["verdict"], "incomparable");
    assert_eq!(document["comparison"]["metrics"], json!([]));
    assert_eq!(document["warnings"][0]["code"], "incomparable");
    assert_eq!(
        outcome.stderr,
        "perf-compare: error: incomparable: the baseline was measured on another host (fingerprint a1, here b2); \
         --allow-host-mismatch compares all the same\n"
    );
}

#[test]
fn the_reason_is_in_the_document_too_and_names_what_of_the_host_differs() {
    let on = |fingerprint: &'static str, cores: u64, virtualisation: &'static str| {
        move |run: &mut serde_json::Value| {
            run["run"]["host"] = json!({
                "cpu_model": "Xeon", "cores": cores, "memory_mb": 16000, "virtualisation": virtualisation,
                "fingerprint": fingerprint
            });
        }
    };
    let outcome = compare(
        &baseline_with(on("a1", 4, "kvm")),
        &run_with(on("b2", 2, "docker")),
        &[],
    )
    .ended(2);
    assert_eq!(
        outcome.document()["warnings"][0]["message"],
        "the baseline was measured on another host (cores 4, here 2; virtualisation kvm, here docker); \
         --allow-host-mismatch compares all the same"
    );
}

#[test]
fn another_host_may_be_allowed_and_leaves_a_warning() {
    let current = run_with(|run| run["run"]["host"]["fingerprint"] = json!("b2"));
    let outcome = compare(&baseline_with(|_| ()), &current, &["--allow-host-mismatch"]);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let document = outcome.document();
    assert_eq!(document["warnings"][0]["code"], "host_mismatch");
    assert_eq!(
        document["comparison"]["warnings"],
        json!(["host_mismatch", "unguarded"])
    );
}

#[test]
fn a_host_that_is_not_known_is_no_other_host() {
    let current = run_with(|run| run["run"]["host"] = json!({}));
    assert_eq!(compare(&baseline_with(|_| ()), &current, &[]).code, Some(0));
}

#[test]
fn an_interrupted_run_fails_and_is_not_compared() {
    let current = run_with(|run| run["run"]["interrupted"] = json!(true));
    let outcome = compare(&baseline_with(|_| ()), &current, &[]);
    assert_eq!(outcome.code, Some(1), "{outcome}");
    let document = outcome.document();
    assert_eq!(document["comparison"]["passed"], false);
    assert_eq!(document["comparison"]["metrics"], json!([]));
    assert_eq!(document["warnings"][0]["code"], "interrupted");
    assert!(
        outcome.stderr.contains("the run was broken off"),
        "{outcome}"
    );
}

#[test]
fn an_interrupted_baseline_is_incomparable() {
    let baseline = baseline_with(|run| run["run"]["interrupted"] = json!(true));
    let outcome = compare(&baseline, &run_with(|_| ()), &[]);
    assert_eq!(outcome.code, Some(2));
    assert_eq!(outcome.document()["overall_success"], false);
    assert!(
        outcome.stderr.contains("the baseline was broken off"),
        "{outcome}"
    );
}

#[test]
fn the_run_itself_is_no_baseline() {
    let outcome = compare(&run_with(|_| ()), &run_with(|_| ()), &[]).ended(2);
    assert!(
        outcome
            .stderr
            .contains("incomparable: the baseline is the run itself (r)"),
        "{outcome}"
    );
}

#[test]
fn another_workload_is_incomparable_unless_that_is_allowed() {
    let before = repeated("before", &[10.0, 10.1, 10.2]);
    for (key, value, said) in [
        (
            "concurrent_requests",
            json!(8),
            "concurrent_requests was 4, now it is 8",
        ),
        ("mode", json!("open"), "mode was closed, now it is open"),
        (
            "workload",
            json!("b"),
            "warm-up, length or requests are not the same",
        ),
    ] {
        let mut before = before.clone();
        before["scenarios"][0]["workload"] = json!("a");
        let mut now = repeated("now", &[10.0, 10.1, 10.2]);
        now["scenarios"][0]["workload"] = json!("a");
        now["scenarios"][0][key] = value;
        let (before, now) = (before.to_string(), now.to_string());
        let outcome = compare(&before, &now, &[]).ended(2);
        assert_eq!(outcome.document()["overall_success"], false);
        assert!(
            outcome.stderr.contains(&format!("(batch_1: {said})")),
            "{outcome}"
        );
        let allowed = compare(&before, &now, &["--allow-workload-mismatch"]).ended(0);
        assert_eq!(
            allowed.document()["warnings"][0]["code"],
            "workload_mismatch"
        );
    }
}

#[test]
fn a_run_whose_generator_was_the_limit_is_incomparable_and_where_allowed_without_its_throughput() {
    let before = repeated("before", &[10.0, 10.1, 10.2]).to_string();
    let mut now = repeated("now", &[10.0, 10.1, 10.2]);
    now["run"]["generator"] = json!({"cores": [0], "saturated": true});
    let now = now.to_string();
    let outcome = compare(&before, &now, &[]).ended(2);
    assert!(
        outcome
            .stderr
            .contains("may have been the limit; --allow-saturated"),
        "{outcome}"
    );
    let allowed = compare(&before, &now, &["--allow-saturated"]).ended(0);
    assert_eq!(metric(&allowed, "throughput.rps")["verdict"], "not_judged");
    assert_eq!(metric(&allowed, "latency.p95_ms")["verdict"], "unchanged");
    // The same of the baseline.
    compare(&now, &before, &[]).ended(2);
}

#[test]
fn memory_that_was_read_from_another_source_is_not_compared() {
    let with_source = |id: &str, source: &str, peak_mb: f64| {
        let mut run = repeated(id, &[10.0, 10.1, 10.2]);
        for place in ["/scenarios/0/memory", "/scenarios/0/repetitions/0/memory"] {
            *run.pointer_mut(place).unwrap() = json!({"peak_mb": peak_mb, "source": source});
        }
        run.to_string()
    };
    let (before, now) = (
        with_source("before", "procfs", 100.0),
        with_source("now", "cgroup", 900.0),
    );
    let memory = metric(&compare(&before, &now, &[]).ended(0), "memory.peak_mb");
    assert_eq!(memory["verdict"], "not_judged");
    assert_eq!(
        memory["note"],
        "it was read from procfs before and from cgroup now"
    );
}

#[test]
fn another_kernel_and_another_disk_are_warned_of() {
    let on = |kernel: &'static str, disk_gb: f64| {
        move |run: &mut serde_json::Value| {
            run["run"]["host"]["kernel"] = json!(kernel);
            run["run"]["host"]["disk_gb"] = json!(disk_gb);
        }
    };
    let outcome = compare(
        &baseline_with(on("6.1", 50.02)),
        &run_with(on("6.8", 250.4)),
        &[],
    )
    .ended(0);
    for said in [
        "measured under kernel 6.1, this is 6.8",
        "on a disk of 50 GiB, this is 250",
    ] {
        assert!(outcome.stderr.contains(said), "{outcome}");
    }
}

#[test]
fn a_scenario_that_is_gone_fails_and_a_new_one_is_said_to_be_new() {
    let before = repeated("before", &[10.0, 10.1, 10.2]);
    let mut now = repeated("now", &[10.0, 10.1, 10.2]);
    let mut other = now["scenarios"][0].clone();
    other["name"] = json!("batch_2");
    now["scenarios"].as_array_mut().unwrap().push(other);
    let new = compare(&before.to_string(), &now.to_string(), &[]).ended(0);
    assert!(
        new.stderr
            .contains("not in the baseline, and so not compared: batch_2"),
        "{new}"
    );
    let (now, before) = (before, now);
    let mut now = now;
    now["run"]["id"] = json!("now");
    let mut before = before;
    before["run"]["id"] = json!("before");
    let gone = compare(&before.to_string(), &now.to_string(), &[]).ended(1);
    assert!(
        gone.stderr
            .contains("batch_2: p95 was not measured in this run: missing"),
        "{gone}"
    );
    let allowed = ["--allow-missing=scenarios.batch_2"];
    compare(&before.to_string(), &now.to_string(), &allowed).ended(0);
}
