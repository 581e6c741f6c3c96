//! Sends a deployed service real requests, one after another, and holds its answers to what they must be.

use std::process::ExitCode;

fn main() -> ExitCode {
    toolkit::main(health_probe::smoke_test)
}
