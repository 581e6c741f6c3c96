//! The shell lines of the workflows, run as a runner runs them.

use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use pipeline_tests::justfile::recipe;
use pipeline_tests::server::Policy;
use pipeline_tests::{Ran, Workplace, alone, root, tools};
use serde_json::{Value, json};

/// A checkout with its tools built, and the variables that a step is given.
pub struct Checkout {
    pub place: Workplace,
}

impl Checkout {
    pub fn new() -> Checkout {
        let place = Workplace::default();
        symlink(root().join("config"), place.path("config")).unwrap();
        std::fs::create_dir(place.path("target")).unwrap();
        symlink(tools(), place.path("target/release")).unwrap();
        Checkout { place }
    }

    /// Runs a recipe's line with the options of GitHub's bash.
    pub fn run(&self, name: &str, variables: &[(&str, &str)]) -> Ran {
        let output = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c"])
            .arg(recipe(name))
            .current_dir(self.place.path(""))
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output();
        Ran::of(output.expect("bash"))
    }

    pub fn read(&self, file: &str) -> String {
        let text = std::fs::read_to_string(self.place.path(file));
        text.unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    fn document(&self, file: &str) -> Value {
        serde_json::from_str(&self.read(file)).unwrap()
    }

    /// A benchmark of a moment, of a server with these options, as BENCHMARK names it.
    pub fn benchmark(&self, options: &[&str]) {
        let serve = self.place.serve(options);
        let benchmark = json!({"benchmark": {"warmup_iterations": 5, "measurement_iterations": 100, "batch_sizes": [1],
            "concurrent_requests": 2, "duration_seconds": 0.2, "repetitions": 2}});
        self.place.write("benchmark.json", &benchmark.to_string());
        let local =
            json!({"environments": {"local": {"target": "http://localhost:8080", "serve": serve}}});
        self.place.write("environments.yaml", &local.to_string());
    }
}

pub const BENCHMARK: &[(&str, &str)] = &[("BENCHMARK", "benchmark.json")];

#[test]
fn a_good_run_passes_and_becomes_the_baseline_of_the_next() {
    let _alone = alone();
    let checkout = Checkout::new();
    checkout.benchmark(&[]);
    // A debug build on a busy machine: whether it is slower than before is not what is tested here.
    let first = checkout.run("performance", BENCHMARK).ended(0);
    assert!(first.stderr.contains("no such baseline"), "{first}");
    let document = checkout.document("evidence.json");
    assert_eq!(document["overall_success"], true);
    assert!(checkout.read("report.html").contains("PASSED"));

    checkout.run("keep-baseline", &[]).ended(0);
    assert!(checkout.place.path("baselines/latest.json").exists());
    checkout.run("performance", BENCHMARK);
    let compared = checkout.document("evidence.json");
    let metrics = compared["comparison"]["metrics"].as_array();
    assert!(
        metrics.is_some_and(|metrics| metrics.len() > 4),
        "{compared}"
    );
}

#[test]
fn a_kind_of_host_is_a_name_that_stays_the_same() {
    let checkout = Checkout::new();
    let told = || {
        checkout.place.write("output", "");
        checkout
            .run("host", &[("GITHUB_OUTPUT", "output")])
            .ended(0);
        checkout.read("output")
    };
    let host = told();
    let digits = host
        .strip_prefix("host=")
        .and_then(|rest| rest.strip_suffix('\n'));
    let digits = digits.unwrap_or_else(|| panic!("{host}"));
    let is_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(is_digits && digits.len() == 16, "{host}");
    assert_eq!(told(), host);
    // Of nothing it would be the same everywhere.
    assert_ne!(digits, &toolkit::files::sha256(b"")[..16]);
}

#[test]
fn a_kind_of_host_is_what_the_fingerprint_of_a_run_tells_apart() {
    let line = recipe("host");
    for fact in [
        "model name",
        "nproc",
        "MemTotal",
        "/.dockerenv /run/.containerenv",
        "hypervisor",
        "sys_vendor",
    ] {
        assert!(line.contains(fact), "{fact}");
        // With what tells hosts apart, the recipe changes too.
        let other = match fact {
            "nproc" => line.replace("nproc", "echo 4096"),
            "model name" => line.replace(
                "grep -m1 'model name' /proc/cpuinfo",
                "echo 'model name : other'",
            ),
            "MemTotal" => line.replace("/proc/meminfo", "meminfo"),
            "/.dockerenv /run/.containerenv" => {
                line.replace("ls /.dockerenv /run/.containerenv", "echo /other")
            }
            "hypervisor" => line.replace("grep -m1 -ow hypervisor /proc/cpuinfo", "echo other"),
            _ => line.replace("cat /sys/class/dmi/id/sys_vendor", "echo other"),
        };
        let place = Workplace::default();
        place.write("meminfo", "MemTotal: 99999999999 kB\n");
        let said = |line: &str| {
            place
                .shell(&line.replace("\"${GITHUB_OUTPUT:-/dev/stderr}\"", "/dev/stdout"))
                .ended(0)
                .stdout
        };
        assert_ne!(said(&line), said(&other), "{fact}");
    }
}

#[test]
fn a_bad_run_is_red_reported_and_no_baseline() {
    let _alone = alone();
    let checkout = Checkout::new();
    checkout.benchmark(&["--latency", "fixed:60ms"]);
    let ran = checkout.run("performance", BENCHMARK).ended(1);
    assert!(ran.stderr.contains("latency.p50_ms"), "{ran}");
    assert_eq!(checkout.document("evidence.json")["overall_success"], false);
    assert!(checkout.read("report.html").contains("FAILED"));
    checkout.run("keep-baseline", &[]).ended(1);
    assert!(!checkout.place.path("baselines").exists());
}

#[test]
fn a_run_that_could_not_be_made_leaves_nothing_to_show() {
    let checkout = Checkout::new();
    checkout
        .run("performance", &[("BENCHMARK", "no-such-file.yaml")])
        .ended(2);
    // The step that shows it asks for this file.
    assert!(!checkout.place.path("report.html").exists());
}

#[test]
fn the_findings_of_scanners_are_gated_and_bound_to_the_commit() {
    let checkout = Checkout::new();
    let commit = "git init -q && git -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m test";
    checkout.place.shell(commit).ended(0);
    let use_findings = |audit: &str, trivy: &str| {
        for (from, to) in [(audit, "audit.json"), (trivy, "trivy.json")] {
            let from = root().join("fixtures/scanners").join(from);
            std::fs::copy(from, checkout.place.path(to)).unwrap();
        }
    };
    // What no tool found: Trivy's list of no vulnerabilities of one target.
    use_findings("cargo-audit/clean.json", "trivy/duplicates.json");
    let clean = json!({"SchemaVersion": 2, "CreatedAt": "2026-11-23T20:00:00Z", "ArtifactName": ".", "ArtifactType": "filesystem",
        "Results": [{"Target": "Cargo.lock", "Class": "lang-pkgs", "Type": "cargo"}]});
    checkout.place.write("trivy.json", &clean.to_string());
    checkout.run("gate-scans", &[]).ended(0);
    let checks = &checkout.document("security.json")["gates"]["checks"];
    let commits = checks.as_array().unwrap().iter();
    assert_eq!(
        commits
            .filter(|check| check["name"] == "commit.vulnerabilities")
            .count(),
        1
    );

    use_findings("cargo-audit/audit.json", "trivy/duplicates.json");
    let found = checkout.run("gate-scans", &[]).ended(1);
    assert!(found.stderr.contains("vulnerabilities.critical"), "{found}");
    // A scanner that was broken off has found nothing, and that is no clean result.
    checkout.place.write("audit.json", "");
    checkout.run("gate-scans", &[]).ended(2);
}

#[test]
fn a_repository_that_cannot_deploy_does_not_pretend_to() {
    let checkout = Checkout::new();
    let staging = [("ENVIRONMENT", "staging")];
    let ran = checkout.run("deploy", &staging).ended(1);
    assert!(ran.stderr.contains("config/deploy/deploy"), "{ran}");

    std::fs::remove_file(checkout.place.path("config")).unwrap();
    std::fs::create_dir_all(checkout.place.path("config/deploy")).unwrap();
    let deploys = |program: &str| {
        let path = checkout.place.write("config/deploy/deploy", program);
        let path = path.to_str().unwrap();
        checkout.place.shell(&format!("chmod +x {path}")).ended(0);
        checkout.run("deploy", &staging)
    };
    let ran = deploys("#!/bin/sh\necho \"to $1\"\n").ended(0);
    assert_eq!(ran.stdout, "to staging\n");
    deploys("#!/bin/sh\nexit 3\n").ended(3);
}

#[test]
fn the_service_that_was_deployed_is_asked() {
    let _alone = alone();
    let checkout = Checkout::new();
    let probe = |url: &str| {
        let environments = json!({"environments": {"staging": {"target": url}}});
        checkout
            .place
            .write("environments.json", &environments.to_string());
        checkout.run(
            "probe-deployment",
            &[
                ("ENVIRONMENT", "staging"),
                ("ENVIRONMENTS", "environments.json"),
            ],
        )
    };
    let policy = Policy::start(&[]);
    probe(&policy.url).ended(0);
    let document = checkout.document("deployment.json");
    assert_eq!(document["overall_success"], true);
    assert_eq!(document["gates"]["checks"].as_array().unwrap().len(), 4);

    // It answers, and is not what was deployed.
    let (url, _) = pipeline_tests::server::serve(|_| pipeline_tests::server::answer(200, "{}"));
    probe(&url).ended(1);
    assert!(checkout.read("deployment.html").contains("FAILED"));
}

#[test]
fn the_tools_that_were_packed_are_those_that_are_unpacked() {
    let checkout = Checkout::new();
    // Two programs stand for all: the archive of a debug build would take minutes.
    std::fs::remove_file(checkout.place.path("target/release")).unwrap();
    std::fs::create_dir_all(checkout.place.path("target/release/deps")).unwrap();
    for program in ["gate-check", "report-gen"] {
        let built = tools().join(program);
        std::fs::copy(built, checkout.place.path("target/release").join(program)).unwrap();
    }
    checkout.place.write("target/release/gate-check.d", "");
    checkout.place.write("target/release/deps/test", "");
    checkout.run("pack-tools", &[]).ended(0);
    std::fs::remove_dir_all(checkout.place.path("target")).unwrap();
    checkout.run("unpack-tools", &[]).ended(0);
    let unpacked = checkout
        .place
        .shell("ls target/release && target/release/gate-check --version");
    assert_eq!(
        unpacked.ended(0).stdout,
        format!(
            "gate-check\nreport-gen\ngate-check {}\n",
            env!("CARGO_PKG_VERSION")
        )
    );
}
