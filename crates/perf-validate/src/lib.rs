//! perf-validate: one run against its thresholds.
//!
//! The top level of the document and every batch size are held to the thresholds file, every test scenario to
//! its own limits and to the error rate of that file. What was not measured is missing, and fails. Whether a value
//! decides or its whole 95 % interval is up to the person who asks; the document tells both.

mod doubts;
mod error;
mod interval;
mod judge;
mod options;
mod part;
mod quantile;
mod report;
mod thresholds;

use schema::Section;
use schema::configuration::ThresholdsFile;
use schema::evidence::{Evidence, Validation};
use schemars::schema_for;
use toolkit::{AllowedMissing, Exit, Streams, Tool, ToolkitError, on_one_line};
use toolkit::{configuration, documents, files, summary};

use error::Error;
use judge::Demand;
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

fn validate(options: Options, streams: &mut Streams<'_>) -> Result<Exit, Error> {
    documents::refuse_stdin_twice(&options.results, "--thresholds", &options.thresholds)?;
    options.check_output()?;
    let mut incoming = documents::read(&options.results, "--results", streams)?;
    let (file, read) = configuration::read::<ThresholdsFile>(&options.thresholds, streams)?;
    let of_run = file
        .performance_thresholds
        .ok_or_else(|| Error::NoThresholds {
            file: read.name.clone(),
        })?;
    let demand = Demand {
        thresholds: &of_run,
        allowed: allowed_missing(&options.allow_missing, &incoming.evidence)?,
        whole_interval: options.strict,
        no_doubts: options.strict_warnings,
    };

    let doubts = doubts::of(&incoming.evidence);
    let validation = judge::validate(&incoming.evidence, &doubts, &demand);
    // Where they are checks, they are said as such.
    let beside = if demand.no_doubts { &[] } else { &doubts[..] };
    for doubt in beside {
        streams.say(&on_one_line(&format!("{}: warning of {doubt}", TOOL.name)));
    }
    summary::say_checks(&TOOL, &validation.checks, streams);
    summary::say_other_failures(&TOOL, Validation::NAME, &incoming.evidence, streams);

    if let Some(path) = &options.output {
        let report = report::markdown(&validation, beside, &incoming.evidence);
        files::write(path, report.as_bytes(), streams)?;
    }
    incoming.add(&TOOL, &validation, vec![read.input()])?;
    Ok(incoming.pass_on(None, streams)?)
}

/// A run that was broken off may lack the very scenarios that the names speak of. It fails whatever is allowed.
fn allowed_missing(names: &[String], evidence: &Evidence) -> Result<AllowedMissing, ToolkitError> {
    if evidence.run.as_ref().is_some_and(|run| run.interrupted) {
        return Ok(AllowedMissing::default());
    }
    AllowedMissing::new(names, &judge::possible_names(evidence))
}
