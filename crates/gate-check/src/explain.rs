//! What a gate asks, in words, for the person who is stopped by it.

use std::fmt::Write;

use schema::configuration::{CustomGate, GatesFile};
use schema::evidence::{CheckStatus, GateGroup, Gates, Operator, unit_symbol};
use toolkit::ToolkitError;
use toolkit::figure::written;
use toolkit::summary::sentence;

use crate::gates::{GATES, Gate};
use crate::sections::writer;

/// Every name that a gate can be asked for by: its own, and its key in the gates file.
fn names(file: Option<&GatesFile>) -> impl Iterator<Item = &str> {
    let own = GATES.iter().flat_map(|gate| [gate.metric, gate.key]);
    let custom = file.into_iter().flat_map(|file| &file.custom_gates);
    own.chain(custom.map(|gate| gate.name.as_str()))
}

/// The explanation of a gate, by name or by key: with its limit where there is a gates file, with its answer where there was
/// evidence to judge.
pub(crate) fn explain(
    name: &str,
    file: Option<(&str, &GatesFile)>,
    gates: Option<&Gates>,
) -> Result<String, ToolkitError> {
    let by_key = |gate: &&Gate| gate.metric == name || gate.key == name;
    let custom = file
        .iter()
        .flat_map(|(_, file)| &file.custom_gates)
        .find(|gate| gate.name == name);
    let (mut text, name) = match (GATES.iter().find(by_key), custom) {
        (Some(gate), _) => (of_table(gate, file), gate.metric),
        (None, Some(gate)) => (of_custom(gate), gate.name.as_str()),
        (None, None) => {
            let known = names(file.map(|(_, file)| file));
            return Err(ToolkitError::unknown_name("--explain", name, known));
        }
    };
    let waiver = file.and_then(|(_, file)| file.waivers.iter().find(|waiver| waiver.gate == name));
    if let Some(waiver) = waiver {
        let (owner, expires, reason) = (&waiver.owner, &waiver.expires, &waiver.reason);
        let up_to = waiver
            .up_to
            .map_or_else(String::new, |limit| format!(", up to {limit}"));
        line(
            &mut text,
            "waiver",
            &format!("{owner}, until {expires}{up_to}: {reason}"),
        );
    }
    let answers = gates.into_iter().flat_map(|gates| &gates.checks);
    for gate in answers.filter(|gate| gate.check.name == name) {
        let status = gate.check.status.name();
        let ships = match (gate.check.passed, gate.check.status) {
            (true, CheckStatus::Pass) => "",
            (true, _) => ", and lets the build pass",
            (false, _) => ", and the build fails",
        };
        let outcome = format!("{status}{ships}: {}", sentence(&gate.check));
        line(&mut text, "outcome", &outcome);
        if let Some(hint) = &gate.hint {
            line(&mut text, "hint", hint);
        }
    }
    Ok(text)
}

fn of_table(gate: &Gate, file: Option<(&str, &GatesFile)>) -> String {
    let mut text = format!("{}\n", gate.metric);
    line(&mut text, "asks", gate.about);
    line(&mut text, "group", gate.group.name());
    let limit = match file {
        None => gate.key.to_owned(),
        Some((name, file)) => match gate.limit_in(file) {
            Some(limit) => {
                let limit = with_unit(gate.operator, &limit.to_string(), gate.unit);
                format!("{limit} ({name}: {})", gate.key)
            }
            None => format!("none: {name} has no {}, so it is not judged", gate.key),
        },
    };
    line(&mut text, "limit", &limit);
    evidence(
        &mut text,
        &format!(".{}", gate.metric),
        gate.metric.split('.').next(),
        gate.metric,
    );
    text
}

fn of_custom(gate: &CustomGate) -> String {
    let mut text = format!("{}\n", gate.name);
    line(&mut text, "group", GateGroup::Custom.name());
    let unit = gate.unit.as_deref().unwrap_or("none");
    let limit = with_unit(gate.operator, &written(&gate.value), unit);
    line(&mut text, "limit", &limit);
    let section = gate.pointer.split('/').nth(1);
    evidence(&mut text, &gate.pointer, section, &gate.name);
    text
}

fn with_unit(operator: Operator, limit: &str, unit: &str) -> String {
    let limit = format!("{} {limit} {}", operator.symbol(), unit_symbol(unit));
    limit.trim_end().to_owned()
}

fn evidence(text: &mut String, place: &str, section: Option<&str>, name: &str) {
    let writer = section.and_then(writer);
    let writer = writer.map(|tool| format!(", which {tool} writes"));
    line(
        text,
        "evidence",
        &format!("{place}{}", writer.unwrap_or_default()),
    );
    line(
        text,
        "missing",
        &format!("fails; `--allow-missing {name}` lets it be missing"),
    );
}

fn line(text: &mut String, label: &str, content: &str) {
    // A String takes whatever is written to it.
    let _ = writeln!(text, "  {label:<9} {content}");
}
