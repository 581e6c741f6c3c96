//! Repetition by repetition, scenario by scenario: a service, a phase of latency, a phase of load.

use schema::evidence::Warning;
use toolkit::{Interrupt, clock};

use crate::document::{Load, RepetitionFigures, ScenarioResults};
use crate::drive::{Generator, PhaseResult, Task};
use crate::effort::Effort;
use crate::error::BenchError;
use crate::plan::{Length, Phase, Plan, ScenarioPlan};
use crate::progress::Progress;
use crate::record::Recording;
use crate::service::{Destination, MemoryFigures, MemoryWatch, Service};
use crate::warning;

/// Windows shorter than this many mean latencies lose a visible share of their requests at the end.
const SHORTEST_WINDOW_IN_LATENCIES: f64 = 20.0;
/// What a service says of its model is no more than a service takes.
const MOST_SENSORS: u64 = 10_000;

/// A run under way, and what it came to.
pub struct Measurement<'a> {
    /// Of each scenario of the plan, in its order.
    pub results: Vec<ScenarioResults>,
    /// What a reader should know.
    pub warnings: Vec<Warning>,
    /// What generating the load cost.
    pub effort: Effort,
    /// Whether the run is not the one that was ordered: it could not go on, or the service no longer answered.
    pub broken_off: bool,
    plan: &'a Plan,
    destination: &'a Destination,
    generator: Generator,
    allowed_cores: &'a [usize],
    interrupt: Interrupt,
    order: u64,
    sensor_count: Option<u64>,
}

impl<'a> Measurement<'a> {
    /// Nothing measured yet; the workers stand on their cores.
    pub fn new(
        plan: &'a Plan,
        destination: &'a Destination,
        worker_cores: &[usize],
        allowed_cores: &'a [usize],
        interrupt: Interrupt,
    ) -> Result<Measurement<'a>, BenchError> {
        Ok(Measurement {
            results: plan
                .scenarios
                .iter()
                .map(|scenario| ScenarioResults::new(scenario, plan.timeout))
                .collect::<Result<_, _>>()?,
            warnings: Vec::new(),
            plan,
            destination,
            generator: Generator::new(worker_cores)?,
            allowed_cores,
            interrupt,
            order: 0,
            effort: Effort::default(),
            broken_off: false,
            sensor_count: None,
        })
    }

    /// Measures everything, or until it is interrupted, or as long as there is hope that the service answers.
    pub fn run(&mut self, progress: &Progress) -> Result<(), BenchError> {
        for repetition in 0..self.plan.repetitions {
            let outcome = self.repetition(repetition, progress);
            if self.interrupt.asked() {
                return Ok(());
            }
            outcome.inspect_err(|_| self.broken_off = true)?;
            if self.broken_off {
                break;
            }
        }
        Ok(())
    }

    fn repetition(&mut self, repetition: u64, progress: &Progress) -> Result<(), BenchError> {
        let order = self.plan.order(repetition);
        if order.is_empty() {
            return Ok(());
        }
        let mut service =
            self.destination
                .open(self.generator.cores(), self.allowed_cores, &self.interrupt)?;
        let outcome = self.scenarios(&order, repetition, &service, progress);
        if let Some(ending) = service.ended() {
            let message = format!("the service {ending} during repetition {}", repetition + 1);
            self.warnings.push(warning("service_ended", &message));
        }
        outcome
    }

    /// All scenarios of a repetition, or until it is interrupted or broken off.
    fn scenarios(
        &mut self,
        order: &[usize],
        repetition: u64,
        service: &Service,
        progress: &Progress,
    ) -> Result<(), BenchError> {
        let sensor_count = self.sensor_count(service);
        let mut served_before = !self.destination.is_served() && repetition > 0;
        for &index in order {
            let scenario = &self.plan.scenarios[index];
            progress.measuring(&scenario.name, repetition, self.plan.repetitions);
            let figures =
                self.scenario(scenario, repetition, service, sensor_count, served_before)?;
            if let Some(figures) = figures {
                self.results[index].add(&figures)?;
            }
            progress.step();
            served_before = true;
            if self.interrupt.asked() {
                return Ok(());
            }
            if self.broken_off {
                let message = format!(
                    "{} no longer answers: given up in {}",
                    service.target.url, scenario.name
                );
                self.warnings.push(warning("no_answer", &message));
                return Ok(());
            }
            let requests = self.results[index].requests();
            if self
                .results
                .iter()
                .all(|results| results.requests().ok == 0)
            {
                let message = format!(
                    "not one of {} requests to {} succeeded ({}): given up in {}",
                    requests.requests(),
                    service.target.url,
                    requests.kinds_of_errors(),
                    scenario.name
                );
                self.warnings.push(warning("no_success", &message));
                self.broken_off = true;
                return Ok(());
            }
        }
        Ok(())
    }

    /// Sensor values an observation: what the service says, asked once and only if it is to predict, else what the
    /// configuration says.
    fn sensor_count(&mut self, service: &Service) -> u64 {
        let configured = self.plan.sensor_count;
        if let Some(known) = self.sensor_count {
            return known;
        }
        if !self.plan.has_predictions() {
            return configured;
        }
        let known = match service.sensor_count() {
            Ok(Some(said @ 1..=MOST_SENSORS)) => said,
            Ok(Some(said)) => {
                let message =
                    format!("/metadata says {said} sensors, taken are the configured {configured}");
                self.warnings.push(warning("metadata", &message));
                configured
            }
            Ok(None) => configured,
            Err(error) => {
                let message = format!("{error}; taken are the configured {configured} sensors");
                self.warnings.push(warning("metadata", &message));
                configured
            }
        };
        self.sensor_count = Some(known);
        known
    }

    /// One repetition of a scenario; `None` if it was interrupted before a request was recorded.
    fn scenario(
        &mut self,
        scenario: &ScenarioPlan,
        repetition: u64,
        service: &Service,
        sensor_count: u64,
        carried_over: bool,
    ) -> Result<Option<RepetitionFigures>, BenchError> {
        let started_at = clock::now();
        let task = |phase: &Phase, warmup: u64, stream: u64| Task {
            target: service.target.clone(),
            address: service.address,
            content: scenario.content.clone(),
            sensor_count,
            connections: phase.connections,
            warmup,
            length: phase
                .length
                .in_repetition(repetition, self.plan.repetitions),
            timeout: self.plan.timeout,
            // Every phase draws from a place of its own, far from the others.
            seed: self.plan.seed.wrapping_add((self.order * 2 + stream) << 32),
            interrupt: self.interrupt.clone(),
        };
        let latency_task = task(&scenario.latency, scenario.warmup, 0);
        let load_task = scenario.load.as_ref().map(|phase| task(phase, 0, 1));

        let (latency, latency_memory) = self.phase(&latency_task, service)?;
        if latency.recording.requests() == 0 {
            return Ok(None);
        }
        let (load, memory) = match load_task {
            None => (Load::Same, latency_memory),
            Some(_) if self.interrupt.asked() || latency.given_up => (Load::Missing, None),
            Some(task) => {
                let (load, load_memory) = self.phase(&task, service)?;
                (Load::Phase(Box::new(load)), load_memory)
            }
        };
        let order = self.order;
        self.order += 1;
        Ok(Some(RepetitionFigures {
            order,
            started_at,
            latency,
            load,
            memory,
            carried_over,
        }))
    }

    fn phase(
        &mut self,
        task: &Task,
        service: &Service,
    ) -> Result<(PhaseResult, Option<MemoryFigures>), BenchError> {
        let mut watch = None;
        let result = self.generator.run(task, || {
            watch = service.process_id().map(MemoryWatch::start)
        })?;
        let memory = watch.map(MemoryWatch::stop);
        self.effort.add(&result);
        self.broken_off |= result.given_up;
        let mean_latency_s = result.recording.latency.mean() / 1e9;
        if let Length::Time(window) = task.length
            && window.as_secs_f64() < SHORTEST_WINDOW_IN_LATENCIES * mean_latency_s
            && !self
                .warnings
                .iter()
                .any(|warning| warning.code == "short_window")
        {
            let message = format!(
                "a phase of {window:.2?} is short for a latency of {:.1} ms: its throughput is a few percent low",
                mean_latency_s * 1e3
            );
            self.warnings.push(warning("short_window", &message));
        }
        Ok((result, memory))
    }

    /// All recorded requests of all phases of all scenarios.
    pub fn all_requests(&self) -> Result<Recording, BenchError> {
        let mut all = Recording::new(self.plan.timeout)?;
        self.results
            .iter()
            .try_for_each(|results| all.merge(results.requests()))?;
        Ok(all)
    }

    /// The processors of the workers.
    pub fn cores(&self) -> &[usize] {
        self.generator.cores()
    }
}
