//! Statistics of repeated, autocorrelated measurements. No I/O, no documents; the only crate that knows statrs.
//!
//! What is measured decides which interval is honest: [`sliced_interval`] for quantiles of one repetition,
//! [`repeated_interval`] for those of all repetitions, [`clustered_interval`] for an average such as a throughput,
//! [`proportion_interval`] for the share of failures, [`slope_interval`] for growth over time and [`mean_interval`] for its
//! mean over repetitions. All are two-sided, of 95 %.
//!
//! What is compared decides which [`Difference`] is honest: [`welch_difference`] for repetitions on two sides,
//! [`paired_difference`] for those measured in turn, [`predicted_difference`] for a run against a history and
//! [`known_difference`] for one run against one. Where many are looked at, [`holm`] and [`benjamini_hochberg`] correct their
//! p-values; [`permutation_test`] checks the few that Student's law may not fit.
//!
//! [`change_points`] finds where the level of a history of runs changes.

mod autoregressive;
mod change_points;
mod clustered;
mod difference;
mod distribution;
mod mean;
mod mixture;
mod multiple;
mod permutation;
mod proportion;
mod repeated;
mod sample_size;
mod sliced;
mod slope_interval;
mod start;
mod student;

pub use change_points::{ChangePoint, change_points};
pub use clustered::clustered_interval;
pub use difference::{
    Difference, known_difference, paired_difference, predicted_difference, welch_difference,
};
pub use distribution::Distribution;
pub use mean::mean_interval;
pub use multiple::{benjamini_hochberg, holm};
pub use permutation::{paired_permutation_test, permutation_test};
pub use proportion::proportion_interval;
pub use repeated::repeated_interval;
pub use sample_size::samples_for_interval;
pub use sliced::{QuantileInterval, pooled_effective_samples, sliced_interval};
pub use slope_interval::{SlopeInterval, slope_interval};
pub use start::{StartDifference, start_differs};
