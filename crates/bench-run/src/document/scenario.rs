use std::time::Duration;

use schema::Measured;
use schema::evidence::{ErrorRate, Latency, Memory, Mode, Repetition, Scenario, Throughput};

use super::latency;
use crate::drive::PhaseResult;
use crate::error::BenchError;
use crate::plan::ScenarioPlan;
use crate::record::Recording;
use crate::service::MemoryFigures;

/// One repetition of a scenario as it was measured.
#[derive(Debug)]
pub struct RepetitionFigures {
    /// Its place among all that the run did, from 0.
    pub order: u64,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// The phase that latency comes from.
    pub latency: PhaseResult,
    /// The phase that throughput comes from.
    pub load: Load,
    /// Memory in that phase, if the process is ours.
    pub memory: Option<MemoryFigures>,
    /// Whether the process had served an earlier scenario.
    pub carried_over: bool,
}

/// The phase that throughput comes from.
#[derive(Debug)]
pub enum Load {
    /// That of latency.
    Same,
    /// One of its own.
    Phase(Box<PhaseResult>),
    /// One of its own that the run did not come to.
    Missing,
}

/// A scenario over its repetitions. Of each repetition the finished section is kept, of all together the
/// recordings, so that memory does not grow with the number of repetitions.
#[derive(Debug)]
pub struct ScenarioResults {
    plan: ScenarioPlan,
    latency: Recording,
    /// Of the phase that throughput comes from.
    load: Volume,
    all: Recording,
    memory: MemoryFigures,
    repetitions: Vec<Repetition>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Volume {
    ok: u64,
    ok_in_time: u64,
    requests: u64,
    duration: Duration,
}

impl Volume {
    fn of(phase: &PhaseResult) -> Volume {
        Volume {
            ok: phase.recording.ok,
            ok_in_time: phase.recording.ok_in_time,
            requests: phase.recording.requests(),
            duration: phase.duration,
        }
    }

    fn add(&mut self, other: Volume) {
        self.ok += other.ok;
        self.ok_in_time += other.ok_in_time;
        self.requests += other.requests;
        self.duration += other.duration;
    }

    /// `None` if nothing was measured. Where requests succeeded and none in time, the rate cannot be told.
    fn section(self, batch_size: Option<u64>) -> Option<Throughput> {
        let rps = self.ok_in_time as f64 / self.duration.as_secs_f64();
        let rps = (self.ok_in_time > 0 || self.ok == 0)
            .then_some(rps)
            .and_then(Measured::rounded);
        (self.requests > 0).then(|| Throughput {
            rps,
            predictions_per_second: rps
                .zip(batch_size)
                .and_then(|(rps, batch_size)| Measured::rounded(rps.get() * batch_size as f64)),
            requests: Some(self.requests),
            duration_s: Measured::rounded(self.duration.as_secs_f64()),
            ..Throughput::default()
        })
    }
}

impl ScenarioResults {
    /// Nothing yet.
    pub fn new(plan: &ScenarioPlan, timeout: Duration) -> Result<ScenarioResults, BenchError> {
        Ok(ScenarioResults {
            plan: plan.clone(),
            latency: Recording::new(timeout)?,
            load: Volume::default(),
            all: Recording::new(timeout)?,
            memory: MemoryFigures::default(),
            repetitions: Vec::new(),
        })
    }

    /// Takes in a repetition.
    pub fn add(&mut self, figures: &RepetitionFigures) -> Result<(), BenchError> {
        let mut requests = figures.latency.recording.clone();
        let volume = match &figures.load {
            Load::Same => Volume::of(&figures.latency),
            Load::Phase(load) => {
                requests.merge(&load.recording)?;
                Volume::of(load)
            }
            Load::Missing => Volume::default(),
        };
        self.repetitions.push(Repetition {
            order: figures.order,
            started_at: Some(figures.started_at.clone()),
            latency: latency::section(&figures.latency.recording.latency)?,
            throughput: volume.section(self.plan.content.batch_size()),
            memory: figures
                .memory
                .and_then(|memory| memory.section(figures.carried_over)),
            error_rate: error_rate(&requests),
        });
        self.latency.merge(&figures.latency.recording)?;
        self.load.add(volume);
        self.all.merge(&requests)?;
        if let Some(memory) = &figures.memory {
            self.memory.merge(memory);
        }
        Ok(())
    }

    /// Whether there is anything to write.
    pub fn has_repetitions(&self) -> bool {
        !self.repetitions.is_empty()
    }

    /// All recorded requests of all phases.
    pub fn requests(&self) -> &Recording {
        &self.all
    }

    /// The entry of `scenarios[]`.
    pub fn section(&self) -> Result<Scenario, BenchError> {
        Ok(Scenario {
            name: self.plan.name.clone(),
            description: self.plan.description.clone(),
            kind: Some(self.plan.kind),
            mode: Some(Mode::Closed),
            batch_size: self.plan.content.batch_size(),
            concurrent_requests: Some(self.plan.concurrent_requests()),
            arrival_rate_rps: None,
            limits: self.plan.limits.clone(),
            latency: self.latency()?,
            throughput: self.throughput(),
            memory: self.memory(),
            error_rate: error_rate(&self.all),
            repetitions: self.repetitions.clone(),
        })
    }

    fn latency(&self) -> Result<Option<Latency>, BenchError> {
        let Some(pooled) = latency::section(&self.latency.latency)? else {
            return Ok(None);
        };
        let each: Option<Vec<&Latency>> = self
            .repetitions
            .iter()
            .map(|one| one.latency.as_ref())
            .collect();
        let ci95 = each.and_then(|each| latency::intervals(&pooled, &each));
        Ok(Some(Latency { ci95, ..pooled }))
    }

    fn throughput(&self) -> Option<Throughput> {
        let pooled = self.load.section(self.plan.content.batch_size())?;
        let rps =
            |throughput: Option<&Throughput>| throughput.and_then(|throughput| throughput.rps);
        let each: Option<Vec<f64>> = self
            .repetitions
            .iter()
            .map(|one| rps(one.throughput.as_ref()).map(f64::from))
            .collect();
        let ci95 = pooled
            .rps
            .zip(each)
            .and_then(|(pooled, each)| latency::clustered(pooled, &each));
        Some(Throughput { ci95, ..pooled })
    }

    fn memory(&self) -> Option<Memory> {
        let parts: Vec<&Memory> = self
            .repetitions
            .iter()
            .filter_map(|one| one.memory.as_ref())
            .collect();
        let carried_over = parts.iter().any(|memory| memory.carried_over == Some(true));
        let growths: Vec<f64> = parts
            .iter()
            .filter_map(|memory| memory.growth_mb_per_minute)
            .collect();
        let mean_growth =
            (!growths.is_empty()).then(|| growths.iter().sum::<f64>() / growths.len() as f64);
        let pooled = self.memory.section(carried_over)?;
        Some(Memory {
            growth_mb_per_minute: mean_growth,
            ..pooled
        })
    }
}

/// The error section of a recording; `None` without requests.
pub fn error_rate(recording: &Recording) -> Option<ErrorRate> {
    let (requests, failed) = (recording.requests(), recording.errors.total());
    (requests > 0).then(|| ErrorRate {
        percent: Measured::rounded(100.0 * failed as f64 / requests as f64),
        requests: Some(requests),
        ok: Some(recording.ok),
        failed: Some(failed),
        by_kind: Some(recording.errors),
    })
}
