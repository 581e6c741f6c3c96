use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::custom_gate::{self, CustomGate};
use super::problem::{Configuration, Problem, descending, nothing};
use super::waiver::{self, Waiver};
use crate::Measured;

/// `quality-gates.yaml`: what all evidence about a build must hold. A gate that is left out is not judged.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GatesFile {
    /// Judged on what bench-run measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_gates: Option<PerformanceGates>,
    /// Judged on what scanners and coverage tools found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_gates: Option<SecurityGates>,
    /// Judged on what a deployed service answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_gates: Option<DeploymentGates>,
    /// Judged on any place in the document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_gates: Vec<CustomGate>,
    /// Gates that may fail for a while.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
}

macro_rules! gates {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)*
        }
    )*};
}

gates! {
    /// Gates on the run as a whole.
    PerformanceGates {
        /// On `latency`.
        latency: LatencyGates,
        /// On `throughput`.
        throughput: ThroughputGates,
        /// On `memory`.
        memory: MemoryGates,
        /// On `error_rate`.
        error_rate: ErrorRateGates,
    }
    /// Gates on latency.
    LatencyGates {
        /// Highest median, in milliseconds.
        p50_max_ms: Measured,
        /// Highest 95th percentile, in milliseconds.
        p95_max_ms: Measured,
        /// Highest 99th percentile, in milliseconds.
        p99_max_ms: Measured,
    }
    /// Gates on throughput.
    ThroughputGates {
        /// Lowest rate of successful responses, per second.
        min_rps: Measured,
    }
    /// Gates on memory.
    MemoryGates {
        /// Highest resident memory of the service, in MiB.
        max_usage_mb: Measured,
    }
    /// Gates on errors.
    ErrorRateGates {
        /// Highest share of failed requests, in percent.
        max_percent: Measured,
    }
    /// Gates on the code.
    SecurityGates {
        /// On `vulnerabilities`.
        vulnerabilities: VulnerabilityGates,
        /// On `code_quality`.
        code_quality: CodeQualityGates,
    }
    /// Gates on findings of vulnerability scanners.
    VulnerabilityGates {
        /// Most critical findings.
        max_critical: u32,
        /// Most high findings.
        max_high: u32,
        /// Most medium findings.
        max_medium: u32,
        /// Most low findings.
        max_low: u32,
        /// Most findings without a severity. Left out, they count as high ones.
        max_unknown: u32,
    }
    /// Gates on code quality.
    CodeQualityGates {
        /// Lowest share of covered lines, in percent.
        min_coverage: Measured,
        /// Highest cyclomatic complexity.
        max_complexity: Measured,
        /// Highest share of duplicated lines, in percent.
        max_duplication: Measured,
        /// Most tests that failed or could not be run to their end.
        max_failed_tests: u32,
    }
    /// Gates on a deployed service.
    DeploymentGates {
        /// On `health_checks`.
        health_checks: HealthCheckGates,
        /// On `smoke_tests`.
        smoke_tests: SmokeTestGates,
    }
    /// Gates on probes.
    HealthCheckGates {
        /// Highest share of failed probes, in percent.
        max_failure_rate: Measured,
        /// Longest time of a probe, in milliseconds.
        max_response_time_ms: Measured,
    }
    /// Gates on smoke tests.
    SmokeTestGates {
        /// Highest share of failed tests, in percent.
        max_failure_rate: Measured,
        /// Longest time of all tests together, in seconds.
        max_execution_time_s: Measured,
    }
}

impl Configuration for GatesFile {
    const KIND: &'static str = "a gates file";

    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let without_waivers = GatesFile {
            waivers: Vec::new(),
            ..self.clone()
        };
        if without_waivers == GatesFile::default() {
            problems.push(Problem::new(
                "",
                "no gates",
                "at least one group of gates: nothing passes by default",
            ));
        }
        if let Some(latency) = self
            .performance_gates
            .as_ref()
            .and_then(|gates| gates.latency.as_ref())
        {
            let limits = [
                ("performance_gates.latency.p50_max_ms", latency.p50_max_ms),
                ("performance_gates.latency.p95_max_ms", latency.p95_max_ms),
                ("performance_gates.latency.p99_max_ms", latency.p99_max_ms),
            ];
            problems.extend(descending(&limits));
            problems.extend(
                limits
                    .into_iter()
                    .filter_map(|(path, limit)| nothing(path, limit)),
            );
        }
        let performance = self.performance_gates.clone().unwrap_or_default();
        let min_rps = performance.throughput.and_then(|gates| gates.min_rps);
        let max_usage_mb = performance.memory.and_then(|gates| gates.max_usage_mb);
        problems.extend(nothing("performance_gates.throughput.min_rps", min_rps));
        problems.extend(nothing(
            "performance_gates.memory.max_usage_mb",
            max_usage_mb,
        ));
        problems.extend(self.fraction());
        problems.extend(custom_gate::problems(&self.custom_gates));
        problems.extend(waiver::problems(&self.waivers));
        problems.extend(
            self.percentages()
                .into_iter()
                .filter_map(|(path, percent)| {
                    percent
                        .filter(|percent| percent.get() > 100.0)
                        .map(|percent| Problem::new(path, percent, "a percentage, at most 100"))
                }),
        );
        problems
    }
}

impl GatesFile {
    /// Nobody asks for 0.8 % of the lines: 80 was meant.
    fn fraction(&self) -> Option<Problem> {
        let code_quality = self.security_gates.as_ref()?.code_quality.as_ref()?;
        let coverage = code_quality.min_coverage?;
        let is_fraction = coverage > Measured::ZERO && coverage.get() <= 1.0;
        let path = "security_gates.code_quality.min_coverage";
        let expected = "a percentage, as in 80, and no fraction";
        is_fraction.then(|| Problem::new(path, coverage, expected))
    }

    fn percentages(&self) -> [(&'static str, Option<Measured>); 5] {
        let performance = self.performance_gates.clone().unwrap_or_default();
        let security = self.security_gates.clone().unwrap_or_default();
        let deployment = self.deployment_gates.clone().unwrap_or_default();
        let code_quality = security.code_quality.unwrap_or_default();
        [
            (
                "performance_gates.error_rate.max_percent",
                performance.error_rate.unwrap_or_default().max_percent,
            ),
            (
                "security_gates.code_quality.min_coverage",
                code_quality.min_coverage,
            ),
            (
                "security_gates.code_quality.max_duplication",
                code_quality.max_duplication,
            ),
            (
                "deployment_gates.health_checks.max_failure_rate",
                deployment
                    .health_checks
                    .unwrap_or_default()
                    .max_failure_rate,
            ),
            (
                "deployment_gates.smoke_tests.max_failure_rate",
                deployment.smoke_tests.unwrap_or_default().max_failure_rate,
            ),
        ]
    }
}
