use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measured;

/// What a check expects or found: one value, which in most checks is a number.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum CheckValue {
    /// A number, which may be negative. JSON knows no other than finite ones.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A text.
    Text(String),
}

impl CheckValue {
    /// The number, where it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            CheckValue::Number(number) => Some(*number),
            CheckValue::Flag(_) | CheckValue::Text(_) => None,
        }
    }
}

impl From<Measured> for CheckValue {
    fn from(measured: Measured) -> CheckValue {
        CheckValue::Number(measured.get())
    }
}

impl From<u32> for CheckValue {
    fn from(count: u32) -> CheckValue {
        CheckValue::Number(count.into())
    }
}

impl From<bool> for CheckValue {
    fn from(flag: bool) -> CheckValue {
        CheckValue::Flag(flag)
    }
}

impl From<&str> for CheckValue {
    fn from(text: &str) -> CheckValue {
        CheckValue::Text(text.to_owned())
    }
}
