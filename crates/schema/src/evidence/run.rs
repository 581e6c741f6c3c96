use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measured;

/// Which run this is, of what, on what.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Run {
    /// Identifies the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When the run began, RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// When it ended, RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
    /// The tool that measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The configuration that said what to measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<Config>,
    /// The environment's name in environments.yaml, if it was chosen by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The address that was loaded, without user information; for a served process, its command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The commit that was checked out where the run was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The machine of the generator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Host>,
    /// Whether the machine is what the configuration asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirements: Option<Requirements>,
    /// What generating the load cost, and whether that was the limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator: Option<Generator>,
    /// The seed of payloads and of the order of scenarios.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The command that does the same again, a word an entry; without the option that says where the document goes, and
    /// without whoever stands in an address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// The run that this one was measured in turn with, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairing: Option<Pairing>,
    /// Whether the run was broken off: such a document passes no gate.
    pub interrupted: bool,
}

/// Two services were measured in turn, repetition by repetition, under the same conditions: their runs may be
/// compared pair by pair (`repetitions[].pair`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Pairing {
    /// Which of the two this run is of.
    pub role: PairingRole,
    /// The other run's `id`.
    pub with: String,
}

/// The part of a service in a pairing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PairingRole {
    /// The service that is to be judged.
    Current,
    /// The service that it is held against.
    Baseline,
}

impl PairingRole {
    /// The part of the other service.
    pub fn other(self) -> PairingRole {
        match self {
            PairingRole::Current => PairingRole::Baseline,
            PairingRole::Baseline => PairingRole::Current,
        }
    }

    /// As it stands in the document.
    pub fn name(self) -> &'static str {
        match self {
            PairingRole::Current => "current",
            PairingRole::Baseline => "baseline",
        }
    }
}

/// A configuration file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Config {
    /// As given on the command line.
    pub path: String,
    /// SHA-256 of its content, hexadecimal.
    pub sha256: String,
}

/// What was checked out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Source {
    /// Full commit hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Branch name; absent on a detached head.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Whether files differed from the commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dirty: Option<bool>,
}

/// A machine.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Host {
    /// As the processor names itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_model: Option<String>,
    /// Processors that this process may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores: Option<u64>,
    /// Memory of the machine, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<Measured>,
    /// Size of the file system of the working directory, in GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_gb: Option<Measured>,
    /// Kernel release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// Hypervisor or container, `none` on bare metal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtualisation: Option<String>,
    /// Frequency governor of the first processor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub governor: Option<String>,
    /// Hash of what makes runs comparable: CPU model, cores, memory rounded to GiB, virtualisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

/// The outcome of the hardware check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Requirements {
    /// Whether all were met.
    pub met: bool,
    /// Those that were not, each in words.
    pub unmet: Vec<String>,
}

/// What generating the load cost.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Generator {
    /// The processors that the workers were pinned to, one each.
    pub cores: Vec<u64>,
    /// Processor time of the busiest worker in percent of the time measured, without that of waiting for requests to become due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<Measured>,
    /// Time in which the worst placed worker could have run and another process had its processor, in percent of the time measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_wait_percent: Option<Measured>,
    /// Processor time in which the worker that waited most looked at the clock for requests to become due, in percent of the time
    /// measured; in open loop only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spin_percent: Option<Measured>,
    /// Time in which connections had a request under way, in percent of the time of all connections, in the phase of open loop
    /// that needed them most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections_busy_percent: Option<Measured>,
    /// Processor time of all workers per recorded request, without that of waiting for requests to become due, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_us_per_request: Option<Measured>,
    /// Median lateness of sends against their due times, in milliseconds, in open loop only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_lag_p50_ms: Option<Measured>,
    /// 99th percentile of the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_lag_p99_ms: Option<Measured>,
    /// Whether the generator, not the service, may have been the limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saturated: Option<bool>,
}
