//! What comes in and goes out: options, documents, streams.

use std::env;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use pipeline_tests::{Ran, Workplace, alone, root};
use serde_json::json;

use super::*;

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let _alone = alone();
    let place = Workplace::default();
    let config = place.benchmark(place.serve(&[]), json!([]));
    let ran = place.shell(&format!(
        "bench-run --config {} | head -c 1",
        config.display()
    ));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "{"));
    assert!(!ran.stderr.contains("panic"), "{}", ran.stderr);
}

#[test]
fn the_run_joins_a_document_that_was_begun_and_a_second_run_does_not() {
    let _alone = alone();
    let place = Workplace::default();
    let config = place.benchmark(place.serve(&[]), json!([]));
    let line = |begun: &str| format!("echo '{begun}' | bench-run --config {}", config.display());
    let document = place
        .shell(&line(r#"{"vulnerabilities":{"critical":0},"theirs":1.50}"#))
        .document();
    assert_eq!(document["vulnerabilities"]["critical"], 0);
    assert!(document["latency"]["p50_ms"].is_number());
    for begun in [
        r#"{"run":{"id":"a"}}"#,
        r#"{"throughput":{"rps":1}}"#,
        r#"{"scenarios":[{"name":"a"}]}"#,
    ] {
        let second = place.shell(&line(begun));
        assert_eq!((second.code, second.stdout.as_str()), (Some(2), ""));
        assert!(
            second.stderr.contains("stdin: holds a run already"),
            "{begun}: {}",
            second.stderr
        );
    }
}

#[test]
fn the_document_names_the_commit_in_whose_checkout_the_run_began() {
    let _alone = alone();
    let place = Workplace::default();
    let config = place.benchmark(place.serve(&[]), json!([]));
    let bench = format!("bench-run --quiet --config {}", config.display());
    let outside = place.shell(&bench).document();
    assert!(outside["run"].get("source").is_none(), "{outside}");
    let identity = "-c user.name=nobody -c user.email=nobody@localhost";
    let begun = place.shell(&format!(
        "git init --quiet --initial-branch feature/tea && git add benchmark.json \
         && git {identity} commit --quiet --no-gpg-sign --message tea && git rev-parse HEAD"
    ));
    let commit = begun.ended(0).stdout;
    let clean = place.shell(&bench).document();
    assert_eq!(
        clean["run"]["source"],
        json!({"commit": commit.trim(), "branch": "feature/tea", "dirty": false})
    );
    let changed = place.shell(&format!("echo >> benchmark.json; {bench}"));
    assert_eq!(changed.document()["run"]["source"]["dirty"], true);
}

#[test]
fn git_works_while_the_service_is_asked_what_it_takes_and_has_ended_before_the_first_request() {
    let _alone = alone();
    let place = Workplace::default();
    // It waits for the question to the service: a run that first waited for git would have no answer of it.
    let git = r##"#!/bin/sh
for _ in $(seq 1000); do
  if [ -e asked ]; then sleep 0.5; : >ended; echo "# branch.oid c0ffee"; exit; fi
  sleep 0.01
done
exit 1
"##;
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(place.write("git", git), executable).unwrap();
    let (asked, ended) = (place.path("asked"), place.path("ended"));
    let url = service(move |head, body| {
        if head.starts_with("GET /metadata ") {
            fs::write(&asked, "").unwrap();
        }
        match head.starts_with("POST ") && ended.exists() {
            true => actions_for(body, 3),
            false => "{}".to_owned(),
        }
    });
    let config = remote_benchmark(&place, json!({}));
    let mut command = place.command("bench-run", &["--config", &config, "--target", &url]);
    let folder = place.path("");
    let system = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([folder].into_iter().chain(env::split_paths(&system))).unwrap();
    let document = Ran::of(command.env("PATH", path).output().unwrap())
        .ended(0)
        .document();
    assert_eq!(document["run"]["source"]["commit"], "c0ffee");
    assert_eq!(document["error_rate"]["failed"], 0, "{document}");
}

#[test]
fn hardware_that_is_missing_is_warned_of_or_refused() {
    let _alone = alone();
    let place = Workplace::default();
    let config = json!({
        "benchmark": {"warmup_iterations": 0, "measurement_iterations": 5, "batch_sizes": [1], "concurrent_requests": 1,
            "duration_seconds": 0.05, "repetitions": 1, "serve": place.serve(&[])},
        "hardware_requirements": {"min_cpu_cores": 4096},
    });
    let config = place.write("large.json", &config.to_string());
    let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
    let document = ran.document();
    assert_eq!(ran.code, Some(0));
    assert_eq!(document["run"]["requirements"]["met"], false);
    assert!(
        document["warnings"].to_string().contains("required 4096"),
        "{}",
        document["warnings"]
    );
    let refused = place.run(
        "bench-run",
        &["--config", config.to_str().unwrap(), "--strict-hardware"],
    );
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
    assert!(
        refused.stderr.contains("required 4096"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_configuration_that_names_no_service_is_told_how() {
    let place = Workplace::default();
    let config = remote_benchmark(&place, json!({}));
    let ran = place.run("bench-run", &["--config", &config]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(2), ""),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr
            .contains("nothing says where the service is: give --target URL"),
        "{}",
        ran.stderr
    );
}

#[test]
fn mistakes_on_the_command_line_are_named() {
    let place = Workplace::default();
    let config = root().join("config/quick-benchmark.yaml");
    let config = config.to_str().unwrap();
    let refusal = |arguments: &[&str]| {
        let ran = place.run("bench-run", arguments);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}: {}",
            ran.stderr
        );
        ran.stderr
    };
    assert!(
        refusal(&["--confg", config]).contains("unknown argument --confg; did you mean --config?")
    );
    assert!(refusal(&["--config", "nothing.yaml"]).contains("nothing.yaml: cannot be read"));
    let unknown = refusal(&["--config", config, "--environment", "prod"]);
    assert!(
        unknown.contains("found no `prod`, expected one of local, staging, production"),
        "{unknown}"
    );
    let both = refusal(&[
        "--config",
        config,
        "--environment=local",
        "--target=http://127.0.0.1:1",
    ]);
    assert!(
        both.contains("--target and --environment exclude each other"),
        "{both}"
    );
    assert!(
        refusal(&["--config", config, "--target", "127.0.0.1:80"])
            .contains("expected an address as in")
    );
}

#[test]
fn a_stdin_that_nobody_closes_is_said_to_be_waited_for() {
    let place = Workplace::default();
    let config = root().join("config/quick-benchmark.yaml");
    let mut command = place.command("bench-run", &["--config", config.to_str().unwrap()]);
    let mut bench = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _open = bench.stdin.take();
    let mut said = String::new();
    BufReader::new(bench.stderr.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    bench.kill().unwrap();
    bench.wait().unwrap();
    assert!(
        said.contains("waiting for the end of a document on stdin"),
        "{said}"
    );
}
