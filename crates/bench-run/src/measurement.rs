//! Repetition by repetition, scenario by scenario: a service, a phase of latency, a phase of load.

use std::time::Duration;

use schema::Measured;
use schema::evidence::{Generator as GeneratorFigures, Warning};
use toolkit::{Interrupt, clock};

use crate::document::{RepetitionFigures, ScenarioResults};
use crate::drive::{Generator, PhaseResult, Task};
use crate::error::BenchError;
use crate::plan::{Phase, Plan, ScenarioPlan};
use crate::progress::Progress;
use crate::record::Recording;
use crate::service::{Destination, MemoryFigures, MemoryWatch, Service};
use crate::warning;

/// From here on the busiest worker may have been what was measured, and not the service.
const SATURATED_PERCENT: f64 = 90.0;
/// Shares of processor time over less than this are noise.
const SHORTEST_FOR_CPU: Duration = Duration::from_millis(100);

/// A run under way, and what it came to.
pub struct Measurement<'a> {
    /// Of each scenario of the plan, in its order.
    pub results: Vec<ScenarioResults>,
    /// What a reader should know.
    pub warnings: Vec<Warning>,
    plan: &'a Plan,
    destination: &'a Destination,
    generator: Generator,
    allowed_cores: &'a [usize],
    interrupt: Interrupt,
    order: u64,
    cpu: Duration,
    busiest_percent: Option<f64>,
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
            cpu: Duration::ZERO,
            busiest_percent: None,
        })
    }

    /// Measures everything, or until it is interrupted, or as long as there is hope that the service answers.
    pub fn run(&mut self, progress: &Progress) -> Result<(), BenchError> {
        for repetition in 0..self.plan.repetitions {
            let outcome = self.repetition(repetition, progress);
            if self.interrupt.asked() {
                return Ok(());
            }
            if !outcome? {
                break;
            }
        }
        Ok(())
    }

    /// All scenarios once. Whether another repetition makes sense.
    fn repetition(&mut self, repetition: u64, progress: &Progress) -> Result<bool, BenchError> {
        let order = self.plan.order(repetition);
        if order.is_empty() {
            return Ok(true);
        }
        let mut service =
            self.destination
                .open(self.generator.cores(), self.allowed_cores, &self.interrupt)?;
        let sensor_count = service.sensor_count().unwrap_or(self.plan.sensor_count);
        let mut served_before = !self.destination.is_served() && repetition > 0;
        for index in order {
            let scenario = &self.plan.scenarios[index];
            progress.measuring(&scenario.name, repetition, self.plan.repetitions);
            let figures =
                self.scenario(scenario, repetition, &service, sensor_count, served_before)?;
            self.results[index].add(&figures)?;
            progress.step();
            served_before = true;
            if self.interrupt.asked() {
                return Ok(false);
            }
            if self
                .results
                .iter()
                .all(|results| results.requests().ok == 0)
            {
                let message = format!(
                    "{} answered not one request of {}: given up",
                    service.target.url, scenario.name
                );
                self.warnings.push(warning("no_answer", &message));
                return Ok(false);
            }
        }
        if let Some(ending) = service.ended() {
            let message = format!("the service {ending} during repetition {}", repetition + 1);
            self.warnings.push(warning("service_ended", &message));
        }
        Ok(true)
    }

    fn scenario(
        &mut self,
        scenario: &ScenarioPlan,
        repetition: u64,
        service: &Service,
        sensor_count: u64,
        carried_over: bool,
    ) -> Result<RepetitionFigures, BenchError> {
        let started_at = clock::now();
        let task = |phase: &Phase, warmup: u64, stream: u64| Task {
            target: service.target.clone(),
            address: service.address,
            batch_size: scenario.batch_size,
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

        let (latency, mut memory) = self.phase(&latency_task, service)?;
        let load = match load_task.filter(|_| !self.interrupt.asked()) {
            Some(task) => {
                let (load, load_memory) = self.phase(&task, service)?;
                memory = load_memory;
                Some(load)
            }
            None => None,
        };
        let order = self.order;
        self.order += 1;
        Ok(RepetitionFigures {
            order,
            started_at,
            latency,
            load,
            memory,
            carried_over,
        })
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
        self.cpu += result.cpu;
        if result.elapsed >= SHORTEST_FOR_CPU {
            let percent = 100.0 * result.busiest_cpu.as_secs_f64() / result.elapsed.as_secs_f64();
            self.busiest_percent = Some(self.busiest_percent.unwrap_or_default().max(percent));
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

    /// What generating the load cost, with a warning if that may have been the limit.
    pub fn generator_figures(&mut self, requests: u64) -> GeneratorFigures {
        let saturated = self
            .busiest_percent
            .map(|percent| percent >= SATURATED_PERCENT);
        if saturated == Some(true) {
            let message = "a core of the load generator was busy nearly all the time: it may have been the limit, not the service";
            self.warnings.push(warning("generator_saturated", message));
        }
        GeneratorFigures {
            cores: self
                .generator
                .cores()
                .iter()
                .map(|core| *core as u64)
                .collect(),
            cpu_percent: self.busiest_percent.and_then(Measured::rounded),
            cpu_us_per_request: Measured::rounded(self.cpu.as_secs_f64() * 1e6 / requests as f64),
            saturated,
            ..GeneratorFigures::default()
        }
    }
}
