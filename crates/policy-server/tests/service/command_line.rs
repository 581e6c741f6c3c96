//! Options, and what is said when they are wrong.

use crate::server::{refusal, run};

#[test]
fn version_and_help_go_to_stdout() {
    let version = run(&["--version"]);
    assert_eq!(version.status.code(), Some(0));
    let expected = format!("policy-server {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(version.stdout).unwrap(), expected);

    let help = run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    let help = String::from_utf8(help.stdout).unwrap();
    for option in [
        "--artifacts",
        "--latency",
        "--short-batch",
        "--truth",
        "create-artifacts",
    ] {
        assert!(help.contains(option), "{option} is not in\n{help}");
    }
}

#[test]
fn a_misspelt_option_names_the_nearest_one() {
    let message = refusal(&["--latancy", "fixed:5ms"]);
    assert!(
        message.contains("--latancy") && message.contains("--latency"),
        "{message}"
    );
}

#[test]
fn a_wrong_value_names_the_option_what_was_found_and_what_was_expected() {
    for (option, value, expected) in [
        ("--latency", "fast", "fixed:TIME"),
        ("--latency", "lognormal:5ms", "lognormal:MEDIAN,SIGMA"),
        ("--stall", "5s/500ms", "shorter than its period"),
        ("--fail", "2%", "SHARE:STATUS"),
        ("--fail", "2%:200", "400 to 599"),
        ("--reset", "1", "a percentage"),
        ("--hang", "101%", "0% to 100%"),
        ("--leak", "1MB", "1MB/s"),
        ("--workers", "0", "1 or more"),
        ("--port", "70000", ""),
    ] {
        let message = refusal(&[option, value]);
        assert!(message.contains(option), "{option} {value}: {message}");
        assert!(message.contains(expected), "{option} {value}: {message}");
    }
}

#[test]
fn faults_of_more_than_all_requests_are_refused() {
    let message = refusal(&["--port", "0", "--fail", "60%:500", "--hang", "50%"]);
    assert!(message.contains("110% together found"), "{message}");
}

#[test]
fn options_of_the_server_are_refused_before_create_artifacts() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("artifacts");
    let order = ["create-artifacts", "--version", "1", "--output"];
    let order = [&order[..], &[output.to_str().unwrap()]].concat();
    for options in [&["--port", "0"][..], &["--seed=7"]] {
        let message = refusal(&[options, &order].concat());
        assert!(message.contains(options[0]), "{message}");
        assert!(!output.exists());
    }
}
