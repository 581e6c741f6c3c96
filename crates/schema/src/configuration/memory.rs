use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::{Problem, zero};

/// Where the service's memory is read: a process, a control group or a metrics page, one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceMemory {
    /// A process on this machine; its descendants are counted in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process_id: Option<u32>,
    /// The folder of a control group, of version 2 or 1, relative to the folder of the file that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<String>,
    /// A gauge on the metrics page, in bytes; series that differ in labels are added up.
    /// Default: `process_resident_memory_bytes`, else `carla_rl_process_memory_bytes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// Path of the metrics page, appended to the service's address. Default `/metrics`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl ServiceMemory {
    /// Whether it is read from whatever service is asked, and not in one place on this machine.
    pub fn is_on_the_service(&self) -> bool {
        self.metric.is_some() || self.path.is_some()
    }

    pub(super) fn problem(&self, parent: &str) -> Option<Problem> {
        let page = self.is_on_the_service();
        let places = [self.process_id.is_some(), self.cgroup.is_some(), page];
        match places.into_iter().filter(|named| *named).count() {
            1 => {}
            0 => return Some(Problem::new(parent, "nothing", EXPECTED)),
            _ => return Some(Problem::new(parent, "more than one place", EXPECTED)),
        }
        let problem = if let Some(process_id) = self.process_id {
            zero("process_id", process_id.into())
        } else if let Some(cgroup) = &self.cgroup {
            misfit("cgroup", cgroup, |folder| !folder.is_empty(), "a folder")
        } else {
            let metric = self
                .metric
                .as_deref()
                .and_then(|metric| misfit("metric", metric, is_metric_name, A_METRIC));
            let path = self.path.as_deref();
            metric.or_else(|| misfit("path", path?, |path| path.starts_with('/'), A_PATH))
        };
        problem.map(|problem| problem.below(parent))
    }
}

const EXPECTED: &str = "one of process_id, cgroup, or metric and path";
const A_METRIC: &str = "a name as in process_resident_memory_bytes";
const A_PATH: &str = "a path as in /metrics";

fn misfit(path: &str, text: &str, fits: impl Fn(&str) -> bool, expected: &str) -> Option<Problem> {
    (!fits(text)).then(|| Problem::new(path, format!("\"{text}\""), expected))
}

/// As Prometheus has it.
fn is_metric_name(name: &str) -> bool {
    let in_name = |character: char| character.is_ascii_alphanumeric() || "_:".contains(character);
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(in_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(memory: ServiceMemory) -> Option<(String, String)> {
        memory
            .problem("memory")
            .map(|problem| (problem.path, problem.found))
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn one_place_is_enough_and_two_are_too_many() {
        let process = ServiceMemory {
            process_id: Some(7),
            ..ServiceMemory::default()
        };
        let both = ServiceMemory {
            cgroup: text("/sys/fs/cgroup/a"),
            ..process.clone()
        };
        let page = ServiceMemory {
            metric: text("memory:bytes"),
            path: text("/internal/metrics"),
            ..ServiceMemory::default()
        };
        assert_eq!(refusal(process), None);
        assert_eq!(refusal(page), None);
        assert_eq!(refusal(both).unwrap().1, "more than one place");
        assert_eq!(refusal(ServiceMemory::default()).unwrap().1, "nothing");
    }

    #[test]
    fn a_place_that_cannot_be_one_is_refused_with_its_path() {
        let default = ServiceMemory::default;
        let impossible = [
            (
                ServiceMemory {
                    process_id: Some(0),
                    ..default()
                },
                "memory.process_id",
            ),
            (
                ServiceMemory {
                    cgroup: text(""),
                    ..default()
                },
                "memory.cgroup",
            ),
            (
                ServiceMemory {
                    metric: text("7 bytes"),
                    ..default()
                },
                "memory.metric",
            ),
            (
                ServiceMemory {
                    path: text("metrics"),
                    ..default()
                },
                "memory.path",
            ),
        ];
        for (memory, path) in impossible {
            assert_eq!(refusal(memory).unwrap().0, path);
        }
    }
}
