//! What gates are called, and what is called as none of them.

use schema::configuration::GatesFile;
use schema::evidence::GateGroup;
use toolkit::ToolkitError;

use crate::error::Error;
use crate::gates::GATES;

/// The name of every gate that the file asks, in the order in which they are judged.
pub(crate) fn of_gates(file: &GatesFile) -> Vec<&str> {
    let own = GATES
        .iter()
        .filter(|gate| gate.is_in(file))
        .map(|gate| gate.metric);
    let custom = file.custom_gates.iter().map(|gate| gate.name.as_str());
    own.chain(custom).collect()
}

/// Everything that can be missing: each metric, each custom gate and each group.
pub(crate) fn that_can_be_missing(file: &GatesFile) -> Vec<String> {
    let metrics = GATES.iter().map(|gate| gate.metric);
    let custom = file
        .custom_gates
        .iter()
        .flat_map(|gate| [gate.name.as_str(), gate.pointer.as_str()]);
    // Evidence without an age or a commit is nothing that could be allowed.
    let groups = GateGroup::ALL
        .iter()
        .filter(|group| **group != GateGroup::Provenance)
        .map(|group| group.name());
    metrics
        .chain(custom)
        .chain(groups)
        .map(str::to_owned)
        .collect()
}

/// Refuses a custom gate with the name of another gate, and a waiver of a gate that the file does not ask.
pub(crate) fn refuse_unclear(file_name: &str, file: &GatesFile) -> Result<(), Error> {
    let taken = |name: &str| GATES.iter().any(|gate| gate.metric == name);
    if let Some(gate) = file.custom_gates.iter().find(|gate| taken(&gate.name)) {
        return Err(Error::NameTaken {
            file: file_name.to_owned(),
            name: gate.name.clone(),
        });
    }
    let known = of_gates(file);
    match file
        .waivers
        .iter()
        .find(|waiver| !known.contains(&waiver.gate.as_str()))
    {
        Some(waiver) => Err(Error::NoSuchGate {
            file: file_name.to_owned(),
            source: ToolkitError::unknown_name("waivers: gate", &waiver.gate, known),
        }),
        None => Ok(()),
    }
}
