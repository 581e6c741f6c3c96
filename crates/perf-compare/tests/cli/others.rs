//! What other tools wrote, as a baseline and as the current run.

use std::fs;

use pipeline_tests::{Ran, Workplace};
use serde_json::json;

use crate::{TOOL, metric};

fn fixture(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/foreign");
    fs::read_to_string(format!("{folder}/{name}")).unwrap()
}

fn compare(name: &str, baseline: &str, current: &str) -> Ran {
    let place = Workplace::default();
    place.write(name, baseline);
    place.feed(TOOL, &["--baseline", name], current)
}

/// Every time of a Go benchmark's lines, so many times as long.
fn slower(go: &str, factor: f64) -> String {
    let line = |line: &str| {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        match words.iter().position(|word| word == "ns/op") {
            Some(unit) => {
                let mut words = words;
                let time: f64 = words[unit - 1].parse().unwrap();
                words[unit - 1] = (time * factor).to_string();
                words.join("\t")
            }
            None => line.to_owned(),
        }
    };
    go.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn go_benchmarks_are_compared_repetition_by_repetition() {
    let before = fixture("go-bench.txt");
    let ran = compare("go.txt", &before, &slower(&before, 1.3)).ended(1);
    let document = ran.document();
    let regressed: Vec<_> = document["comparison"]["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|metric| metric["verdict"] == "regressed")
        .collect();
    assert_eq!(regressed.len(), 2, "{ran}");
    assert_eq!(regressed[0]["metric"], "latency.mean_ms");
    assert_eq!(
        (&regressed[0]["baseline_count"], &regressed[0]["method"]),
        (&json!(10), &json!("welch"))
    );
    assert!(
        ran.stderr.contains("mean latency is 30.0 % slower"),
        "{ran}"
    );
    compare("go.txt", &before, &slower(&before, 1.001)).ended(0);
}

#[test]
fn benchmarks_that_failed_are_no_baseline() {
    let broken = fixture("go-bench.txt") + "--- FAIL: BenchmarkDecode\nFAIL\n";
    let ran = compare("go.txt", &broken, &fixture("go-bench.txt")).ended(2);
    assert!(
        ran.stderr.starts_with("perf-compare: error: go.txt:"),
        "{ran}"
    );
    assert!(ran.stderr.contains("FAIL"), "{ran}");
}

#[test]
fn the_document_that_is_made_of_another_tool_s_results_is_read_again() {
    let hyperfine = fixture("hyperfine.json");
    let ran = compare("hyperfine.json", &hyperfine, &hyperfine);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(ran.document()["run"]["tool"], "hyperfine");
    let mean = metric(&ran, "latency.mean_ms");
    assert_eq!(
        (&mean["method"], &mean["change_percent"]),
        (&json!("welch"), &json!(0.0))
    );
    compare("again.json", &ran.stdout, &hyperfine).ended(0);
}

#[test]
fn quantiles_of_wrk2_are_compared_with_each_other_and_half_a_text_is_refused() {
    let whole = fixture("wrk2-latency.txt");
    let ran = compare("wrk2.txt", &whole, &whole).ended(0);
    for quantile in ["latency.p50_ms", "latency.p95_ms", "latency.p99_ms"] {
        assert_eq!(metric(&ran, quantile)["verdict"], "unchanged");
    }
    let half = &whole[..whole.len() / 2];
    compare("half.txt", half, &whole).ended(2);
}

#[test]
fn both_forms_of_k6_s_summary_are_read() {
    for name in ["k6-summary-export.json", "k6-handle-summary.json"] {
        compare(name, &fixture(name), &fixture(name)).ended(0);
    }
}

#[test]
fn what_criterion_measured_bears_the_name_of_its_folder_and_its_limits_are_said() {
    let place = Workplace::default();
    let folder = place.path("target/criterion/fold/sum");
    for side in ["base", "new"] {
        fs::create_dir_all(folder.join(side)).unwrap();
        for name in ["sample.json", "estimates.json"] {
            fs::write(folder.join(side).join(name), fixture(name)).unwrap();
        }
    }
    for name in ["sample.json", "estimates.json"] {
        let baseline = format!("--baseline=target/criterion/fold/sum/base/{name}");
        let current = format!("--current=target/criterion/fold/sum/new/{name}");
        let ran = place.run(TOOL, &[&baseline, &current]).ended(0);
        let compared = &ran.document()["comparison"]["metrics"][0];
        assert_eq!(compared["scenario"], "fold/sum", "{ran}");
        let warned = ran.document()["warnings"].to_string();
        assert_eq!(
            warned.contains("one_process"),
            name == "sample.json",
            "{warned}"
        );
    }
}

#[test]
fn an_evidence_document_with_a_section_like_another_tool_s_is_one() {
    let ours = crate::run_with(|run| run["results"] = json!([{"command": "x", "times": [1.0]}]));
    let ran = compare("base.json", &crate::baseline_with(|_| ()), &ours).ended(0);
    assert_eq!(ran.document()["results"][0]["command"], "x");
}

#[test]
fn a_benchmark_that_is_gone_fails() {
    let both = "BenchmarkA-8 1000 100 ns/op\nBenchmarkB-8 1000 100 ns/op\n";
    let ran = compare("go.txt", both, "BenchmarkA-8 1000 100 ns/op\n").ended(1);
    assert!(
        ran.stderr
            .contains("B: mean latency was not measured in this run: missing"),
        "{ran}"
    );
}

#[test]
fn another_number_of_processors_is_another_host() {
    let ran = compare(
        "go.txt",
        "BenchmarkA-4 1000 100 ns/op\n",
        "BenchmarkA-64 1000 100 ns/op\n",
    )
    .ended(2);
    assert!(
        ran.stderr.contains("another host (cores 4, here 64)"),
        "{ran}"
    );
}

#[test]
fn a_run_that_broke_off_is_no_result() {
    for end in [
        "panic: out of range",
        "signal: killed",
        "exit status 2",
        "fatal error: all goroutines are asleep",
    ] {
        let broken = format!("BenchmarkA-8 1000 100 ns/op\n{end}\n");
        compare("go.txt", "BenchmarkA-8 1000 100 ns/op\n", &broken).ended(2);
    }
}

#[test]
fn relative_changes_are_no_times_and_nothing_that_failed_is_a_result() {
    let change = r#"{"mean": {"confidence_interval": {"confidence_level": 0.95, "lower_bound": 0.3, "upper_bound": 0.4},
        "point_estimate": 0.35, "standard_error": 0.01}}"#;
    let ran = compare("estimates.json", change, &fixture("estimates.json")).ended(2);
    assert!(ran.stderr.contains("give new/estimates.json"), "{ran}");
    let failed = r#"{"results": [{"command": "false", "mean": 0.001, "times": [0.001, 0.001], "exit_codes": [1, 1]}]}"#;
    let ran = compare("hyperfine.json", failed, failed).ended(2);
    assert!(ran.stderr.contains("no request that succeeded"), "{ran}");
}

#[test]
fn the_name_of_a_benchmark_makes_no_line_of_its_own() {
    let named = r#"{"results": [{"command": "a\n::error::b\u001b[31m", "mean": 0.001, "times": [0.001, 0.002]}]}"#;
    let ran = compare("hyperfine.json", named, named);
    assert!(
        ran.stderr.contains("a ::error::b [31m: mean latency"),
        "{ran}"
    );
}
