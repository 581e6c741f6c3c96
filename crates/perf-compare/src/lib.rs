//! perf-compare: one run against a baseline.
//!
//! The rule is one run against one: a metric that is worse by more than the threshold has regressed. It knows
//! nothing of how much runs differ by themselves, and the section says so (`unguarded`).

mod baseline;
mod comparison;
mod error;
mod guards;
mod judge;
mod metrics;
mod options;
mod words;

use schema::Section;
use schema::evidence::{Comparison, Evidence};
use schemars::schema_for;
use toolkit::{AllowedMissing, Exit, Streams, Tool, ToolkitError};
use toolkit::{documents, summary};

use error::Error;
use guards::Guard;
use options::Options;

const TOOL: Tool = Tool {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    schema: || schema_for!(Evidence),
};

/// Reads a document, compares it, writes it on with the section `comparison`.
pub fn run(arguments: &[String], streams: &mut Streams<'_>) -> Exit {
    TOOL.run(arguments, streams, compare)
}

fn compare(options: Options, streams: &mut Streams<'_>) -> Result<Exit, Error> {
    let current: Vec<String> = options.current.into_iter().collect();
    let output = options.output.as_deref();
    documents::refuse_stdin_twice(&current, "--baseline", &options.baseline)?;
    let allowed = AllowedMissing::new(&options.allow_missing, &metrics::names())?;
    let mut incoming = documents::read(&current, "--current", streams)?;
    let Some(baseline) = baseline::read(&options.baseline, &allowed, streams)? else {
        let message = format!(
            "{}: no such baseline, nothing is compared",
            options.baseline
        );
        incoming.warn(&guards::warning("no_baseline", message), streams)?;
        summary::say_other_failures(&TOOL, Comparison::NAME, &incoming.evidence, streams);
        return Ok(incoming.pass_on(output, streams)?);
    };

    let guard = Guard::between(
        &baseline.evidence,
        &incoming.evidence,
        options.allow_host_mismatch,
    );
    let comparison = comparison::of(
        &baseline.evidence,
        &incoming.evidence,
        options.threshold,
        &allowed,
        &guard,
    );
    words::say(&comparison, streams);
    match &guard {
        Guard::Comparable => {}
        Guard::AtOwnRisk(warning) | Guard::Interrupted(warning) => {
            incoming.warn(warning, streams)?;
        }
        // Said by the error that the document is followed by.
        Guard::Incomparable(warning) => incoming
            .document
            .add_warning(warning)
            .map_err(ToolkitError::from)?,
    }
    summary::say_other_failures(&TOOL, Comparison::NAME, &incoming.evidence, streams);

    incoming.add(&TOOL, &comparison, baseline.inputs)?;
    let exit = incoming.pass_on(output, streams)?;
    match guard {
        Guard::Incomparable(warning) => Err(Error::Incomparable(warning.message)),
        _ => Ok(exit),
    }
}
