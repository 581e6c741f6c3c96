//! What generating the load cost, and whether the generator was the limit.

use std::time::Duration;

use schema::Measured;
use schema::evidence::{Generator, Warning};

use crate::drive::PhaseResult;
use crate::warning;

/// From here on the busiest worker may have been what was measured, and not the service.
const SATURATED_PERCENT: f64 = 90.0;
/// From here on what else ran on a worker's processor is in the latency.
const STARVED_PERCENT: f64 = 10.0;
/// Shares of processor time over less than this are noise.
const SHORTEST_FOR_SHARES: Duration = Duration::from_millis(100);

/// The effort of all phases so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Effort {
    cpu: Duration,
    busy_percent: Option<f64>,
    wait_percent: Option<f64>,
}

impl Effort {
    /// Takes in a phase.
    pub fn add(&mut self, phase: &PhaseResult) {
        self.cpu += phase.cpu;
        if phase.elapsed >= SHORTEST_FOR_SHARES {
            let percent = |time: Duration| 100.0 * time.as_secs_f64() / phase.elapsed.as_secs_f64();
            let raise = |most: &mut Option<f64>, time| {
                *most = Some(most.unwrap_or_default().max(percent(time)))
            };
            raise(&mut self.busy_percent, phase.busiest_cpu);
            raise(&mut self.wait_percent, phase.longest_cpu_wait);
        }
    }

    /// As it stands in the document.
    pub fn section(&self, cores: &[usize], requests: u64) -> Generator {
        Generator {
            cores: cores.iter().map(|core| *core as u64).collect(),
            cpu_percent: self.busy_percent.and_then(Measured::rounded),
            cpu_wait_percent: self.wait_percent.and_then(Measured::rounded),
            cpu_us_per_request: Measured::rounded(self.cpu.as_secs_f64() * 1e6 / requests as f64),
            saturated: self.busy_percent.map(|_| self.warning().is_some()),
            ..Generator::default()
        }
    }

    /// Why the generator may have been the limit, if so.
    pub fn warning(&self) -> Option<Warning> {
        let (busy, wait) = (self.busy_percent?, self.wait_percent?);
        let message = if wait >= STARVED_PERCENT {
            format!(
                "other processes held a core of the load generator for {wait:.0} % of a phase: their time is in the latency"
            )
        } else if busy >= SATURATED_PERCENT {
            format!(
                "a core of the load generator was busy for {busy:.0} % of a phase: it may have been the limit, not the service"
            )
        } else {
            return None;
        };
        Some(warning("generator_saturated", &message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Recording;

    fn phase(elapsed_ms: u64, busy_ms: u64, wait_ms: u64) -> PhaseResult {
        PhaseResult {
            recording: Recording::new(Duration::from_secs(1)).unwrap(),
            duration: Duration::from_millis(elapsed_ms),
            busiest_cpu: Duration::from_millis(busy_ms),
            cpu: Duration::from_millis(busy_ms),
            longest_cpu_wait: Duration::from_millis(wait_ms),
            given_up: false,
            elapsed: Duration::from_millis(elapsed_ms),
            reason: None,
        }
    }

    fn effort(phases: &[PhaseResult]) -> Effort {
        let mut effort = Effort::default();
        phases.iter().for_each(|phase| effort.add(phase));
        effort
    }

    #[test]
    fn the_worst_phase_decides_and_the_reason_is_named() {
        let idle = effort(&[phase(1000, 500, 10)]);
        assert_eq!(
            (idle.section(&[0], 100).saturated, idle.warning()),
            (Some(false), None)
        );
        let busy = effort(&[phase(1000, 950, 10), phase(1000, 100, 10)]);
        assert_eq!(busy.section(&[0], 100).saturated, Some(true));
        assert!(busy.warning().unwrap().message.contains("busy for 95 %"));
        let starved = effort(&[phase(1000, 400, 550)]);
        assert!(
            starved
                .warning()
                .unwrap()
                .message
                .contains("other processes held a core")
        );
    }

    #[test]
    fn a_phase_that_is_too_short_says_nothing_of_shares_but_its_cost_counts() {
        let section = effort(&[phase(50, 50, 0)]).section(&[2, 3], 10);
        assert_eq!((section.cpu_percent, section.saturated), (None, None));
        assert_eq!(section.cpu_us_per_request, Measured::new(5000.0));
        assert_eq!(section.cores, [2, 3]);
    }
}
