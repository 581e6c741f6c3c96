use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, Deserializer, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::problem::Problem;
use super::request::even_null;

/// What an answer must be for its request to be ok: all that stands here.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The status, or a list of which it must be one. Default: any 2xx.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ExpectedStatus>,
    /// What must hold of the body, which must be JSON then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Vec<BodyCondition>>,
    /// A text that the body must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
}

/// One status or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ExpectedStatus {
    /// This one.
    One(u16),
    /// Any of these.
    AnyOf(Vec<u16>),
}

/// What must hold of one place in a JSON body: all that stands here, at least one thing.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BodyCondition {
    /// The place as a JSON Pointer (RFC 6901), as in `/items/0/id`; the empty text is the whole body.
    pub pointer: String,
    /// Whether there is such a place at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// The value there; numbers are equal by value (1 and 1.0).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "even_null"
    )]
    pub equals: Option<Value>,
    /// How many items of a list, entries of an object or characters of a text are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// The least number there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// The greatest number there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
}

impl<'de> Deserialize<'de> for ExpectedStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ExpectedStatus, D::Error> {
        struct OneOrList;

        impl<'de> Visitor<'de> for OneOrList {
            type Value = ExpectedStatus;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a status or a list of them")
            }

            fn visit_u64<E: de::Error>(self, status: u64) -> Result<ExpectedStatus, E> {
                u16::try_from(status)
                    .map(ExpectedStatus::One)
                    .map_err(|_| E::invalid_value(Unexpected::Unsigned(status), &self))
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut items: A,
            ) -> Result<ExpectedStatus, A::Error> {
                let mut statuses = Vec::new();
                while let Some(status) = items.next_element()? {
                    statuses.push(status);
                }
                Ok(ExpectedStatus::AnyOf(statuses))
            }
        }

        deserializer.deserialize_any(OneOrList)
    }
}

impl ExpectedStatus {
    /// All that are expected.
    pub fn list(&self) -> &[u16] {
        match self {
            ExpectedStatus::One(status) => std::slice::from_ref(status),
            ExpectedStatus::AnyOf(statuses) => statuses,
        }
    }

    fn problem(&self) -> Option<Problem> {
        let impossible = |status: &&u16| !(200..600).contains(*status);
        let found = match self.list() {
            [] => "an empty list".to_owned(),
            statuses => statuses.iter().find(impossible)?.to_string(),
        };
        Some(Problem::new("status", found, "statuses from 200 to 599"))
    }
}

impl Expect {
    /// Whether a body can be other than expected.
    pub(super) fn judges_bodies(&self) -> bool {
        self.body.is_some() || self.contains.is_some()
    }

    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(self.status.as_ref().and_then(ExpectedStatus::problem));
        if self.contains.as_deref() == Some("") {
            problems.push(Problem::new("contains", "an empty text", "a text"));
        }
        if self.body.as_ref().is_some_and(Vec::is_empty) {
            problems.push(Problem::new(
                "body",
                "an empty list",
                "at least one condition",
            ));
        }
        for (index, condition) in self.body.iter().flatten().enumerate() {
            let parent = format!("body[{index}]");
            let own = condition.problems();
            problems.extend(own.into_iter().map(|problem| problem.below(&parent)));
        }
        problems
    }
}

impl BodyCondition {
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(pointer_problem(&self.pointer));
        let of_the_value = self.equals.is_some()
            || self.length.is_some()
            || self.at_least.is_some()
            || self.at_most.is_some();
        if !of_the_value && self.exists.is_none() {
            problems.push(Problem::new(
                "pointer",
                "no condition",
                "one of `exists`, `equals`, `length`, `at_least` and `at_most`",
            ));
        }
        if of_the_value && self.exists == Some(false) {
            problems.push(Problem::new(
                "exists",
                "false, and a condition of what is there",
                "one of them",
            ));
        }
        for (path, bound) in [("at_least", self.at_least), ("at_most", self.at_most)] {
            if let Some(bound) = bound.filter(|bound| !bound.is_finite()) {
                problems.push(Problem::new(path, bound, "a finite number"));
            }
        }
        if let (Some(least), Some(most)) = (self.at_least, self.at_most)
            && most < least
        {
            let expected = format!("at least {least}, as in at_least");
            problems.push(Problem::new("at_most", most, expected));
        }
        problems
    }
}

pub(super) fn pointer_problem(pointer: &str) -> Option<Problem> {
    let expected = "a JSON Pointer, as in /items/0/id (~1 stands for / and ~0 for ~)";
    (!is_pointer(pointer)).then(|| Problem::new("pointer", format!("{pointer:?}"), expected))
}

/// Whether this is a JSON Pointer: steps that each begin with a slash, and no `~` but in `~0` and `~1`.
pub(super) fn is_pointer(text: &str) -> bool {
    let escapes = text.split('~').skip(1);
    (text.is_empty() || text.starts_with('/'))
        && escapes.into_iter().all(|rest| rest.starts_with(['0', '1']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(value: Value) -> Vec<String> {
        let expect: Expect = serde_json::from_value(value).unwrap();
        expect
            .problems()
            .into_iter()
            .map(|problem| problem.path)
            .collect()
    }

    #[test]
    fn a_status_or_several_can_be_expected() {
        let list = |value: Value| serde_json::from_value::<ExpectedStatus>(value);
        assert_eq!(list(json!(204)).unwrap().list(), [204]);
        assert_eq!(list(json!([200, 404])).unwrap().list(), [200, 404]);
        for wrong in [json!("2xx"), json!(70_000), json!(-200), json!(200.5)] {
            let refusal = list(wrong).unwrap_err().to_string();
            assert!(refusal.contains("a status or a list of them"), "{refusal}");
        }
        for wrong in [json!([]), json!(100), json!(600), json!([200, 0])] {
            assert_eq!(problems(json!({"status": wrong})), ["status"]);
        }
    }

    #[test]
    fn a_condition_that_says_nothing_or_cannot_hold_is_refused() {
        for (condition, key) in [
            (json!({"pointer": "/a"}), "pointer"),
            (json!({"pointer": "a", "exists": true}), "pointer"),
            (json!({"pointer": "/~2", "exists": true}), "pointer"),
            (json!({"pointer": "/~", "exists": true}), "pointer"),
            (
                json!({"pointer": "/a", "exists": false, "equals": null}),
                "exists",
            ),
            (
                json!({"pointer": "/a", "at_least": 2, "at_most": 1}),
                "at_most",
            ),
        ] {
            let path = format!("body[0].{key}");
            assert_eq!(problems(json!({"body": [condition]})), [path]);
        }
        assert_eq!(problems(json!({"body": []})), ["body"]);
        assert_eq!(problems(json!({"contains": ""})), ["contains"]);
    }

    #[test]
    fn conditions_that_can_hold_are_taken() {
        let all = json!([{"pointer": "", "exists": true}, {"pointer": "/a~1b/0/~0", "equals": null},
            {"pointer": "/", "length": 0}, {"pointer": "/x", "at_least": -1, "at_most": -1}]);
        assert!(problems(json!({"body": all, "contains": "a", "status": 200})).is_empty());
    }
}
