//! Asks a deployed service whether it is up, and whether it is the right one.

use std::process::ExitCode;

fn main() -> ExitCode {
    toolkit::main(health_probe::health_probe)
}
