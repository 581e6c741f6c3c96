//! Holds all evidence about a build against the gates file.

use std::process::ExitCode;

fn main() -> ExitCode {
    toolkit::main(gate_check::run)
}
