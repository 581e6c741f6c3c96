use schema::Measured;
use serde::Deserialize;

use super::ForeignError;

/// Reads a JSON text; an error tells where in it, as in `results[0].times[2]`.
pub(super) fn parse<'de, T: Deserialize<'de>>(
    name: &str,
    text: &'de str,
) -> Result<T, ForeignError> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(
        |error| {
            let path = error.path().to_string();
            refuse(name, path, error.into_inner().to_string())
        },
    )
}

/// The value at `path` is not what its format has there.
pub(super) fn refuse(name: &str, path: impl Into<String>, message: String) -> ForeignError {
    ForeignError::Value {
        name: name.to_owned(),
        path: path.into(),
        message,
    }
}

/// `value` times `factor`, which changes its unit. An error where that is beyond all numbers.
pub(super) fn converted(
    name: &str,
    path: impl Into<String>,
    value: Measured,
    factor: f64,
) -> Result<Measured, ForeignError> {
    Measured::new(value.get() * factor).ok_or_else(|| {
        refuse(
            name,
            path,
            format!("found {value}, expected a time that a benchmark can take"),
        )
    })
}
