//! health-probe: what a deployed service answers to single requests.
//!
//! `service` is where it stands, `probe` one request and what its answer must be, `health` the tool that asks all of them at
//! once and writes the section `health_checks`.

mod error;
mod health;
mod probe;
mod service;

pub use health::run as health_probe;
