//! What a run measured, as comparisons look at it: one value a repetition of each metric in each scenario. A history may
//! hold thousands of runs, so nothing else of a document is kept.

mod machine;
mod value;
mod workload;

use schema::evidence::{
    Acceptance, Baseline, Evidence, Generator, Host, Measurements, MemorySource, Metric, Mode,
    Pairing, Repetition, Scenario,
};

pub(crate) use machine::Machine;
pub(crate) use value::{Repeated, Value, measured};
pub(crate) use workload::Workload;

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Which run of what on which host.
    pub(crate) identity: Baseline,
    /// When it began, RFC 3339.
    pub(crate) started_at: Option<String>,
    /// That it was broken off.
    pub(crate) interrupted: bool,
    /// That the generator may have been the limit.
    pub(crate) saturated: bool,
    /// What it was measured on.
    pub(crate) machine: Machine,
    /// Kernel release.
    pub(crate) kernel: Option<String>,
    /// Size of the file system in whole GiB.
    pub(crate) disk_gb: Option<String>,
    /// The run that it was measured in turn with.
    pub(crate) pairing: Option<Pairing>,
    /// That it was made the reference of a history.
    pub(crate) acceptance: Option<Acceptance>,
    /// Its scenarios, or the top level of a document without any.
    pub(crate) parts: Vec<Part>,
}

/// One scenario of a run, or the top level of a document without scenarios.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// `None` for the top level.
    pub(crate) scenario: Option<String>,
    /// What was sent and when.
    pub(crate) workload: Workload,
    /// Where the figures of memory come from.
    pub(crate) memory_source: Option<MemorySource>,
    /// Requests per second that were due, in open loop.
    pub(crate) offered_rps: Option<f64>,
    /// How many repetitions there are, whatever they measured.
    pub(crate) repetitions: usize,
    /// In the order of [`Metric::ALL`].
    values: [Value; Metric::ALL.len()],
}

impl Run {
    /// Of a document.
    pub(crate) fn of(evidence: &Evidence) -> Run {
        let run = evidence.run.as_ref();
        let host = |read: fn(&Host) -> Option<&String>| run?.host.as_ref().and_then(read).cloned();
        let saturated = |generator: &Generator| generator.saturated == Some(true);
        let parts = if evidence.scenarios.is_empty() {
            vec![Part::new(None, evidence.into(), &[])]
        } else {
            evidence.scenarios.iter().map(Part::of).collect()
        };
        Run {
            identity: Baseline {
                run_id: run.and_then(|run| run.id.clone()),
                commit: run.and_then(|run| run.source.as_ref()?.commit.clone()),
                fingerprint: host(|host| host.fingerprint.as_ref()),
                runs: None,
            },
            started_at: run.and_then(|run| run.started_at.clone()),
            interrupted: run.is_some_and(|run| run.interrupted),
            saturated: run
                .and_then(|run| run.generator.as_ref())
                .is_some_and(saturated),
            machine: run
                .and_then(|run| run.host.as_ref())
                .map(Machine::of)
                .unwrap_or_default(),
            kernel: host(|host| host.kernel.as_ref()),
            disk_gb: run
                .and_then(|run| run.host.as_ref()?.disk_gb)
                .map(|size| format!("{:.0}", size.get())),
            pairing: run.and_then(|run| run.pairing.clone()),
            acceptance: evidence.acceptance.clone(),
            parts,
        }
    }

    /// The scenario of that name, or the top level.
    pub(crate) fn part(&self, scenario: Option<&str>) -> Option<&Part> {
        self.parts
            .iter()
            .find(|part| part.scenario.as_deref() == scenario)
    }
}

impl Part {
    fn of(scenario: &Scenario) -> Part {
        Part {
            workload: Workload::of(scenario),
            ..Part::new(
                Some(scenario.name.clone()),
                scenario.into(),
                &scenario.repetitions,
            )
        }
    }

    fn new(scenario: Option<String>, whole: Measurements<'_>, repetitions: &[Repetition]) -> Part {
        let offered = whole
            .throughput
            .and_then(|throughput| throughput.offered_rps);
        Part {
            scenario,
            workload: Workload::default(),
            memory_source: whole.memory.and_then(|memory| memory.source),
            offered_rps: offered.map(|rps| rps.get()),
            repetitions: repetitions.len(),
            values: Metric::ALL.map(|metric| Value::of(metric, whole, repetitions)),
        }
    }

    /// What was measured of a metric.
    pub(crate) fn value(&self, metric: Metric) -> &Value {
        // `ALL` names every metric, so each has its place.
        let place = Metric::ALL.iter().position(|one| *one == metric);
        &self.values[place.unwrap_or_default()]
    }

    /// Whether requests were due by a clock.
    pub(crate) fn is_open_loop(&self) -> bool {
        self.workload.mode == Some(Mode::Open)
    }

    /// Whether its throughput is that of one connection, and so nothing but its mean latency.
    pub(crate) fn is_one_at_a_time(&self) -> bool {
        self.workload.concurrent_requests == Some(1) && !self.is_open_loop()
    }
}
