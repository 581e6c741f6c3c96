use std::time::Duration;

use schema::Measured;
use schema::configuration::{ArrivalLaw, Benchmark, TestScenario};
use schema::evidence::{Limits, ScenarioKind};

use super::workload::Content;

/// One entry of `scenarios[]` before it is measured.
#[derive(Clone, Debug)]
pub struct ScenarioPlan {
    /// Unique in the document.
    pub name: String,
    /// In the words of the configuration.
    pub description: Option<String>,
    /// Where it comes from.
    pub kind: ScenarioKind,
    /// What its requests hold.
    pub content: Content,
    /// What it is held to.
    pub limits: Option<Limits>,
    /// Unrecorded requests before the first phase, in each repetition.
    pub warmup: u64,
    /// Where latency comes from.
    pub latency: Phase,
    /// Where throughput and memory come from, if not from the same requests.
    pub load: Option<Phase>,
    /// How requests are spaced in open loop, whether or not this is one.
    pub law: ArrivalLaw,
    /// Due requests that may wait for a connection in open loop.
    pub queue_limit: u64,
    /// How long a request may take.
    pub timeout: Duration,
}

const DEFAULT_TIMEOUT_MS: u64 = 10_000;
const DEFAULT_QUEUE_LIMIT: u64 = 100_000;
const DEFAULT_OPEN_CONNECTIONS: u64 = 64;

/// A stretch of requests over a number of connections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phase {
    /// Connections, each with at most one request under way.
    pub connections: u64,
    /// Over all repetitions.
    pub length: Length,
    /// When requests become due; `None` in closed loop.
    pub arrivals: Option<Arrivals>,
}

/// The requests of an open loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrivals {
    /// Requests a second.
    pub rate_rps: f64,
    /// How they are spaced.
    pub law: ArrivalLaw,
    /// Due requests that may wait for a connection.
    pub queue_limit: u64,
}

/// How long a phase is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    /// That many recorded requests over all connections.
    Requests(u64),
    /// That much time in which requests may begin.
    Time(Duration),
}

impl Length {
    /// The part that falls to one repetition: the parts add up to the whole.
    pub fn in_repetition(self, repetition: u64, repetitions: u64) -> Length {
        match self {
            Length::Requests(total) => {
                Length::Requests(total / repetitions + u64::from(repetition < total % repetitions))
            }
            Length::Time(total) => Length::Time(total.div_f64(repetitions as f64)),
        }
    }
}

impl ScenarioPlan {
    pub(super) fn of_batch_size(
        benchmark: &Benchmark,
        batch_size: u64,
        content: Content,
    ) -> ScenarioPlan {
        let law = benchmark.arrivals.unwrap_or_default();
        let load = Phase {
            connections: benchmark.concurrent_requests,
            length: Length::Time(seconds(benchmark.duration_seconds.get())),
            arrivals: arrivals(benchmark, benchmark.arrival_rate_rps, law),
        };
        let latency = Phase {
            connections: 1,
            length: Length::Requests(benchmark.measurement_iterations),
            arrivals: None,
        };
        // In open loop the load's own latency is what its users see.
        let (latency, load) = match load.arrivals {
            Some(_) => (load, None),
            None => (latency, Some(load)),
        };
        ScenarioPlan {
            name: Benchmark::scenario_name(batch_size),
            description: None,
            kind: ScenarioKind::BatchSize,
            content,
            limits: None,
            warmup: benchmark.warmup_iterations,
            latency,
            load,
            law,
            queue_limit: queue_limit(benchmark),
            timeout: timeout(benchmark),
        }
    }

    pub(super) fn of_test(
        benchmark: &Benchmark,
        scenario: &TestScenario,
        content: Content,
    ) -> ScenarioPlan {
        let limits = Limits {
            memory_limit_mb: scenario.memory_limit_mb,
            thresholds: scenario.thresholds.clone(),
        };
        let length = match scenario.duration_seconds {
            Some(duration) => Length::Time(seconds(duration.get())),
            None => Length::Requests(scenario.iterations.unwrap_or_default()),
        };
        let law = scenario.arrivals.or(benchmark.arrivals).unwrap_or_default();
        let arrivals = arrivals(
            benchmark,
            scenario.arrival_rate_rps.or(benchmark.arrival_rate_rps),
            law,
        );
        let default_connections = arrivals.map_or(1, |_| DEFAULT_OPEN_CONNECTIONS);
        ScenarioPlan {
            name: scenario.name.clone(),
            description: scenario.description.clone(),
            kind: ScenarioKind::TestScenario,
            content,
            limits: (limits != Limits::default()).then_some(limits),
            warmup: benchmark.warmup_iterations,
            latency: Phase {
                connections: scenario.concurrent_requests.unwrap_or(default_connections),
                length,
                arrivals,
            },
            load: None,
            law,
            queue_limit: queue_limit(benchmark),
            timeout: timeout(benchmark),
        }
    }

    /// The phase that throughput comes from.
    pub fn throughput(&self) -> &Phase {
        self.load.as_ref().unwrap_or(&self.latency)
    }

    /// That phase alone, at a rate of its own or, without one, in closed loop.
    pub fn at_rate(&self, rate_rps: Option<f64>) -> ScenarioPlan {
        ScenarioPlan {
            latency: Phase {
                arrivals: rate_rps.map(|rate_rps| Arrivals {
                    rate_rps,
                    law: self.law,
                    queue_limit: self.queue_limit,
                }),
                ..*self.throughput()
            },
            load: None,
            ..self.clone()
        }
    }

    pub(super) fn is_empty_in(&self, repetition: u64, repetitions: u64) -> bool {
        let nothing = |phase: &Phase| {
            phase.length.in_repetition(repetition, repetitions) == Length::Requests(0)
        };
        nothing(&self.latency) && self.load.as_ref().is_none_or(nothing)
    }
}

fn arrivals(
    benchmark: &Benchmark,
    rate_rps: Option<Measured>,
    law: ArrivalLaw,
) -> Option<Arrivals> {
    Some(Arrivals {
        rate_rps: rate_rps?.get(),
        law,
        queue_limit: queue_limit(benchmark),
    })
}

fn queue_limit(benchmark: &Benchmark) -> u64 {
    benchmark.queue_limit.unwrap_or(DEFAULT_QUEUE_LIMIT)
}

fn timeout(benchmark: &Benchmark) -> Duration {
    Duration::from_millis(benchmark.timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS))
}

/// A duration that no clock can hold is as good as the longest that one can.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(u64::from(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_divided_among_the_repetitions_and_none_is_lost() {
        let total: u64 = (0..7)
            .map(
                |repetition| match Length::Requests(100).in_repetition(repetition, 7) {
                    Length::Requests(part) => part,
                    Length::Time(_) => 0,
                },
            )
            .sum();
        assert_eq!(total, 100);
    }

    #[test]
    fn time_is_divided_among_the_repetitions() {
        let part = Length::Time(Duration::from_secs(30)).in_repetition(3, 5);
        assert_eq!(part, Length::Time(Duration::from_secs(6)));
    }
}
