//! `model_card.yaml`: what the model says of itself, and the digests of its other files.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::policy::{HIDDEN, INPUTS, OUTPUTS};

/// The description of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelCard {
    /// Name of the model.
    pub model_name: String,
    /// Version of the model.
    pub version: String,
    /// Shape of the network.
    pub architecture: Architecture,
    /// The network's inputs, in order.
    pub inputs: Vec<InputDescription>,
    /// The actions, in order.
    pub outputs: Vec<OutputDescription>,
    /// The seed that the weights were drawn from.
    pub seed: u64,
    /// The tool, and its version, that made the artifacts.
    pub created_by: String,
    /// SHA-256 of the other files.
    pub files: FileDigests,
}

/// Shape of the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
    /// `mlp`.
    pub kind: String,
    /// Width of every layer, inputs first.
    pub layers: Vec<usize>,
    /// Activation after every layer.
    pub activations: Vec<String>,
}

impl Architecture {
    /// The only one that this server computes.
    pub fn served() -> Self {
        Self {
            kind: "mlp".to_owned(),
            layers: vec![INPUTS, HIDDEN, HIDDEN, OUTPUTS],
            activations: ["relu", "relu", "tanh"].map(str::to_owned).to_vec(),
        }
    }
}

/// One input of the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputDescription {
    /// Its name in a request.
    pub name: String,
    /// Its unit; `1` for a plain number.
    pub unit: String,
    /// Lowest value allowed.
    pub low: f64,
    /// Highest value allowed.
    pub high: f64,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputDescription {
    /// Its name in an answer.
    pub name: String,
    /// Lowest value.
    pub low: f32,
    /// Highest value.
    pub high: f32,
    /// Standard deviation of the Gaussian noise that is added when the request does not ask for
    /// a deterministic answer.
    pub exploration_std: f32,
}

/// SHA-256 of the other files, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigests {
    /// Of the weights.
    #[serde(rename = "model.safetensors")]
    pub model: String,
    /// Of the means and standard deviations.
    #[serde(rename = "preprocessor.json")]
    pub preprocessor: String,
}

impl ModelCard {
    /// Reads and checks the card at `path`.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(Error::read(path))?;
        let card: Self = serde_yaml::from_str(&text)
            .map_err(|error| Error::invalid(path, format!("not a model card: {error}")))?;
        card.check()
            .map_err(|reason| Error::invalid(path, reason))?;
        Ok(card)
    }

    /// The card's text.
    pub fn to_yaml(&self) -> Result<String, Error> {
        Ok(serde_yaml::to_string(self)?)
    }

    fn check(&self) -> Result<(), String> {
        let served = Architecture::served();
        if self.architecture != served {
            return Err(format!(
                "architecture: {:?} with {:?} found, {:?} with {:?} expected",
                self.architecture.layers,
                self.architecture.activations,
                served.layers,
                served.activations
            ));
        }
        let names = |found: Vec<&str>, expected: &[&str], key: &str| {
            if found == expected {
                return Ok(());
            }
            Err(format!(
                "{key}: {} found, {} expected",
                found.join(", "),
                expected.join(", ")
            ))
        };
        names(
            self.inputs
                .iter()
                .map(|input| input.name.as_str())
                .collect(),
            &INPUT_NAMES,
            "inputs",
        )?;
        names(
            self.outputs
                .iter()
                .map(|output| output.name.as_str())
                .collect(),
            &OUTPUT_NAMES,
            "outputs",
        )?;
        for output in &self.outputs {
            let std = output.exploration_std;
            if !(std.is_finite() && std >= 0.0) {
                return Err(format!(
                    "outputs.{}.exploration_std: {std} found, 0 or more expected",
                    output.name
                ));
            }
        }
        Ok(())
    }
}

/// Names of the inputs, in the network's order.
pub(super) const INPUT_NAMES: [&str; INPUTS] = [
    "speed",
    "steering",
    "sensors[0]",
    "sensors[1]",
    "sensors[2]",
];
/// Names of the actions, in the network's order.
pub(super) const OUTPUT_NAMES: [&str; OUTPUTS] = ["throttle", "brake", "steer"];
