//! The evaluator of the graph keeps GitHub's rules, and refuses what it does not know.

use crate::graph::Outcome::{Cancelled, Failure, Skipped, Success};
use crate::graph::{MAIN, Outcome, Workflow, World};

fn outcome(jobs: &str, fates: &[(&str, Outcome)], of: &str) -> Result<Outcome, String> {
    let workflow = Workflow::read(&format!("on: {{push: {{}}}}\njobs:\n{jobs}"));
    let world = World {
        event: MAIN,
        variables: &[("DEPLOY", "true")],
        fates,
    };
    workflow.run(&world).map(|outcomes| outcomes[of])
}

/// Whether a job with this condition runs after a job that succeeded.
fn runs(condition: &str) -> Result<bool, String> {
    let jobs = format!("  a: {{}}\n  b:\n    needs: a\n    if: {condition}\n");
    outcome(&jobs, &[], "b").map(|outcome| outcome == Success)
}

#[test]
fn a_job_that_is_skipped_skips_all_that_come_behind_it() {
    let chain = "  a: {if: github.ref == 'refs/heads/other'}
  b: {needs: a}
  c: {needs: b}
  told: {needs: b, if: always()}
  behind: {needs: told}
  asks: {needs: [a, told], if: \"!cancelled() && needs.told.result == 'success'\"}
";
    for (job, expected) in [
        ("a", Skipped),
        ("b", Skipped),
        ("c", Skipped),
        ("told", Success),
        // Its own need succeeded, the one before that did not.
        ("behind", Skipped),
        ("asks", Success),
    ] {
        assert_eq!(outcome(chain, &[], job), Ok(expected), "{job}");
    }
}

#[test]
fn a_condition_that_does_not_ask_how_it_went_holds_only_after_success() {
    let jobs = "  a: {}
  plain: {needs: a, if: github.ref == 'refs/heads/main'}
  failed: {needs: a, if: failure()}
  always: {needs: a, if: always()}
  still: {needs: a, if: \"!cancelled()\"}
";
    let after = |fate, job| outcome(jobs, &[("a", fate)], job).unwrap();
    assert_eq!(after(Success, "plain"), Success);
    assert_eq!(after(Success, "failed"), Skipped);
    for job in ["failed", "always", "still"] {
        assert_eq!(after(Failure, job), Success, "{job}");
    }
    assert_eq!(after(Failure, "plain"), Skipped);
    for job in ["plain", "failed", "still"] {
        assert_eq!(after(Cancelled, job), Skipped, "{job}");
    }
    assert_eq!(after(Cancelled, "always"), Success);
}

#[test]
fn operators_bind_as_in_the_runner() {
    for (condition, expected) in [
        ("true || true && false", true),
        ("(true || true) && false", false),
        ("\"!false && false\"", false),
        ("\"!(false && false)\"", true),
        ("github.ref == 'REFS/heads/main'", true),
        ("github.ref != 'refs/heads/main'", false),
        ("vars.DEPLOY == 'true' && needs.a.result == 'success'", true),
        ("${{ success() }}", true),
        // What is not asked need not be known.
        ("false && github.event.number == '1'", false),
    ] {
        assert_eq!(runs(condition), Ok(expected), "{condition}");
    }
}

#[test]
fn what_is_not_known_is_an_error() {
    for condition in [
        "github.actor == 'me'",
        "vars.OTHER == 'true'",
        "needs.c.result == 'success'",
        "startsWith(github.ref, 'refs')",
        "github.ref == true",
        "github.ref == 'it''s'",
        "github.ref == 'open",
        "true true",
        "(true",
        "true &&",
        "github.ref > 'a'",
    ] {
        let jobs = format!("  a: {{}}\n  b:\n    needs: a\n    if: {condition:?}\n");
        assert!(outcome(&jobs, &[], "b").is_err(), "{condition}");
    }
    assert!(outcome("  a: {needs: b}\n  b: {needs: a}\n", &[], "a").is_err());
    assert!(outcome("  a: {needs: nobody}\n", &[], "a").is_err());
}
