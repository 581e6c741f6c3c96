use schema::configuration::{ExpectedStatus, ProbeExpect};
use schema::evidence::{CheckValue, Operator};

use super::Unmet;

/// The greatest status that means that all went well.
const LAST_2XX: u32 = 299;

pub(super) fn unmet(expect: &ProbeExpect, status: Option<u16>) -> Option<Unmet> {
    let is_expected = status.is_some_and(|status| match &expect.status {
        None => (200..300).contains(&status),
        Some(expected) => expected.list().contains(&status),
    });
    if is_expected {
        return None;
    }
    let (operator, expected) = limit(expect.status.as_ref());
    let actual = status.map(|status| CheckValue::from(u32::from(status)));
    Some(Unmet::new("status", operator, expected, actual))
}

/// What a status was held to: of several the one that it is.
pub(super) fn met(expect: &ProbeExpect, status: Option<u16>) -> (Operator, CheckValue) {
    match (&expect.status, status) {
        (Some(_), Some(status)) => (Operator::Equal, CheckValue::from(u32::from(status))),
        (expected, _) => limit(expected.as_ref()),
    }
}

/// A limit that a status can be held to.
pub(super) fn limit(expected: Option<&ExpectedStatus>) -> (Operator, CheckValue) {
    match expected.map(ExpectedStatus::list) {
        None => (Operator::AtMost, CheckValue::from(LAST_2XX)),
        Some([status]) => (Operator::Equal, CheckValue::from(u32::from(*status))),
        Some(statuses) => {
            let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
            (Operator::Equal, CheckValue::Text(statuses.join(" or ")))
        }
    }
}
