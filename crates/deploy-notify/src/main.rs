//! Tells people and systems how a deployment ended.

use std::process::ExitCode;

fn main() -> ExitCode {
    toolkit::main(deploy_notify::run)
}
