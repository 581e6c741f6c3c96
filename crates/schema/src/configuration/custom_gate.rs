use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::expect::pointer_problem;
use super::problem::Problem;
use crate::evidence::{CheckValue, GateLevel, Operator};

/// A gate on any place in the document, of a section that no tool of ours knows too.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomGate {
    /// Unique in the file: what waivers, `--allow-missing` and reports call it.
    pub name: String,
    /// The place as a JSON Pointer (RFC 6901), as in `/capacity/rate_rps`.
    pub pointer: String,
    /// How the value there must stand to `value`.
    pub operator: Operator,
    /// A number, a text, or true or false.
    pub value: CheckValue,
    /// The value's unit, for people: `ms`, `mb`, `percent`, `rps`, `s` or another word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Whether the build fails with it. Default: `error`, it does.
    #[serde(default, skip_serializing_if = "GateLevel::is_error")]
    pub level: GateLevel,
}

pub(super) fn problems(gates: &[CustomGate]) -> Vec<Problem> {
    let mut names = HashSet::new();
    gates
        .iter()
        .enumerate()
        .flat_map(|(index, gate)| {
            let again = !names.insert(gate.name.as_str());
            let repeated = again.then(|| {
                let found = format!("\"{}\" again", gate.name);
                Problem::new("name", found, "a name of its own")
            });
            let own = gate.problems().into_iter().chain(repeated);
            own.map(move |problem| problem.below(&format!("custom_gates[{index}]")))
                .collect::<Vec<_>>()
        })
        .collect()
}

impl CustomGate {
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push(Problem::new("name", "an empty text", "a name"));
        }
        if self.pointer.is_empty() {
            problems.push(Problem::new(
                "pointer",
                "an empty text",
                "a place in the document, as in /capacity/rate_rps",
            ));
        }
        problems.extend(pointer_problem(&self.pointer));
        if let Some(expected) = self.comparable() {
            let found = format!("{} beside `{}`", kind(&self.value), self.operator.symbol());
            problems.push(Problem::new("value", found, expected));
        }
        problems
    }

    /// What the operator would want in place of a value that it can say nothing of.
    fn comparable(&self) -> Option<&'static str> {
        match (self.operator, &self.value) {
            (_, CheckValue::Number(number)) if !number.is_finite() => Some("a finite number"),
            (Operator::Equal | Operator::NotEqual, _)
            | (Operator::Contains, CheckValue::Text(_)) => None,
            (Operator::Contains, _) => Some("a text"),
            (_, CheckValue::Number(_)) => None,
            _ => Some("a number: only numbers have an order"),
        }
    }
}

fn kind(value: &CheckValue) -> &'static str {
    match value {
        CheckValue::Number(number) if number.is_finite() => "a number",
        CheckValue::Number(_) => "no finite number",
        CheckValue::Flag(_) => "true or false",
        CheckValue::Text(_) => "a text",
    }
}
