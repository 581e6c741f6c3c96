//! What limits belief in a run.

use serde_json::{Value, json};

use crate::run::{check, run_with, validate};

const WARMUP: &str = "warm-up had not ended";

fn doubtful(change: impl FnOnce(&mut Value)) -> String {
    run_with(|run| {
        run["run"]["tool"] = json!("bench-run");
        change(run);
    })
}

fn warned() -> String {
    let warning =
        |message: &str| json!({"tool": "bench-run", "code": "warmup", "message": message});
    doubtful(|run| run["warnings"] = json!([warning(WARMUP), warning("again"), warning("again")]))
}

#[test]
fn a_warning_is_said_once_for_its_kind_and_fails_nothing() {
    let outcome = validate(&warned(), &[]).ended(0);
    assert_eq!(
        outcome.stderr,
        "perf-validate: warning of bench-run: warm-up had not ended; and 2 more of its kind\n\
         perf-validate: passed, 14 checks\n"
    );
}

#[test]
fn strict_warnings_make_a_check_of_each_kind_that_says_why() {
    let outcome = validate(&warned(), &["--strict-warnings"]).ended(1);
    assert_eq!(
        outcome.stderr,
        "perf-validate: failed: warnings.bench-run.warmup is 3, expected <= 0 (warm-up had not ended; and 2 more of its kind)\n\
         perf-validate: failed, 1 of 15 checks\n"
    );
    assert_eq!(outcome.document()["validation"]["passed"], false);
    let judged = check(&outcome, "warnings.bench-run.warmup");
    assert_eq!(
        (&judged["actual"], &judged["status"]),
        (&json!(3.0), &json!("fail"))
    );
    validate(&run_with(|_| ()), &["--strict-warnings"]).ended(0);
}

#[test]
fn a_saturated_generator_and_unmet_hardware_are_doubts_without_a_warning_too() {
    let document = doubtful(|run| {
        run["run"]["generator"] = json!({"cores": [], "saturated": true});
        run["run"]["requirements"] = json!({"met": false, "unmet": ["2 cores found, 4 wanted"]});
    });
    let outcome = validate(&document, &[]).ended(0);
    assert_eq!(
        outcome.stderr,
        "perf-validate: warning of bench-run: the load generator may have been the limit, and not the service\n\
         perf-validate: warning of bench-run: 2 cores found, 4 wanted\n\
         perf-validate: passed, 14 checks\n"
    );
    let strict = validate(&document, &["--strict-warnings"]).ended(1);
    for code in ["generator_saturated", "hardware_requirements"] {
        let judged = check(&strict, &format!("warnings.bench-run.{code}"));
        assert_eq!(judged["passed"], false);
    }
}

#[test]
fn what_the_generator_warned_of_itself_is_not_said_twice() {
    let document = doubtful(|run| {
        run["run"]["generator"] = json!({"cores": [], "saturated": true});
        run["warnings"] = json!([{"tool": "bench-run", "code": "generator_saturated", "message": "busy for 99 %"}]);
    });
    let outcome = validate(&document, &[]).ended(0);
    assert_eq!(outcome.stderr.matches("warning").count(), 1, "{outcome}");
}
