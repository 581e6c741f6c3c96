//! The binary: see `policy_server::run`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let exit = policy_server::run(&arguments, &mut std::io::stdout(), &mut std::io::stderr());
    ExitCode::from(exit)
}
