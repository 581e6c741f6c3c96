//! perf-compare: one run against a baseline.
//!
//! The rule is one run against one: a metric that is worse by more than the threshold has regressed. It knows
//! nothing of how much runs differ by themselves, and the section says so (`unguarded`).

mod baseline;
mod comparison;
mod error;
mod guards;
mod judge;
mod options;
mod words;

use schema::Section;
use schema::evidence::{Comparison, Evidence};
use schemars::schema_for;
use toolkit::documents::{self, Incoming};
use toolkit::summary;
use toolkit::{AllowedMissing, Exit, Streams, Tool, ToolkitError};

use error::Error;
use guards::{Answer, Guard};
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
    let current: Vec<String> = options.current.iter().cloned().collect();
    documents::refuse_stdin_twice(&current, "--baseline", &options.baseline)?;
    let allowed = AllowedMissing::new(&options.allow_missing, &baseline::names())?;
    let mut incoming = documents::read(&current, "--current", streams)?;
    let refusal = match baseline::read(&options.baseline, &allowed, streams)? {
        Some(baseline) => compare_with(baseline, &mut incoming, &options, &allowed, streams)?,
        None => {
            let message = format!(
                "{}: no such baseline, nothing is compared",
                options.baseline
            );
            incoming.warn(&guards::warning("no_baseline", message), streams)?;
            None
        }
    };
    summary::say_other_failures(&TOOL, Comparison::NAME, &incoming.evidence, streams);
    let exit = incoming.pass_on(options.output.as_deref(), streams)?;
    refusal.map_or(Ok(exit), |reason| Err(Error::Incomparable(reason)))
}

/// Adds the section; returns why the runs are incomparable, if they are.
fn compare_with(
    baseline: Incoming,
    incoming: &mut Incoming,
    options: &Options,
    allowed: &AllowedMissing,
    streams: &mut Streams<'_>,
) -> Result<Option<String>, ToolkitError> {
    let guard = Guard::between(
        &baseline.evidence,
        &incoming.evidence,
        options.allow_host_mismatch,
    );
    let comparison = comparison::of(
        &baseline.evidence,
        &incoming.evidence,
        options.threshold,
        allowed,
        &guard,
    );
    words::say(&comparison, streams);
    incoming.add(&TOOL, &comparison, baseline.inputs)?;
    let Some(warning) = guard.warning else {
        return Ok(None);
    };
    if guard.answer != Answer::Incomparable {
        incoming.warn(&warning, streams)?;
        return Ok(None);
    }
    // Said by the error that the document is followed by.
    incoming.document.add_warning(&warning)?;
    Ok(Some(warning.message))
}
