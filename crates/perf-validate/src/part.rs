use std::iter::Sum;
use std::ops::Add;

use schema::Measured;
use schema::evidence::{ErrorRate, Evidence, Measurements, Memory, Repetition, Scenario};

/// What is held to one set of thresholds: the run as a whole, or one of its scenarios. Beside what was measured, that of
/// each repetition which is a part of it, for the values whose interval comes from no other place.
pub(crate) struct Part<'a> {
    /// Absent for the run as a whole.
    pub(crate) scenario: Option<&'a str>,
    pub(crate) measured: Measurements<'a>,
    /// The highest memory in each repetition, in MiB; empty unless the highest of them is that of the whole.
    pub(crate) peaks: Vec<f64>,
    /// The requests of each repetition; those of the whole by themselves unless they are the sum.
    pub(crate) requests: Vec<Requests>,
}

/// How many requests failed, of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Requests {
    pub(crate) failed: u64,
    pub(crate) all: u64,
}

impl<'a> Part<'a> {
    /// The top level of the document: memory is that of one scenario, errors are those of all.
    pub(crate) fn of_run(evidence: &'a Evidence) -> Part<'a> {
        let memory_of = evidence
            .scenarios
            .iter()
            .find(|scenario| scenario.memory == evidence.memory);
        let rounds = evidence
            .scenarios
            .iter()
            .map(|scenario| scenario.repetitions.len())
            .max()
            .unwrap_or_default();
        // In one round every scenario has its turn, and a served process lives for it.
        let requests = (0..rounds).map(|round| {
            evidence
                .scenarios
                .iter()
                .filter_map(|scenario| counted(scenario.repetitions.get(round)?))
                .sum()
        });
        Part {
            scenario: None,
            measured: evidence.into(),
            peaks: peaks(
                memory_of.map_or(&[], |scenario| &scenario.repetitions),
                evidence.memory.as_ref(),
            ),
            requests: adding_up(requests.collect(), evidence.error_rate.as_ref()),
        }
    }

    /// A scenario with its own repetitions.
    pub(crate) fn of_scenario(scenario: &'a Scenario) -> Part<'a> {
        let requests = scenario.repetitions.iter().filter_map(counted);
        Part {
            scenario: Some(&scenario.name),
            measured: scenario.into(),
            peaks: peaks(&scenario.repetitions, scenario.memory.as_ref()),
            requests: adding_up(requests.collect(), scenario.error_rate.as_ref()),
        }
    }
}

fn peaks(repetitions: &[Repetition], whole: Option<&Memory>) -> Vec<f64> {
    let peaks: Vec<f64> = repetitions
        .iter()
        .filter_map(|repetition| repetition.memory.as_ref()?.peak_mb)
        .map(Measured::get)
        .collect();
    let highest = peaks.iter().copied().reduce(f64::max);
    if highest == whole.and_then(|memory| memory.peak_mb).map(Measured::get) {
        peaks
    } else {
        Vec::new()
    }
}

fn counted(repetition: &Repetition) -> Option<Requests> {
    Requests::of(repetition.error_rate.as_ref()?)
}

fn adding_up(repetitions: Vec<Requests>, whole: Option<&ErrorRate>) -> Vec<Requests> {
    match whole.and_then(Requests::of) {
        Some(whole) if repetitions.iter().copied().sum::<Requests>() == whole => repetitions,
        Some(whole) => vec![whole],
        None => Vec::new(),
    }
}

impl Requests {
    fn of(error_rate: &ErrorRate) -> Option<Requests> {
        Some(Requests {
            failed: error_rate.failed?,
            all: error_rate.requests?,
        })
    }
}

impl Add for Requests {
    type Output = Requests;

    fn add(self, other: Requests) -> Requests {
        Requests {
            failed: self.failed.saturating_add(other.failed),
            all: self.all.saturating_add(other.all),
        }
    }
}

impl Sum for Requests {
    fn sum<I: Iterator<Item = Requests>>(requests: I) -> Requests {
        requests.fold(Requests::default(), Requests::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two scenarios of two repetitions, of which the top level repeats the first one's memory and adds up the errors.
    fn evidence(change: impl FnOnce(&mut Evidence)) -> Evidence {
        let memory = |peak: u32| Memory {
            peak_mb: Some(Measured::from(peak)),
            ..Memory::default()
        };
        let errors = |failed, requests| ErrorRate {
            failed: Some(failed),
            requests: Some(requests),
            ..ErrorRate::default()
        };
        let repetition = |peak, failed, requests| Repetition {
            memory: Some(memory(peak)),
            error_rate: Some(errors(failed, requests)),
            ..Repetition::default()
        };
        let mut evidence = Evidence {
            memory: Some(memory(9)),
            error_rate: Some(errors(7, 70)),
            scenarios: vec![
                Scenario {
                    memory: Some(memory(5)),
                    error_rate: Some(errors(3, 30)),
                    repetitions: vec![repetition(5, 1, 10), repetition(4, 2, 20)],
                    ..Scenario::default()
                },
                Scenario {
                    memory: Some(memory(9)),
                    error_rate: Some(errors(4, 40)),
                    repetitions: vec![repetition(8, 4, 20), repetition(9, 0, 20)],
                    ..Scenario::default()
                },
            ],
            ..Evidence::default()
        };
        change(&mut evidence);
        evidence
    }

    fn counts(part: &Part<'_>) -> Vec<(u64, u64)> {
        let counts = part.requests.iter();
        counts.map(|count| (count.failed, count.all)).collect()
    }

    #[test]
    fn the_run_has_the_peaks_of_the_scenario_that_its_memory_is_of_and_the_errors_of_every_round() {
        let evidence = evidence(|_| ());
        let run = Part::of_run(&evidence);
        assert_eq!(run.peaks, [8.0, 9.0]);
        assert_eq!(counts(&run), [(5, 30), (2, 40)]);
    }

    #[test]
    fn a_scenario_has_its_own_repetitions() {
        let evidence = evidence(|_| ());
        let scenario = Part::of_scenario(&evidence.scenarios[0]);
        assert_eq!(scenario.peaks, [5.0, 4.0]);
        assert_eq!(counts(&scenario), [(1, 10), (2, 20)]);
    }

    #[test]
    fn repetitions_that_do_not_make_up_the_whole_say_nothing_of_it() {
        let evidence = evidence(|evidence| {
            let scenario = &mut evidence.scenarios[1];
            scenario.repetitions.truncate(1);
            scenario.memory.clone_from(&evidence.memory);
        });
        let run = Part::of_run(&evidence);
        assert_eq!((run.peaks.len(), counts(&run)), (0, vec![(7, 70)]));
        let empty = Evidence::default();
        let run = Part::of_run(&empty);
        assert_eq!((run.peaks.len(), counts(&run)), (0, vec![]));
    }
}
