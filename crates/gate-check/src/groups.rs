use schema::configuration::GatesFile;
use schema::evidence::GateGroup;
use toolkit::ToolkitError;

use crate::error::Error;
use crate::gates::GATES;

/// The groups that `--only` names.
pub(crate) struct Only(Vec<GateGroup>);

impl Only {
    pub(crate) fn new(names: &[String]) -> Result<Only, ToolkitError> {
        names
            .iter()
            .map(|name| named(name))
            .collect::<Result<_, _>>()
            .map(Only)
    }

    /// Whether a group is judged: where none was named, all are.
    pub(crate) fn includes(&self, group: GateGroup) -> bool {
        self.0.is_empty() || self.0.contains(&group)
    }

    /// Refuses a file that has nothing to say on what was asked: no gate at all would be no obstacle at all.
    pub(crate) fn refuse_empty(&self, file_name: &str, file: &GatesFile) -> Result<(), Error> {
        if let Some(group) = self.0.iter().find(|group| !has_gates(file, **group)) {
            return Err(Error::NoGatesInGroup {
                file: file_name.to_owned(),
                group: group.name(),
            });
        }
        if GateGroup::ALL.iter().any(|group| has_gates(file, *group)) {
            Ok(())
        } else {
            Err(Error::NoGates {
                file: file_name.to_owned(),
            })
        }
    }
}

fn named(name: &str) -> Result<GateGroup, ToolkitError> {
    GateGroup::ALL
        .into_iter()
        .find(|group| group.name() == name)
        .ok_or_else(|| {
            let known = GateGroup::ALL.map(GateGroup::name);
            ToolkitError::unknown_name("--only", name, known)
        })
}

fn has_gates(file: &GatesFile, group: GateGroup) -> bool {
    GATES
        .iter()
        .any(|gate| gate.group == group && (gate.limit)(file).is_some())
}
