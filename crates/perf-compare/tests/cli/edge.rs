//! Options that no other filter has.

use crate::compare;

#[test]
fn a_threshold_that_is_no_percentage_is_refused() {
    for threshold in ["0", "-5", "NaN", "inf", "ten", "10%"] {
        let outcome = compare("{}", "{}", &["--threshold", threshold]);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (Some(2), ""),
            "{outcome}"
        );
        assert!(
            outcome
                .stderr
                .contains("expected a number of percent above 0, as in 10"),
            "{outcome}"
        );
    }
}

#[test]
fn a_name_that_nothing_bears_is_refused_with_the_nearest() {
    let unknown = compare("{}", "{}", &["--allow-missing=base-line"]).ended(2);
    assert!(
        unknown.stderr.contains("did you mean baseline?"),
        "{unknown}"
    );
}
