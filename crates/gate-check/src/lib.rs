//! gate-check: all evidence about a build against the gates file.
//!
//! Every gate of the file is judged on the section that it speaks of, or those of one group alone. A section
//! that is not in the document is missing, and fails. No statistics: a number stands to its limit or does not.

mod checks;
mod contradictions;
mod custom;
mod error;
mod explain;
mod gates;
mod groups;
mod hints;
mod imported;
mod judge;
mod names;
mod options;
mod provenance;
mod question;
mod sections;
mod waivers;

use schema::Section;
use schema::configuration::GatesFile;
use schema::evidence::{CheckStatus, Evidence, GateCheck, Gates, Warning};
use schemars::schema_for;
use toolkit::documents::Incoming;
use toolkit::files::{self, ReadFile};
use toolkit::{AllowedMissing, Exit, Streams, Tool};
use toolkit::{clock, configuration, documents, summary};

use error::Error;
use groups::Only;
use judge::Conditions;
use options::Options;
use provenance::Demands;

const TOOL: Tool = Tool {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    schema: || schema_for!(Evidence),
};

/// Reads a document, judges it, writes it on with the section `gates`.
pub fn run(arguments: &[String], streams: &mut Streams<'_>) -> Exit {
    TOOL.run(
        arguments,
        streams,
        |options: Options, streams| match &options.explain {
            Some(gate) => explain(gate, &options, streams),
            None => check(&options, streams),
        },
    )
}

fn check(options: &Options, streams: &mut Streams<'_>) -> Result<Exit, Error> {
    let (mut incoming, (_, read), gates) = judged(options, streams)?;
    say(&gates, streams);
    summary::say_other_failures(&TOOL, Gates::NAME, &incoming.evidence, streams);
    for warning in warnings(&gates) {
        incoming.warn(&warning, streams)?;
    }
    // What an earlier stage was told is part of the section, and so is where it had it from.
    incoming.extend(&TOOL, &gates, vec![read.input()])?;
    Ok(incoming.pass_on(options.output.as_deref(), streams)?)
}

fn judged(
    options: &Options,
    streams: &mut Streams<'_>,
) -> Result<(Incoming, (GatesFile, ReadFile), Gates), Error> {
    let gates_file = options.gates.as_deref().ok_or(Error::NoGatesFile)?;
    documents::refuse_stdin_twice(&options.results, "--gates", gates_file)?;
    let only = Only::new(&options.only)?;
    let demands = Demands {
        max_age: options.max_age,
        commit: options.commit.as_deref(),
    };
    let incoming = documents::read(&options.results, "--results", streams)?;
    let (file, read) = configuration::read::<GatesFile>(gates_file, streams)?;
    names::refuse_unclear(&read.name, &file)?;
    let can_be_missing = names::that_can_be_missing(&file);
    let allowed = AllowedMissing::new(&options.allow_missing, &can_be_missing)?;
    only.refuse_empty(&read.name, &file, &demands)?;
    let conditions = Conditions {
        only: &only,
        allowed: &allowed,
        demands: &demands,
        fail_on_warn: options.fail_on_warn,
        today: clock::today(),
    };
    let gates = judge::judge(&incoming.document, &incoming.evidence, &file, &conditions)?;
    Ok((incoming, (file, read), gates))
}

/// To stdout, in place of a document: it is what was asked for.
fn explain(gate: &str, options: &Options, streams: &mut Streams<'_>) -> Result<Exit, Error> {
    let text = match &options.gates {
        None => explain::explain(gate, None, None)?,
        Some(path) if options.results.is_empty() => {
            let (file, read) = configuration::read::<GatesFile>(path, streams)?;
            explain::explain(gate, Some((&read.name, &file)), None)?
        }
        Some(_) => {
            let (_, (file, read), gates) = judged(options, streams)?;
            explain::explain(gate, Some((&read.name, &file)), Some(&gates))?
        }
    };
    files::write("-", text.as_bytes(), streams)?;
    Ok(Exit::Passed)
}

fn say(gates: &Gates, streams: &mut Streams<'_>) {
    summary::say_checks(&TOOL, gates.checks.iter().map(|gate| &gate.check), streams);
    let roomy: Vec<&str> = gates
        .checks
        .iter()
        .filter(|gate| gate.hint.is_some())
        .map(|gate| gate.check.name.as_str())
        .collect();
    if let Some((first, more)) = roomy.split_first() {
        let more = match more.len() {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        streams.say(&format!(
            "{}: hint: the limit of {first}{more} could be tightened: see `hint` in the document",
            TOOL.name
        ));
    }
}

/// What the gates let pass and people should know of all the same.
fn warnings(gates: &Gates) -> impl Iterator<Item = Warning> {
    gates.checks.iter().filter_map(|gate| {
        let code = warning_code(gate)?;
        let note = gate.check.note.as_deref().unwrap_or_default();
        Some(Warning {
            tool: TOOL.name.to_owned(),
            code: code.to_owned(),
            message: format!("{} {}: {note}", gate.check.name, gate.check.status.name()),
        })
    })
}

fn warning_code(gate: &GateCheck) -> Option<&'static str> {
    let holds = gate.check.status == CheckStatus::Pass;
    match (&gate.waiver, holds, gate.check.passed) {
        (Some(_), true, _) => Some("waiver_not_needed"),
        (Some(_), false, true) => Some("waived"),
        (None, false, true) if !gate.level.is_error() => Some("gate_warning"),
        _ => None,
    }
}
