//! JUnit's XML, as a reader that is not ours reads it.

use junit_parser::{TestCase, TestSuites, from_reader};

use crate::hostile::hostile;
use crate::{FAILED, INTERRUPTED, PASSED, folder, in_format, inside, report_gen};

fn junit(document: &str) -> TestSuites {
    from_reader(in_format("junit", document).as_bytes()).unwrap()
}

fn cases(suites: &TestSuites) -> impl Iterator<Item = &TestCase> {
    suites.suites.iter().flat_map(|suite| &suite.cases)
}

fn case<'a>(suites: &'a TestSuites, class: &str, name: &str) -> &'a TestCase {
    cases(suites)
        .find(|case| case.classname.as_deref() == Some(class) && case.original_name == name)
        .unwrap()
}

#[test]
fn every_check_is_a_case_of_the_suite_of_its_section() {
    let folder = folder();
    for (document, expected, code) in [
        (PASSED, include_str!("../documents/passed.xml"), 0),
        (FAILED, include_str!("../documents/failed.xml"), 1),
    ] {
        let file = inside(&folder, "report.xml");
        report_gen(&["--output", &file], document).ended(code);
        assert_eq!(std::fs::read_to_string(file).unwrap(), expected);
    }
}

#[test]
fn a_reader_finds_what_failed_and_what_was_not_judged() {
    let suites = junit(FAILED);
    assert_eq!((suites.tests, suites.failures, suites.errors), (9, 6, 0));
    let names: Vec<&str> = suites
        .suites
        .iter()
        .map(|suite| suite.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "Validation",
            "Performance gates",
            "Security gates",
            "Comparison"
        ]
    );
    let failure = case(&suites, "Validation.batch_8", "latency.p50_ms");
    assert_eq!(failure.status.failure_as_ref().failure_type, "failed");
    let missing = case(&suites, "Validation", "memory.peak_mb");
    assert_eq!(missing.status.failure_as_ref().failure_type, "missing");
    let allowed = case(&suites, "Validation", "latency.p99_ms");
    assert_eq!(allowed.status.skipped_as_ref().skipped_type, "missing");
    let passed = case(&suites, "Security gates", "vulnerabilities.critical");
    assert!(passed.status.is_success());
}

#[test]
fn there_is_a_failure_exactly_where_the_verdict_is_no() {
    let check = |status: &str, passed: bool| {
        format!(
            r#"{{"name":"a","metric":"a","unit":"ms","operator":"<=","expected":1,"status":"{status}","passed":{passed}}}"#
        )
    };
    let validation = |passed: bool, check: &str| {
        format!(r#"{{"validation":{{"passed":{passed},"checks":[{check}]}}}}"#)
    };
    let comparison = |passed: bool| {
        format!(
            r#"{{"comparison":{{"passed":{passed},"verdict":"regressed","threshold_percent":10,"baseline":{{}},
            "metrics":[{{"metric":"latency.p50_ms","unit":"ms","better":"lower","verdict":"regressed","passed":false}}]}}}}"#
        )
    };
    let failing = [
        INTERRUPTED.to_owned(),
        r#"{"capacity":{"condition":"p99_ms<=5","steps":[]}}"#.to_owned(),
        r#"{"gates":{"passed":false,"checks":[]}}"#.to_owned(),
        r#"{"health_checks":{"passed":false}}"#.to_owned(),
        r#"{"smoke_tests":{"passed":false}}"#.to_owned(),
        validation(false, &check("fail", false)),
        validation(false, &check("pass", true)),
        validation(false, &check("missing", false)),
        comparison(false),
        hostile(),
        FAILED.to_owned(),
    ];
    let others = [
        "{}".to_owned(),
        r#"{"capacity":{"rate_rps":5,"steps":[]}}"#.to_owned(),
        r#"{"gates":{"passed":true,"checks":[]}}"#.to_owned(),
        validation(true, &check("inconclusive", true)),
        // A person accepted what the comparison found.
        comparison(true),
        validation(true, &check("fail", false)),
        PASSED.to_owned(),
    ];
    for (documents, code) in [(&failing[..], 1), (&others[..], 0)] {
        for document in documents {
            let run = report_gen(&["--format", "junit"], document).ended(code);
            let suites = from_reader(run.stdout.as_bytes()).unwrap();
            assert!(suites.tests > 0, "{document}");
            assert_eq!(suites.failures > 0, code == 1, "{document}");
            let failed = cases(&suites)
                .filter(|case| case.status.is_failure())
                .count();
            assert_eq!(failed as u64, suites.failures, "{document}");
        }
    }
}

#[test]
fn what_was_not_judged_does_not_count_as_passed() {
    for document in [
        "{}",
        r#"{"health_checks":{"checks":[]}}"#,
        r#"{"warnings":[{"tool":"a","code":"b","message":"c"}]}"#,
        r#"{"gates":{"passed":true,"checks":[]}}"#,
        r#"{"comparison":{"passed":true,"verdict":"not_judged","threshold_percent":10,"baseline":{},
        "metrics":[{"metric":"latency.p50_ms","unit":"ms","better":"lower","verdict":"not_judged","passed":true}]}}"#,
    ] {
        let suites = junit(document);
        assert!(cases(&suites).all(|case| case.status.is_skipped()));
        assert_eq!(cases(&suites).count(), 1, "{document}");
    }
}

#[test]
fn a_probe_tells_how_long_it_took_and_a_gate_its_hint() {
    let check = r#""name":"up","metric":"up.status","unit":"none","operator":"==","expected":200,"actual":200,"status":"pass","passed":true"#;
    let suites = junit(&format!(
        r#"{{"health_checks":{{"passed":true,"checks":[{{{check},"method":"GET","url":"http://a","attempts":1,"timings":{{"total_ms":12.5}}}}]}},
        "gates":{{"passed":true,"checks":[{{{check},"group":"custom","hint":"could be 100"}}]}}}}"#
    ));
    assert!((case(&suites, "Health checks", "up").time - 0.0125).abs() < 1e-9);
    let gate = case(&suites, "Custom gates", "up");
    assert!(
        gate.system_out
            .as_ref()
            .unwrap()
            .ends_with("; could be 100")
    );
}

#[test]
fn hostile_text_is_only_text() {
    let suites = junit(&hostile());
    let text = "<script>alert(1)</script>|a`b*_c_ @everyone [x](y) \"quoted\" 'too'";
    assert!(cases(&suites).any(|case| case.original_name == text));
    // In attributes: this reader loses what stands around an entity in an element's text.
    let failed = cases(&suites).filter(|case| case.status.is_failure());
    let messages: Vec<&str> = failed
        .map(|case| case.status.failure_as_ref().message.as_str())
        .collect();
    assert!(messages[0].contains(text), "{messages:?}");
}

#[test]
fn characters_that_xml_cannot_hold_are_replaced() {
    let text = r"]]>\u0000\u0001\u001b[31m\u000b\n\ufffe\uffff&#0;<!--";
    let document = hostile().replace("<script>", text);
    let xml = in_format("junit", &document);
    let is_allowed = |character: char| {
        character == '\n' || !(character.is_control() || "\u{fffe}\u{ffff}".contains(character))
    };
    assert!(xml.chars().all(is_allowed));
    let suites = from_reader(xml.as_bytes()).unwrap();
    let expected = "]]>   [31m  \u{fffd}\u{fffd}&#0;<!--";
    assert!(cases(&suites).any(|case| case.original_name.contains(expected)));
}
