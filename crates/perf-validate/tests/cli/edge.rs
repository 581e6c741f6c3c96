//! The thresholds file.

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
