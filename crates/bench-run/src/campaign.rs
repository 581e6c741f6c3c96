//! Repetition by repetition: every service in turn.

use schema::evidence::{Source, Warning};
use toolkit::Interrupt;

use crate::capacity::Hunt;
use crate::drive::Generator;
use crate::error::BenchError;
use crate::host::SourceQuery;
use crate::measurement::Measurement;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::rig::Rig;
use crate::service::{Destination, Service};
use crate::warning;

/// All measurements of a run.
pub struct Campaign<'a> {
    /// Of each service.
    pub measurements: Vec<Measurement<'a>>,
    rig: Rig<'a>,
}

impl<'a> Campaign<'a> {
    /// Nothing measured yet; the workers stand on their cores.
    pub fn new(
        plan: &'a Plan,
        destinations: &'a [Destination],
        worker_cores: &[usize],
        allowed_cores: &'a [usize],
        interrupt: Interrupt,
        source: SourceQuery,
    ) -> Result<Campaign<'a>, BenchError> {
        Ok(Campaign {
            measurements: destinations
                .iter()
                .map(|destination| Measurement::new(plan, destination))
                .collect(),
            rig: Rig {
                plan,
                generator: Generator::new(worker_cores)?,
                allowed_cores,
                interrupt,
                source,
                measured: 0,
            },
        })
    }

    /// Measures everything, or until it is interrupted, or as long as there is hope that every service answers:
    /// one that is left alone says nothing of how it compares.
    pub fn run(&mut self, progress: &Progress) -> Result<(), BenchError> {
        let outcome = self.repetitions(progress);
        self.unless_interrupted(outcome)
    }

    /// In place of that, searches for the capacity of the first service.
    pub fn search(&mut self, hunt: &mut Hunt, progress: &Progress) -> Result<(), BenchError> {
        let outcome = hunt.run(&mut self.measurements[0], &mut self.rig, progress);
        self.unless_interrupted(outcome)
    }

    fn unless_interrupted(&self, outcome: Result<(), BenchError>) -> Result<(), BenchError> {
        if self.rig.interrupt.asked() {
            return Ok(());
        }
        outcome
    }

    fn repetitions(&mut self, progress: &Progress) -> Result<(), BenchError> {
        // All stand before the first is measured, so that each is measured beside the others.
        let mut kept: Vec<Option<Service>> = self
            .measurements
            .iter()
            .map(|measurement| {
                let destination = measurement.destination;
                destination
                    .outlasts_repetitions()
                    .then(|| self.rig.open(destination))
                    .transpose()
            })
            .collect::<Result<_, _>>()?;
        for repetition in 0..self.rig.plan.repetitions {
            let order = self.rig.plan.order(repetition);
            if order.is_empty() {
                break;
            }
            for turn in turns(repetition, self.measurements.len()) {
                let measurement = &mut self.measurements[turn];
                let service = kept[turn].as_mut();
                measurement.repetition(repetition, &order, service, &mut self.rig, progress)?;
                if self.rig.interrupt.asked() || measurement.given_up.is_some() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Why a service could not be measured any further, if so.
    pub fn given_up(&self) -> Option<&Warning> {
        self.measurements
            .iter()
            .find_map(|measurement| measurement.given_up.as_ref())
    }

    /// That the services were not sent the same, if so.
    pub fn unequal_payloads(&self) -> Option<Warning> {
        let mut counts: Vec<u64> = self
            .measurements
            .iter()
            .filter_map(|measurement| measurement.sensor_count)
            .collect();
        counts.dedup();
        let message = format!(
            "the services take different numbers of sensors ({counts:?}): they were not sent the same"
        );
        (counts.len() > 1).then(|| warning("unequal_payloads", &message))
    }

    /// The checkout in which the run began, if it is one.
    pub fn source(&mut self) -> Option<&Source> {
        self.rig.source.finish()
    }

    /// The processors of the workers.
    pub fn cores(&self) -> &[usize] {
        self.rig.generator.cores()
    }
}

/// A B, B A, A B, …: what drifts while the run goes on falls on all alike.
fn turns(repetition: u64, services: usize) -> Vec<usize> {
    let mut turns: Vec<usize> = (0..services).collect();
    if repetition % 2 == 1 {
        turns.reverse();
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_repetition_is_the_last_of_the_one_before() {
        let all: Vec<usize> = (0..4).flat_map(|repetition| turns(repetition, 2)).collect();
        assert_eq!(all, [0, 1, 1, 0, 0, 1, 1, 0]);
        assert_eq!(turns(1, 1), [0]);
    }
}
