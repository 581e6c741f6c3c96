//! Reads what scanners, coverage and test tools write, as evidence.

use std::process::ExitCode;

fn main() -> ExitCode {
    toolkit::main(scan_import::run)
}
