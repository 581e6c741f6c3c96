//! The files that people write. Unknown keys are refused here, unlike in documents: a misspelt limit must
//! not silently become no limit.

mod arrivals;
mod benchmark;
mod cores;
mod environments;
mod gates;
mod memory;
mod problem;
mod serve;
mod thresholds;
mod tls;

pub use arrivals::ArrivalLaw;
pub use benchmark::{Benchmark, BenchmarkFile, HardwareRequirements, TestScenario};
pub use cores::Cores;
pub use environments::{Environment, EnvironmentsFile};
pub use gates::{
    CodeQualityGates, DeploymentGates, ErrorRateGates, GatesFile, HealthCheckGates, LatencyGates,
    MemoryGates, PerformanceGates, SecurityGates, SmokeTestGates, ThroughputGates,
    VulnerabilityGates,
};
pub use memory::ServiceMemory;
pub use problem::{Configuration, Problem};
pub use serve::{Ready, Serve};
pub use thresholds::{PerformanceThresholds, ThresholdsFile};
pub use tls::Tls;
