//! Limits that are so far from what was measured that they would notice nothing.

use schema::evidence::{Check, CheckStatus, Operator};
use toolkit::figure::{figure, written};

/// How many times better than its limit a value must be before anybody is told.
const ROOM: f64 = 4.0;

/// What to say of a limit that the value, and the worse end of its interval where it has one, keeps with room to spare. A
/// limit of nothing cannot be tightened.
pub(crate) fn hint(check: &Check) -> Option<String> {
    let (actual, limit) = (check.actual.as_ref()?.number()?, check.expected.number()?);
    if check.status != CheckStatus::Pass || limit <= 0.0 {
        return None;
    }
    let ci95 = check.ci95.unwrap_or_default();
    let (worst, roomy) = match (check.operator, check.unit.as_str()) {
        (Operator::AtMost, _) => {
            let worst = ci95.high.map_or(actual, |high| high.get());
            (worst, worst * ROOM <= limit)
        }
        // What is missing to all is what shrinks.
        (Operator::AtLeast, "percent") => (actual, (100.0 - actual) * ROOM <= 100.0 - limit),
        (Operator::AtLeast, _) => {
            let worst = ci95.low.map_or(actual, |low| low.get());
            (worst, worst >= limit * ROOM)
        }
        _ => return None,
    };
    (roomy && limit != worst).then(|| {
        format!(
            "the limit of {} could be tightened: {} is far from it",
            written(&check.expected),
            figure(worst)
        )
    })
}
