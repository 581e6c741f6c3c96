use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::part::Part;
use crate::plan::{ArrivalLaw, Arrivals, Length};

/// Requests draw from the phase's seed plus their worker's index: half of all seeds away, arrivals share no stream of
/// random numbers with the requests of any worker.
const SEED_OF_ARRIVALS: u64 = 1 << 63;

/// When the requests of one worker are due, counted from the start of the phase.
#[derive(Debug)]
pub struct Schedule {
    law: Law,
    /// Requests that have not become due, as far as they are counted; of all workers where they go round.
    left: u64,
    end: Duration,
    next: Option<Duration>,
}

#[derive(Debug)]
enum Law {
    /// Request `number` of all workers' is due at `number` / `rate_rps`.
    Constant {
        rate_rps: f64,
        number: u64,
        part: Part,
    },
    /// A part of a Poisson process is one itself.
    Poisson {
        rate_rps: f64,
        last_s: f64,
        random: Xoshiro256PlusPlus,
    },
}

impl Schedule {
    /// A worker's part of the arrivals.
    pub fn new(arrivals: &Arrivals, length: Length, part: Part, seed: u64) -> Schedule {
        let (total, end) = match length {
            Length::Requests(total) => (total, Duration::MAX),
            Length::Time(end) => (u64::MAX, end),
        };
        let (law, left) = match arrivals.law {
            ArrivalLaw::Constant => {
                let law = Law::Constant {
                    rate_rps: arrivals.rate_rps,
                    number: 0,
                    part,
                };
                (law, total)
            }
            ArrivalLaw::Poisson => {
                let own_seed = seed
                    .wrapping_add(SEED_OF_ARRIVALS)
                    .wrapping_add(part.index as u64);
                let law = Law::Poisson {
                    rate_rps: part.of_rate(arrivals.rate_rps),
                    last_s: 0.0,
                    random: Xoshiro256PlusPlus::seed_from_u64(own_seed),
                };
                (law, part.of_requests(total))
            }
        };
        let mut schedule = Schedule {
            law,
            left,
            end,
            next: None,
        };
        if part.own_connections > 0 {
            schedule.advance();
        }
        schedule
    }

    /// When the next request is due; `None` if there is none any more.
    pub fn next(&self) -> Option<Duration> {
        self.next
    }

    /// Goes on to the request after the next.
    pub fn advance(&mut self) {
        let due = match &mut self.law {
            Law::Constant {
                rate_rps,
                number,
                part,
            } => {
                while !part.has(*number) {
                    *number += 1;
                    self.left = self.left.saturating_sub(1);
                }
                let due_s = *number as f64 / *rate_rps;
                *number += 1;
                due_s
            }
            Law::Poisson {
                rate_rps,
                last_s,
                random,
            } => {
                // One minus a number that may be 0 and is never 1.
                *last_s -= (1.0 - random.random::<f64>()).ln() / *rate_rps;
                *last_s
            }
        };
        // What no clock can hold is never due.
        let due = Duration::try_from_secs_f64(due).unwrap_or(Duration::MAX);
        self.next = (self.left > 0 && due < self.end).then_some(due);
        self.left = self.left.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn arrivals(law: ArrivalLaw, rate_rps: f64) -> Arrivals {
        Arrivals {
            rate_rps,
            law,
            queue_limit: 1,
        }
    }

    /// The due times of all workers, in nanoseconds, ascending.
    fn due(arrivals: &Arrivals, length: Length, workers: usize, connections: u64) -> Vec<u64> {
        let mut all = Vec::new();
        for index in 0..workers {
            let part = Part::new(connections, index, workers);
            let mut schedule = Schedule::new(arrivals, length, part, 7);
            let mut own = Vec::new();
            while let Some(due) = schedule.next() {
                own.push(due.as_nanos() as u64);
                schedule.advance();
            }
            assert!(own.is_sorted());
            all.extend(own);
        }
        all.sort_unstable();
        all
    }

    proptest! {
        #[test]
        fn constant_arrivals_of_all_workers_are_evenly_spaced_and_none_is_lost(
            total in 0_u64..500, rate_rps in 1.0..10_000.0_f64, workers in 1_usize..8, connections in 1_u64..40,
        ) {
            let due = due(&arrivals(ArrivalLaw::Constant, rate_rps), Length::Requests(total), workers, connections);
            prop_assert_eq!(due.len() as u64, total);
            for (number, due) in due.iter().enumerate() {
                prop_assert!((*due as f64 - number as f64 / rate_rps * 1e9).abs() <= 1.0);
            }
        }

        #[test]
        fn a_time_holds_the_arrivals_that_are_due_in_it(milliseconds in 1_u64..5000, rate_rps in 1.0..2000.0_f64) {
            let length = Length::Time(Duration::from_millis(milliseconds));
            let due = due(&arrivals(ArrivalLaw::Constant, rate_rps), length, 3, 10);
            let expected = (milliseconds as f64 / 1000.0 * rate_rps).ceil();
            prop_assert!((due.len() as f64 - expected).abs() <= 1.0);
        }

        #[test]
        fn poisson_arrivals_are_as_many_as_ordered(total in 0_u64..500, workers in 1_usize..8, connections in 1_u64..40) {
            let due = due(&arrivals(ArrivalLaw::Poisson, 100.0), Length::Requests(total), workers, connections);
            prop_assert_eq!(due.len() as u64, total);
        }
    }

    #[test]
    fn gaps_between_poisson_arrivals_vary_as_much_as_they_last() {
        let length = Length::Time(Duration::from_secs(100));
        let due = due(&arrivals(ArrivalLaw::Poisson, 200.0), length, 2, 5);
        assert!((due.len() as f64 - 20_000.0).abs() < 4.0 * 20_000_f64.sqrt());
        let gaps: Vec<f64> = due
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) as f64 / 1e9)
            .collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let squares = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>();
        let deviation = (squares / gaps.len() as f64).sqrt();
        assert!((mean * 200.0 - 1.0).abs() < 0.05 && (deviation / mean - 1.0).abs() < 0.05);
    }

    #[test]
    fn arrivals_are_drawn_from_other_numbers_than_the_requests_of_any_worker() {
        let length = Length::Requests(1);
        let schedule = Schedule::new(
            &arrivals(ArrivalLaw::Poisson, 1.0),
            length,
            Part::new(64, 0, 1),
            7,
        );
        let drawn_from = |seed: u64| {
            let drawn: f64 = Xoshiro256PlusPlus::seed_from_u64(seed).random();
            Duration::from_secs_f64(-(1.0 - drawn).ln())
        };
        let of_requests: Vec<Duration> = (0..64).map(|worker| drawn_from(7 + worker)).collect();
        assert!(!of_requests.contains(&schedule.next().unwrap()));
    }

    #[test]
    fn a_worker_without_connections_has_nothing_due() {
        for law in [ArrivalLaw::Constant, ArrivalLaw::Poisson] {
            let length = Length::Time(Duration::from_secs(1));
            let schedule = Schedule::new(&arrivals(law, 10.0), length, Part::new(1, 1, 2), 1);
            assert_eq!(schedule.next(), None);
        }
    }
}
