//! bench-run loads an HTTP service as a configuration says and writes down what it measured.
//!
//! The data flows one way: **plan** what is to be done, **drive** the load, **record** what came back, make the
//! **document** of it. **service** is what is loaded, **host** is where. A **campaign** is one **measurement** of
//! one service, or two in turn; **capacity** searches for what one can take.

mod campaign;
mod capacity;
mod document;
mod drive;
mod effort;
mod error;
mod host;
mod measurement;
mod options;
mod plan;
mod progress;
mod publication;
mod record;
mod rig;
mod run;
mod service;
mod slices;
mod summary;

use schema::evidence::{Evidence, Warning};
use toolkit::{Exit, Streams, Tool};

/// This tool.
const TOOL: Tool = Tool {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    schema: || schemars::schema_for!(Evidence),
};

/// Runs the tool with these arguments, without the program's name.
pub fn run(arguments: &[String], streams: &mut Streams<'_>) -> Exit {
    TOOL.run(arguments, streams, run::run)
}

/// A warning of this tool.
fn warning(code: &str, message: &str) -> Warning {
    Warning {
        tool: TOOL.name.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
    }
}
