//! health-probe and smoke-test: what a deployed service answers to single requests.
//!
//! `service` is where it stands, `asked` the file that says what is asked, `up` the wait for one that is starting, `served`
//! what it must say that it is, `probe` one request and what its answer must be. `health` is the tool that asks all of them at
//! once and writes the section `health_checks`, `smoke` the one that asks them in order and writes `smoke_tests`.

mod asked;
mod error;
mod health;
mod probe;
mod served;
mod service;
mod smoke;
mod up;

pub use health::run as health_probe;
pub use smoke::run as smoke_test;
