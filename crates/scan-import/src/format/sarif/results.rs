use std::collections::HashMap;

use serde::Deserialize;

use super::MOST_KEPT;
use super::rules::{Level, Properties, Reference};
use crate::read::json::{Fold, Short};
use crate::severity::Severity;

/// The results that count. Rules may stand behind them, so that what decides a severity is kept, and how often.
#[derive(Default)]
pub(super) struct Results {
    pub(super) counted: HashMap<Finding, u32>,
    /// Whether there were more than are kept.
    pub(super) too_many: bool,
}

/// What decides the severity of a result.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Finding {
    pub(super) rule: Reference,
    /// By the result's own score.
    pub(super) scored: Option<Severity>,
    pub(super) level: Option<Level>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultObject {
    rule_id: Option<String>,
    rule_index: Option<i64>,
    rule: Option<RuleReference>,
    kind: Option<Kind>,
    level: Option<Level>,
    suppressions: Option<Short<Suppression>>,
    baseline_state: Option<BaselineState>,
    properties: Option<Properties>,
}

/// Section 3.52, reportingDescriptorReference.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuleReference {
    id: Option<String>,
    index: Option<i64>,
    tool_component: Option<ComponentReference>,
}

#[derive(Deserialize)]
struct ComponentReference {
    index: Option<i64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Fail,
    Pass,
    Open,
    Informational,
    NotApplicable,
    Review,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum BaselineState {
    New,
    Unchanged,
    Updated,
    Absent,
}

#[derive(Deserialize)]
struct Suppression {
    status: Option<Status>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Status {
    Accepted,
    UnderReview,
    Rejected,
}

impl ResultObject {
    fn counts(&self) -> bool {
        let fails = matches!(self.kind, None | Some(Kind::Fail));
        let gone = matches!(self.baseline_state, Some(BaselineState::Absent));
        let suppressions: &[Suppression] = match &self.suppressions {
            Some(Short(suppressions)) => suppressions,
            None => &[],
        };
        let accepted = |one: &Suppression| matches!(one.status, None | Some(Status::Accepted));
        let suppressed = !suppressions.is_empty() && suppressions.iter().all(accepted);
        fails && !gone && !suppressed
    }

    fn finding(self) -> Finding {
        let (id, index, component) = match self.rule {
            Some(rule) => (rule.id, rule.index, rule.tool_component),
            None => (None, None, None),
        };
        Finding {
            rule: Reference {
                extension: component.map(|component| component.index.and_then(position)),
                index: index.or(self.rule_index).and_then(position),
                id: id.or(self.rule_id),
            },
            scored: self.properties.and_then(|own| own.scored()),
            level: self.level,
        }
    }
}

/// -1 is as none.
fn position(index: i64) -> Option<usize> {
    usize::try_from(index).ok()
}

impl Fold for Results {
    type Element = ResultObject;

    fn add(&mut self, result: ResultObject) {
        if !result.counts() {
            return;
        }
        let finding = result.finding();
        if let Some(times) = self.counted.get_mut(&finding) {
            *times = times.saturating_add(1);
        } else if self.counted.len() < MOST_KEPT {
            self.counted.insert(finding, 1);
        } else {
            self.too_many = true;
        }
    }
}
