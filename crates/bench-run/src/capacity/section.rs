use schema::Measured;
use schema::evidence::{Capacity, CapacityBound, CapacityStep, Confirmation, Interval};

use super::search::{Outcome, Trials};

/// Writes into the section what came of the search.
pub fn conclude(capacity: &mut Capacity, outcome: Outcome) {
    let (answer, bound) = match outcome {
        Outcome::Found { answer, bound } => (Some(answer), bound),
        Outcome::Nowhere(bound) => (None, Some(bound)),
        Outcome::Unsettled => (None, None),
    };
    capacity.rate_rps = answer.as_ref().and_then(rate);
    capacity.confirmation = answer.as_ref().map(confirmation);
    capacity.ci95 = capacity
        .rate_rps
        .and_then(|rate| certain(&capacity.steps, rate));
    capacity.bound = bound.map(|bound| CapacityBound {
        rate_rps: rate(&bound),
        confirmation: confirmation(&bound),
    });
    capacity.generator_limited = capacity
        .bound
        .map(|bound| generator_limit(&capacity.steps, &bound).is_some());
}

/// Why the load generator may have been the limit at the bound, if so.
pub fn generator_limit<'a>(steps: &'a [CapacityStep], bound: &CapacityBound) -> Option<&'a str> {
    steps
        .iter()
        .filter(|step| step.rate_rps == bound.rate_rps)
        .find_map(|step| step.generator_limit.as_deref())
}

/// Between which rates the answer lies beyond doubt: within one repetition, which knows nothing of how much they differ, so that a
/// rate of which another repetition says otherwise bounds nothing. Neither does a step on the far side of the answer, which others
/// have overruled.
fn certain(steps: &[CapacityStep], answer: Measured) -> Option<Interval> {
    let undisputed = |one: &CapacityStep| {
        let mut same_rate = steps.iter().filter(|step| step.rate_rps == one.rate_rps);
        same_rate.all(|step| step.held == one.held)
    };
    let rates = |held: bool| {
        steps
            .iter()
            .filter(move |step| step.certain && step.held == held && undisputed(step))
            .filter_map(|step| step.rate_rps.map(f64::from))
    };
    let low = rates(true)
        .filter(|rate| *rate <= answer.get())
        .reduce(f64::max);
    let high = rates(false)
        .filter(|rate| *rate > answer.get())
        .reduce(f64::min);
    (low.is_some() || high.is_some()).then(|| Interval {
        low: low.and_then(Measured::new),
        high: high.and_then(Measured::new),
    })
}

fn rate(trials: &Trials) -> Option<Measured> {
    Measured::rounded(trials.rate_rps)
}

fn confirmation(trials: &Trials) -> Confirmation {
    Confirmation {
        held: trials.held,
        repetitions: trials.repetitions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(rate_rps: f64, held: bool, certain: bool) -> CapacityStep {
        CapacityStep {
            rate_rps: Measured::new(rate_rps),
            held,
            certain,
            ..CapacityStep::default()
        }
    }

    fn found(steps: Vec<CapacityStep>) -> Capacity {
        let trials = |rate_rps, held, repetitions| Trials {
            rate_rps,
            held,
            repetitions,
        };
        let mut capacity = Capacity {
            steps,
            ..Capacity::default()
        };
        let outcome = Outcome::Found {
            answer: trials(812.0, 4, 5),
            bound: Some(trials(836.0, 0, 3)),
        };
        conclude(&mut capacity, outcome);
        capacity
    }

    #[test]
    fn the_interval_reaches_from_where_it_held_for_sure_to_where_it_failed_for_sure() {
        let capacity = found(vec![
            step(500.0, true, true),
            step(790.0, true, true),
            step(812.0, true, false),
            step(836.0, false, false),
            step(840.0, false, true),
            step(1000.0, false, true),
        ]);
        let ci95 = capacity.ci95.unwrap();
        assert_eq!(
            (ci95.low, ci95.high),
            (Measured::new(790.0), Measured::new(840.0))
        );
    }

    #[test]
    fn a_rate_of_which_repetitions_disagree_bounds_nothing() {
        let capacity = found(vec![
            step(790.0, true, true),
            step(790.0, false, false),
            step(840.0, true, false),
            step(840.0, false, true),
        ]);
        assert_eq!(capacity.ci95, None);
    }

    #[test]
    fn a_step_that_was_overruled_bounds_nothing() {
        let capacity = found(vec![step(300.0, false, true), step(900.0, true, true)]);
        assert_eq!(capacity.ci95, None);
    }

    #[test]
    fn the_generator_was_the_limit_if_it_was_at_the_bound() {
        let limited = |rate_rps| {
            let mut step = step(rate_rps, false, false);
            step.generator_limit = Some("busy".to_owned());
            found(vec![step]).generator_limited
        };
        assert_eq!(limited(836.0), Some(true));
        assert_eq!(limited(1000.0), Some(false));
    }
}
