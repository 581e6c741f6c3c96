//! perf-validate: one run against its thresholds.
//!
//! The top level of the document and every batch size are held to the thresholds file, every test scenario to
//! its own limits and to the error rate of that file. What was not measured is missing, and fails.

mod judge;
mod options;
mod quantile;
mod thresholds;

use schema::Section;
use schema::configuration::ThresholdsFile;
use schema::evidence::{Evidence, Validation};
use schemars::schema_for;
use toolkit::{AllowedMissing, Exit, Streams, Tool, ToolkitError};
use toolkit::{configuration, documents, summary};

use options::Options;

const TOOL: Tool = Tool {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    schema: || schema_for!(Evidence),
};

/// Reads a document, judges it, writes it on with the section `validation`.
pub fn run(arguments: &[String], streams: &mut Streams<'_>) -> Exit {
    TOOL.run(arguments, streams, validate)
}

fn validate(options: Options, streams: &mut Streams<'_>) -> Result<Exit, ToolkitError> {
    documents::refuse_stdin_twice(&options.results, "--thresholds", &options.thresholds)?;
    let mut incoming = documents::read(&options.results, "--results", streams)?;
    let (file, read) = configuration::read::<ThresholdsFile>(&options.thresholds, streams)?;
    let of_run = file.performance_thresholds.unwrap_or_default();
    let allowed = allowed_missing(&options.allow_missing, &incoming.evidence)?;

    let validation = judge::validate(&incoming.evidence, &of_run, &allowed);
    summary::say_checks(&TOOL, &validation.checks, streams);
    summary::say_other_failures(&TOOL, Validation::NAME, &incoming.evidence, streams);

    incoming.add(&TOOL, &validation, vec![read.input()])?;
    incoming.pass_on(options.output.as_deref(), streams)
}

/// A run that was broken off may lack the very scenarios that the names speak of. It fails whatever is allowed.
fn allowed_missing(names: &[String], evidence: &Evidence) -> Result<AllowedMissing, ToolkitError> {
    if evidence.run.as_ref().is_some_and(|run| run.interrupted) {
        return Ok(AllowedMissing::default());
    }
    AllowedMissing::new(names, &judge::possible_names(evidence))
}
