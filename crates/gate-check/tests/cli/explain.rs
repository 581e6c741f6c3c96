//! What a gate asks, in words.

use pipeline_tests::Workplace;

use crate::{TOOL, evidence_with, gates};

#[test]
fn a_gate_can_be_explained_without_any_file() {
    let place = Workplace::default();
    for name in ["latency.p99_ms", "performance_gates.latency.p99_max_ms"] {
        let ran = place.feed(TOOL, &["--explain", name], "").ended(0);
        assert_eq!(
            ran.stdout,
            "latency.p99_ms\n  \
             asks      99 of 100 requests, one at a time, take no longer\n  \
             group     performance\n  \
             limit     performance_gates.latency.p99_max_ms\n  \
             evidence  .latency.p99_ms, which bench-run writes\n  \
             missing   fails; `--allow-missing latency.p99_ms` lets it be missing\n"
        );
    }
}

#[test]
fn with_the_files_its_limit_and_its_answer_are_told() {
    let place = Workplace::default();
    let gates = gates();
    let document = evidence_with(|evidence| evidence["vulnerabilities"]["high"] = 2.into());
    place.write("run.json", &document);
    let arguments = [
        "--gates",
        &gates,
        "--results=run.json",
        "--explain=vulnerabilities.high",
    ];
    let ran = place.feed(TOOL, &arguments, "").ended(0);
    for line in [
        "  limit     <= 0 (",
        "security_gates.vulnerabilities.max_high)\n",
        "  outcome   failed, and the build fails: vulnerabilities.high is 2, expected <= 0\n",
    ] {
        assert!(ran.stdout.contains(line), "{line}: {ran}");
    }
    let arguments = ["--gates", &gates, "--explain=vulnerabilities.low"];
    let ran = place.feed(TOOL, &arguments, "").ended(0);
    assert!(ran.stdout.contains("so it is not judged"), "{ran}");
}

#[test]
fn a_gate_that_is_none_is_refused_with_the_nearest() {
    let ran = Workplace::default()
        .feed(TOOL, &["--explain=latency.p98_ms"], "")
        .ended(2);
    assert!(
        ran.stderr.contains(
            "--explain latency.p98_ms: there is nothing of that name; did you mean latency.p9"
        ),
        "{ran}"
    );
}
