//! A history of runs: what a run is held to, how it grows, and where it changed.
//!
//! In a folder of baselines, `history.ndjson` holds every run that was taken over, one evidence document a line, without
//! what only a single run is compared by; `latest.json` is the reference, whole.

mod drawn;
mod entry;
mod places;
mod stretches;
pub(crate) mod trend;
mod update;

pub(crate) use drawn::of as drawn;
pub(crate) use places::Places;
pub(crate) use stretches::{Change, Stretches, of_baseline};
pub(crate) use update::update;
