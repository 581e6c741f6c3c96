//! The files that people write. Unknown keys are refused here, unlike in documents: a misspelt limit must
//! not silently become no limit.

mod arrivals;
mod benchmark;
mod body_condition;
mod cores;
mod custom_gate;
mod environments;
mod expect;
mod gates;
mod header;
mod json_place;
mod memory;
mod placeholder;
mod probes;
mod problem;
mod request;
mod requests;
mod serve;
mod smoke_tests;
mod thresholds;
mod tls;
mod waiver;

pub use arrivals::ArrivalLaw;
pub use benchmark::{Benchmark, BenchmarkFile, HardwareRequirements, TestScenario};
pub use body_condition::Unmet;
pub use cores::Cores;
pub use custom_gate::CustomGate;
pub use environments::{Environment, EnvironmentsFile};
pub use expect::{BodyCondition, Expect, ExpectedStatus};
pub use gates::{
    CodeQualityGates, DeploymentGates, ErrorRateGates, GatesFile, HealthCheckGates, LatencyGates,
    MemoryGates, PerformanceGates, SecurityGates, SmokeTestGates, ThroughputGates,
    VulnerabilityGates,
};
pub use header::{HeaderPart, header_parts, is_header_value};
pub use json_place::JsonPlace;
pub use memory::ServiceMemory;
pub use placeholder::{TextPart, text_parts};
pub use probes::{
    CommitExpectation, MetricCondition, Probe, ProbeExpect, ProbesFile, Sensors, SensorsSaid,
    VersionExpectation,
};
pub use problem::{Configuration, Problem};
pub use request::Request;
pub use requests::ScenarioRequest;
pub use serve::{Ready, Serve};
pub use smoke_tests::{Capture, SmokeTestsFile, Step};
pub use thresholds::{PerformanceThresholds, RegressionThresholds, ThresholdsFile};
pub use tls::Tls;
pub use waiver::Waiver;
