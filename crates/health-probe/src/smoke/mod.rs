//! The tool smoke-test: steps one after another, and one section of what they found.
//!
//! `suite` is what is asked, `step` a probe that uses what earlier ones captured, `in_order` the asking, `section` what became
//! of it.

mod in_order;
mod options;
mod section;
mod step;
mod suite;

use std::time::Instant;

use schema::Section;
use schema::evidence::{Evidence, SmokeTests};
use schemars::schema_for;
use toolkit::{Exit, Interrupt, Streams, Tool, documents, files, summary};

use crate::error::Error;
use crate::{service, up};
use options::Options;

const TOOL: Tool = Tool {
    name: "smoke-test",
    version: env!("CARGO_PKG_VERSION"),
    schema: || schema_for!(Evidence),
};

/// Reads a document or begins one, takes the service through the steps, writes the document on with the section
/// `smoke_tests`.
pub fn run(arguments: &[String], streams: &mut Streams<'_>) -> Exit {
    TOOL.run(arguments, streams, test)
}

fn test(options: Options, streams: &mut Streams<'_>) -> Result<Exit, Error> {
    options.refuse_stdin_twice()?;
    let interrupt = Interrupt::listen()?;
    let mut incoming = documents::read_begun(streams)?.unwrap_or_default();
    if incoming.document.has(SmokeTests::NAME) {
        return Err(Error::AlreadyAsked {
            section: SmokeTests::NAME,
        });
    }
    if let Some(output) = &options.output {
        files::check_writable(output)?;
    }
    let (target, mut inputs) = options.whereabouts().find(streams)?;
    let mut suite = suite::read(&options, &incoming.evidence, streams)?;
    inputs.append(&mut suite.inputs);
    incoming.commit = options.commit.clone().or(suite.commit);
    let client = service::client(&TOOL, suite.security, &target, &mut incoming, streams)?;

    if let Some(first) = suite.steps.first() {
        let patience = up::Patience {
            wait: options.wait_for_up,
            timeout: options.step_timeout,
        };
        let first = first.unfilled();
        up::wait(
            &TOOL, first, &client, &target, patience, &interrupt, streams,
        );
    }
    let began = Instant::now();
    let pace = in_order::Pace {
        deadline: began + options.timeout,
        step: options.step_timeout,
    };
    let asked = in_order::ask(&suite.steps, &client, &target, pace, &interrupt);
    let section = section::of(&asked, began.elapsed(), &target);

    let all = section.tests.iter().map(|probe| &probe.check);
    summary::say_checks(&TOOL, all, streams);
    summary::say_other_failures(&TOOL, SmokeTests::NAME, &incoming.evidence, streams);
    incoming.add(&TOOL, &section, inputs)?;
    let verdict = incoming.pass_on(options.output.as_deref(), streams)?;
    Ok(interrupt.exit().unwrap_or(verdict))
}
