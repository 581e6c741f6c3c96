//! The simulation of `examples/change-points`, small enough to be run each time, and what no test asserts there.

// The table prints more than is asserted here.
#[allow(dead_code)]
#[path = "../examples/change-points/experiment.rs"]
mod experiment;
#[allow(dead_code)]
#[path = "../examples/change-points/history.rs"]
mod history;

use experiment::outcome;
use history::{Noise, Shape};

const HISTORIES: usize = 400;
const SEED: u64 = 7;

#[test]
fn histories_whose_neighbours_are_alike_hardly_ever_change() {
    for autocorrelation in [0.0, 0.5, 0.7] {
        let noise = Noise::Autoregressive(autocorrelation);
        let outcome = outcome(noise, Shape::Constant, 100, HISTORIES, SEED);
        // Of a true 1.5 %, more than 4 % are found in fewer than one of a thousand times.
        assert!(
            outcome.percent_with_points() <= 4.0,
            "{autocorrelation}: {outcome:?}"
        );
    }
}

#[test]
fn a_step_of_10_percent_is_found_where_it_is() {
    let noise = Noise::Autoregressive(0.0);
    let outcome = outcome(noise, Shape::Step(20, 80), 100, HISTORIES, SEED);
    assert!(outcome.percent_found() >= 95.0, "{outcome:?}");
    assert!(outcome.extra_in_a_hundred() <= 8.0, "{outcome:?}");
}

#[test]
fn a_level_that_returns_is_found_at_both_ends() {
    let noise = Noise::Autoregressive(0.0);
    let outcome = outcome(noise, Shape::Bump(20), 100, HISTORIES, SEED);
    assert!(outcome.percent_found() >= 95.0, "{outcome:?}");
}

#[test]
fn many_changes_are_found() {
    let noise = Noise::Autoregressive(0.0);
    let outcome = outcome(noise, Shape::Turns(50), 400, HISTORIES / 8, SEED);
    assert!(outcome.percent_found() >= 90.0, "{outcome:?}");
}

#[test]
fn a_run_that_met_something_of_its_own_is_no_change() {
    let noise = Noise::Autoregressive(0.0);
    let outcome = outcome(noise, Shape::Outlier(10.0), 50, HISTORIES, SEED);
    assert!(outcome.percent_with_points() <= 5.0, "{outcome:?}");
}

#[test]
fn failures_that_are_rare_are_no_change_where_three_of_them_meet() {
    let outcome = outcome(Noise::Counts(0.1), Shape::Constant, 100, HISTORIES, SEED);
    assert!(outcome.percent_with_points() <= 2.0, "{outcome:?}");
}
