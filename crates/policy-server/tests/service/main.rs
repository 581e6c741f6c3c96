//! The binary as its users meet it: started as a program, spoken to over TCP.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test fails the test, as the test itself does"
)]

mod artifacts;
mod client;
mod command_line;
mod endpoints;
mod faults;
mod known_answers;
mod lifecycle;
mod server;
mod truth;
mod validation;
