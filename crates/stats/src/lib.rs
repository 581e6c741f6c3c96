//! Statistics of repeated, autocorrelated measurements. No I/O, no documents; the only crate that knows statrs.

mod clustered;
mod sample_size;
mod slope;

pub use clustered::clustered_interval;
pub use sample_size::samples_for_interval;
pub use slope::Slope;
