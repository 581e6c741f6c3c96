use schema::configuration::GatesFile;
use schema::evidence::GateGroup;
use toolkit::ToolkitError;

use crate::error::Error;
use crate::gates::GATES;
use crate::provenance::Demands;

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

    /// Whether no gate is judged, but the age and origin of what all of them would be judged on.
    pub(crate) fn is_provenance_alone(&self) -> bool {
        self.0 == [GateGroup::Provenance]
    }

    /// Refuses a file that has nothing to say on what was asked: no gate at all would be no obstacle at all.
    pub(crate) fn refuse_empty(
        &self,
        file_name: &str,
        file: &GatesFile,
        demands: &Demands<'_>,
    ) -> Result<(), Error> {
        let asks = |group: GateGroup| match group {
            GateGroup::Custom => !file.custom_gates.is_empty(),
            GateGroup::Provenance => !demands.is_empty(),
            _ => GATES
                .iter()
                .any(|gate| gate.group == group && gate.is_in(file)),
        };
        match self.0.iter().find(|group| !asks(**group)) {
            Some(GateGroup::Provenance) => return Err(Error::NoDemands),
            Some(group) => {
                return Err(Error::NoGatesInGroup {
                    file: file_name.to_owned(),
                    group: group.name(),
                });
            }
            None => {}
        }
        let of_the_file = |group: &GateGroup| *group != GateGroup::Provenance;
        if GateGroup::ALL.into_iter().filter(of_the_file).any(asks) {
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
