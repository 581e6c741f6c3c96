//! Gates that may fail for a while, because somebody answers for it.

use jiff::civil::Date;
use schema::configuration::{GatesFile, Waiver};
use schema::evidence::{Check, CheckStatus, CheckValue, GateCheck, GateWaiver};

use crate::checks::with_note;

/// The gate with what its waiver, if it has one, makes of it. Missing evidence is not waived: the leave is for a value that
/// somebody has seen.
pub(crate) fn apply(gate: GateCheck, file: &GatesFile, today: Date) -> GateCheck {
    let named = |waiver: &&Waiver| waiver.gate == gate.check.name;
    let Some(waiver) = file.waivers.iter().find(named) else {
        return gate;
    };
    let covered = covers(waiver, &gate.check);
    let expired = waiver.has_expired(today);
    let note = match (gate.check.passed, gate.check.status) {
        (true, _) if expired => {
            format!("a waiver was over on {} and is not needed", waiver.expires)
        }
        (true, _) => "a waiver is not needed".to_owned(),
        (false, CheckStatus::Missing) => "a waiver does not cover missing evidence".to_owned(),
        (false, _) if expired => format!(
            "the waiver of {} was over on {}: {}",
            waiver.owner, waiver.expires, waiver.reason
        ),
        (false, _) if !covered => {
            let limit = waiver.up_to.unwrap_or_default();
            format!("the waiver of {} is good up to {limit}", waiver.owner)
        }
        (false, _) => format!(
            "waived by {} until {}: {}",
            waiver.owner, waiver.expires, waiver.reason
        ),
    };
    GateCheck {
        waiver: Some(GateWaiver {
            reason: waiver.reason.clone(),
            owner: waiver.owner.clone(),
            expires: waiver.expires.clone(),
        }),
        check: Check {
            passed: gate.check.passed || (covered && !expired),
            ..with_note(gate.check, &note)
        },
        ..gate
    }
}

fn covers(waiver: &Waiver, check: &Check) -> bool {
    match (&check.actual, waiver.up_to) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(actual), Some(up_to)) => check.operator.holds(actual, &CheckValue::Number(up_to)),
    }
}
