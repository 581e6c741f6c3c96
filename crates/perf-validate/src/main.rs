//! Holds one run against its thresholds.

use std::process::ExitCode;

fn main() -> ExitCode {
    toolkit::main(perf_validate::run)
}
