//! `preprocessor.json`: the mean and the standard deviation of every input.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::policy::{INPUTS, Standardisation};

/// How inputs are brought to mean 0 and standard deviation 1 before the first layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocessor {
    /// Mean of each input, in the input's own unit and in the order of the model card.
    pub mean: Vec<f32>,
    /// Standard deviation of each input, in the input's own unit and in the order of the model card.
    pub std: Vec<f32>,
}

impl Preprocessor {
    /// Reads and checks the text of `path`.
    pub fn from_json(path: &Path, text: &[u8]) -> Result<Self, Error> {
        let preprocessor: Self = serde_json::from_slice(text)
            .map_err(|error| Error::invalid(path, format!("not a preprocessor: {error}")))?;
        for (key, values) in [("mean", &preprocessor.mean), ("std", &preprocessor.std)] {
            if values.len() != INPUTS {
                let reason = format!("{key}: {} values found, {INPUTS} expected", values.len());
                return Err(Error::invalid(path, reason));
            }
        }
        let unusable = preprocessor
            .std
            .iter()
            .position(|std| !(std.is_finite() && *std > 0.0));
        if let Some(index) = unusable {
            let found = preprocessor.std[index];
            let reason = format!("std[{index}]: {found} found, a number above 0 expected");
            return Err(Error::invalid(path, reason));
        }
        Ok(preprocessor)
    }

    /// The same numbers as the policy takes them.
    pub fn standardisation(&self) -> Standardisation {
        let at = |values: &[f32], index: usize| values.get(index).copied().unwrap_or_default();
        Standardisation {
            mean: std::array::from_fn(|index| at(&self.mean, index)),
            std: std::array::from_fn(|index| at(&self.std, index)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        Preprocessor::from_json(Path::new("p.json"), text.as_bytes())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn each_wrong_preprocessor_is_refused_with_its_reason() {
        assert_eq!(
            refusal(r#"{"mean":[1,2],"std":[1,1,1,1,1]}"#),
            "p.json: mean: 2 values found, 5 expected"
        );
        assert_eq!(
            refusal(r#"{"mean":[0,0,0,0,0],"std":[1,1,0,1,1]}"#),
            "p.json: std[2]: 0 found, a number above 0 expected"
        );
        assert!(refusal(r#"{"mean":[0,0,0,0,0]}"#).contains("missing field `std`"));
        assert!(refusal("").contains("not a preprocessor"));
    }
}
