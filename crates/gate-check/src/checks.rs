//! Checks as this tool words them.

use schema::evidence::{Check, GateCheck, GateGroup, GateLevel};

/// A check that no line of the gates file asks, so that none excuses it either.
pub(crate) fn plain(group: GateGroup, check: Check) -> GateCheck {
    GateCheck {
        group,
        level: GateLevel::Error,
        check,
        waiver: None,
        hint: None,
    }
}

/// The check with something more to know about it.
pub(crate) fn with_note(check: Check, more: &str) -> Check {
    let note = match &check.note {
        Some(own) => format!("{own}; {more}"),
        None => more.to_owned(),
    };
    Check {
        note: Some(note),
        ..check
    }
}
