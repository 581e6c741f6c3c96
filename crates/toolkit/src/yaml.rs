//! The only place that knows which library reads YAML (serde_yaml is archived: it can be exchanged here).

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeSeed;

/// A place in a text, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Why a text could not be read, and where, or a value not written.
#[derive(Debug)]
pub struct YamlError {
    pub(crate) message: String,
    pub(crate) position: Option<Position>,
}

impl fmt::Display for YamlError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        match self.position {
            Some(Position { line, column }) => write!(formatter, " at line {line} column {column}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for YamlError {}

/// Reads one YAML document (JSON is YAML) into what `seed` makes of it.
pub fn read<'de, S: DeserializeSeed<'de>>(text: &'de str, seed: S) -> Result<S::Value, YamlError> {
    seed.deserialize(serde_yaml::Deserializer::from_str(text))
        .map_err(|error: serde_yaml::Error| {
            let position = error.location().map(|location| Position {
                line: location.line(),
                column: location.column(),
            });
            let message = error.to_string();
            let message = match position {
                Some(Position { line, column }) => {
                    message.replacen(&format!(" at line {line} column {column}"), "", 1)
                }
                None => message,
            };
            YamlError { message, position }
        })
}

/// Writes a value as one YAML document.
pub fn write(value: &impl Serialize) -> Result<String, YamlError> {
    serde_yaml::to_string(value).map_err(|error| YamlError {
        message: error.to_string(),
        position: None,
    })
}
