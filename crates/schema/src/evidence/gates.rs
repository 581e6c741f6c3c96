use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Check;

/// gate-check's verdict: all evidence against the gates file.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct Gates {
    /// Whether every gate passed.
    pub passed: bool,
    /// Each gate that was judged.
    pub checks: Vec<GateCheck>,
}

/// A check with the group of gates that it belongs to.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct GateCheck {
    /// Which part of the gates file asked.
    pub group: GateGroup,
    /// Whether the build fails with it.
    #[serde(default, skip_serializing_if = "GateLevel::is_error")]
    pub level: GateLevel,
    /// The check itself.
    #[serde(flatten)]
    pub check: Check,
    /// Who let it fail, where somebody did; also where that is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<GateWaiver>,
    /// That the limit could be tightened, and by how much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Whether a build fails with a gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateLevel {
    /// It does.
    #[default]
    Error,
    /// It does not, and people are told.
    Warn,
}

impl GateLevel {
    /// What goes without saying.
    pub fn is_error(&self) -> bool {
        *self == GateLevel::Error
    }
}

/// Leave for a gate to fail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct GateWaiver {
    /// Why it may fail.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it may, UTC.
    pub expires: String,
}

/// A part of the gates file.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum GateGroup {
    /// `performance_gates`.
    Performance,
    /// `security_gates`.
    Security,
    /// `deployment_gates`.
    Deployment,
    /// `custom_gates`.
    Custom,
    /// Not of the file: the age of the evidence and the commit that it speaks of, where they were asked for.
    Provenance,
}

impl GateGroup {
    /// Every group, in the order of the gates file.
    pub const ALL: [GateGroup; 5] = [
        GateGroup::Performance,
        GateGroup::Security,
        GateGroup::Deployment,
        GateGroup::Custom,
        GateGroup::Provenance,
    ];

    /// As written in documents and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            GateGroup::Performance => "performance",
            GateGroup::Security => "security",
            GateGroup::Deployment => "deployment",
            GateGroup::Custom => "custom",
            GateGroup::Provenance => "provenance",
        }
    }
}
