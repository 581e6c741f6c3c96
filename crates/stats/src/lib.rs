//! Statistics of repeated, autocorrelated measurements. No I/O, no documents; the only crate that knows statrs.

mod clustered;
mod slope;

pub use clustered::clustered_interval;
pub use slope::Slope;
