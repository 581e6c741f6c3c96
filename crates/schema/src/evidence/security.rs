use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measured;

/// Findings of vulnerability scanners by severity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Vulnerabilities {
    /// Critical findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critical: Option<u32>,
    /// High findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<u32>,
    /// Medium findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium: Option<u32>,
    /// Low findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<u32>,
    /// Findings without a severity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<u32>,
}

/// Figures of coverage, complexity and duplication tools.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct CodeQuality {
    /// Covered lines in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Measured>,
    /// Highest cyclomatic complexity of a function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complexity: Option<Measured>,
    /// Duplicated lines in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplication: Option<Measured>,
}
