use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Interval, Run};
use crate::Measured;

/// One question that was asked of the evidence and its answer: the shape of every check in every section.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct Check {
    /// Unique within its section, as in `latency.p99_ms` or `scenarios.batch_4.latency.p99_ms`.
    pub name: String,
    /// The scenario; absent for the top level of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The key path of the metric in the document or scenario, as in `latency.p99_ms`.
    pub metric: String,
    /// `ms`, `rps`, `mb`, `percent`, `count`, `s`.
    pub unit: String,
    /// How `actual` must stand to `expected`.
    pub operator: Operator,
    /// The limit.
    pub expected: Measured,
    /// What was measured; absent if nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<Measured>,
    /// Two-sided 95 % confidence interval of `actual`, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci95: Option<Interval>,
    /// The answer.
    pub status: CheckStatus,
    /// Whether the answer lets the build pass.
    pub passed: bool,
    /// What a person should know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How a measured value must stand to its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum Operator {
    /// At most the limit.
    #[serde(rename = "<=")]
    AtMost,
    /// At least the limit.
    #[serde(rename = ">=")]
    AtLeast,
}

impl Operator {
    /// Whether `actual` stands to `expected` as it must. A limit that is met exactly holds.
    fn holds(self, actual: Measured, expected: Measured) -> bool {
        match self {
            Operator::AtMost => actual <= expected,
            Operator::AtLeast => actual >= expected,
        }
    }

    /// `<=` or `>=`.
    pub fn symbol(self) -> &'static str {
        match self {
            Operator::AtMost => "<=",
            Operator::AtLeast => ">=",
        }
    }
}

/// The answer to a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// The limit holds.
    Pass,
    /// It does not.
    Fail,
    /// The evidence does not decide.
    Inconclusive,
    /// There is no evidence.
    Missing,
}

impl CheckStatus {
    /// In words, for people.
    pub fn name(self) -> &'static str {
        match self {
            CheckStatus::Pass => "passed",
            CheckStatus::Fail => "failed",
            CheckStatus::Inconclusive => "inconclusive",
            CheckStatus::Missing => "missing",
        }
    }
}

impl Check {
    /// Judges one value against one limit. Missing evidence fails unless `missing_allowed`.
    pub fn judge(
        metric: &str,
        unit: &str,
        actual: Option<Measured>,
        operator: Operator,
        expected: Measured,
        missing_allowed: bool,
    ) -> Check {
        let (status, passed) = match actual {
            Some(actual) if operator.holds(actual, expected) => (CheckStatus::Pass, true),
            Some(_) => (CheckStatus::Fail, false),
            None => (CheckStatus::Missing, missing_allowed),
        };
        let allowed = status == CheckStatus::Missing && passed;
        Check {
            name: metric.to_owned(),
            scenario: None,
            metric: metric.to_owned(),
            unit: unit.to_owned(),
            operator,
            expected,
            actual,
            ci95: None,
            status,
            passed,
            note: allowed.then(|| "allowed to be missing".to_owned()),
        }
    }

    /// The failing check of a run that was broken off, which no other check makes good; a whole run has none.
    pub fn interrupted(run: Option<&Run>) -> Option<Check> {
        run.filter(|run| run.interrupted).map(|_| Check {
            note: Some("the run was broken off: what it measured decides nothing".to_owned()),
            ..Check::judge(
                "run.interrupted",
                "count",
                Some(Measured::from(1)),
                Operator::AtMost,
                Measured::ZERO,
                false,
            )
        })
    }

    /// The same check, of a scenario instead of the top level.
    pub fn of_scenario(self, scenario: &str) -> Check {
        Check {
            name: format!("scenarios.{scenario}.{}", self.metric),
            scenario: Some(scenario.to_owned()),
            ..self
        }
    }
}

/// perf-validate's verdict: the run against its thresholds.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct Validation {
    /// Whether every check passed.
    pub passed: bool,
    /// Each threshold of each scenario.
    pub checks: Vec<Check>,
}

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
    /// The check itself.
    #[serde(flatten)]
    pub check: Check,
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
}

impl GateGroup {
    /// Every group, in the order of the gates file.
    pub const ALL: [GateGroup; 3] = [
        GateGroup::Performance,
        GateGroup::Security,
        GateGroup::Deployment,
    ];

    /// As written in documents and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            GateGroup::Performance => "performance",
            GateGroup::Security => "security",
            GateGroup::Deployment => "deployment",
        }
    }
}
