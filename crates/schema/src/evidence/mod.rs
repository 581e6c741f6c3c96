//! The sections of the evidence document, one idea a file.
//!
//! Every field that a person might leave out of a document written by hand is optional: what is absent
//! was not measured. Unknown keys are kept, because [`crate::Document`] holds the text and not these types.

mod capacity;
mod check_value;
mod code_quality;
mod comparison;
mod deployment;
mod gates;
mod history;
mod judgement;
mod latency;
mod measurements;
mod metric;
mod provenance;
mod run;
mod scenario;
mod service;
mod sources;
mod timeline;
mod unit;
mod vulnerabilities;

pub use capacity::{Capacity, CapacityBound, CapacityStep, Confirmation};
pub use check_value::CheckValue;
pub use code_quality::{CodeQuality, CodeQualityMetric, CodeQualitySource, TestCounts};
pub use comparison::{
    Acceptance, Baseline, ComparedMetric, Comparison, Direction, Method, Verdict,
};
pub use deployment::{HealthChecks, ProbeCheck, ProbeTimings, SmokeTests};
pub use gates::{GateCheck, GateGroup, GateLevel, GateWaiver, Gates};
pub use history::{History, HistoryPoint, HistoryRun, HistorySeries};
pub use judgement::{Check, CheckStatus, Operator, Validation};
pub use latency::{Interval, Latency, QuantileIntervals, QuantileSamples};
pub use measurements::Measurements;
pub use metric::Metric;
pub use provenance::{InputFile, Provenance, Warning};
pub use run::{Config, Generator, Host, Pairing, PairingRole, Requirements, Run, Source};
pub use scenario::{Limits, Mode, Repetition, Scenario, ScenarioKind};
pub use service::{ErrorRate, ErrorsByKind, Memory, MemorySource, SignedInterval, Throughput};
pub use sources::{Doubt, ImportedFile};
pub use timeline::TimelineEntry;
pub use unit::unit_symbol;
pub use vulnerabilities::{Vulnerabilities, VulnerabilitySource};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Section;

/// The evidence document: everything that was measured and decided about one build, as it flows through the pipe.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Evidence {
    /// "1.0". A higher minor version is read with its unknown keys kept, another major version is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_version: Option<String>,
    /// Which run this is, of what, on what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// Latency of the smallest batch size, one request at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// Latency from the moment of sending, in open loop only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_time: Option<Latency>,
    /// Throughput of the load phase of the smallest batch size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<Throughput>,
    /// Memory of the service in the load phase of the smallest batch size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// Errors over all recorded requests of all phases of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_rate: Option<ErrorRate>,
    /// The highest rate at which a condition holds, in place of the sections above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// Every batch size and every test scenario.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<Scenario>,
    /// perf-validate's verdict: the run against its thresholds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<Validation>,
    /// perf-compare's verdict: the run against a baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// That a run in a history was made the reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<Acceptance>,
    /// What a deployed service answered to probes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_checks: Option<HealthChecks>,
    /// What a deployed service did with real requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smoke_tests: Option<SmokeTests>,
    /// Findings of vulnerability scanners.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vulnerabilities: Option<Vulnerabilities>,
    /// Figures of coverage, complexity and duplication tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_quality: Option<CodeQuality>,
    /// gate-check's verdict: all evidence against the gates file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gates: Option<Gates>,
    /// Who wrote which section, when, from what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub provenance: Vec<Provenance>,
    /// What a reader should know before believing the rest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Whether every section that judges has passed; absent while nothing has judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overall_success: Option<bool>,
}

impl Evidence {
    /// Whether every section that judges has passed and the run was whole. `None` while nothing has judged.
    pub fn success(&self) -> Option<bool> {
        self.verdicts()
            .into_iter()
            .map(|(_, passed)| passed)
            .reduce(|one, other| one && other)
    }

    /// Every section that judges, with whether it passed. A run is named only if it was broken off, a search for the capacity
    /// only if it found none.
    pub fn verdicts(&self) -> Vec<(&'static str, bool)> {
        let passed = [
            (
                "run",
                self.run
                    .as_ref()
                    .filter(|run| run.interrupted)
                    .map(|_| false),
            ),
            (
                "capacity",
                self.capacity
                    .as_ref()
                    .filter(|capacity| capacity.rate_rps.is_none())
                    .map(|_| false),
            ),
            (
                Validation::NAME,
                self.validation.as_ref().map(|section| section.passed),
            ),
            (
                Comparison::NAME,
                self.comparison.as_ref().map(|section| section.passed),
            ),
            (
                HealthChecks::NAME,
                self.health_checks
                    .as_ref()
                    .and_then(|section| section.passed),
            ),
            (
                SmokeTests::NAME,
                self.smoke_tests.as_ref().and_then(|section| section.passed),
            ),
            (
                Gates::NAME,
                self.gates.as_ref().map(|section| section.passed),
            ),
        ];
        passed
            .into_iter()
            .filter_map(|(section, passed)| passed.map(|passed| (section, passed)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_that_says_no_makes_the_whole_a_failure() {
        let rest = r#""checks": [], "verdict": "unchanged", "threshold_percent": 10, "metrics": [], "baseline": {}"#;
        for section in [
            "validation",
            "comparison",
            "health_checks",
            "smoke_tests",
            "gates",
        ] {
            for passed in [true, false] {
                let text = format!(r#"{{"{section}": {{"passed": {passed}, {rest}}}}}"#);
                let evidence: Evidence = serde_json::from_str(&text).unwrap();
                assert_eq!(evidence.success(), Some(passed), "{section}");
            }
        }
    }

    #[test]
    fn a_search_for_the_capacity_that_found_none_is_a_failure_and_one_that_found_it_judges_nothing()
    {
        let success = |text: &str| {
            let evidence: Evidence = serde_json::from_str(text).unwrap();
            evidence.success()
        };
        assert_eq!(success(r#"{"capacity": {"steps": []}}"#), Some(false));
        assert_eq!(success(r#"{"capacity": {"rate_rps": 812}}"#), None);
    }
}
