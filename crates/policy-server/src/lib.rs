//! policy-server: a small model-serving HTTP service, the reference under load tests. It runs a
//! real policy, and has trouble of a known kind and amount when that is ordered.

mod arguments;
mod artifacts;
mod error;
pub mod faults;
mod http;
mod limits;
mod metrics;
mod policy;
mod random;
mod serve;
pub mod truth;
mod units;

use std::io::Write;

use arguments::{Arguments, Command, CreateArtifacts};
use artifacts::Created;
pub use error::Error;
use toolkit::{Exit, Streams};

const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Serves, or makes artifacts, as the arguments (without the program's name) say.
pub fn run(arguments: &[String], streams: &mut Streams<'_>) -> Exit {
    let options = match toolkit::arguments::parse::<Arguments>("policy-server", arguments) {
        Ok(options) => options,
        Err(early) => return early.tell(streams),
    };
    if options.command.is_none() && options.artifacts.is_none() && !options.version {
        streams.error(
            "policy-server: warning: no --artifacts: there is no model, and /predict answers 503\n",
        );
    }
    let first = arguments.first().map_or("", String::as_str);
    match dispatch(&options, first, streams.stdout) {
        Ok(()) => Exit::Passed,
        Err(error) => {
            streams.error(&format!("policy-server: error: {error}\n"));
            Exit::Error
        }
    }
}

fn dispatch(options: &Arguments, first: &str, stdout: &mut dyn Write) -> Result<(), Error> {
    if options.version {
        say(stdout, &format!("policy-server {TOOL_VERSION}"));
        return Ok(());
    }
    match &options.command {
        None => serve::serve(options, stdout),
        Some(Command::CreateArtifacts(order)) if first == "create-artifacts" => {
            create_artifacts(order, stdout)
        }
        Some(Command::CreateArtifacts(_)) => Err(Error::Options(format!(
            "{first}: is of the server; only options of its own are expected with create-artifacts, \
             after it"
        ))),
    }
}

fn create_artifacts(order: &CreateArtifacts, stdout: &mut dyn Write) -> Result<(), Error> {
    let line = match artifacts::create(&order.output, &order.version, order.seed)? {
        Created::Written(folder) => format!("created {}", folder.display()),
        Created::AlreadyThere(folder) => {
            format!(
                "unchanged {}: it holds the same files already",
                folder.display()
            )
        }
    };
    say(stdout, &line);
    Ok(())
}

/// One line at once; nobody listening is no error.
fn say(stdout: &mut dyn Write, line: &str) {
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}
