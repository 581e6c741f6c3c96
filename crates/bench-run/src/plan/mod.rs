//! What is to be done, before anything is done: scenarios from the configuration, their order, their requests.

mod canonical;
mod cores;
mod expectation;
mod scenario;
mod workload;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use schema::configuration::BenchmarkFile;

use crate::error::BenchError;
pub use cores::{allowed_cores, worker_cores};
pub use expectation::Expectation;
pub use scenario::{Arrivals, Length, Phase, ScenarioPlan};
pub use schema::configuration::ArrivalLaw;
pub use toolkit::http::{Place, Target};
pub use toolkit::outside::{Outside, folder_of};
pub use workload::{Content, USER_AGENT, Workload};

const DEFAULT_REPETITIONS: u64 = 5;
const DEFAULT_SENSOR_COUNT: u64 = 3;

/// The whole run.
#[derive(Debug)]
pub struct Plan {
    /// Every batch size in the order of the configuration, then every test scenario.
    pub scenarios: Vec<ScenarioPlan>,
    /// How often everything is repeated.
    pub repetitions: u64,
    /// Sensor values an observation, where the service does not say.
    pub sensor_count: u64,
    /// Of orders and payloads.
    pub seed: u64,
}

impl Plan {
    /// The run that a configuration describes, with what it refers to `outside`.
    pub fn new(file: &BenchmarkFile, outside: &mut Outside, seed: u64) -> Result<Plan, BenchError> {
        let benchmark = &file.benchmark;
        let mut scenarios = Vec::new();
        for &size in &benchmark.batch_sizes {
            let content = Content::new(&file.benchmark_requests(), size, outside)?;
            scenarios.push(ScenarioPlan::of_batch_size(benchmark, size, content));
        }
        for (index, scenario) in file.test_scenarios.iter().enumerate() {
            let batch_size = scenario.batch_size.unwrap_or(1);
            let content = Content::new(&file.scenario_requests(index), batch_size, outside)?;
            scenarios.push(ScenarioPlan::of_test(benchmark, scenario, content));
        }
        Ok(Plan {
            scenarios,
            repetitions: benchmark.repetitions.unwrap_or(DEFAULT_REPETITIONS),
            sensor_count: benchmark.sensor_count.unwrap_or(DEFAULT_SENSOR_COUNT),
            seed,
        })
    }

    /// Whether any scenario asks for predictions.
    pub fn has_predictions(&self) -> bool {
        self.scenarios
            .iter()
            .any(|scenario| scenario.content.batch_size().is_some())
    }

    /// The scenarios of one repetition by their index, in an order of its own. A scenario with fewer
    /// requests than repetitions is not in all of them.
    pub fn order(&self, repetition: u64) -> Vec<usize> {
        let mut order: Vec<usize> = self.present(repetition).collect();
        order.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(
            self.seed.wrapping_add(repetition),
        ));
        order
    }

    /// How many repetitions of scenarios the run has in all.
    pub fn steps(&self) -> usize {
        (0..self.repetitions)
            .map(|repetition| self.present(repetition).count())
            .sum()
    }

    /// The most connections that are open at once.
    pub fn most_connections(&self) -> u64 {
        let phases = self
            .scenarios
            .iter()
            .flat_map(|scenario| scenario.load.iter().chain([&scenario.latency]));
        phases
            .map(|phase| phase.connections)
            .max()
            .unwrap_or_default()
    }

    fn present(&self, repetition: u64) -> impl Iterator<Item = usize> {
        let present =
            move |scenario: &ScenarioPlan| !scenario.is_empty_in(repetition, self.repetitions);
        self.scenarios
            .iter()
            .enumerate()
            .filter(move |(_, scenario)| present(scenario))
            .map(|(index, _)| index)
    }
}

/// What stands around a configuration in tests: an environment of one variable.
#[cfg(test)]
fn nothing_outside() -> Outside {
    Outside::with_variables("ci.yaml", |name| match name {
        "TOKEN" => Ok("my-secret".to_owned()),
        _ => Err(std::env::VarError::NotPresent),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::Measured;
    use schema::configuration::{Benchmark, TestScenario};

    fn plan() -> Plan {
        let scenario = TestScenario {
            name: "few".to_owned(),
            iterations: Some(3),
            ..TestScenario::default()
        };
        let benchmark = Benchmark {
            warmup_iterations: 1,
            measurement_iterations: 100,
            batch_sizes: vec![4, 1, 8],
            concurrent_requests: 4,
            duration_seconds: Measured::from(30),
            ..Benchmark::default()
        };
        let file = BenchmarkFile {
            benchmark,
            test_scenarios: vec![scenario],
            ..BenchmarkFile::default()
        };
        Plan::new(&file, &mut nothing_outside(), 7).unwrap()
    }

    #[test]
    fn every_repetition_holds_every_scenario_that_has_requests_left_in_an_order_of_its_own() {
        let plan = plan();
        assert_eq!(plan.steps(), 3 * 5 + 3);
        let orders: Vec<Vec<usize>> = (0..plan.repetitions)
            .map(|repetition| plan.order(repetition))
            .collect();
        for (repetition, order) in orders.iter().enumerate() {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(
                sorted,
                if repetition < 3 {
                    vec![0, 1, 2, 3]
                } else {
                    vec![0, 1, 2]
                }
            );
        }
        assert!(
            orders.windows(2).any(|pair| pair[0] != pair[1]),
            "{orders:?}"
        );
        assert_eq!(orders[1], plan.order(1), "the order is drawn from the seed");
    }
}
