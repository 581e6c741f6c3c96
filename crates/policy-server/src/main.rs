//! The binary: see `policy_server::run`.

use std::process::ExitCode;

fn main() -> ExitCode {
    toolkit::main(policy_server::run)
}
