//! `model_card.yaml`: what the model says of itself, and the digests of its other files.

use std::fs;
use std::marker::PhantomData;
use std::path::Path;

use serde::{Deserialize, Serialize};
use toolkit::yaml;

use super::CARD_FILE;
use crate::error::Error;
use crate::policy::{HIDDEN, INPUT_NAMES, INPUTS, OUTPUT_NAMES, OUTPUTS};

/// The description of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelCard {
    /// Name of the model.
    pub(crate) model_name: String,
    /// Version of the model.
    pub(crate) version: String,
    /// Shape of the network.
    pub(crate) architecture: Architecture,
    /// The network's inputs, in order.
    pub(crate) inputs: [InputDescription; INPUTS],
    /// The actions, in order.
    pub(crate) outputs: [OutputDescription; OUTPUTS],
    /// The seed that the weights were drawn from.
    pub(crate) seed: u64,
    /// The tool, and its version, that made the artifacts.
    pub(crate) created_by: String,
    /// SHA-256 of the other files.
    pub(crate) files: FileDigests,
}

/// Shape of the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Architecture {
    /// `mlp`.
    pub(crate) kind: String,
    /// Width of every layer, inputs first.
    pub(crate) layers: Vec<usize>,
    /// Activation after every layer.
    pub(crate) activations: Vec<String>,
}

impl Architecture {
    /// The only one that this server computes.
    pub(crate) fn served() -> Self {
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
pub(crate) struct InputDescription {
    /// Its name in a request.
    pub(crate) name: String,
    /// Its unit; `1` for a plain number.
    pub(crate) unit: String,
    /// Lowest value allowed.
    pub(crate) low: f64,
    /// Highest value allowed.
    pub(crate) high: f64,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutputDescription {
    /// Its name in an answer.
    pub(crate) name: String,
    /// Lowest value.
    pub(crate) low: f32,
    /// Highest value.
    pub(crate) high: f32,
    /// Standard deviation of the Gaussian noise that is added when the request does not ask for
    /// a deterministic answer.
    pub(crate) exploration_std: f32,
}

/// SHA-256 of the other files, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileDigests {
    /// Of the weights.
    #[serde(rename = "model.safetensors")]
    pub(crate) model: String,
    /// Of the means and standard deviations.
    #[serde(rename = "preprocessor.json")]
    pub(crate) preprocessor: String,
}

impl ModelCard {
    /// Reads and checks the card at `path`.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(Error::read(path))?;
        let card: Self = yaml::read(&text, PhantomData)
            .map_err(|error| Error::invalid(path, format!("not a model card: {error}")))?;
        card.check()
            .map_err(|reason| Error::invalid(path, reason))?;
        Ok(card)
    }

    /// The card's text.
    pub(crate) fn to_yaml(&self) -> Result<String, Error> {
        yaml::write(self).map_err(Error::encode(CARD_FILE))
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
        if !self.inputs.iter().map(|input| &input.name).eq(INPUT_NAMES) {
            return Err(format!("inputs: {} expected", INPUT_NAMES.join(", ")));
        }
        if !self
            .outputs
            .iter()
            .map(|output| &output.name)
            .eq(OUTPUT_NAMES)
        {
            return Err(format!("outputs: {} expected", OUTPUT_NAMES.join(", ")));
        }
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
