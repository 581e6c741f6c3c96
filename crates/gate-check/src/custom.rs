//! The gates that the file asks of places of its own choice.

use schema::Document;
use schema::configuration::CustomGate;
use schema::evidence::{CheckValue, GateGroup};
use serde_json::Value;

use crate::error::Error;
use crate::question::Question;

/// What is to be judged. What can have no answer, an order of a text say, is an error: it would else fail for ever, or, negated,
/// pass for ever.
pub(crate) fn ask(gate: &CustomGate, document: &Document) -> Result<Question, Error> {
    let value = match document.value_at(&gate.pointer) {
        None | Some(Value::Null) => None,
        Some(found) => Some(comparable(gate, &found)?),
    };
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
    })
}

fn section_of(pointer: &str) -> String {
    let path = pointer.strip_prefix('/').unwrap_or(pointer);
    let section = path.split('/').next().unwrap_or(path);
    section.replace("~1", "/").replace("~0", "~")
}

fn comparable(gate: &CustomGate, found: &Value) -> Result<CheckValue, Error> {
    let (value, kind) = match found {
        Value::Number(number) => (number.as_f64().map(CheckValue::Number), "a number"),
        Value::Bool(flag) => (Some(CheckValue::Flag(*flag)), "true or false"),
        Value::String(text) => (Some(CheckValue::Text(text.clone())), "a text"),
        Value::Array(_) => (None, "a list"),
        Value::Object(_) => (None, "an object"),
        Value::Null => (None, "nothing"),
    };
    let expected = match gate.value {
        CheckValue::Number(_) => "a number",
        CheckValue::Flag(_) => "true or false",
        CheckValue::Text(_) => "a text",
    };
    value
        .filter(|_| kind == expected)
        .ok_or_else(|| Error::OtherKind {
            gate: gate.name.clone(),
            pointer: gate.pointer.clone(),
            found: kind,
            expected,
        })
}
