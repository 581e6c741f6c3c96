use std::borrow::Cow;

use indexmap::IndexMap;
use schema::configuration::{MetricCondition, ProbeExpect};
use schema::evidence::{CheckValue, Operator};
use toolkit::prometheus::{self, Sample};

use super::Unmet;

pub(super) fn unmet(expect: &ProbeExpect, body: &[u8]) -> Option<Unmet> {
    let conditions = expect.metrics.as_ref()?;
    let page = match page(body) {
        Ok(page) => page,
        Err(other) => {
            let unmet = Unmet::new("metrics", Operator::Equal, "Prometheus text", None);
            return Some(unmet.but_found(other));
        }
    };
    conditions
        .iter()
        .find_map(|condition| unmet_by(condition, &page))
}

/// A body that is Prometheus text; else the first line that is none, in words.
pub(super) fn page(body: &[u8]) -> Result<Cow<'_, str>, String> {
    let page = String::from_utf8_lossy(body);
    match prometheus::first_other_line(&page) {
        Some((number, line)) => Err(format!("line {number}: {line}")),
        None => Ok(page),
    }
}

/// The series of this name that have these labels.
pub(super) fn series<'a>(
    page: &'a str,
    name: &'a str,
    labels: &'a IndexMap<String, String>,
) -> impl Iterator<Item = Sample<'a>> {
    prometheus::samples(page)
        .filter(move |sample| sample.name == name && has_labels(sample, labels))
}

fn unmet_by(condition: &MetricCondition, page: &str) -> Option<Unmet> {
    let what = format!("metrics.{}", condition.name);
    let mut series = series(page, &condition.name, &condition.labels).peekable();
    if series.peek().is_none() {
        let unmet = match (condition.operator, condition.value) {
            (Some(operator), Some(value)) => Unmet::new(what, operator, number(value), None),
            _ => Unmet::new(what, Operator::Equal, true, None),
        };
        let labels = if condition.labels.is_empty() {
            ""
        } else {
            " with these labels"
        };
        return Some(unmet.but_found(format!("no such series{labels}")));
    }
    let (operator, expected) = (condition.operator?, number(condition.value?));
    series
        .map(|sample| number(sample.value))
        .find(|value| !operator.holds(value, &expected))
        .map(|value| Unmet::new(what, operator, expected.clone(), Some(value)))
}

/// A value as documents can hold it: JSON knows neither NaN nor infinities, and no comparison with them holds.
fn number(value: f64) -> CheckValue {
    if value.is_finite() {
        CheckValue::Number(value)
    } else {
        CheckValue::Text(value.to_string())
    }
}

fn has_labels(sample: &Sample<'_>, wanted: &IndexMap<String, String>) -> bool {
    let labels = sample.labels().unwrap_or_default();
    wanted.iter().all(|(name, value)| {
        labels
            .iter()
            .any(|label| label.0 == name && label.1 == *value)
    })
}
