use schema::configuration::GatesFile;
use schema::evidence::{Check, Evidence, GateCheck, GateGroup, Gates};
use toolkit::AllowedMissing;

use crate::gates::GATES;
use crate::groups::Only;

/// Every gate of the file in the groups asked for. A run that was broken off fails whichever they are.
pub(crate) fn judge(
    evidence: &Evidence,
    file: &GatesFile,
    only: &Only,
    allowed: &AllowedMissing,
) -> Gates {
    let interrupted = Check::interrupted(evidence.run.as_ref()).map(|check| GateCheck {
        group: GateGroup::Performance,
        check,
    });
    let gates = GATES
        .iter()
        .filter(|gate| only.includes(gate.group))
        .filter_map(|gate| (gate.limit)(file).map(|limit| (gate, limit)))
        .map(|(gate, limit)| GateCheck {
            group: gate.group,
            check: Check::judge(
                gate.metric,
                gate.unit,
                (gate.value)(evidence),
                gate.operator,
                limit,
                allowed.covers(gate.metric) || allowed.covers(gate.group.name()),
            ),
        });
    let checks: Vec<GateCheck> = interrupted.into_iter().chain(gates).collect();
    Gates {
        passed: checks.iter().all(|gate| gate.check.passed),
        checks,
    }
}
