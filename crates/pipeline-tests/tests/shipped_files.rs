//! What stands beside the code is true: the shipped configuration, the pages, the README.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;

use pipeline_tests::justfile::{Recipe, recipes};
use pipeline_tests::{Workplace, root};
use schema::configuration::{
    BenchmarkFile, Configuration, EnvironmentsFile, GatesFile, ProbesFile, SmokeTestsFile,
    ThresholdsFile,
};
use serde_json::{Value, json};
use toolkit::{Streams, configuration};

const TOOLS: [&str; 10] = [
    "bench-run",
    "perf-validate",
    "perf-compare",
    "scan-import",
    "gate-check",
    "health-probe",
    "smoke-test",
    "report-gen",
    "deploy-notify",
    "policy-server",
];

fn shipped<C: Configuration>(name: &str) -> C {
    read(root().join("config").join(name).to_str().unwrap())
}

fn read<C: Configuration>(path: &str) -> C {
    let mut streams = Streams {
        stdin: &mut std::io::empty(),
        stdout: &mut std::io::sink(),
        stderr: &mut std::io::sink(),
        stdin_is_terminal: false,
        stderr_is_terminal: false,
        colour: false,
        screen: None,
        quiet: true,
    };
    configuration::read(path, &mut streams)
        .unwrap_or_else(|error| panic!("{error}"))
        .0
}

fn as_json(value: impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

#[test]
fn a_shipped_file_in_the_place_of_another_is_called_what_it_is() {
    let place = Workplace::default();
    for (line, said) in [
        (
            "bench-run --config $CONFIG/quality-gates.yaml",
            "quality-gates.yaml: found a gates file, expected a benchmark file",
        ),
        (
            "echo {} | perf-validate --thresholds $CONFIG/quality-gates.yaml",
            "quality-gates.yaml: found a gates file, expected a thresholds file",
        ),
        (
            "echo {} | gate-check --gates $CONFIG/performance-thresholds.yaml",
            "performance-thresholds.yaml: found a thresholds file, expected a gates file",
        ),
    ] {
        let ran = place.shell(line).ended(2);
        assert!(ran.stderr.contains(said), "{ran}");
    }
}

#[test]
fn the_benchmark_of_a_pull_request_is_the_one_that_was_specified() {
    let thresholds = json!({"p50_latency_ms": 10.0, "p95_latency_ms": 20.0, "p99_latency_ms": 50.0,
        "throughput_rps": 1000.0, "memory_usage_mb": 1024.0, "error_rate_percent": 1.0});
    assert_eq!(
        as_json(shipped::<BenchmarkFile>("ci-benchmark.yaml")),
        json!({
            "benchmark": {"warmup_iterations": 10, "measurement_iterations": 100, "batch_sizes": [1, 4, 8, 16],
                "concurrent_requests": 4, "duration_seconds": 30.0},
            "performance_thresholds": thresholds,
            "hardware_requirements": {"min_cpu_cores": 4, "min_memory_gb": 8.0, "min_disk_gb": 20.0},
            "test_scenarios": [
                {"name": "single_request", "description": "Single request latency test", "batch_size": 1, "iterations": 1000},
                {"name": "batch_processing", "description": "Batch processing test", "batch_size": 16, "iterations": 100},
                {"name": "concurrent_load", "description": "Concurrent load test", "batch_size": 1,
                    "concurrent_requests": 10, "duration_seconds": 60.0},
                {"name": "memory_stress", "description": "Memory stress test", "batch_size": 32, "iterations": 500,
                    "memory_limit_mb": 2048.0},
            ],
        })
    );
    assert_eq!(
        as_json(shipped::<ThresholdsFile>("performance-thresholds.yaml")),
        json!({"performance_thresholds": thresholds})
    );
}

#[test]
fn the_gates_are_the_ones_that_were_specified() {
    assert_eq!(
        as_json(shipped::<GatesFile>("quality-gates.yaml")),
        json!({
            "performance_gates": {
                "latency": {"p50_max_ms": 10.0, "p95_max_ms": 20.0, "p99_max_ms": 50.0},
                "throughput": {"min_rps": 1000.0},
                "memory": {"max_usage_mb": 1024.0},
                "error_rate": {"max_percent": 1.0},
            },
            "security_gates": {
                "vulnerabilities": {"max_critical": 0, "max_high": 0, "max_medium": 5},
                "code_quality": {"min_coverage": 80.0, "max_complexity": 10.0, "max_duplication": 5.0},
            },
            "deployment_gates": {
                "health_checks": {"max_failure_rate": 0.0, "max_response_time_ms": 5000.0},
                "smoke_tests": {"max_failure_rate": 0.0, "max_execution_time_s": 300.0},
            },
        })
    );
}

#[test]
fn the_other_configuration_files_can_be_used() {
    let environments: EnvironmentsFile = shipped("environments.yaml");
    let targets: Vec<(&str, &str)> = environments
        .environments
        .iter()
        .map(|(name, environment)| (name.as_str(), environment.target.as_str()))
        .collect();
    assert_eq!(
        targets,
        [
            ("local", "http://localhost:8080"),
            ("staging", "http://staging.carla-rl.com"),
            ("production", "http://api.carla-rl.com"),
        ]
    );
    let quick: BenchmarkFile = shipped("quick-benchmark.yaml");
    let nightly: BenchmarkFile = shipped("performance-benchmark.yaml");
    assert!(nightly.benchmark.measurement_iterations > quick.benchmark.measurement_iterations);
    assert_eq!(
        quick.performance_thresholds,
        shipped::<BenchmarkFile>("ci-benchmark.yaml").performance_thresholds
    );
}

#[test]
fn the_configurations_on_the_page_of_bench_run_can_be_used() {
    let page = fs::read_to_string(root().join("bin-docs/bench-run.md")).unwrap();
    let place = Workplace::default();
    let configuration_below = |heading: &str| -> BenchmarkFile {
        let (_, section) = page.split_once(heading).unwrap();
        let (_, example) = section.split_once("```yaml\n").unwrap();
        let (example, _) = example.split_once("```").unwrap();
        let written = place.write("page.yaml", example);
        read(written.to_str().unwrap())
    };
    let first = configuration_below("## What it does");
    assert!(first.benchmark_requests().is_empty() && first.test_scenarios.is_empty());
    let any = configuration_below("## Any HTTP service");
    assert_eq!(any.benchmark_requests().len(), 1);
    assert_eq!(any.scenario_requests(0).len(), 3);
}

#[test]
fn the_checks_on_the_page_of_health_probe_can_be_used() {
    let page = fs::read_to_string(root().join("bin-docs/health-probe.md")).unwrap();
    let (_, example) = page.split_once("```yaml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let place = Workplace::default();
    let probes: ProbesFile = read(place.write("probes.yaml", example).to_str().unwrap());
    assert_eq!(probes.checks.len(), 4);
    assert_eq!(shipped::<ProbesFile>("probes.yaml").checks.len(), 3);
}

#[test]
fn the_steps_on_the_page_of_smoke_test_can_be_used() {
    let page = fs::read_to_string(root().join("bin-docs/smoke-test.md")).unwrap();
    let (_, example) = page.split_once("```yaml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let place = Workplace::default();
    let suite: SmokeTestsFile = read(place.write("suite.yaml", example).to_str().unwrap());
    assert_eq!(suite.steps.len(), 4);
}

#[test]
fn the_shipped_steps_expect_that_all_they_send_is_counted() {
    let suite: SmokeTestsFile = shipped("smoke-tests.yaml");
    let steps = suite.steps.iter();
    let captured = steps.skip_while(|step| !step.capture.contains_key("requests"));
    let until_counted = captured.take_while(|step| step.increased_by_at_least.is_empty());
    let sent = until_counted.filter(|step| step.path == "/predict");
    let sent: u64 = sent.map(|step| step.samples.unwrap_or(1)).sum();
    let last = suite.steps.last().unwrap();
    assert_eq!(last.increased_by_at_least["requests"].get(), sent as f64);
}

/// Every option that a help text names, as in `--config`.
fn options_in(help: &str) -> Vec<&str> {
    let words =
        help.split(|character: char| !(character.is_ascii_alphanumeric() || character == '-'));
    let mut options: Vec<&str> = words
        .filter(|word| word.starts_with("--") && word.len() > 3)
        .collect();
    options.sort_unstable();
    options.dedup();
    options
}

#[test]
fn every_option_stands_on_the_page_of_its_tool_and_every_tool_in_the_readme() {
    let place = Workplace::default();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for tool in TOOLS {
        let help = place.run(tool, &["--help"]);
        assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""), "{tool}");
        let page = fs::read_to_string(root().join(format!("bin-docs/{tool}.md"))).unwrap();
        let options = options_in(&help.stdout);
        assert!(options.len() > 3, "{tool}: {options:?}");
        for option in options {
            assert!(
                page.contains(option),
                "bin-docs/{tool}.md does not name {option}"
            );
        }
        assert!(
            readme.contains(&format!("bin-docs/{tool}.md")),
            "the README does not link to the page of {tool}"
        );
        let version = place.run(tool, &["--version"]);
        assert_eq!(
            version.stdout,
            format!("{tool} {}\n", env!("CARGO_PKG_VERSION"))
        );
    }
}

#[test]
fn the_schema_that_a_tool_prints_is_the_published_one() {
    let place = Workplace::default();
    let published =
        fs::read_to_string(root().join("bin-docs/schemas/evidence.schema.json")).unwrap();
    for tool in [
        "bench-run",
        "perf-validate",
        "perf-compare",
        "scan-import",
        "gate-check",
        "health-probe",
        "smoke-test",
        "report-gen",
        "deploy-notify",
    ] {
        let ran = place.run(tool, &["--schema"]);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(0), published.as_str()),
            "{tool}"
        );
    }
}

#[test]
fn every_recipe_of_the_justfile_stands_as_a_plain_command_in_its_page() {
    let page = fs::read_to_string(root().join("bin-docs/commands.md")).unwrap();
    let recipes = recipes();
    for Recipe { name, line } in &recipes {
        let command = line.replace('|', "\\|");
        assert!(
            page.contains(&format!("| `just {name}` | `{command}` |")),
            "bin-docs/commands.md: {name}"
        );
    }
    assert!(recipes.len() > 10);
}

#[test]
fn links_between_the_pages_lead_somewhere() {
    for page in [
        "README.md",
        "bin-docs/pipes.md",
        "bin-docs/exit-codes.md",
        "bin-docs/bench-run.md",
        "bin-docs/bench-run-figures.md",
        "bin-docs/intervals.md",
        "bin-docs/change-points.md",
        "bin-docs/verdicts.md",
        "bin-docs/scan-import.md",
        "bin-docs/policy-server.md",
        "bin-docs/health-probe.md",
        "bin-docs/smoke-test.md",
        "bin-docs/deploy-notify.md",
        "bin-docs/workflows.md",
        "bin-docs/commands.md",
        "bin-docs/quality-gates.md",
        "bin-docs/performance-validation.md",
        "bin-docs/troubleshooting.md",
    ] {
        let path = root().join(page);
        let text = fs::read_to_string(&path).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            if !link.starts_with("http") && !link.starts_with('#') {
                let file = link.split('#').next().unwrap();
                assert!(path.parent().unwrap().join(file).exists(), "{page}: {link}");
            }
        }
    }
}
