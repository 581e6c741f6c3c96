use schema::Measured;
use schema::configuration::ArrivalLaw;
use schema::evidence::{Capacity, Evidence, Generator, Run, Warning};

use super::condition::Condition;
use super::search::{Next, Outcome, Search};
use super::{section, step};
use crate::document::RepetitionFigures;
use crate::error::BenchError;
use crate::measurement::Measurement;
use crate::plan::{Length, Plan, ScenarioPlan};
use crate::progress::Progress;
use crate::record::Tally;
use crate::rig::Rig;
use crate::service::Service;
use crate::warning;

/// The part of what the service does in closed loop that it is asked for first.
const FIRST_SHARE: f64 = 0.5;
/// Fewer than these in a repetition tell nothing, whatever the condition.
const FEWEST_REQUESTS: u64 = 20;
/// Warnings of the figures of a single repetition, for which every overload gives cause and which say nothing of the answer.
const CODES_OF_FIGURES: [&str; 1] = ["short_window"];

/// A search for the capacity of one service, repetition by repetition.
pub struct Hunt {
    condition: Condition,
    scenario: ScenarioPlan,
    confirmations: u64,
    capacity: Capacity,
    outcome: Option<Outcome>,
    all: Tally,
    repetition: u64,
}

impl Hunt {
    /// Nothing found yet. The plan's first scenario says what is sent, over how many connections, and how long a repetition
    /// is; `None` of a plan without one.
    pub fn new(condition: Condition, plan: &Plan) -> Option<Hunt> {
        let scenario = plan.scenarios.first()?;
        Some(Hunt {
            condition,
            scenario: scenario.clone(),
            confirmations: plan.repetitions,
            capacity: Capacity {
                condition: condition.to_string(),
                scenario: scenario.name.clone(),
                concurrent_requests: Some(scenario.throughput().connections),
                arrivals: Some(scenario.law),
                ..Capacity::default()
            },
            outcome: None,
            all: Tally::default(),
            repetition: 0,
        })
    }

    /// Searches until there is an answer or it is known that there is none, or until it is interrupted or the service is
    /// given up.
    pub fn run(
        &mut self,
        measurement: &mut Measurement<'_>,
        rig: &mut Rig<'_>,
        progress: &Progress,
    ) -> Result<(), BenchError> {
        let destination = measurement.destination;
        let mut kept = destination
            .outlasts_repetitions()
            .then(|| rig.open(destination))
            .transpose()?;
        let configured = self.scenario.throughput().arrivals;
        let start_rps = match configured {
            Some(arrivals) => arrivals.rate_rps,
            None => match self.closed_loop(measurement, kept.as_mut(), rig, progress)? {
                Some(rps) => rps * FIRST_SHARE,
                None => return Ok(()),
            },
        };
        let highest = *ArrivalLaw::RATES_RPS.end();
        let mut search = Search::new(
            self.lowest_rps(rig.plan.repetitions)..=highest,
            start_rps,
            self.confirmations,
        );
        loop {
            let (rate_rps, confirmation) = match search.next() {
                Next::Look(rate_rps) => (rate_rps, false),
                Next::Confirm(trials) => (trials.rate_rps, true),
                Next::Done(outcome) => {
                    section::conclude(&mut self.capacity, outcome);
                    self.outcome = Some(outcome);
                    return Ok(());
                }
            };
            let kept = kept.as_mut();
            match self.step(rate_rps, confirmation, measurement, kept, rig, progress)? {
                Some(held) => search.found(held),
                None => return Ok(()),
            }
        }
    }

    /// All recorded requests.
    pub fn requests(&self) -> &Tally {
        &self.all
    }

    /// Whether there is a rate at which the condition holds.
    pub fn has_answer(&self) -> bool {
        matches!(self.outcome, Some(Outcome::Found { .. }))
    }

    /// The document: the search, and no figure that could be taken for one of a measurement.
    pub fn evidence(&self, run: Run) -> Evidence {
        // Every search finds rates that are too much for something; only where the answer ends does it matter for what.
        let generator = run.generator.map(|generator| Generator {
            saturated: self.capacity.generator_limited,
            ..generator
        });
        Evidence {
            run: Some(Run { generator, ..run }),
            capacity: Some(self.capacity.clone()),
            ..Evidence::default()
        }
    }

    /// What a reader should know: of what was measured, and of the answer.
    pub fn own_warnings(&self, measurement: &Measurement<'_>) -> Vec<Warning> {
        let measured = measurement.warnings.iter();
        measured
            .filter(|warning| !CODES_OF_FIGURES.contains(&warning.code.as_str()))
            .cloned()
            .chain(self.generator_saturated())
            .chain(self.no_capacity())
            .collect()
    }

    fn generator_saturated(&self) -> Option<Warning> {
        let limit = section::generator_limit(&self.capacity.steps, &self.capacity.bound?)?;
        let message = format!("where {} failed, {limit}", self.condition);
        Some(warning("generator_saturated", &message))
    }

    fn no_capacity(&self) -> Option<Warning> {
        let condition = &self.condition;
        let message = match self.outcome? {
            Outcome::Found { .. } => return None,
            Outcome::Nowhere(lowest) => format!(
                "{condition} holds at no rate from {:.1} rps on; at lower ones a repetition of this length has fewer than the {} \
                 requests that it takes to tell",
                lowest.rate_rps,
                self.fewest_requests()
            ),
            Outcome::Unsettled => format!(
                "whether {condition} holds was never the same for long enough: the service changes while it is measured, or \
                 repetitions are too short for it"
            ),
        };
        Some(warning("no_capacity", &message))
    }

    fn fewest_requests(&self) -> u64 {
        self.condition.fewest_samples().max(FEWEST_REQUESTS)
    }

    /// Below it a repetition has too few requests to tell anything.
    fn lowest_rps(&self, repetitions: u64) -> f64 {
        let requests = self.fewest_requests();
        let length = self.scenario.throughput().length;
        match length.in_repetition(0, repetitions) {
            Length::Time(duration) => requests as f64 / duration.as_secs_f64(),
            Length::Requests(_) => *ArrivalLaw::RATES_RPS.start(),
        }
    }

    /// Requests per second in closed loop over as many connections; `None` if it was interrupted or the service given up.
    fn closed_loop(
        &mut self,
        measurement: &mut Measurement<'_>,
        kept: Option<&mut Service>,
        rig: &mut Rig<'_>,
        progress: &Progress,
    ) -> Result<Option<f64>, BenchError> {
        progress.searching(&self.scenario.name, None);
        let scenario = self.scenario.at_rate(None);
        let Some(figures) = self.repetition(&scenario, measurement, kept, rig)? else {
            return Ok(None);
        };
        progress.step();
        let answered = figures.latency.recording.tally.ok_in_time;
        let rps = answered as f64 / figures.latency.duration.as_secs_f64();
        self.capacity.closed_loop_rps = Measured::rounded(rps);
        Ok(measurement.given_up.is_none().then_some(rps))
    }

    /// Whether the condition holds in a repetition at a rate; `None` if it was interrupted or the service given up.
    fn step(
        &mut self,
        rate_rps: f64,
        confirmation: bool,
        measurement: &mut Measurement<'_>,
        kept: Option<&mut Service>,
        rig: &mut Rig<'_>,
        progress: &Progress,
    ) -> Result<Option<bool>, BenchError> {
        progress.searching(&self.scenario.name, Some(rate_rps));
        let scenario = self.scenario.at_rate(Some(rate_rps));
        let Some(figures) = self.repetition(&scenario, measurement, kept, rig)? else {
            return Ok(None);
        };
        progress.step();
        let step = step::judge(&self.condition, &scenario, rate_rps, confirmation, &figures)?;
        let held = step.held;
        self.capacity.steps.push(step);
        Ok(measurement.given_up.is_none().then_some(held))
    }

    /// A repetition of the scenario; `None` if it was interrupted, which makes it a part that says nothing of the whole, or
    /// if the service has ended.
    fn repetition(
        &mut self,
        scenario: &ScenarioPlan,
        measurement: &mut Measurement<'_>,
        kept: Option<&mut Service>,
        rig: &mut Rig<'_>,
    ) -> Result<Option<RepetitionFigures>, BenchError> {
        let number = self.repetition;
        self.repetition += 1;
        let is_kept = kept.is_some();
        let all = &mut self.all;
        let figures =
            measurement.with_service(number, kept, rig, |measurement, service, rig| {
                let sensor_count = measurement.sensor_count(service, rig.plan);
                let figures =
                    measurement.scenario(scenario, 0, number, service, sensor_count, rig)?;
                let Some(phase) = figures.as_ref().map(|figures| &figures.latency) else {
                    return Ok(None);
                };
                all.add(&phase.recording.tally);
                if rig.interrupt.asked() {
                    return Ok(None);
                }
                measurement.give_up_without_success(all, service);
                if measurement.given_up.is_none() && phase.given_up && is_kept {
                    // One that is started anew may answer again, at another rate.
                    measurement.give_up_unanswered(all, service, &scenario.name);
                }
                Ok(figures)
            })?;
        Ok(figures.flatten())
    }
}
