//! Whether a value in a body is the one that was configured, and what it is instead.

use serde_json::Value;
use serde_json::value::RawValue;

use super::expect::BodyCondition;
use super::json_place::Length;
use crate::evidence::{CheckValue, Operator};

/// A condition that does not hold: what was asked of a place, and what is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Unmet {
    /// The key of the condition: `exists`, `equals`, `length`, `at_least` or `at_most`.
    pub condition: &'static str,
    /// How the value had to stand to `expected`.
    pub operator: Operator,
    /// What was asked for.
    pub expected: CheckValue,
    /// What is there; `None` where nothing is, or nothing that the condition could be asked of.
    pub actual: Option<CheckValue>,
}

impl BodyCondition {
    /// The first thing that does not hold of what stands at the place; `None` if all of it does. `found` is the value as it
    /// is written, or that there is no such place.
    pub fn unmet(&self, found: Option<&RawValue>) -> Option<Unmet> {
        let Some(found) = found else {
            return self.unmet_by_nothing();
        };
        let text = found.get();
        let unmet = |condition, operator, expected| {
            Some(Unmet {
                condition,
                operator,
                expected,
                actual: value_of(text),
            })
        };
        if self.exists == Some(false) {
            return unmet("exists", Operator::Equal, CheckValue::Flag(false)).map(|unmet| Unmet {
                actual: Some(CheckValue::Flag(true)),
                ..unmet
            });
        }
        if let Some(expected) = &self.equals
            && !serde_json::from_str::<Value>(text).is_ok_and(|found| is_equal(&found, expected))
        {
            return unmet("equals", Operator::Equal, check_value(expected));
        }
        if let Some(length) = self.length {
            let found = serde_json::from_str::<Length>(text).ok();
            if found.as_ref().is_none_or(|Length(found)| *found != length) {
                return Some(Unmet {
                    condition: "length",
                    operator: Operator::Equal,
                    expected: CheckValue::Number(length as f64),
                    actual: found.map(|Length(found)| CheckValue::Number(found as f64)),
                });
            }
        }
        let number = serde_json::from_str::<f64>(text).ok();
        if let Some(least) = self.at_least
            && number.is_none_or(|found| found < least)
        {
            return unmet("at_least", Operator::AtLeast, CheckValue::Number(least));
        }
        if let Some(most) = self.at_most
            && number.is_none_or(|found| found > most)
        {
            return unmet("at_most", Operator::AtMost, CheckValue::Number(most));
        }
        None
    }

    /// Of a place that is not there: only that it is not can be expected of it.
    fn unmet_by_nothing(&self) -> Option<Unmet> {
        if self.exists == Some(false) {
            return None;
        }
        let (condition, operator, expected) = if let Some(expected) = &self.equals {
            ("equals", Operator::Equal, check_value(expected))
        } else if let Some(length) = self.length {
            let length = CheckValue::Number(length as f64);
            ("length", Operator::Equal, length)
        } else if let Some(least) = self.at_least {
            ("at_least", Operator::AtLeast, CheckValue::Number(least))
        } else if let Some(most) = self.at_most {
            ("at_most", Operator::AtMost, CheckValue::Number(most))
        } else {
            ("exists", Operator::Equal, CheckValue::Flag(true))
        };
        Some(Unmet {
            condition,
            operator,
            expected,
            actual: None,
        })
    }
}

fn value_of(text: &str) -> Option<CheckValue> {
    serde_json::from_str(text)
        .ok()
        .map(|value| check_value(&value))
}

/// A JSON value as checks tell it: what is no number, text or yes or no stands there as it is written.
fn check_value(value: &Value) -> CheckValue {
    match value {
        Value::Bool(flag) => CheckValue::Flag(*flag),
        Value::String(text) => CheckValue::Text(text.clone()),
        Value::Number(number) => match number.as_f64() {
            Some(number) => CheckValue::Number(number),
            None => CheckValue::Text(number.to_string()),
        },
        other => CheckValue::Text(other.to_string()),
    }
}

/// Equality of JSON values, in which 1 and 1.0 are one number.
fn is_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            // As fractions, two whole numbers of many digits would be one.
            let whole = |number: &serde_json::Number| number.is_i64() || number.is_u64();
            one == other || (!(whole(one) && whole(other)) && one.as_f64() == other.as_f64())
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| is_equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let holds = |(key, value)| other.get(key).is_some_and(|other| is_equal(value, other));
            one.len() == other.len() && one.iter().all(holds)
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::JsonPlace;
    use serde_json::json;

    /// What a body has in place of what is asked for.
    fn unmet(condition: Value) -> Option<(&'static str, CheckValue, Option<CheckValue>)> {
        let body = br#"{"items": [{"id": "ab"}, 2, null], "ok": true, "n": null}"#;
        let condition: BodyCondition = serde_json::from_value(condition).unwrap();
        let found = JsonPlace::new(&condition.pointer).find(body).unwrap();
        let unmet = condition.unmet(found)?;
        Some((unmet.condition, unmet.expected, unmet.actual))
    }

    #[test]
    fn what_is_there_in_place_of_what_was_asked_for_is_told() {
        use CheckValue::{Flag, Number};
        let text = |text: &str| CheckValue::from(text);
        for (condition, told) in [
            (
                json!({"pointer": "/items", "length": 2}),
                ("length", Number(2.0), Some(Number(3.0))),
            ),
            (
                json!({"pointer": "/ok", "length": 2}),
                ("length", Number(2.0), None),
            ),
            (
                json!({"pointer": "/ok", "equals": 1}),
                ("equals", Number(1.0), Some(Flag(true))),
            ),
            (
                json!({"pointer": "/n", "equals": "a"}),
                ("equals", text("a"), Some(text("null"))),
            ),
            (
                json!({"pointer": "/items/0", "equals": {"id": "b"}}),
                (
                    "equals",
                    text(r#"{"id":"b"}"#),
                    Some(text(r#"{"id":"ab"}"#)),
                ),
            ),
            (
                json!({"pointer": "/items/1", "at_least": 2, "at_most": 1}),
                ("at_most", Number(1.0), Some(Number(2.0))),
            ),
            (
                json!({"pointer": "/items/0/id", "at_least": 2}),
                ("at_least", Number(2.0), Some(text("ab"))),
            ),
            (
                json!({"pointer": "/ok", "exists": false}),
                ("exists", Flag(false), Some(Flag(true))),
            ),
            (
                json!({"pointer": "/no", "exists": true}),
                ("exists", Flag(true), None),
            ),
            (
                json!({"pointer": "/no", "at_least": 0}),
                ("at_least", Number(0.0), None),
            ),
        ] {
            assert_eq!(unmet(condition.clone()), Some(told), "{condition}");
        }
        assert_eq!(unmet(json!({"pointer": "/no", "exists": false})), None);
        assert_eq!(unmet(json!({"pointer": "/n", "equals": null})), None);
    }
}
