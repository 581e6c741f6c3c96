//! Whether metrics have counted what was sent since they were captured.

use schema::evidence::{CheckValue, Operator};

use super::{Unmet, captured};
use crate::probe::Increase;

pub(super) fn unmet(increases: &[Increase], body: &[u8]) -> Option<Unmet> {
    increases
        .iter()
        .find_map(|increase| unmet_by(increase, body))
}

fn unmet_by(increase: &Increase, body: &[u8]) -> Option<Unmet> {
    let (name, since) = (&increase.name, increase.since);
    let expected = CheckValue::Number(since + increase.least);
    let unmet = |actual| {
        let what = format!("increase.{name}");
        Unmet::new(what, Operator::AtLeast, expected.clone(), actual)
    };
    let now = match captured::value(&increase.capture, body) {
        Ok(now) => now.as_f64().unwrap_or(f64::NAN),
        Err(missing) => return Some(unmet(None).but_found(missing)),
    };
    let is_enough = now - since >= increase.least;
    (!is_enough).then(|| {
        let (more, least) = (now - since, increase.least);
        let found =
            format!("{now}: {more} more than the {since} that was captured, and not {least}");
        unmet(Some(CheckValue::Number(now))).but_found(found)
    })
}
