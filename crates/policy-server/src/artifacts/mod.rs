//! The model's files: `<folder>/{model.safetensors, preprocessor.json, model_card.yaml}`.

mod card;
mod create;
mod digest;
mod preprocessor;
mod versions;
mod weights;

use std::fs;
use std::path::Path;

pub use card::{Architecture, FileDigests, InputDescription, ModelCard, OutputDescription};
pub use create::{Created, create};
pub use preprocessor::Preprocessor;
pub use versions::locate;

use crate::error::Error;
use crate::policy::Policy;

/// File name of the weights.
pub const MODEL_FILE: &str = "model.safetensors";
/// File name of the means and standard deviations of the inputs.
pub const PREPROCESSOR_FILE: &str = "preprocessor.json";
/// File name of the description of the model.
pub const CARD_FILE: &str = "model_card.yaml";

/// A model that was loaded and whose files are those that its card was written for.
#[derive(Debug, Clone)]
pub struct Model {
    /// What the model says of itself.
    pub card: ModelCard,
    /// The network, ready to be asked.
    pub policy: Policy,
}

impl Model {
    /// Loads the model of one version's folder; a file whose SHA-256 is not the card's is refused.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let card = ModelCard::read(&folder.join(CARD_FILE))?;

        let preprocessor_path = folder.join(PREPROCESSOR_FILE);
        let preprocessor_bytes = read(&preprocessor_path)?;
        let model_path = folder.join(MODEL_FILE);
        let model_bytes = read(&model_path)?;
        digest::verify(
            &preprocessor_path,
            &preprocessor_bytes,
            &card.files.preprocessor,
        )?;
        digest::verify(&model_path, &model_bytes, &card.files.model)?;

        let standardisation =
            Preprocessor::from_json(&preprocessor_path, &preprocessor_bytes)?.standardisation();
        let (first, second, last) = weights::decode(&model_path, &model_bytes)?;
        Ok(Self {
            card,
            policy: Policy {
                standardisation,
                first,
                second,
                last,
            },
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(Error::read(path))
}
