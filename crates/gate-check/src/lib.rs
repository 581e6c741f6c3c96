//! gate-check: all evidence about a build against the gates file.
//!
//! Every gate of the file is judged on the section that it speaks of, or those of one group alone. A section
//! that is not in the document is missing, and fails. No statistics: a number stands to its limit or does not.

mod error;
mod gates;
mod groups;
mod judge;
mod options;

use schema::Section;
use schema::configuration::GatesFile;
use schema::evidence::{Evidence, Gates};
use schemars::schema_for;
use toolkit::{AllowedMissing, Exit, Streams, Tool};
use toolkit::{configuration, documents, summary};

use error::Error;
use groups::Only;
use options::Options;

const TOOL: Tool = Tool {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    schema: || schema_for!(Evidence),
};

/// Reads a document, judges it, writes it on with the section `gates`.
pub fn run(arguments: &[String], streams: &mut Streams<'_>) -> Exit {
    TOOL.run(arguments, streams, check)
}

fn check(options: Options, streams: &mut Streams<'_>) -> Result<Exit, Error> {
    documents::refuse_stdin_twice(&options.results, "--gates", &options.gates)?;
    let only = Only::new(&options.only)?;
    let allowed = AllowedMissing::new(&options.allow_missing, &gates::names())?;
    let mut incoming = documents::read(&options.results, "--results", streams)?;
    let (file, read) = configuration::read::<GatesFile>(&options.gates, streams)?;
    only.refuse_empty(&read.name, &file)?;

    let gates = judge::judge(&incoming.evidence, &file, &only, &allowed);
    summary::say_checks(&TOOL, gates.checks.iter().map(|gate| &gate.check), streams);
    summary::say_other_failures(&TOOL, Gates::NAME, &incoming.evidence, streams);

    incoming.add(&TOOL, &gates, vec![read.input()])?;
    Ok(incoming.pass_on(options.output.as_deref(), streams)?)
}
