//! The thresholds file, and where the report may not go.

use std::fs;

use crate::run::{THRESHOLDS, TOOL, place, run_with};

#[test]
fn a_misspelt_key_of_the_thresholds_is_refused_with_line_and_nearest_key() {
    let place = place();
    place.write(
        "t.yaml",
        &THRESHOLDS.replace("p95_latency_ms", "p95_latncy_ms"),
    );
    let outcome = place.feed(TOOL, &["--thresholds", "t.yaml"], &run_with(|_| ()));
    assert_eq!(outcome.code, Some(2));
    assert_eq!(
        outcome.stderr,
        "perf-validate: error: t.yaml:3:3: performance_thresholds: unknown key `p95_latncy_ms`; did you mean p95_latency_ms?\n"
    );
}

#[test]
fn a_file_that_speaks_of_regressions_alone_is_refused_and_nothing_passes_by_default() {
    let place = place();
    place.write(
        "t.yaml",
        "regression_thresholds:\n  latency_increase_percent: 10\n",
    );
    let outcome = place
        .feed(TOOL, &["--thresholds", "t.yaml"], &run_with(|_| ()))
        .ended(2);
    assert_eq!(outcome.stdout, "");
    assert_eq!(
        outcome.stderr,
        "perf-validate: error: t.yaml: performance_thresholds: found none, expected at least one: nothing passes by default\n"
    );
}

#[test]
fn a_report_in_the_middle_of_the_document_is_refused() {
    for stdout in ["-", "/dev/stdout"] {
        let arguments = ["--thresholds", "t.yaml", "--output", stdout];
        let outcome = place().feed(TOOL, &arguments, &run_with(|_| ())).ended(2);
        assert_eq!(outcome.stdout, "");
        assert_eq!(
            outcome.stderr,
            format!(
                "perf-validate: error: --output {stdout}: stdout is where the document goes: expected a file for the report\n"
            )
        );
    }
}

#[test]
fn a_report_that_would_replace_what_is_judged_is_refused() {
    let place = place();
    let run = run_with(|_| ());
    place.write("run.json", &run);
    for (output, option) in [("./run.json", "--results"), ("t.yaml", "--thresholds")] {
        let arguments = [
            "--thresholds",
            "t.yaml",
            "--results",
            "run.json",
            "--output",
            output,
        ];
        let outcome = place.feed(TOOL, &arguments, "").ended(2);
        let said = format!(
            "--output {output}: the report would replace what {option} reads; the document goes to stdout: > FILE"
        );
        assert!(outcome.stderr.contains(&said), "{outcome}");
    }
    assert_eq!(fs::read_to_string(place.path("run.json")).unwrap(), run);
}
