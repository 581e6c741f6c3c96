//! The binary; all of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    toolkit::main(report_gen::run)
}
