//! What every filter of the pipe does alike, whatever it judges.
#![allow(clippy::unwrap_used)]

use std::fs::{self, OpenOptions};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use pipeline_tests::{Ran, Workplace};
use proptest::prelude::*;

struct Filter {
    name: &'static str,
    arguments: &'static [&'static str],
    /// The option of its configuration, with the file.
    configuration: Option<(&'static str, &'static str)>,
    /// The option that names a document in place of stdin.
    document: &'static str,
    /// The option that sends the document elsewhere; perf-validate and report-gen send a report there.
    output: &'static str,
    /// One of its options with a slip of the finger, and what was meant.
    misspelt: (&'static str, &'static str),
}

const FILTERS: [Filter; 4] = [
    Filter {
        name: "perf-validate",
        arguments: &["--thresholds=thresholds.yaml"],
        configuration: Some(("--thresholds", "thresholds.yaml")),
        document: "--results",
        output: "--output=out.md",
        misspelt: ("--alow-missing", "--allow-missing"),
    },
    Filter {
        name: "perf-compare",
        arguments: &["--baseline=baseline.json"],
        configuration: Some(("--baseline", "baseline.json")),
        document: "--current",
        output: "--output=out.json",
        misspelt: ("--treshold", "--threshold"),
    },
    Filter {
        name: "gate-check",
        arguments: &["--gates=gates.yaml"],
        configuration: Some(("--gates", "gates.yaml")),
        document: "--results",
        output: "--output=out.json",
        misspelt: ("--onyl", "--only"),
    },
    Filter {
        name: "report-gen",
        arguments: &["--output=report.md"],
        configuration: None,
        document: "--results",
        output: "--output=out.md",
        misspelt: ("--ouput", "--output"),
    },
];

const REST: &str =
    r#""throughput":{"rps":1000},"memory":{"peak_mb":100},"error_rate":{"percent":0}}"#;

/// A run that passes all that is asked of it.
fn good() -> String {
    format!(r#"{{"latency":{{"p50_ms":1.50,"p95_ms":2e0,"p99_ms":3.0}},{REST}"#)
}

/// A run that every filter says no to; report-gen because somebody said so before.
fn bad() -> String {
    format!(
        r#"{{"smoke_tests":{{"passed":false}},"latency":{{"p50_ms":50,"p95_ms":60,"p99_ms":70}},{REST}"#
    )
}

fn place() -> Workplace {
    let place = Workplace::default();
    place.write(
        "thresholds.yaml",
        "performance_thresholds: {p50_latency_ms: 10}",
    );
    place.write(
        "gates.yaml",
        "performance_gates: {latency: {p50_max_ms: 10}}",
    );
    place.write("baseline.json", &good());
    place.write("good.json", &good());
    place.write("bad.json", &bad());
    place
}

impl Filter {
    fn feed(&self, more: &[&str], stdin: &str) -> Ran {
        place().feed(self.name, &[self.arguments, more].concat(), stdin)
    }

    /// With a stdout that is not the test's, on a document of `place`.
    fn into(&self, stdout: Stdio, document: &str) -> Ran {
        let named = format!("{}={document}", self.document);
        // report-gen would write its report elsewhere: without a file, it is the report that goes to stdout.
        let arguments = if self.configuration.is_some() {
            self.arguments
        } else {
            &[]
        };
        let place = place();
        let child = place
            .command(self.name, &[arguments, &[&named, "--quiet"]].concat())
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn();
        Ran::of(child.and_then(|child| child.wait_with_output()).unwrap())
    }
}

#[test]
fn the_exit_code_tells_the_verdict_of_the_whole_document() {
    for filter in &FILTERS {
        let passed = filter.feed(&[], &good()).ended(0);
        if filter.configuration.is_some() {
            assert_eq!(passed.document()["overall_success"], true);
        }
        let failed = filter.feed(&[], &bad()).ended(1);
        assert_eq!(failed.document()["overall_success"], false);
        // What it judges is good, but another section was not.
        let before = good().replacen('{', r#"{"smoke_tests":{"passed":false},"#, 1);
        let failed = filter.feed(&[], &before).ended(1);
        assert_eq!(failed.document()["overall_success"], false);
        let said = match filter.name {
            "report-gen" => {
                "report-gen: FAILED: smoke tests: failed, and none of its checks tells why\n"
                    .to_owned()
            }
            name => format!("{name}: failed before in this document: smoke_tests\n"),
        };
        assert!(failed.stderr.ends_with(&said), "{failed}");
    }
}

#[test]
fn text_in_a_document_commands_no_runner_of_a_pipeline() {
    let mut document: serde_json::Value = serde_json::from_str(&good()).unwrap();
    let command = "##[add-mask]a ##[stop-commands]b";
    document["warnings"] =
        serde_json::json!([{"tool": "bench-run", "code": "warmup", "message": command}]);
    document["smoke_tests"] =
        serde_json::json!({"passed": false, "tests": [{"name": command, "passed": false}]});
    let wrong = serde_json::json!({"latency": {"p50_ms": command}});
    for filter in &FILTERS {
        for input in [document.to_string(), wrong.to_string()] {
            let ran = filter.feed(&[], &input);
            assert!(!ran.stderr.contains("##["), "{}: {ran}", filter.name);
        }
    }
}

#[test]
fn what_is_no_document_is_refused_and_not_even_exit_zero_makes_it_pass() {
    let whole = good();
    for (input, reason) in [
        ("", "stdin: empty: expected a JSON document"),
        (" \n", "stdin: empty: expected a JSON document"),
        (
            &whole[..whole.len() / 2],
            "stdin: ends in the middle of a document, at line 1 column ",
        ),
        (
            r#"{"latency":{"p50_ms":"fast"}}"#,
            "latency.p50_ms: invalid type",
        ),
        (r#"{"latency":{"p50_ms":NaN}}"#, "expected value"),
        (
            r#"{"vulnerabilities":{"critical":-1}}"#,
            "vulnerabilities.critical",
        ),
        (r#"{"schema_version":"2.0"}"#, "schema_version"),
        ("[]", "expected an evidence document"),
    ] {
        for filter in &FILTERS {
            let ran = filter.feed(&["--exit-zero"], input).ended(2);
            assert_eq!(ran.stdout, "", "{}", filter.name);
            assert!(ran.stderr.contains(reason), "{ran}");
        }
    }
}

#[test]
fn quiet_and_exit_zero_do_what_they_say() {
    for filter in &FILTERS {
        assert_eq!(filter.feed(&["--quiet"], &bad()).ended(1).stderr, "");
        let ran = filter.feed(&["--exit-zero"], &bad()).ended(0);
        assert_eq!(ran.document()["overall_success"], false);
    }
}

#[test]
fn a_usage_error_names_what_was_meant() {
    for filter in &FILTERS {
        let (typed, meant) = filter.misspelt;
        let ran = filter.feed(&[typed, "x"], &good()).ended(2);
        assert_eq!(ran.stdout, "");
        assert!(
            ran.stderr.contains(&format!("did you mean {meant}?")),
            "{ran}"
        );
        if filter.configuration.is_some() {
            place().feed(filter.name, &[], &good()).ended(2);
        }
    }
}

#[test]
fn a_configuration_comes_from_stdin_only_where_the_documents_do_not() {
    for filter in &FILTERS {
        let Some((option, file)) = filter.configuration else {
            continue;
        };
        let place = place();
        let configuration = fs::read_to_string(place.path(file)).unwrap();
        let twice = place
            .feed(filter.name, &[option, "-"], &configuration)
            .ended(2);
        assert!(
            twice
                .stderr
                .contains("stdin is where the documents come from"),
            "{twice}"
        );
        let named = format!("{}=good.json", filter.document);
        let ran = place
            .feed(filter.name, &[option, "-", &named], &configuration)
            .ended(0);
        let document = ran.document();
        assert_eq!(document["provenance"][0]["inputs"][0]["path"], "good.json");
        let nowhere = place
            .feed(filter.name, &[option, "nowhere.yaml"], &good())
            .ended(2);
        assert!(nowhere.stderr.contains("nowhere.yaml: "), "{nowhere}");
    }
}

#[test]
fn a_written_file_has_the_permissions_that_the_umask_leaves() {
    for filter in &FILTERS {
        for (umask, mode) in [("022", 0o644), ("077", 0o600)] {
            let place = place();
            let arguments = filter.arguments[0];
            let ran = place
                .shell(&format!(
                    "umask {umask}; {} {arguments} {} < good.json > stdout",
                    filter.name, filter.output
                ))
                .ended(0);
            assert_eq!(ran.stdout, "");
            let (_, name) = filter.output.split_once('=').unwrap();
            let written = fs::metadata(place.path(name)).unwrap();
            assert_eq!(
                written.permissions().mode() & 0o777,
                mode,
                "{}",
                filter.name
            );
        }
    }
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    for filter in &FILTERS {
        let nowhere = filter.output.replace('=', "=no/");
        let ran = filter.feed(&[&nowhere], &good()).ended(2);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains("no: no such folder"), "{ran}");
    }
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    for filter in &FILTERS {
        for (document, code) in [("good.json", 0), ("bad.json", 1)] {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let ran = filter.into(writer.into(), document).ended(code);
            assert_eq!(ran.stderr, "");
        }
    }
}

#[test]
fn a_full_disk_is_an_error() {
    for filter in &FILTERS {
        for document in ["good.json", "bad.json"] {
            let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
            let ran = filter.into(full.into(), document).ended(2);
            assert!(ran.stderr.contains("stdout: cannot be written"), "{ran}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn what_a_filter_does_not_know_passes_through_byte_for_byte(
        digits in "[1-9][0-9]{0,30}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?",
        text in "[ -!#-\\[\\]-~é→]{0,20}",
    ) {
        let theirs = format!(r#""theirs":{{ "odd" : [{digits}, -0.0, 1e-400],"text":"{text}\u00e9"}}"#);
        let latency = r#""latency":{"p50_ms":1.50,"p95_ms":2e0,"p99_ms":3.000,"theirs":1e400}"#;
        let scenarios = r#""scenarios":[{"name":"a", "latency":{"p50_ms":1.50,"theirs":1e400}}]"#;
        for filter in &FILTERS {
            let ran = filter.feed(&[], &format!("{{{theirs},{latency},{scenarios}}}"));
            for kept in [theirs.as_str(), latency, scenarios] {
                prop_assert!(ran.stdout.contains(kept), "{}", ran);
            }
        }
    }
}
