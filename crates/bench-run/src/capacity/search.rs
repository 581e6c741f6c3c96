use std::ops::RangeInclusive;

/// Rates that differ by less than this factor are one.
const TOLERANCE: f64 = 1.03;
/// The most rates that are looked at: where the service changes while it is measured there is no end of them.
const MOST_LOOKS: u64 = 60;

/// The search for the highest rate at which something holds: doubling or halving until it is enclosed, then bisection
/// of the logarithm. A single repetition may be wrong, and what it said of a low rate would never be asked again: so
/// both rates at the end, the one at which it holds and the one at which it fails, are asked again in repetitions of
/// their own, and where these say otherwise the search goes on from there.
#[derive(Debug)]
pub struct Search {
    rates_rps: RangeInclusive<f64>,
    confirmations: u64,
    /// The rates at which it held, ascending.
    held: Vec<Trials>,
    /// The rates at which it failed, descending, all above those.
    failed: Vec<Trials>,
    looks: u64,
    next: Next,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// Look whether it holds at a rate in requests per second.
    Look(f64),
    /// Look again at a rate of which this is known so far.
    Confirm(Trials),
    /// Nothing: this is what came of it.
    Done(Outcome),
}

/// How often it held at a rate, on repetitions that were made to find out just that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trials {
    /// In requests per second.
    pub rate_rps: f64,
    /// Repetitions in which it held.
    pub held: u64,
    /// All of them.
    pub repetitions: u64,
}

/// What came of a search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// The highest rate that holds, and the next one, which does not.
    Found {
        /// At which it held in more than half of the repetitions.
        answer: Trials,
        /// At which it failed in at least half of them; `None` if it held at the highest rate there is.
        bound: Option<Trials>,
    },
    /// Not even the lowest rate holds.
    Nowhere(Trials),
    /// It was never the same for long enough.
    Unsettled,
}

impl Trials {
    fn of(rate_rps: f64) -> Trials {
        Trials {
            rate_rps,
            held: 0,
            repetitions: 0,
        }
    }

    fn and(self, held: bool) -> Trials {
        Trials {
            held: self.held + u64::from(held),
            repetitions: self.repetitions + 1,
            ..self
        }
    }

    /// Whether it holds more often than not in that many repetitions, as soon as no further one can change that.
    fn verdict(&self, of: u64) -> Option<bool> {
        let failed = self.repetitions - self.held;
        if failed * 2 >= of {
            Some(false)
        } else if self.held * 2 > of {
            Some(true)
        } else {
            None
        }
    }
}

impl Search {
    /// A search within `rates_rps` that begins at `start_rps`, or the nearest rate within, and confirms what it finds
    /// in that many repetitions, at least one.
    pub fn new(rates_rps: RangeInclusive<f64>, start_rps: f64, confirmations: u64) -> Search {
        let start_rps = start_rps.min(*rates_rps.end()).max(*rates_rps.start());
        Search {
            rates_rps,
            confirmations: confirmations.max(1),
            held: Vec::new(),
            failed: Vec::new(),
            looks: 0,
            next: Next::Look(start_rps),
        }
    }

    /// What to do next.
    pub fn next(&self) -> Next {
        self.next
    }

    /// Takes in whether it held at the rate that [`Search::next`] said.
    pub fn found(&mut self, held: bool) {
        match self.next {
            Next::Look(rate_rps) => {
                self.looks += 1;
                self.enter(Trials::of(rate_rps), held);
            }
            Next::Confirm(trials) => {
                let of_those_that_held = self.held.pop_if(|last| *last == trials).is_some();
                if !of_those_that_held {
                    self.failed.pop();
                }
                let trials = trials.and(held);
                let verdict = trials.verdict(self.confirmations);
                self.enter(trials, verdict.unwrap_or(of_those_that_held));
            }
            Next::Done(_) => {}
        }
        self.next = match self.enclose() {
            Next::Look(_) if self.looks >= MOST_LOOKS => Next::Done(Outcome::Unsettled),
            next => next,
        };
    }

    fn enter(&mut self, trials: Trials, held: bool) {
        if held {
            self.held.push(trials);
        } else {
            self.failed.push(trials);
        }
    }

    fn enclose(&self) -> Next {
        let (lowest, highest) = (*self.rates_rps.start(), *self.rates_rps.end());
        let (held, failed) = (self.held.last().copied(), self.failed.last().copied());
        match (held, failed) {
            (Some(held), None) if held.rate_rps < highest => {
                return Next::Look((held.rate_rps * 2.0).min(highest));
            }
            (None, Some(failed)) if failed.rate_rps > lowest => {
                return Next::Look((failed.rate_rps / 2.0).max(lowest));
            }
            (Some(held), Some(failed)) if failed.rate_rps > held.rate_rps * TOLERANCE => {
                return Next::Look((held.rate_rps * failed.rate_rps).sqrt());
            }
            _ => {}
        }
        // The answer is told with all of its repetitions; of the bound it is enough that it is one.
        let unsure_answer = held.filter(|answer| answer.repetitions < self.confirmations);
        let unsure_bound = failed.filter(|bound| bound.verdict(self.confirmations).is_none());
        match (unsure_answer.or(unsure_bound), held, failed) {
            (Some(unsure), _, _) => Next::Confirm(unsure),
            (None, Some(answer), bound) => Next::Done(Outcome::Found { answer, bound }),
            (None, None, Some(lowest)) => Next::Done(Outcome::Nowhere(lowest)),
            (None, None, None) => self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    const RATES_RPS: RangeInclusive<f64> = 0.1..=1e7;
    const CONFIRMATIONS: u64 = 5;

    /// What comes of a service that holds as `holds` says of a rate, and in how many repetitions.
    fn outcome(start_rps: f64, mut holds: impl FnMut(f64) -> bool) -> (Outcome, u64) {
        let mut search = Search::new(RATES_RPS, start_rps, CONFIRMATIONS);
        for steps in 0..MOST_LOOKS * CONFIRMATIONS {
            match search.next() {
                Next::Look(rate_rps) => search.found(holds(rate_rps)),
                Next::Confirm(trials) => search.found(holds(trials.rate_rps)),
                Next::Done(outcome) => return (outcome, steps),
            }
        }
        panic!("no end of it: {search:?}");
    }

    fn found(start_rps: f64, holds: impl FnMut(f64) -> bool) -> (Trials, Option<Trials>) {
        match outcome(start_rps, holds).0 {
            Outcome::Found { answer, bound } => (answer, bound),
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        #[test]
        fn a_sharp_capacity_is_found_wherever_the_search_begins(capacity in 1.0..1e6_f64, start_rps in 0.5..1e6_f64) {
            let (answer, bound) = found(start_rps, |rate_rps| rate_rps <= capacity);
            let bound = bound.unwrap();
            prop_assert!(answer.rate_rps <= capacity && capacity < bound.rate_rps);
            prop_assert!(bound.rate_rps <= answer.rate_rps * TOLERANCE);
            prop_assert_eq!((answer.held, answer.repetitions), (5, 5));
            prop_assert_eq!((bound.held, bound.repetitions), (0, 3));
        }

        #[test]
        fn a_blurred_capacity_is_found_about_where_it_holds_more_often_than_not(seed in 0_u64..200) {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
            // Holds for sure 10 % below 1000, and for sure not 10 % above.
            let blurred = |rate_rps: f64| random.random_range(-0.1..0.1) > (rate_rps / 1000.0).ln();
            let (answer, bound) = found(300.0, blurred);
            prop_assert!((850.0..1150.0).contains(&answer.rate_rps), "{answer:?}");
            prop_assert!(answer.held * 2 > answer.repetitions);
            prop_assert!(bound.unwrap().rate_rps > answer.rate_rps);
        }
    }

    #[test]
    fn single_repetitions_that_are_wrong_do_not_decide() {
        let is_near = |seed: &u64| {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(*seed);
            // One repetition in ten says the contrary.
            let mut is_wrong = || random.random::<f64>() < 0.1;
            let (answer, _) = found(300.0, |rate_rps| (rate_rps <= 1000.0) != is_wrong());
            (900.0..1100.0).contains(&answer.rate_rps)
        };
        let near = (0..1000).filter(is_near).count();
        // Three of five that are wrong are one in a hundred, and it takes that at one of several rates.
        assert!(near >= 950, "{near} of 1000");
    }

    #[test]
    fn a_glitch_far_below_the_capacity_is_found_out() {
        let mut looks = 0;
        let glitch_at_first = |rate_rps| {
            looks += 1;
            looks > 1 && rate_rps <= 1000.0
        };
        let (answer, _) = found(300.0, glitch_at_first);
        assert!(
            (1000.0 / TOLERANCE..=1000.0).contains(&answer.rate_rps),
            "{answer:?}"
        );
    }

    #[test]
    fn it_takes_about_twenty_repetitions() {
        let (_, steps) = outcome(500.0, |rate_rps| rate_rps <= 812.0);
        assert!((12..=20).contains(&steps), "{steps}");
    }

    #[test]
    fn what_never_holds_has_no_answer_and_the_lowest_rate_is_asked_more_than_once() {
        let lowest = Trials {
            rate_rps: 0.1,
            held: 0,
            repetitions: 3,
        };
        assert_eq!(outcome(1000.0, |_| false).0, Outcome::Nowhere(lowest));
    }

    #[test]
    fn what_holds_only_once_has_no_answer() {
        let mut looks = 0;
        let once = |_| {
            looks += 1;
            looks == 1
        };
        assert!(matches!(outcome(1000.0, once).0, Outcome::Nowhere(_)));
    }

    #[test]
    fn what_always_holds_has_no_bound() {
        let (answer, bound) = found(1000.0, |_| true);
        assert_eq!((answer.rate_rps, bound), (1e7, None));
    }

    #[test]
    fn many_confirmations_are_not_too_many() {
        let mut search = Search::new(RATES_RPS, 500.0, 1000);
        let outcome = loop {
            match search.next() {
                Next::Look(rate_rps) => search.found(rate_rps <= 800.0),
                Next::Confirm(trials) => search.found(trials.rate_rps <= 800.0),
                Next::Done(outcome) => break outcome,
            }
        };
        assert!(matches!(outcome, Outcome::Found { answer, .. } if answer.held == 1000));
    }
}
