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
    assert!(page.contains("No scenario holds a latency that could be drawn."));
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
