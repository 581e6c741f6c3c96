//! A service, scenario by scenario: a phase of latency, a phase of load.

use schema::configuration::Benchmark;
use schema::evidence::Warning;
use toolkit::clock;

use crate::document::{Load, RepetitionFigures, ScenarioResults};
use crate::drive::{PhaseResult, Task};
use crate::effort::Effort;
use crate::error::BenchError;
use crate::plan::{Length, Phase, Plan, ScenarioPlan};
use crate::progress::Progress;
use crate::record::Tally;
use crate::rig::Rig;
use crate::service::{Destination, MemoryFigures, MemoryWatch, Service};
use crate::warning;

/// Windows shorter than this many mean latencies lose a visible share of their requests at the end.
const SHORTEST_WINDOW_IN_LATENCIES: f64 = 20.0;

/// One service being measured, and what it came to.
pub struct Measurement<'a> {
    /// Where it is.
    pub destination: &'a Destination,
    /// Of each scenario of the plan, in its order.
    pub results: Vec<ScenarioResults>,
    /// What a reader should know.
    pub warnings: Vec<Warning>,
    /// What generating the load cost.
    pub effort: Effort,
    /// Why it could not be measured any further, if so.
    pub given_up: Option<Warning>,
    /// Sensor values an observation, once it is known.
    pub sensor_count: Option<u64>,
    /// How the unrecorded requests ended.
    pub warmup: Tally,
    no_answer: bool,
}

impl<'a> Measurement<'a> {
    /// Nothing measured yet.
    pub fn new(plan: &Plan, destination: &'a Destination) -> Measurement<'a> {
        Measurement {
            destination,
            results: plan.scenarios.iter().map(ScenarioResults::new).collect(),
            warnings: Vec::new(),
            effort: Effort::default(),
            given_up: None,
            sensor_count: None,
            warmup: Tally::default(),
            no_answer: false,
        }
    }

    /// One repetition of every scenario in `order`, or until it is interrupted or the service is given up.
    pub fn repetition(
        &mut self,
        repetition: u64,
        order: &[usize],
        kept: Option<&mut Service>,
        rig: &mut Rig<'_>,
        progress: &Progress,
    ) -> Result<(), BenchError> {
        self.with_service(repetition, kept, rig, |measurement, service, rig| {
            measurement.scenarios(order, repetition, service, rig, progress)
        })?;
        Ok(())
    }

    /// Does the `work` of a repetition. Without a service that is `kept` for all repetitions, this one has a service of
    /// its own. `None` if the service that was kept has ended and is given up.
    pub fn with_service<T>(
        &mut self,
        repetition: u64,
        kept: Option<&mut Service>,
        rig: &mut Rig<'_>,
        work: impl FnOnce(&mut Self, &mut Service, &mut Rig<'_>) -> Result<T, BenchError>,
    ) -> Result<Option<T>, BenchError> {
        let mut fresh;
        let service = match kept {
            Some(service) => service,
            None => {
                fresh = rig.open(self.destination)?;
                &mut fresh
            }
        };
        if let Some(ending) = service.ended() {
            let message = format!(
                "the service {ending} before repetition {}: given up",
                repetition + 1
            );
            self.given_up = Some(warning("no_answer", &message));
            return Ok(None);
        }
        if service.is_unverified {
            let message = format!(
                "{}: whose certificate it shows is not looked at",
                service.address.target.url
            );
            self.warn_once("tls_insecure", &message);
        }
        let outcome = work(self, service, rig);
        if let Some(ending) = service.ended() {
            let message = format!("the service {ending} during repetition {}", repetition + 1);
            self.warnings.push(warning("service_ended", &message));
        }
        outcome.map(Some)
    }

    /// All scenarios of a repetition, or until it is interrupted or the service is given up.
    fn scenarios(
        &mut self,
        order: &[usize],
        repetition: u64,
        service: &mut Service,
        rig: &mut Rig<'_>,
        progress: &Progress,
    ) -> Result<(), BenchError> {
        let sensor_count = self.sensor_count(service, rig.plan);
        for &index in order {
            let scenario = &rig.plan.scenarios[index];
            progress.measuring(
                self.destination.label(),
                &scenario.name,
                repetition,
                rig.plan.repetitions,
            );
            let figures = self.scenario(scenario, index, repetition, service, sensor_count, rig)?;
            if let Some(figures) = figures {
                self.results[index].add(&figures)?;
            }
            progress.step();
            if rig.interrupt.asked() {
                return Ok(());
            }
            if self.no_answer {
                let mut requests = self.all_requests();
                requests.add(&self.warmup);
                self.give_up_unanswered(&requests, service, &scenario.name);
                return Ok(());
            }
        }
        // Not earlier: the order that was drawn is not to decide which scenario speaks for all.
        self.give_up_without_success(&self.all_requests(), service);
        Ok(())
    }

    /// Gives up a service that has answered nothing for a long time, of all these requests.
    pub fn give_up_unanswered(&mut self, requests: &Tally, service: &Service, scenario: &str) {
        let url = &service.address.target.url;
        let message = if requests.was_answered() {
            format!("{url} no longer answers: given up in {scenario}")
        } else {
            format!(
                "{url} has not answered at all ({}): given up in {scenario}",
                requests.kinds_of_errors()
            )
        };
        self.given_up = Some(warning("no_answer", &message));
    }

    /// Gives up a service that has answered none of these requests well, if there are any: those of all that a
    /// repetition holds.
    pub fn give_up_without_success(&mut self, requests: &Tally, service: &Service) {
        if requests.ok > 0 || requests.requests() == 0 {
            return;
        }
        let message = format!(
            "not one of {} requests to {} succeeded ({}): given up after a whole repetition",
            requests.requests(),
            service.address.target.url,
            requests.kinds_of_errors(),
        );
        self.given_up = Some(warning("no_success", &message));
    }

    /// Sensor values an observation: what the service says, asked once, else what the configuration says.
    pub fn sensor_count(&mut self, service: &Service, plan: &Plan) -> u64 {
        let configured = plan.sensor_count;
        if let Some(known) = self.sensor_count {
            return known;
        }
        if !plan.has_predictions() {
            return configured;
        }
        let known = match service.sensor_count() {
            Ok(Some(said @ 1..=Benchmark::MOST_SENSORS)) => said,
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

    /// One repetition of a scenario, which is the plan's at `index` or derived from it; `None` if it was interrupted before a
    /// request was recorded.
    pub fn scenario(
        &mut self,
        scenario: &ScenarioPlan,
        index: usize,
        repetition: u64,
        service: &mut Service,
        sensor_count: u64,
        rig: &mut Rig<'_>,
    ) -> Result<Option<RepetitionFigures>, BenchError> {
        // Not later: no request is to be sent beside git.
        rig.source.finish();
        let started_at = clock::now();
        let plan = rig.plan;
        // Told from the plan alone, so that every service is sent the same.
        let place = repetition * plan.scenarios.len() as u64 + index as u64;
        let task = |phase: &Phase, warmup: u64, stream: u64| Task {
            target: service.address.target.clone(),
            endpoint: service.address.endpoint.clone(),
            content: scenario.content.clone(),
            sensor_count,
            connections: phase.connections,
            warmup,
            length: phase.length.in_repetition(repetition, plan.repetitions),
            arrivals: phase.arrivals,
            timeout: scenario.timeout,
            // Every phase draws from a place of its own, far from the others.
            seed: plan.seed.wrapping_add((place * 2 + stream) << 32),
            interrupt: rig.interrupt.clone(),
        };
        let latency_task = task(&scenario.latency, scenario.warmup, 0);
        let load_task = scenario.load.as_ref().map(|phase| task(phase, 0, 1));

        let (latency, latency_memory) = self.phase(&latency_task, service, rig)?;
        let (load, memory) = match load_task {
            None => (Load::Same, latency_memory),
            Some(_) if rig.interrupt.asked() || latency.given_up => (Load::Missing, None),
            Some(task) => {
                let (load, load_memory) = self.phase(&task, service, rig)?;
                (Load::Phase(Box::new(load)), load_memory)
            }
        };
        // Fewer requests of latency than repetitions leave some with a load alone.
        let is_recorded = |phase: &PhaseResult| phase.recording.tally.requests() > 0;
        let is_loaded = matches!(&load, Load::Phase(load) if is_recorded(load));
        if !is_recorded(&latency) && !is_loaded {
            return Ok(None);
        }
        let order = rig.measured;
        rig.measured += 1;
        let carried_over = std::mem::replace(&mut service.has_served, true);
        Ok(Some(RepetitionFigures {
            order,
            pair: self.destination.role.map(|_| repetition),
            started_at,
            sensor_count,
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
        rig: &Rig<'_>,
    ) -> Result<(PhaseResult, Option<MemoryFigures>), BenchError> {
        let mut watch = None;
        let result = rig.generator.run(task, || watch = service.watch_memory())?;
        let memory = watch.map(MemoryWatch::stop);
        if let Some(failure) = memory.as_ref().and_then(MemoryFigures::failure) {
            self.warn_once("memory", &failure);
        }
        self.effort.add(&result);
        self.warmup.add(&result.warmup);
        self.no_answer |= result.given_up;
        let mean_latency_s = result.recording.latency().mean().as_secs_f64();
        if let Length::Time(window) = task.length
            && window.as_secs_f64() < SHORTEST_WINDOW_IN_LATENCIES * mean_latency_s
        {
            let message = format!(
                "a phase of {window:.2?} is short for a latency of {:.1} ms: its throughput is a few percent low",
                mean_latency_s * 1e3
            );
            self.warn_once("short_window", &message);
        }
        if let Some(reason) = &result.reason {
            let message = format!("{}: {reason}", service.address.target.url);
            self.warn_once(reason.kind(), &message);
        }
        Ok((result, memory))
    }

    /// What a reader of this service's document should know, and of no other's.
    pub fn own_warnings(&self) -> impl Iterator<Item = Warning> {
        let of_results = self.results.iter().flat_map(ScenarioResults::warnings);
        self.warnings
            .iter()
            .cloned()
            .chain(of_results)
            .chain(self.effort.warning())
    }

    /// Of what every phase could be warned of, the first phase is.
    fn warn_once(&mut self, code: &str, message: &str) {
        if !self.warnings.iter().any(|warning| warning.code == code) {
            self.warnings.push(warning(code, message));
        }
    }

    /// All recorded requests of all phases of all scenarios.
    pub fn all_requests(&self) -> Tally {
        let mut all = Tally::default();
        self.results
            .iter()
            .for_each(|results| all.add(results.requests()));
        all
    }
}
