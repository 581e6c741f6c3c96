//! The gates that the file asks of places of its own choice.

use schema::Document;
use schema::configuration::CustomGate;
use schema::evidence::{CheckValue, GateGroup};
use serde_json::Value;

use crate::error::Error;
use crate::question::Question;

const NUMBER: &str = "a number";
const FLAG: &str = "true or false";
const TEXT: &str = "a text";

/// What is to be judged. A value of another kind than the limit fails, whichever the operator.
pub(crate) fn ask(gate: &CustomGate, document: &Document) -> Result<Question, Error> {
    let found = document
        .value_at(&gate.pointer)
        .map_err(|source| Error::Unreadable {
            gate: gate.name.clone(),
            source,
        })?;
    let found = found.filter(|found| !found.is_null());
    let (kind, expected) = (found.as_ref().map(kind_of), kind_of_limit(&gate.value));
    let value = found.as_ref().and_then(comparable);
    Ok(Question {
        group: GateGroup::Custom,
        name: gate.name.clone(),
        metric: gate.pointer.clone(),
        section: section_of(&gate.pointer),
        unit: gate.unit.clone().unwrap_or_else(|| "none".to_owned()),
        operator: gate.operator,
        limit: gate.value.clone(),
        value,
        ci95: None,
        level: gate.level,
        note: None,
        unfit: kind
            .filter(|kind| *kind != expected)
            .map(|kind| format!("found {kind}, expected {expected}, as its limit is")),
    })
}

/// The section that a place is in.
pub(crate) fn section_of(pointer: &str) -> String {
    let path = pointer.strip_prefix('/').unwrap_or(pointer);
    let section = path.split('/').next().unwrap_or(path);
    section.replace("~1", "/").replace("~0", "~")
}

fn comparable(found: &Value) -> Option<CheckValue> {
    match found {
        Value::Number(number) => number.as_f64().map(CheckValue::Number),
        Value::Bool(flag) => Some(CheckValue::Flag(*flag)),
        Value::String(text) => Some(CheckValue::Text(text.clone())),
        Value::Array(_) | Value::Object(_) | Value::Null => None,
    }
}

fn kind_of(found: &Value) -> &'static str {
    match found {
        Value::Number(_) => NUMBER,
        Value::Bool(_) => FLAG,
        Value::String(_) => TEXT,
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
        Value::Null => "nothing",
    }
}

fn kind_of_limit(limit: &CheckValue) -> &'static str {
    match limit {
        CheckValue::Number(_) => NUMBER,
        CheckValue::Flag(_) => FLAG,
        CheckValue::Text(_) => TEXT,
    }
}
