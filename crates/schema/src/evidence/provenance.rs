use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who wrote a section, when, from what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Provenance {
    /// The section's key; `run` stands for all that bench-run writes.
    pub section: String,
    /// The tool that wrote it.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// When, RFC 3339, UTC.
    pub time: String,
    /// The commit that the section speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Every file that went into it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputFile>,
}

/// A file that went into a section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct InputFile {
    /// As given on the command line.
    pub path: String,
    /// SHA-256 of its content, hexadecimal.
    pub sha256: String,
}

/// What a reader should know before believing the rest: a warning is data, not only a line on stderr.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Warning {
    /// The tool that warns.
    pub tool: String,
    /// Stable and short, in snake_case, for programs.
    pub code: String,
    /// In words, for people.
    pub message: String,
}
