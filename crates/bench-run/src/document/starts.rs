use schema::evidence::Warning;
use stats::{Distribution, StartDifference, start_differs};

use crate::drive::PhaseResult;
use crate::warning;

/// How the same phase began in each repetition.
#[derive(Debug, Default)]
pub struct Starts {
    repetitions: usize,
    differing: Vec<StartDifference>,
}

impl Starts {
    /// Takes in a repetition's phase.
    pub fn add(&mut self, phase: &PhaseResult) {
        let slices: Vec<Distribution> = phase
            .recording
            .slices
            .iter()
            .map(|slice| slice.latency.distribution())
            .collect();
        self.repetitions += 1;
        self.differing.extend(start_differs(&slices));
    }

    /// That most repetitions began otherwise than they went on, and all those in the same direction, if so. One that
    /// did so by chance is no reason to warn.
    pub fn warning(&self, phase: &str) -> Option<Warning> {
        let ratios_where = |begins_so: fn(&f64) -> bool| {
            let ratios = self.differing.iter().map(|start| start.ratio);
            let mut ratios: Vec<f64> = ratios.filter(begins_so).collect();
            ratios.sort_by(f64::total_cmp);
            (ratios.len() * 2 > self.repetitions).then_some(ratios)
        };
        let tell = |ratios: Vec<f64>, code: &str, meaning: &str| {
            let message = format!(
                "{phase}: in {} of {} repetitions the median of the first fifth was {:.2} times that of the rest: {meaning}",
                ratios.len(),
                self.repetitions,
                ratios[ratios.len() / 2],
            );
            warning(code, &message)
        };
        let slow = ratios_where(|ratio| *ratio > 1.0)
            .map(|ratios| tell(ratios, "warmup", "warm-up had not ended"));
        let fast = || {
            ratios_where(|ratio| *ratio < 1.0).map(|ratios| {
                tell(
                    ratios,
                    "slowing",
                    "the service slows down while it is loaded",
                )
            })
        };
        slow.or_else(fast)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Recorder, Spent};
    use std::time::{Duration, Instant};

    /// A phase of 40 slices of requests, of which the first fifth takes `ratio` times as long.
    fn phase(ratio: u32) -> PhaseResult {
        let start = Instant::now();
        let mut recorder = Recorder::new(start, Duration::from_secs(1));
        for request in 0..4000_u32 {
            let usual = Duration::from_micros(u64::from(2000 + request * 37 % 100));
            let latency = if request < 800 {
                usual * ratio / 4
            } else {
                usual
            };
            let spent = Spent {
                latency,
                service_time: None,
            };
            let at = start + Duration::from_micros(u64::from(request) * 20);
            recorder.succeed(at, spent, true);
        }
        PhaseResult {
            recording: recorder.finish(),
            ..PhaseResult::default()
        }
    }

    fn warning_after(ratios: &[u32]) -> Option<Warning> {
        let mut starts = Starts::default();
        ratios.iter().for_each(|ratio| starts.add(&phase(*ratio)));
        starts.warning("one, load")
    }

    #[test]
    fn starts_that_are_mostly_slow_are_told_with_how_slow_they_are() {
        let told = warning_after(&[8, 4, 8]).unwrap();
        assert_eq!(told.code, "warmup");
        let message = "one, load: in 2 of 3 repetitions the median of the first fifth was 2.0";
        assert!(told.message.starts_with(message), "{}", told.message);
    }

    #[test]
    fn starts_that_are_mostly_fast_are_no_warmup() {
        assert_eq!(warning_after(&[2, 2]).unwrap().code, "slowing");
    }

    #[test]
    fn half_the_repetitions_are_not_most_and_neither_are_both_directions_together() {
        assert_eq!(warning_after(&[8, 4]), None);
        assert_eq!(warning_after(&[8, 4, 2]), None);
        assert_eq!(warning_after(&[]), None);
    }
}
