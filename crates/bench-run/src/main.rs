//! The binary: real arguments, real streams.

use std::process::ExitCode;

fn main() -> ExitCode {
    toolkit::main(bench_run::run)
}
