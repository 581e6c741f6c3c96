//! The tool health-probe: all checks at once, and one section of what they found.
//!
//! `checks` is what is asked, `at_once` the asking, `section` what became of it.

mod at_once;
mod checks;
mod options;
mod section;

use std::time::Instant;

use schema::Section;
use schema::evidence::{Evidence, HealthChecks};
use schemars::schema_for;
use toolkit::{Exit, Interrupt, Streams, Tool, documents, files, summary};

use crate::error::Error;
use crate::probe::Patience;
use crate::{service, up};
use options::Options;

const TOOL: Tool = Tool {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    schema: || schema_for!(Evidence),
};

/// Reads a document or begins one, asks the service, writes the document on with the section `health_checks`.
pub fn run(arguments: &[String], streams: &mut Streams<'_>) -> Exit {
    TOOL.run(arguments, streams, check)
}

fn check(options: Options, streams: &mut Streams<'_>) -> Result<Exit, Error> {
    options.refuse_stdin_twice()?;
    let interrupt = Interrupt::listen()?;
    let mut incoming = documents::read_begun(streams)?.unwrap_or_default();
    if incoming.document.has(HealthChecks::NAME) {
        return Err(Error::AlreadyAsked {
            section: HealthChecks::NAME,
        });
    }
    if let Some(output) = &options.output {
        files::check_writable(output)?;
    }
    let (target, mut inputs) = options.whereabouts().find(streams)?;
    let mut checks = checks::read(&options, &incoming.evidence, streams)?;
    inputs.append(&mut checks.inputs);
    incoming.commit = options.commit.clone().or(checks.commit);
    let client = service::client(&TOOL, checks.security, &target, &mut incoming, streams)?;

    if let Some(first) = checks.probes.first() {
        let patience = up::Patience {
            wait: options.wait_for_up,
            timeout: options.timeout,
        };
        up::wait(
            &TOOL, first, &client, &target, patience, &interrupt, streams,
        );
    }
    let patience = Patience {
        deadline: Instant::now() + options.timeout,
        attempts: options.attempts,
        interval: options.interval,
    };
    let asked = at_once::ask(checks.probes, &client, &target, patience, &interrupt);
    let section = section::of(&asked, &target);

    let all = section.checks.iter().map(|probe| &probe.check);
    summary::say_checks(&TOOL, all, streams);
    summary::say_other_failures(&TOOL, HealthChecks::NAME, &incoming.evidence, streams);
    incoming.add(&TOOL, &section, inputs)?;
    let verdict = incoming.pass_on(options.output.as_deref(), streams)?;
    Ok(interrupt.exit().unwrap_or(verdict))
}
