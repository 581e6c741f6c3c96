//! What the reports say.

use crate::{FAILED, html, markdown};

#[test]
fn what_is_absent_is_not_measured_and_never_zero() {
    let comment = markdown(r#"{"scenarios":[{"name":"a"}]}"#);
    assert!(comment.contains("| Latency p99 | not measured |"));
    assert!(comment.contains("| a | not recorded | not recorded | not recorded | not measured | not measured | not measured | not measured | not measured | not measured |"));
    assert!(!comment.contains("| 0"));
    let page = html(r#"{"scenarios":[{"name":"a"}]}"#);
    assert!(page.contains("not measured") && !page.contains("0 ms"));
    for sentence in [
        "No latency was measured that could be drawn.",
        "The document tells nothing second by second.",
        "The document holds no histogram of latency that can be read.",
        "The memory of the service was read less than twice",
        "No scenario holds a value that could be drawn.",
        "The run was not compared with a history of runs",
    ] {
        assert!(page.contains(sentence), "{sentence}");
    }
}

#[test]
fn a_miss_by_a_hair_does_not_look_like_a_hit() {
    assert!(markdown(FAILED).contains("| 20.0004 ms |"));
}

#[test]
fn what_two_sections_asked_alike_is_reported_once() {
    assert!(
        markdown(FAILED)
            .contains("| ✗ failed | Validation, performance gates | whole run | latency.p95_ms |")
    );
}
