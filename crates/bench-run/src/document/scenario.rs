use std::time::Duration;

use schema::evidence::{
    ErrorRate, Interval, Memory, Mode, Repetition, Scenario, SignedInterval, Throughput,
    TimelineEntry, Warning,
};
use schema::{Measured, rounded};

use stats::{clustered_interval, mean_interval};

use super::repeated_times::RepeatedTimes;
use super::starts::Starts;
use super::timeline;
use crate::drive::PhaseResult;
use crate::error::BenchError;
use crate::plan::{Length, Phase, ScenarioPlan};
use crate::record::Tally;
use crate::service::MemoryFigures;

/// One repetition of a scenario as it was measured.
#[derive(Debug)]
pub struct RepetitionFigures {
    /// Its place among all that the run did, from 0.
    pub order: u64,
    /// Which repetition of the whole run it was, from 0, if another service was measured in it too.
    pub pair: Option<u64>,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// Sensor values an observation, in predictions.
    pub sensor_count: u64,
    /// The phase that latency comes from.
    pub latency: PhaseResult,
    /// The phase that throughput comes from.
    pub load: Load,
    /// Memory in that phase, if there is a place where it can be read.
    pub memory: Option<MemoryFigures>,
    /// Whether the process had served an earlier scenario or repetition.
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
    /// The same in all repetitions; `None` before the first.
    sensor_count: Option<u64>,
    latency: RepeatedTimes,
    service_time: RepeatedTimes,
    latency_starts: Starts,
    load_starts: Starts,
    /// Of the phase that throughput comes from.
    load: Volume,
    all: Tally,
    memory: MemoryFigures,
    repetitions: Vec<Repetition>,
    timeline: Vec<TimelineEntry>,
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
            ok: phase.recording.tally.ok,
            ok_in_time: phase.recording.tally.ok_in_time,
            requests: phase.recording.tally.requests(),
            duration: phase.duration,
        }
    }

    fn add(&mut self, other: Volume) {
        self.ok += other.ok;
        self.ok_in_time += other.ok_in_time;
        self.requests += other.requests;
        self.duration += other.duration;
    }

    /// Of a number of requests, the time is that until the last response, which the service decides and not the offer.
    fn offered_rps(self, phase: &Phase) -> Option<f64> {
        let ordered_rps = phase.arrivals?.rate_rps;
        Some(match phase.length {
            Length::Requests(_) => ordered_rps,
            Length::Time(_) => self.requests as f64 / self.duration.as_secs_f64(),
        })
    }

    /// `None` if nothing was measured. Where requests succeeded and none in time, the rate cannot be told.
    fn section(self, plan: &ScenarioPlan) -> Option<Throughput> {
        let rps = self.ok_in_time as f64 / self.duration.as_secs_f64();
        let rps = (self.ok_in_time > 0 || self.ok == 0)
            .then_some(rps)
            .and_then(Measured::rounded);
        (self.requests > 0).then(|| Throughput {
            rps,
            predictions_per_second: rps
                .zip(plan.content.batch_size())
                .and_then(|(rps, batch_size)| Measured::rounded(rps.get() * batch_size as f64)),
            requests: Some(self.requests),
            duration_s: Measured::rounded(self.duration.as_secs_f64()),
            offered_rps: self
                .offered_rps(plan.throughput())
                .and_then(Measured::rounded),
            ci95: None,
        })
    }
}

impl ScenarioResults {
    /// Nothing yet.
    pub fn new(plan: &ScenarioPlan) -> ScenarioResults {
        ScenarioResults {
            plan: plan.clone(),
            sensor_count: None,
            latency: RepeatedTimes::default(),
            service_time: RepeatedTimes::default(),
            latency_starts: Starts::default(),
            load_starts: Starts::default(),
            load: Volume::default(),
            all: Tally::default(),
            memory: MemoryFigures::default(),
            repetitions: Vec::new(),
            timeline: Vec::new(),
        }
    }

    /// Takes in a repetition.
    pub fn add(&mut self, figures: &RepetitionFigures) -> Result<(), BenchError> {
        self.sensor_count = Some(figures.sensor_count);
        let recording = &figures.latency.recording;
        self.latency_starts.add(&figures.latency);
        let mut requests = recording.tally;
        let load = match &figures.load {
            Load::Same => Some(&figures.latency),
            Load::Phase(load) => {
                requests.add(&load.recording.tally);
                self.load_starts.add(load);
                Some(load.as_ref())
            }
            Load::Missing => None,
        };
        let volume = load.map(Volume::of).unwrap_or_default();
        if let Some(load) = load {
            let repetition = self.repetitions.len() as u64;
            self.timeline.extend(timeline::of_phase(
                repetition,
                load,
                figures.memory.as_ref(),
            ));
        }
        self.repetitions.push(Repetition {
            order: figures.order,
            pair: figures.pair,
            started_at: Some(figures.started_at.clone()),
            latency: self
                .latency
                .add(recording.slices.iter().map(|slice| &slice.latency))?,
            service_time: self
                .service_time
                .add(recording.slices.iter().map(|slice| &slice.service_time))?,
            throughput: volume.section(&self.plan),
            memory: figures
                .memory
                .as_ref()
                .and_then(|memory| memory.section(figures.carried_over)),
            error_rate: error_rate(&requests),
        });
        self.load.add(volume);
        self.all.add(&requests);
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
    pub fn requests(&self) -> &Tally {
        &self.all
    }

    /// What a reader should know.
    pub fn warnings(&self) -> impl Iterator<Item = Warning> {
        let phase = |name: &str| format!("{}, {name}", self.plan.name);
        let latency = self.latency_starts.warning(&phase("latency"));
        latency
            .into_iter()
            .chain(self.load_starts.warning(&phase("load")))
    }

    /// The entry of `scenarios[]`.
    pub fn section(&self) -> Result<Scenario, BenchError> {
        let arrivals = self.plan.throughput().arrivals;
        let workload = self
            .sensor_count
            .map(|sensor_count| self.plan.workload(sensor_count))
            .transpose()?;
        Ok(Scenario {
            name: self.plan.name.clone(),
            description: self.plan.description.clone(),
            kind: Some(self.plan.kind),
            mode: Some(arrivals.map_or(Mode::Closed, |_| Mode::Open)),
            batch_size: self.plan.content.batch_size(),
            concurrent_requests: Some(self.plan.throughput().connections),
            arrival_rate_rps: arrivals.and_then(|arrivals| Measured::rounded(arrivals.rate_rps)),
            arrivals: arrivals.map(|arrivals| arrivals.law),
            workload,
            limits: self.plan.limits.clone(),
            latency: self.latency.section()?,
            service_time: self.service_time.section()?,
            throughput: self.throughput(),
            memory: self.memory(),
            error_rate: error_rate(&self.all),
            repetitions: self.repetitions.clone(),
            timeline: self.timeline.clone(),
        })
    }

    fn throughput(&self) -> Option<Throughput> {
        let pooled = self.load.section(&self.plan)?;
        let rps =
            |throughput: Option<&Throughput>| throughput.and_then(|throughput| throughput.rps);
        let each: Option<Vec<f64>> = self
            .repetitions
            .iter()
            .map(|one| rps(one.throughput.as_ref()).map(f64::from))
            .collect();
        let ci95 = pooled.rps.zip(each).and_then(|(pooled, each)| {
            let (low, high) = clustered_interval(pooled.get(), &each)?;
            Some(Interval {
                low: Measured::rounded(low),
                high: Measured::rounded(high),
            })
        });
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
        let pooled = self.memory.section(carried_over)?;
        let (growth_mb_per_minute, growth_ci95) = match (growths.as_slice(), parts.as_slice()) {
            ([], _) => (None, None),
            (_, [only]) => (only.growth_mb_per_minute, only.growth_ci95),
            (growths, _) => (
                Some(rounded(growths.iter().sum::<f64>() / growths.len() as f64)),
                mean_interval(growths).map(|(low, high)| SignedInterval::rounded(low, high)),
            ),
        };
        Some(Memory {
            growth_mb_per_minute,
            growth_ci95,
            ..pooled
        })
    }
}

/// The error section of a tally; `None` without requests.
pub fn error_rate(tally: &Tally) -> Option<ErrorRate> {
    let (requests, failed) = (tally.requests(), tally.errors.total());
    (requests > 0).then(|| ErrorRate {
        percent: Measured::rounded(100.0 * failed as f64 / requests as f64),
        requests: Some(requests),
        ok: Some(tally.ok),
        failed: Some(failed),
        by_kind: Some(tally.errors),
    })
}
