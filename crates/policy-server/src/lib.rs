//! policy-server: a small model-serving HTTP service, the reference under load tests. It runs a
//! real policy, and has trouble of a known kind and amount when that is ordered.

mod arguments;
pub mod artifacts;
mod closing;
mod error;
pub mod faults;
mod http;
pub mod limits;
mod metrics;
pub mod policy;
mod random;
mod serve;
mod timer;
pub mod truth;
pub mod units;

use std::io::Write;

use arguments::{Arguments, Command, CreateArtifacts};
use artifacts::Created;
pub use error::Error;
use toolkit::Exit;

/// Version of this tool.
pub const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Serves, or makes artifacts, as the arguments (without the program's name) say. Returns the
/// exit code: 0, or 2 with an error on `stderr`.
pub fn run(arguments: &[String], stdout: &mut dyn Write, stderr: &mut dyn Write) -> u8 {
    let outcome = match toolkit::arguments::parse::<Arguments>("policy-server", arguments) {
        Ok(arguments) => dispatch(&arguments, stdout),
        Err(early) => {
            // A closed stream leaves no way to say so.
            let _ = match early.exit {
                Exit::Passed => stdout.write_all(early.text.as_bytes()),
                _ => stderr.write_all(early.text.as_bytes()),
            };
            return early.exit.code();
        }
    };
    match outcome {
        Ok(()) => Exit::Passed.code(),
        Err(error) => {
            let _ = writeln!(stderr, "policy-server: error: {error}");
            Exit::Error.code()
        }
    }
}

fn dispatch(arguments: &Arguments, stdout: &mut dyn Write) -> Result<(), Error> {
    if arguments.version {
        say(stdout, &format!("policy-server {TOOL_VERSION}"));
        return Ok(());
    }
    match &arguments.command {
        Some(Command::CreateArtifacts(order)) => create_artifacts(order, stdout),
        None => serve::serve(arguments, stdout),
    }
}

fn create_artifacts(order: &CreateArtifacts, stdout: &mut dyn Write) -> Result<(), Error> {
    match artifacts::create(&order.output, &order.version, order.seed)? {
        Created::Written(folder) => say(stdout, &format!("created {}", folder.display())),
        Created::AlreadyThere(folder) => {
            say(
                stdout,
                &format!(
                    "unchanged {}: it holds the same files already",
                    folder.display()
                ),
            );
        }
    }
    Ok(())
}

/// One line at once; nobody listening is no error.
fn say(stdout: &mut dyn Write, line: &str) {
    let _ = writeln!(stdout, "{line}");
    let _ = stdout.flush();
}
