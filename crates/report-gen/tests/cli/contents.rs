//! What the reports say.

use crate::{FAILED, html, markdown, report_gen};

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

/// A comparison of one metric, and what was decided of it.
fn compared(verdict: &str, passed: bool, section_passed: bool, rest: &str) -> String {
    format!(
        r#"{{"comparison":{{"passed":{section_passed},"verdict":"{verdict}","threshold_percent":10,"baseline":{{}},
        "metrics":[{{"metric":"latency.p95_ms","unit":"ms","better":"lower","baseline":10,"current":13,"change_percent":30,
        "change_ci95":{{"low":12,"high":51}},"verdict":"{verdict}","passed":{passed}}}]{rest}}}}}"#
    )
}

#[test]
fn what_was_accepted_is_let_through_with_its_reason() {
    let accepted = compared("regressed", false, true, r#","accepted":"bigger model""#);
    for format in ["markdown", "terminal", "github", "junit", "sarif"] {
        let run = report_gen(&["--format", format], &accepted).ended(0);
        assert!(
            run.stdout.contains("bigger model"),
            "{format}: {}",
            run.stdout
        );
    }
    assert!(markdown(&accepted).contains(
        "1 metric, 1 regressed let through against the baseline; accepted: bigger model\n"
    ));
    assert!(markdown(&accepted).contains("| ? regressed | Comparison |"));
}

#[test]
fn a_change_stands_with_its_interval() {
    let regressed = compared("regressed", false, false, "");
    let said = "+30 %, 95 % interval +12 – +51";
    for format in ["markdown", "terminal", "github", "junit"] {
        let run = report_gen(&["--format", format], &regressed).ended(1);
        let stdout = run.stdout.replace("%25", "%").replace("\n    ", " ");
        assert!(stdout.contains(said), "{format}: {stdout}");
    }
}

#[test]
fn a_comparison_that_decided_nothing_passes_with_a_word() {
    let nothing = compared("not_judged", true, true, "");
    let run = report_gen(&[], &nothing).ended(0);
    assert!(
        run.stdout
            .contains("no section that was asked has judged anything")
    );
}

#[test]
fn a_section_that_refuses_says_why() {
    let incomparable = r#"{"comparison":{"passed":false,"verdict":"incomparable","threshold_percent":10,"baseline":{},"metrics":[],
        "warnings":["incomparable"]},"warnings":[{"tool":"perf-compare","code":"incomparable","message":"another host"}]}"#;
    assert!(markdown(incomparable).contains("\nincomparable: another host\n"));
    assert!(html(incomparable).contains("incomparable: another host"));
}

#[test]
fn what_was_let_through_is_not_said_to_have_passed() {
    let check = r#"{"name":"a","metric":"latency.p95_ms","unit":"ms","operator":"<=","expected":1,"status":"missing","passed":true}"#;
    let allowed = format!(r#"{{"validation":{{"passed":true,"checks":[{check}]}}}}"#);
    let said = "1 check, 1 missing let through";
    assert!(markdown(&allowed).contains(&format!("\n{said}\n")));
    assert!(markdown(&allowed).contains(&format!("Validation: {said}")));
}

#[test]
fn a_probe_fails_nothing_where_its_section_lets_the_build_pass() {
    let probed = |passed: bool| {
        markdown(&format!(
            r#"{{"health_checks":{{"passed":{passed},"checks":[{{"name":"up","metric":"up.status","unit":"none","operator":"==",
            "expected":200,"actual":500,"status":"fail","passed":false,"method":"GET","url":"http://a","attempts":1,"timings":{{}}}}]}}}}"#
        ))
    };
    let row = |passed: bool| {
        let text = probed(passed);
        let mut rows = text.lines().filter(|row| row.contains("| GET http://a |"));
        rows.next().unwrap().to_owned()
    };
    assert!(row(false).starts_with("| ✗ failed"), "{}", row(false));
    assert!(row(true).starts_with("| ? failed"), "{}", row(true));
}
