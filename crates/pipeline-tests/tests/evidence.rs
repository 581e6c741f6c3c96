//! All evidence about a build through one pipe, against a service that is up, and each gate of the published file failing alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;

use pipeline_tests::server::Policy;
use pipeline_tests::{Ran, Workplace, alone, root};
use schema::configuration::GatesFile;
use serde_json::{Value, json};
use toolkit::configuration;
use toolkit::files::ReadFile;

/// Scanners' and coverage tools' files that hold the published gates.
const CLEAN: &str = "audit.json clippy.json covered.xml unique.json";

/// A place with the files of a build that may ship, and a benchmark of a fraction of a second.
fn place() -> Workplace {
    let place = Workplace::default();
    let benchmark = json!({
        "benchmark": {"warmup_iterations": 5, "measurement_iterations": 200, "batch_sizes": [1],
            "concurrent_requests": 2, "duration_seconds": 0.2, "repetitions": 1},
    });
    place.write("benchmark.json", &benchmark.to_string());
    // A debug build on a busy machine is no matter for a threshold on speed.
    place.write(
        "thresholds.yaml",
        "performance_thresholds: {p99_latency_ms: 5000}",
    );
    for (name, fixture) in [
        ("audit.json", "cargo-audit/clean.json"),
        ("clippy.json", "clippy/messages.json"),
        ("complex.json", "radon/cc.json"),
        ("uncovered.xml", "cargo-llvm-cov/cobertura.xml"),
        ("repeated.json", "jscpd/clone.json"),
    ] {
        let fixture = root().join("fixtures/scanners").join(fixture);
        fs::copy(fixture, place.path(name)).unwrap();
    }
    place.write(
        "covered.xml",
        r#"<coverage line-rate="0.9" lines-covered="90" lines-valid="100"/>"#,
    );
    let jscpd = fs::read_to_string(place.path("repeated.json")).unwrap();
    let mut unique: Value = serde_json::from_str(&jscpd).unwrap();
    unique["statistics"]["total"]["duplicatedLines"] = json!(0);
    place.write("unique.json", &unique.to_string());
    place
}

/// What Trivy writes of so many findings of one severity.
fn findings(severity: &str, count: u32) -> String {
    let found: Vec<Value> = (0..count)
        .map(|number| {
            json!({"VulnerabilityID": format!("CVE-2026-{number}"), "PkgName": "a",
                "InstalledVersion": "1", "Severity": severity})
        })
        .collect();
    json!({"SchemaVersion": 2, "ArtifactName": "image",
        "Results": [{"Target": "image", "Class": "os-pkgs", "Vulnerabilities": found}]})
    .to_string()
}

/// What the service answered to bench-run, in `run.json`.
fn measure(place: &Workplace, service: &Policy) -> Value {
    let line = format!(
        "bench-run --config benchmark.json --target {} --output run.json",
        service.url
    );
    let ran = place.shell(&line);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&fs::read_to_string(place.path("run.json")).unwrap()).unwrap()
}

/// Everything behind the measurement.
fn judge(place: &Workplace, service: &Policy, files: &str, probes: &str, suite: &str) -> Ran {
    let url = &service.url;
    place.shell(&format!(
        "perf-validate --thresholds thresholds.yaml < run.json \
         | scan-import {files} \
         | health-probe --base-url {url} {probes} \
         | smoke-test --base-url {url} {suite} \
         | gate-check --gates gates.json"
    ))
}

/// The published gates, those of performance as `run` just holds them.
fn gates(run: &Value) -> Value {
    let path = root().join("config/quality-gates.yaml");
    let published = ReadFile {
        name: path.display().to_string(),
        is_stdin: false,
        content: fs::read(path).unwrap(),
    };
    let gates: GatesFile = configuration::of(&published).unwrap();
    let mut gates = serde_json::to_value(gates).unwrap();
    for (limit, value) in PERFORMANCE {
        *gates.pointer_mut(limit).unwrap() = run.pointer(value).unwrap().clone();
    }
    gates
}

/// Where the limits of performance stand, and what is held to them.
const PERFORMANCE: [(&str, &str); 6] = [
    ("/performance_gates/latency/p50_max_ms", "/latency/p50_ms"),
    ("/performance_gates/latency/p95_max_ms", "/latency/p95_ms"),
    ("/performance_gates/latency/p99_max_ms", "/latency/p99_ms"),
    ("/performance_gates/throughput/min_rps", "/throughput/rps"),
    ("/performance_gates/memory/max_usage_mb", "/memory/peak_mb"),
    (
        "/performance_gates/error_rate/max_percent",
        "/error_rate/percent",
    ),
];

/// The gates of a document that failed.
fn failed(ran: &Ran) -> Vec<String> {
    let document = ran.document();
    let checks = document["gates"]["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 16);
    checks
        .iter()
        .filter(|check| check["passed"] == false)
        .map(|check| check["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_build_that_may_ship_goes_through_the_whole_pipe() {
    let _alone = alone();
    let place = place();
    let service = Policy::start(&[]);
    let url = &service.url;
    // The fixtures were made long ago. No limit on speed: what the published ones say of a debug build is not the question here.
    let gates = fs::read_to_string(root().join("config/quality-gates.yaml")).unwrap();
    let generous = gates
        .replace("p50_max_ms: 10.0", "p50_max_ms: 5000.0")
        .replace("p95_max_ms: 20.0", "p95_max_ms: 5000.0")
        .replace("p99_max_ms: 50.0", "p99_max_ms: 5000.0")
        .replace("min_rps: 1000.0", "min_rps: 1.0");
    place.write("gates.yaml", &generous);
    let ran = place.shell(&format!(
        "bench-run --config benchmark.json --target {url} \
         | perf-validate --thresholds thresholds.yaml \
         | scan-import {CLEAN} \
         | health-probe --base-url {url} \
         | smoke-test --base-url {url} \
         | gate-check --gates gates.yaml --max-age 36500d"
    ));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document = ran.document();
    assert_eq!(document["overall_success"], true);
    let written: Vec<&str> = document["provenance"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["section"].as_str().unwrap())
        .collect();
    assert_eq!(
        written,
        [
            "run",
            "validation",
            "vulnerabilities",
            "code_quality",
            "health_checks",
            "smoke_tests",
            "gates"
        ]
    );
    let inputs = document["provenance"][3]["inputs"].as_array().unwrap();
    assert!(
        inputs
            .iter()
            .all(|input| input["sha256"].as_str().unwrap().len() == 64)
    );
}

#[test]
fn each_gate_of_performance_fails_alone_one_step_beyond_what_was_measured() {
    let _alone = alone();
    let place = place();
    // A run without errors has none to forbid.
    let faulty = Policy::start(&["--fail", "5%:500", "--seed", "1"]);
    let run = measure(&place, &faulty);
    let service = Policy::start(&[]);
    let held = gates(&run);
    place.write("gates.json", &held.to_string());
    let ran = judge(&place, &service, CLEAN, "", "");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    place.write("judged.json", &ran.document().to_string());

    for (limit, value) in PERFORMANCE {
        let measured = run.pointer(value).unwrap().as_f64().unwrap();
        let beyond = if value == "/throughput/rps" {
            measured.next_up()
        } else {
            measured.next_down()
        };
        let mut gates = held.clone();
        *gates.pointer_mut(limit).unwrap() = json!(beyond);
        place.write("gates.json", &gates.to_string());
        let ran = place
            .shell("gate-check --gates gates.json < judged.json")
            .ended(1);
        assert_eq!(failed(&ran), [value[1..].replace('/', ".")]);
    }
}

#[test]
fn each_gate_of_security_fails_alone_on_what_a_tool_found() {
    let _alone = alone();
    let place = place();
    let service = Policy::start(&[]);
    let run = measure(&place, &service);
    place.write("gates.json", &gates(&run).to_string());
    for (severity, count) in [("CRITICAL", 1), ("HIGH", 1), ("MEDIUM", 6)] {
        place.write(&format!("{severity}.json"), &findings(severity, count));
    }
    let quality = "clippy.json covered.xml unique.json";
    for (gate, files) in [
        (
            "vulnerabilities.critical",
            format!("CRITICAL.json {quality}"),
        ),
        ("vulnerabilities.high", format!("HIGH.json {quality}")),
        (
            "vulnerabilities.medium",
            format!("audit.json MEDIUM.json {quality}"),
        ),
        (
            "code_quality.coverage",
            "audit.json clippy.json uncovered.xml unique.json".to_owned(),
        ),
        (
            "code_quality.complexity",
            "audit.json complex.json covered.xml unique.json".to_owned(),
        ),
        (
            "code_quality.duplication",
            "audit.json clippy.json covered.xml repeated.json".to_owned(),
        ),
    ] {
        let ran = judge(&place, &service, &files, "", "").ended(1);
        assert_eq!(failed(&ran), [gate], "{}", ran.stderr);
    }
}

#[test]
fn each_gate_of_deployment_fails_alone_on_what_the_service_answers() {
    let _alone = alone();
    let place = place();
    let service = Policy::start(&[]);
    let run = measure(&place, &service);
    let held = gates(&run);
    let nowhere = json!([{"name": "nowhere", "path": "/nowhere"}]);
    place.write("probes.json", &json!({ "checks": nowhere }).to_string());
    place.write("suite.json", &json!({ "steps": nowhere }).to_string());
    for (gate, limit, probes, suite) in [
        (
            "health_checks.failure_rate",
            None,
            "--probes probes.json",
            "",
        ),
        ("smoke_tests.failure_rate", None, "", "--suite suite.json"),
        (
            "health_checks.response_time_ms",
            Some("health_checks/max_response_time_ms"),
            "",
            "",
        ),
        (
            "smoke_tests.execution_time_s",
            Some("smoke_tests/max_execution_time_s"),
            "",
            "",
        ),
    ] {
        let mut gates = held.clone();
        if let Some(limit) = limit {
            let limit = format!("/deployment_gates/{limit}");
            *gates.pointer_mut(&limit).unwrap() = json!(1e-6);
        }
        place.write("gates.json", &gates.to_string());
        let ran = judge(&place, &service, CLEAN, probes, suite).ended(1);
        assert_eq!(failed(&ran), [gate], "{}", ran.stderr);
    }
}

#[test]
fn a_service_that_is_gone_is_a_finding_of_each_tool_that_asks_it() {
    let _alone = alone();
    let place = place();
    let service = Policy::start(&[]);
    let run = measure(&place, &service);
    place.write("gates.json", &gates(&run).to_string());
    let url = service.url.clone();
    drop(service);
    let ran = place
        .shell(&format!(
            "health-probe --base-url {url} < run.json \
             | smoke-test --base-url {url} \
             | gate-check --gates gates.json --only deployment"
        ))
        .ended(1);
    let document = ran.document();
    for section in ["health_checks", "smoke_tests"] {
        assert_eq!(document[section]["failure_rate"], 100.0);
        assert_eq!(document[section]["passed"], false);
    }
}
