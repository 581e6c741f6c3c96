use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::expect::is_pointer;
use super::placeholder::{TextPart, is_name, text_parts, texts};
use super::probes::{Probe, ProbeExpect, Sensors, list_problems, metric_name_problem};
use super::problem::{Configuration, Problem, nothing};
use super::request::even_null;
use super::tls::Tls;
use crate::Measured;

/// `smoke-tests.yaml`: what a service must do with real requests, one after another.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SmokeTestsFile {
    /// Whom `https` connections trust and what they show. Default: the root certificates of the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Each step, by a name of its own, in the order in which they are taken.
    pub steps: Vec<Step>,
}

/// A probe that may use what earlier steps captured, and capture for later ones. `{{name}}` is what was captured under that
/// name. At most one of `body`, `body_file` and `json` says what it carries.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// As documents name it, as in `batch_of_32`.
    pub name: String,
    /// In capitals. Default: GET, or POST with a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Appended to the service's address; begins with a slash and may hold a query. `{{name}}` is percent-encoded.
    pub path: String,
    /// Sent beside those that every request has, or in their place. `${NAME}` in a value is taken from the environment,
    /// `{{name}}` from an earlier step; neither is told to anybody else.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, String>,
    /// Sent as it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// A file whose content is sent, relative to the folder of the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_file: Option<String>,
    /// Sent as JSON, with `Content-Type: application/json` unless `headers` say otherwise. A text that is `{{name}}` and
    /// nothing else becomes the value that was captured, whatever its type; in a longer text it stands as a text.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "even_null"
    )]
    pub json: Option<Value>,
    /// How many observations are sent: the `observations` in `json` are repeated or cut to as many. Default: as they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observations: Option<u64>,
    /// How many sensor values each of the `observations` in `json` is sent with: its own are repeated or cut to as many.
    /// `from-metadata` is the number that the service's `GET /metadata` says. Default: as they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensors: Option<Sensors>,
    /// What the answer must be. Default: any status 2xx. `{{name}}` in `body[].equals` is used as in `json`.
    #[serde(default)]
    pub expect: ProbeExpect,
    /// Metrics that earlier steps captured, by their names, and by how much they must have grown since, at least. The body
    /// must be a page in the text format of Prometheus then.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub increased_by_at_least: IndexMap<String, Measured>,
    /// How many answers are asked for, each over a connection of its own: all of them must be as expected, and the last is
    /// the one that is captured from. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
    /// What later steps may use of the answer, by name. A value that is not there fails the step.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub capture: IndexMap<String, Capture>,
}

/// A value of an answer: one of `pointer` and `metric` says which.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capture {
    /// Its place in a JSON body as a JSON Pointer (RFC 6901); the empty text is the whole body. It must not be null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The name of a series on a page of Prometheus text: the value is the sum over all series of that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// Labels that the series must have, with these values; they may have others.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub labels: IndexMap<String, String>,
    /// The value where there is no such series: a counter may be absent until it has counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Measured>,
}

impl Configuration for SmokeTestsFile {
    const KIND: &'static str = "a file of smoke tests";

    fn problems(&self) -> Vec<Problem> {
        let mut captured: IndexMap<&str, &Capture> = IndexMap::new();
        let mut of_steps = Vec::new();
        for step in &self.steps {
            let mut own = step.problems(&captured);
            for (name, capture) in &step.capture {
                if captured.insert(name, capture).is_some() {
                    let found = format!("`{name}` again");
                    let expected = "a name under which no earlier step captures";
                    own.push(Problem::new(format!("capture.{name}"), found, expected));
                }
            }
            of_steps.push((step.name.as_str(), own));
        }
        let mut problems = list_problems("steps", "step", of_steps.into_iter());
        let tls = self.tls.iter().flat_map(Tls::problems);
        problems.extend(tls.map(|problem| problem.below("tls")));
        problems
    }

    fn is_data(path: &str) -> bool {
        path.ends_with(".json") || (path.contains(".body[") && path.ends_with(".equals"))
    }
}

impl Step {
    /// The step as the probe that it is, with the names of what it uses still in it.
    pub fn probe(&self) -> Probe {
        Probe {
            name: self.name.clone(),
            method: self.method.clone(),
            path: self.path.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            body_file: self.body_file.clone(),
            json: self.json.clone(),
            observations: self.observations,
            sensors: self.sensors,
            expect: self.expect.clone(),
            samples: self.samples,
        }
    }

    /// Every value that makes no sense, where `captured` is what earlier steps capture.
    fn problems(&self, captured: &IndexMap<&str, &Capture>) -> Vec<Problem> {
        let mut problems = self.probe().problems();
        let looks_into_bodies = !(self.capture.is_empty() && self.increased_by_at_least.is_empty());
        if self.method.as_deref() == Some("HEAD") && looks_into_bodies {
            let found = "HEAD, whose answer has no body, and a body that is looked into";
            problems.push(Problem::new("method", found, "another method"));
        }
        for (path, text) in self.texts() {
            problems.extend(text_problem(&path, text, captured));
        }
        for (name, least) in &self.increased_by_at_least {
            let path = format!("increased_by_at_least.{name}");
            problems.extend(match captured.get(name.as_str()) {
                None => Some(not_captured(&path, name, captured)),
                Some(Capture { metric: None, .. }) => {
                    let found = format!("`{name}`, a place in a JSON body");
                    Some(Problem::new(path, found, "a metric that was captured"))
                }
                Some(_) => nothing(&path, Some(*least)),
            });
        }
        for (name, capture) in &self.capture {
            let path = format!("capture.{name}");
            if !is_name(name) {
                let expected = "letters, digits and underscores, as in request_id";
                problems.push(Problem::new(&*path, format!("{name:?}"), expected));
            }
            let own = capture.problems();
            problems.extend(own.into_iter().map(|problem| problem.below(&path)));
        }
        problems
    }

    /// Every text in which `{{name}}` means something.
    fn texts(&self) -> Vec<(String, &str)> {
        let mut all = vec![("path".to_owned(), self.path.as_str())];
        let headers = self.headers.iter();
        all.extend(headers.map(|(name, value)| (format!("headers.{name}"), value.as_str())));
        all.extend(self.json.iter().flat_map(|json| texts("json", json)));
        for (index, condition) in self.expect.body.iter().flatten().enumerate() {
            let path = format!("expect.body[{index}].equals");
            let equals = condition.equals.iter();
            all.extend(equals.flat_map(|equals| texts(&path, equals)));
        }
        all
    }
}

fn text_problem(path: &str, text: &str, captured: &IndexMap<&str, &Capture>) -> Option<Problem> {
    let Some(parts) = text_parts(text) else {
        let expected = "{{name}}, of letters, digits and underscores (`body` is sent as it stands)";
        return Some(Problem::new(
            path,
            "a {{ that names no captured value",
            expected,
        ));
    };
    parts.into_iter().find_map(|part| match part {
        TextPart::Captured(name) if !captured.contains_key(name) => {
            Some(not_captured(path, name, captured))
        }
        _ => None,
    })
}

fn not_captured(path: &str, name: &str, captured: &IndexMap<&str, &Capture>) -> Problem {
    let expected = "what an earlier step captures";
    Problem::new(path, format!("`{name}`"), expected).known(captured.keys().copied())
}

impl Capture {
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        match (&self.pointer, &self.metric) {
            (Some(pointer), None) => {
                if !is_pointer(pointer) {
                    let expected = "a JSON Pointer, as in /items/0/id";
                    problems.push(Problem::new("pointer", format!("{pointer:?}"), expected));
                }
                for (key, is_there) in [
                    ("labels", !self.labels.is_empty()),
                    ("default", self.default.is_some()),
                ] {
                    if is_there {
                        let found = format!("`{key}` beside `pointer`");
                        problems.push(Problem::new(key, found, "it beside `metric`"));
                    }
                }
            }
            (None, Some(metric)) => problems.extend(metric_name_problem("metric", metric)),
            (pointer, _) => {
                let found = if pointer.is_some() { "both" } else { "neither" };
                let expected = "one of `pointer` and `metric`";
                problems.push(Problem::new("pointer", found, expected));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(steps: Value) -> Vec<Problem> {
        let file: SmokeTestsFile = serde_json::from_value(json!({"steps": steps})).unwrap();
        file.problems()
    }

    /// Of a step behind one that captures `id` and the metric `sent`.
    fn paths(step: Value) -> Vec<String> {
        let first = json!({"name": "first", "path": "/a", "capture": {"id": {"pointer": "/id"},
            "sent": {"metric": "sent_total", "labels": {"a": "b"}, "default": 0}}});
        let problems = problems(json!([first, step])).into_iter();
        problems.map(|problem| problem.path).collect()
    }

    #[test]
    fn what_was_captured_can_stand_in_the_path_headers_json_and_expectations() {
        let everything = json!({"name": "second", "path": "/items/{{id}}?a={{sent}}", "samples": 2,
            "headers": {"Authorization": "${TYPE} {{id}}"}, "json": {"a": ["{{id}}", {"b": "x{{id}}y"}]},
            "expect": {"status": 200, "body": [{"pointer": "/id", "equals": "{{id}}"}]},
            "increased_by_at_least": {"sent": 1}, "capture": {"whole": {"pointer": ""}}});
        assert_eq!(paths(everything), Vec::<String>::new());
    }

    #[test]
    fn what_makes_no_sense_is_refused_where_it_stands() {
        for (key, value, path) in [
            ("path", json!("/{{ID}}"), "path"),
            ("path", json!("/{{id"), "path"),
            ("headers", json!({"A": "{{a b}}"}), "headers.A"),
            ("headers", json!({"A": "{{b}}"}), "headers.A"),
            ("json", json!({"a": [1, "{{b}}"]}), "json.a[1]"),
            (
                "expect",
                json!({"body": [{"pointer": "", "equals": {"a": "{{b}}"}}]}),
                "expect.body[0].equals.a",
            ),
            ("expect", json!({"status": 99}), "expect.status"),
            ("method", json!("get"), "method"),
            (
                "increased_by_at_least",
                json!({"b": 1}),
                "increased_by_at_least.b",
            ),
            (
                "increased_by_at_least",
                json!({"id": 1}),
                "increased_by_at_least.id",
            ),
            (
                "increased_by_at_least",
                json!({"sent": 0}),
                "increased_by_at_least.sent",
            ),
            ("capture", json!({"a b": {"pointer": ""}}), "capture.a b"),
            ("capture", json!({"id": {"pointer": ""}}), "capture.id"),
            ("capture", json!({"b": {}}), "capture.b.pointer"),
            (
                "capture",
                json!({"b": {"pointer": "", "metric": "a"}}),
                "capture.b.pointer",
            ),
            (
                "capture",
                json!({"b": {"pointer": "a"}}),
                "capture.b.pointer",
            ),
            (
                "capture",
                json!({"b": {"pointer": "", "labels": {"a": "b"}}}),
                "capture.b.labels",
            ),
            (
                "capture",
                json!({"b": {"pointer": "", "default": 0}}),
                "capture.b.default",
            ),
            (
                "capture",
                json!({"b": {"metric": "9a"}}),
                "capture.b.metric",
            ),
        ] {
            let mut step = json!({"name": "second", "path": "/"});
            step[key] = value.clone();
            assert_eq!(paths(step), [format!("steps[1].{path}")], "{value}");
        }
        let of_head = json!({"name": "second", "path": "/", "method": "HEAD", "capture": {"b": {"pointer": ""}}});
        assert_eq!(paths(of_head), ["steps[1].method"]);
        assert_eq!(
            paths(json!({"name": "first", "path": "/"})),
            ["steps[1].name"]
        );
        assert_eq!(problems(json!([]))[0].path, "steps");
    }

    #[test]
    fn a_name_can_be_used_behind_the_step_that_captures_it_and_not_in_it() {
        let own = json!({"name": "a", "path": "/{{id}}", "capture": {"id": {"pointer": "/id"}}});
        let found = problems(json!([own]));
        assert_eq!(found[0].path, "steps[0].path");
        let before = json!([{"name": "a", "path": "/", "capture": {"items": {"pointer": "/id"}}},
            {"name": "b", "path": "/{{item}}"}]);
        assert_eq!(problems(before)[0].known, ["items"]);
    }
}
