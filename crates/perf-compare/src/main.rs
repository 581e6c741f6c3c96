//! Compares a run with a baseline.

use std::process::ExitCode;

fn main() -> ExitCode {
    toolkit::main(perf_compare::run)
}
