//! A history of runs: what a run is held to, how it grows, and where it changed.

use schema::evidence::Metric;

use crate::baseline::Baseline;

/// What the runs of a history measured of one metric, stretch by stretch.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Runs {
    /// The stretch that a run is held to.
    pub(crate) reference: Vec<f64>,
    /// The others, which tell how much runs scatter.
    pub(crate) other: Vec<Vec<f64>>,
}

/// The runs of a baseline in the order of time.
pub(crate) fn runs_of(baseline: &Baseline, scenario: Option<&str>, metric: Metric) -> Runs {
    let values = baseline
        .runs
        .iter()
        .filter_map(|run| run.part(scenario)?.value(metric).whole);
    Runs {
        reference: values.collect(),
        other: Vec::new(),
    }
}
