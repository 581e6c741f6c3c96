//! The files that people write. Unknown keys are refused here, unlike in documents: a misspelt limit must
//! not silently become no limit.

mod benchmark;
mod environments;
mod gates;
mod problem;
mod thresholds;

pub use benchmark::{
    Benchmark, BenchmarkFile, Cores, HardwareRequirements, Ready, Serve, TestScenario,
};
pub use environments::{Environment, EnvironmentsFile};
pub use gates::{
    CodeQualityGates, DeploymentGates, ErrorRateGates, GatesFile, HealthCheckGates, LatencyGates,
    MemoryGates, PerformanceGates, SecurityGates, SmokeTestGates, ThroughputGates,
    VulnerabilityGates,
};
pub use problem::{Configuration, Problem};
pub use thresholds::{PerformanceThresholds, ThresholdsFile};
