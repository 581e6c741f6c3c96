//! What generating the load cost, and whether the generator was the limit.

use std::fmt;
use std::time::Duration;

use schema::Measured;
use schema::evidence::{Generator, Warning};

use crate::drive::PhaseResult;
use crate::record::Times;
use crate::warning;

/// From here on the busiest worker may have been what was measured, and not the service.
const SATURATED_PERCENT: f64 = 90.0;
/// From here on what else ran on a worker's processor is in the latency.
const STARVED_PERCENT: f64 = 10.0;
/// From here on requests wait for connections more and more.
const CONNECTIONS_BUSY_PERCENT: f64 = 90.0;
/// From this part of the latency on, the lateness of sends is a visible part of it …
const LATE_SHARE: f64 = 0.1;
/// … if it is more than any sleep is late by.
const LATE_AT_LEAST: Duration = Duration::from_micros(100);
/// Shares of time over less than this are noise.
const SHORTEST_FOR_SHARES: Duration = Duration::from_millis(100);

/// The effort of all phases so far.
#[derive(Clone, Debug, Default)]
pub struct Effort {
    cpu: Duration,
    busy_percent: Option<f64>,
    wait_percent: Option<f64>,
    spin_percent: Option<f64>,
    connections_percent: Option<f64>,
    lag: Times,
    limit: Option<Limit>,
}

/// Why the generator, not the service, may have been the limit of a phase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// Other processes held a worker's processor, in percent of the time.
    Starved(f64),
    /// A worker was busy, in percent of the time.
    Busy(f64),
    /// Sends were late against their due times, at the 99th percentile, where latency was that.
    Late {
        /// How late.
        lag: Duration,
        /// Of all that latency.
        latency: Duration,
    },
    /// Connections had a request under way, in percent of their time, so that others waited for one.
    Connections(f64),
}

/// The shares of a phase's time.
struct Shares {
    busy_percent: f64,
    wait_percent: Option<f64>,
    spin_percent: f64,
    /// In open loop.
    connections_percent: Option<f64>,
}

impl Shares {
    /// `None` of a phase that is too short for any.
    fn of(phase: &PhaseResult) -> Option<Shares> {
        let percent = |time: Duration| 100.0 * time.as_secs_f64() / phase.elapsed.as_secs_f64();
        let open_loop = !phase.recording.lag.is_empty();
        (phase.elapsed >= SHORTEST_FOR_SHARES).then(|| Shares {
            busy_percent: percent(phase.busiest_cpu),
            wait_percent: phase.longest_cpu_wait.map(percent),
            spin_percent: percent(phase.longest_spin),
            connections_percent: open_loop
                .then(|| percent(phase.recording.connections_busy) / phase.connections as f64),
        })
    }
}

impl Limit {
    /// The limit that the generator may have been in a phase; `None` if it was not.
    pub fn of(phase: &PhaseResult) -> Option<Limit> {
        let shares = Shares::of(phase)?;
        let lag = phase.recording.lag.quantile(0.99).unwrap_or_default();
        let latency = phase.recording.latency().quantile(0.99).unwrap_or_default();
        let connections = shares.connections_percent.unwrap_or_default();
        let wait_percent = shares.wait_percent.unwrap_or_default();
        if wait_percent >= STARVED_PERCENT {
            Some(Limit::Starved(wait_percent))
        } else if shares.busy_percent >= SATURATED_PERCENT {
            Some(Limit::Busy(shares.busy_percent))
        } else if lag >= LATE_AT_LEAST.max(latency.mul_f64(LATE_SHARE)) {
            Some(Limit::Late { lag, latency })
        } else if connections >= CONNECTIONS_BUSY_PERCENT {
            Some(Limit::Connections(connections))
        } else {
            None
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::Starved(percent) => write!(
                formatter,
                "other processes held a core of the load generator for {percent:.0} % of a phase: their time is in the latency"
            ),
            Limit::Busy(percent) => write!(
                formatter,
                "a core of the load generator was busy for {percent:.0} % of a phase: it may have been the limit, not the service"
            ),
            Limit::Late { lag, latency } => write!(
                formatter,
                "sends were {lag:.1?} later than due at the 99th percentile, where the latency was {latency:.1?}: that lateness is the load \
                 generator's, and is in the latency"
            ),
            Limit::Connections(percent) => write!(
                formatter,
                "the connections had a request under way for {percent:.0} % of the time, and others waited for one: with more of them \
                 (concurrent_requests) the service might do more"
            ),
        }
    }
}

impl Effort {
    /// Takes in a phase.
    pub fn add(&mut self, phase: &PhaseResult) {
        self.cpu += phase.cpu;
        self.lag.add(&phase.recording.lag);
        if let Some(shares) = Shares::of(phase) {
            let raise = |most: &mut Option<f64>, percent: f64| {
                *most = Some(most.unwrap_or_default().max(percent));
            };
            raise(&mut self.busy_percent, shares.busy_percent);
            if let Some(wait_percent) = shares.wait_percent {
                raise(&mut self.wait_percent, wait_percent);
            }
            if let Some(connections_percent) = shares.connections_percent {
                raise(&mut self.spin_percent, shares.spin_percent);
                raise(&mut self.connections_percent, connections_percent);
            }
        }
        self.limit = self.limit.or_else(|| Limit::of(phase));
    }

    /// As it stands in the document.
    pub fn section(&self, cores: &[usize], requests: u64) -> Generator {
        let lag_ms = |quantile| {
            let lag = self.lag.quantile(quantile)?;
            Measured::rounded(lag.as_secs_f64() * 1e3)
        };
        Generator {
            cores: cores.iter().map(|core| *core as u64).collect(),
            cpu_percent: self.busy_percent.and_then(Measured::rounded),
            cpu_wait_percent: self.wait_percent.and_then(Measured::rounded),
            spin_percent: self.spin_percent.and_then(Measured::rounded),
            connections_busy_percent: self.connections_percent.and_then(Measured::rounded),
            cpu_us_per_request: Measured::rounded(self.cpu.as_secs_f64() * 1e6 / requests as f64),
            schedule_lag_p50_ms: lag_ms(0.50),
            schedule_lag_p99_ms: lag_ms(0.99),
            saturated: self.busy_percent.map(|_| self.limit.is_some()),
        }
    }

    /// Why the generator may have been the limit, if so.
    pub fn warning(&self) -> Option<Warning> {
        let limit = self.limit?;
        Some(warning("generator_saturated", &limit.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Failure, Recorder, Spent};
    use std::time::Instant;

    fn phase(elapsed_ms: u64, busy_ms: u64, wait_ms: u64) -> PhaseResult {
        PhaseResult {
            busiest_cpu: Duration::from_millis(busy_ms),
            cpu: Duration::from_millis(busy_ms),
            longest_cpu_wait: Some(Duration::from_millis(wait_ms)),
            elapsed: Duration::from_millis(elapsed_ms),
            connections: 2,
            ..PhaseResult::default()
        }
    }

    /// A second of open loop: a hundred requests over two connections.
    fn open_phase(lag_us: u64, service_time_ms: u64) -> PhaseResult {
        let start = Instant::now();
        let mut recorder = Recorder::new(start, Duration::from_secs(1));
        for _ in 0..100 {
            recorder.late(Duration::from_micros(lag_us));
            let service_time = Duration::from_millis(service_time_ms);
            let spent = Spent {
                latency: service_time,
                service_time: Some(service_time),
            };
            recorder.succeed(start, spent, true);
        }
        PhaseResult {
            recording: recorder.finish(),
            ..phase(1000, 100, 0)
        }
    }

    fn effort(phases: &[PhaseResult]) -> Effort {
        let mut effort = Effort::default();
        phases.iter().for_each(|phase| effort.add(phase));
        effort
    }

    #[test]
    fn one_phase_is_enough_and_the_reason_is_named() {
        let idle = effort(&[phase(1000, 500, 10)]);
        assert_eq!(
            (idle.section(&[0], 100).saturated, idle.warning()),
            (Some(false), None)
        );
        let busy = effort(&[phase(1000, 950, 10), phase(1000, 100, 10)]);
        assert_eq!(busy.section(&[0], 100).saturated, Some(true));
        assert!(busy.warning().unwrap().message.contains("busy for 95 %"));
        let starved = effort(&[phase(1000, 400, 550)]);
        let message = starved.warning().unwrap().message;
        assert!(message.contains("other processes held a core"));
    }

    #[test]
    fn late_sends_are_the_limit_if_the_latency_shows_them() {
        assert_eq!(Limit::of(&open_phase(50, 1)), None);
        assert_eq!(
            Limit::of(&open_phase(150, 10)),
            None,
            "1.5 % of the latency"
        );
        let late = effort(&[open_phase(2000, 10)]);
        assert!(matches!(late.limit, Some(Limit::Late { .. })));
        let section = late.section(&[0], 100);
        assert!((section.schedule_lag_p99_ms.unwrap().get() - 2.0).abs() < 0.002);
        assert!(
            late.warning()
                .unwrap()
                .message
                .contains("2.0ms later than due")
        );
    }

    #[test]
    fn where_the_kernel_does_not_say_who_had_the_processor_the_document_does_not_either() {
        let silent = PhaseResult {
            longest_cpu_wait: None,
            ..phase(1000, 500, 0)
        };
        assert_eq!(effort(&[silent]).section(&[0], 1).cpu_wait_percent, None);
    }

    #[test]
    fn requests_that_fail_keep_connections_busy_too() {
        let start = Instant::now();
        let mut recorder = Recorder::new(start, Duration::from_secs(1));
        for _ in 0..100 {
            recorder.late(Duration::ZERO);
            let spent = Spent {
                latency: Duration::from_millis(19),
                service_time: Some(Duration::from_millis(19)),
            };
            recorder.fail(start, Failure::Status(500), spent);
        }
        let full = PhaseResult {
            recording: recorder.finish(),
            ..phase(1000, 100, 0)
        };
        assert!(matches!(Limit::of(&full), Some(Limit::Connections(_))));
    }

    #[test]
    fn connections_that_are_never_free_are_the_limit() {
        assert_eq!(Limit::of(&open_phase(0, 10)), None);
        let full = effort(&[open_phase(0, 19)]);
        assert!(matches!(full.limit, Some(Limit::Connections(_))));
        let busy = full.section(&[0], 100).connections_busy_percent;
        assert!((busy.unwrap().get() - 95.0).abs() < 0.1);
    }

    #[test]
    fn a_phase_that_is_too_short_says_nothing_of_shares_but_its_cost_counts() {
        let section = effort(&[phase(50, 50, 0)]).section(&[2, 3], 10);
        assert_eq!((section.cpu_percent, section.saturated), (None, None));
        assert_eq!(section.cpu_us_per_request, Measured::new(5000.0));
        assert_eq!(section.cores, [2, 3]);
    }
}
