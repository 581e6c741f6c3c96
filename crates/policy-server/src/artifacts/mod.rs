//! The model's files: `<folder>/{model.safetensors, preprocessor.json, model_card.yaml}`.

mod card;
mod create;
mod weights;

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use create::{Created, create};
use toolkit::files::sha256;

use crate::error::Error;
use crate::policy::{Policy, Standardisation};
use card::ModelCard;

const MODEL_FILE: &str = "model.safetensors";
const PREPROCESSOR_FILE: &str = "preprocessor.json";
const CARD_FILE: &str = "model_card.yaml";

/// A model that was loaded and whose files are those that its card was written for.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    /// What the model says of itself.
    pub(crate) card: ModelCard,
    /// The network, ready to be asked.
    pub(crate) policy: Policy,
}

impl Model {
    /// Loads the model in `folder`, or in the only folder there that holds one. A file whose
    /// SHA-256 is not the card's is refused.
    pub(crate) fn load(folder: &Path) -> Result<Self, Error> {
        let folder = locate(folder)?;
        let card = ModelCard::read(&folder.join(CARD_FILE))?;
        let path = folder.join(PREPROCESSOR_FILE);
        let standardisation = standardisation(&path, &verified(&path, &card.files.preprocessor)?)?;
        let path = folder.join(MODEL_FILE);
        let (first, second, last) = weights::decode(&path, &verified(&path, &card.files.model)?)?;
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

fn locate(folder: &Path) -> Result<PathBuf, Error> {
    if folder.join(CARD_FILE).is_file() {
        return Ok(folder.to_owned());
    }
    let mut versions = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::read(folder))? {
        let version = entry.map_err(Error::read(folder))?.path();
        if version.join(CARD_FILE).is_file() {
            versions.push(version);
        }
    }
    versions.sort();
    match versions.as_slice() {
        [only] => Ok(only.clone()),
        [] => {
            let reason = format!("neither {CARD_FILE} nor a folder that holds one");
            Err(Error::invalid(folder, reason))
        }
        [first, ..] => {
            let reason = format!(
                "{} versions found, one expected: name it, as --artifacts {}",
                versions.len(),
                first.display()
            );
            Err(Error::invalid(folder, reason))
        }
    }
}

/// The bytes of the file, if they are those that the model card was written for.
fn verified(path: &Path, expected: &str) -> Result<Vec<u8>, Error> {
    let bytes = fs::read(path).map_err(Error::read(path))?;
    let found = sha256(&bytes);
    if found.eq_ignore_ascii_case(expected) {
        return Ok(bytes);
    }
    let reason = format!(
        "SHA-256 differs from the model card: expected {expected}, found {found}; the file was \
         changed or damaged after the artifacts were made"
    );
    Err(Error::invalid(path, reason))
}

fn standardisation(path: &Path, text: &[u8]) -> Result<Standardisation, Error> {
    let read: Standardisation = serde_json::from_slice(text)
        .map_err(|error| Error::invalid(path, format!("not a preprocessor: {error}")))?;
    match read.std.iter().find(|std| **std <= 0.0) {
        None => Ok(read),
        Some(std) => {
            let reason = format!("std: {std} found, numbers above 0 expected");
            Err(Error::invalid(path, reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_preprocessor_is_refused_with_its_reason() {
        for (text, reason) in [
            (r#"{"mean":[1,2],"std":[1,1,1,1,1]}"#, "length 2"),
            (r#"{"mean":[0,0,0,0,0],"std":[1,1,0,1,1]}"#, "std: 0 found"),
            (r#"{"mean":[0,0,0,0,0]}"#, "missing field `std`"),
            ("", "not a preprocessor"),
        ] {
            let error = standardisation(Path::new("p.json"), text.as_bytes()).unwrap_err();
            let error = error.to_string();
            assert!(
                error.starts_with("p.json: ") && error.contains(reason),
                "{error}"
            );
        }
    }
}
