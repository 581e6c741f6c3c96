//! What a configuration refers to and does not hold.

use std::env::{self, VarError};
use std::fs;
use std::path::{Path, PathBuf};

use schema::configuration::{HeaderPart, header_parts, is_header_value};
use schema::evidence::InputFile;

use crate::ToolkitError;
use crate::files::ReadFile;

const VARIABLE: &str = "${}";

/// What a configuration refers to and does not hold: variables of the environment and files beside it.
pub struct Outside {
    configuration: String,
    folder: PathBuf,
    variable: fn(&str) -> Result<String, VarError>,
    files: Vec<ReadFile>,
}

impl Outside {
    /// What stands around this configuration file.
    pub fn of(configuration: &ReadFile) -> Outside {
        Outside::with_variables(&configuration.name, |name| env::var(name))
    }

    /// The same around the file of this name, with another environment.
    pub fn with_variables(
        configuration: &str,
        variable: fn(&str) -> Result<String, VarError>,
    ) -> Outside {
        Outside {
            configuration: configuration.to_owned(),
            folder: folder_of(configuration),
            variable,
            files: Vec::new(),
        }
    }

    /// Every file that was read, once.
    pub fn inputs(&self) -> impl Iterator<Item = InputFile> {
        self.files.iter().map(ReadFile::input)
    }

    /// The content of a file that is named relative to the configuration. An error if it cannot be read.
    pub fn content(&mut self, file: &str) -> Result<Vec<u8>, ToolkitError> {
        let path = self.folder.join(file);
        let name = path.to_string_lossy();
        if let Some(known) = self.files.iter().find(|known| known.name == name) {
            return Ok(known.content.clone());
        }
        let content = fs::read(&path).map_err(|source| ToolkitError::Read {
            path: name.to_string(),
            source,
        })?;
        self.files.push(ReadFile {
            name: name.to_string(),
            is_stdin: false,
            content: content.clone(),
        });
        Ok(content)
    }

    /// A header's value with its variables from the environment; `place` is where it stands in the configuration.
    /// What the environment says is in no error: it may be a secret.
    pub fn header(&self, place: &str, value: &str) -> Result<HeaderValue, ToolkitError> {
        let refuse = |found: &str, reason: &'static str| ToolkitError::Header {
            configuration: self.configuration.clone(),
            place: place.to_owned(),
            found: found.to_owned(),
            reason,
        };
        let parts = header_parts(value).ok_or_else(|| refuse("a ${", "which names no variable"))?;
        let mut whole = HeaderValue::default();
        for part in parts {
            match part {
                HeaderPart::Text(text) => {
                    whole.sent += text;
                    whole.told += text;
                }
                HeaderPart::Variable(name) => {
                    let refuse = |reason| refuse(&format!("${{{name}}}"), reason);
                    let said = (self.variable)(name).map_err(|error| match error {
                        VarError::NotPresent => refuse("which is not set in the environment"),
                        VarError::NotUnicode(_) => refuse("which is not UTF-8 in the environment"),
                    })?;
                    if said.is_empty() {
                        return Err(refuse("which is empty in the environment"));
                    }
                    if !is_header_value(&said) {
                        return Err(refuse("which is not text of one line in the environment"));
                    }
                    whole.sent += &said;
                    whole.told += VARIABLE;
                    whole.secrets.push(said);
                }
            }
        }
        Ok(whole)
    }
}

/// The value of a header.
#[derive(Clone, Default)]
pub struct HeaderValue {
    /// With what the environment says: it may hold secrets.
    pub sent: String,
    /// The same with `${}` in place of that, which no value can hold otherwise.
    pub told: String,
    /// What the environment says, piece by piece.
    pub secrets: Vec<String>,
}

impl HeaderValue {
    /// Without a variable.
    pub fn known(text: &str) -> HeaderValue {
        HeaderValue {
            sent: text.to_owned(),
            told: text.to_owned(),
            secrets: Vec::new(),
        }
    }
}

/// The folder of a configuration file, which relative paths in it are relative to.
pub fn folder_of(configuration: &str) -> PathBuf {
    Path::new(configuration)
        .parent()
        .map(Path::to_owned)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::sha256;

    /// No folder, and an environment of three variables, one of which can be sent.
    fn nothing() -> Outside {
        Outside::with_variables("ci.yaml", |name| match name {
            "TOKEN" => Ok("my-secret".to_owned()),
            "LINES" => Ok("my-secret\r\nX: y".to_owned()),
            "EMPTY" => Ok(String::new()),
            _ => Err(VarError::NotPresent),
        })
    }

    #[test]
    fn variables_are_replaced_and_the_rest_stays() {
        let header = nothing().header("h", "Bearer ${TOKEN}$").unwrap();
        assert_eq!(header.sent, "Bearer my-secret$");
        assert_eq!(header.told, "Bearer ${}$");
        assert_eq!(header.secrets, ["my-secret"]);
    }

    #[test]
    fn a_variable_that_cannot_be_sent_is_named_and_its_content_is_not() {
        let outside = nothing();
        for (name, reason) in [
            ("MISSING", "which is not set"),
            ("EMPTY", "which is empty"),
            ("LINES", "which is not text of one line"),
        ] {
            let refusal = outside
                .header("benchmark.request.headers.A", &format!("${{{name}}}"))
                .err()
                .unwrap()
                .to_string();
            let said = format!("ci.yaml: benchmark.request.headers.A: found ${{{name}}}, {reason}");
            assert!(refusal.starts_with(&said), "{refusal}");
            assert!(!refusal.contains("my-secret"), "{refusal}");
        }
    }

    #[test]
    fn a_file_stands_beside_the_configuration_and_is_read_once() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("query.json");
        fs::write(&path, "{}").unwrap();
        let mut outside = Outside::of(&ReadFile {
            name: folder.path().join("ci.yaml").to_string_lossy().into_owned(),
            is_stdin: false,
            content: Vec::new(),
        });
        assert_eq!(outside.content("query.json").unwrap(), b"{}");
        fs::remove_file(&path).unwrap();
        assert_eq!(outside.content("query.json").unwrap(), b"{}");
        let inputs: Vec<InputFile> = outside.inputs().collect();
        assert_eq!(inputs.len(), 1);
        assert_eq!(inputs[0].sha256, sha256(b"{}"));
        let missing = outside.content("other.json").unwrap_err().to_string();
        assert!(missing.contains("other.json: cannot be read"), "{missing}");
    }
}
