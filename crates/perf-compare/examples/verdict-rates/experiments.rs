//! What is asked of the verdicts.

use rand_xoshiro::Xoshiro256PlusPlus;

use crate::documents::{self, System};
use crate::queue;
use crate::verdicts::{Said, compare};

type Random = Xoshiro256PlusPlus;

/// A question that every trial answers with yes or no.
pub struct Experiment {
    pub name: &'static str,
    /// How often it may be yes; `None` where it is only reported.
    pub to_hold: Option<Bound>,
    pub trial: fn(&mut Random) -> bool,
}

#[derive(Clone, Copy)]
pub struct Bound {
    pub percent: f64,
    pub at_least: bool,
}

impl Bound {
    pub fn rate(self) -> f64 {
        self.percent / 100.0
    }
}

const fn at_most(percent: f64) -> Option<Bound> {
    Some(Bound {
        percent,
        at_least: false,
    })
}

const fn at_least(percent: f64) -> Option<Bound> {
    Some(Bound {
        percent,
        at_least: true,
    })
}

const P95: &str = "latency.p95_ms";
const P99: &str = "latency.p99_ms";

pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "identical, k = 5, deviation 5 %: the run is `regressed`",
        to_hold: at_most(1.0),
        trial: |random| systems(0.05, 1.0, 5, random).overall() == "regressed",
    },
    Experiment {
        name: "the same, latency × 1.2: the run is `regressed`",
        to_hold: at_least(95.0),
        trial: |random| systems(0.05, 1.2, 5, random).overall() == "regressed",
    },
    Experiment {
        name: "the same, latency × 1.2: p95 by itself is `regressed`",
        to_hold: None,
        trial: |random| systems(0.05, 1.2, 5, random).of(P95) == "regressed",
    },
    Experiment {
        name: "identical, k = 5, deviation 10 %: the run is `regressed`",
        to_hold: at_most(3.0),
        trial: |random| systems(0.10, 1.0, 5, random).overall() == "regressed",
    },
    Experiment {
        name: "the same, latency × 1.2: the run is `regressed`",
        to_hold: None,
        trial: |random| systems(0.10, 1.2, 5, random).overall() == "regressed",
    },
    Experiment {
        name: "identical, k = 10, deviation 5 %: p95 is proven `unchanged` or `not_worse`",
        to_hold: at_least(94.0),
        trial: |random| {
            ["unchanged", "not_worse"].contains(&systems(0.05, 1.0, 10, random).of(P95))
        },
    },
    Experiment {
        name: "one against one, queue at 0.8, the deviation of p99 between runs given: p99 is `regressed`",
        to_hold: at_most(5.0),
        trial: |random| queues("10", random).of(P99) == "regressed",
    },
    Experiment {
        name: "the same, threshold 0.1 %: p99 is `regressed`",
        to_hold: at_most(5.0),
        trial: |random| queues("0.1", random).of(P99) == "regressed",
    },
    Experiment {
        name: "history of 5, a run like them, threshold 0.1 %: p95, the only metric, is `regressed`",
        to_hold: at_most(2.5),
        trial: |random| history(5, "0.1", random).of(P95) == "regressed",
    },
    Experiment {
        name: "history of 10, a run like them, threshold 0.1 %: p95, the only metric, is `regressed`",
        to_hold: at_most(2.5),
        trial: |random| history(10, "0.1", random).of(P95) == "regressed",
    },
    Experiment {
        name: "history of 10, a run like them, threshold 10 %: p95 is `regressed`",
        to_hold: at_most(2.5),
        trial: |random| history(10, "10", random).of(P95) == "regressed",
    },
    Experiment {
        name: "a drift of 2 % a night from the first on, deviation 3 %: p95 is `regressed` by the 20th night",
        to_hold: None,
        trial: |random| drift(20, 0.02, random),
    },
    Experiment {
        name: "the same by the 30th night",
        to_hold: None,
        trial: |random| drift(30, 0.02, random),
    },
    Experiment {
        name: "48 metrics in 8 scenarios, k = 5, deviation 5 %: the run fails",
        to_hold: at_most(5.0),
        trial: |random| many(0.05, "10", random).failed(),
    },
    Experiment {
        name: "the same, deviation 10 %: the run fails",
        to_hold: at_most(5.0),
        trial: |random| many(0.10, "10", random).failed(),
    },
    Experiment {
        name: "the same, deviation 10 %, threshold 0.1 %: the run fails",
        to_hold: at_most(5.0),
        trial: |random| many(0.10, "0.1", random).failed(),
    },
];

fn systems(deviation: f64, slowness: f64, repetitions: usize, random: &mut Random) -> Said {
    let like = System {
        deviation,
        slowness: 1.0,
    };
    let before = documents::run("before", like, 1, repetitions, random);
    let now = documents::run("now", System { slowness, ..like }, 1, repetitions, random);
    compare(&[before], &now, &[])
}

fn many(deviation: f64, threshold: &str, random: &mut Random) -> Said {
    let like = System {
        deviation,
        slowness: 1.0,
    };
    let before = documents::run("before", like, 8, 5, random);
    let now = documents::run("now", like, 8, 5, random);
    compare(&[before], &now, &["--threshold", threshold])
}

fn history(runs: usize, threshold: &str, random: &mut Random) -> Said {
    let like = System {
        deviation: 0.05,
        slowness: 1.0,
    };
    let before: Vec<_> = (0..runs)
        .map(|run| documents::entry(&run.to_string(), like, random))
        .collect();
    let now = documents::entry("now", like, random);
    compare(&before, &now, &["--threshold", threshold])
}

fn queues(threshold: &str, random: &mut Random) -> Said {
    let (before, now) = (queue::run("before", random), queue::run("now", random));
    let between_runs = queue::deviation_percent().to_string();
    let arguments = [
        "--run-sd",
        &between_runs,
        "--threshold",
        threshold,
        "--primary",
        "p99",
    ];
    compare(&[before], &now, &arguments)
}

/// Whether a history that becomes slower every night is told of at one of these nights, or passes them all.
fn drift(nights: i32, a_night: f64, random: &mut Random) -> bool {
    let mut runs = Vec::new();
    (0..nights).any(|night| {
        let system = System {
            deviation: 0.03,
            slowness: (1.0 + a_night).powi(night),
        };
        let now = documents::entry(&night.to_string(), system, random);
        let told = runs.len() >= 5 && compare(&runs, &now, &[]).of(P95) == "regressed";
        runs.push(now);
        told
    })
}
