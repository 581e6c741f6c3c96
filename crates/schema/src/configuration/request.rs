use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::expect::Expect;
use super::header;
use super::problem::{Problem, outside};

/// A weight beyond it is a slip of the finger.
const LARGEST_WEIGHT: u64 = 1_000_000;

/// A request of the configuration's own. At most one of `body`, `body_file` and `json` says what it carries.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// In capitals. Default: GET, or POST with a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Appended to the target's own path; begins with a slash and may hold a query.
    pub path: String,
    /// Sent beside those that every request has, or in their place. `${NAME}` in a value is taken from the environment.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, String>,
    /// Sent as it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// A file whose content is sent, relative to the folder of the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_file: Option<String>,
    /// Sent as JSON, with `Content-Type: application/json` unless `headers` say otherwise.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "even_null"
    )]
    pub json: Option<Value>,
    /// What the answer must be. Default: the `expect` beside the request, then any status 2xx.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
    /// How often it is sent beside the others of `requests`. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u64>,
}

/// A value that is there is a value, null too.
pub(super) fn even_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Request {
    /// The method that is sent.
    pub fn method(&self) -> &str {
        let default = if self.bodies().is_empty() {
            "GET"
        } else {
            "POST"
        };
        self.method.as_deref().unwrap_or(default)
    }

    /// The configured value of a header, whose name has no case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(configured, _)| configured.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The keys that say what the request carries: one at most, if it can be used.
    fn bodies(&self) -> Vec<&'static str> {
        let keys = [
            ("body", self.body.is_some()),
            ("body_file", self.body_file.is_some()),
            ("json", self.json.is_some()),
        ];
        keys.into_iter()
            .filter_map(|(key, given)| given.then_some(key))
            .collect()
    }

    /// `expect` is what is expected of a request that does not say so itself.
    pub(super) fn problems(&self, expect: Option<&Expect>) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(self.method.as_deref().and_then(method_problem));
        problems.extend(path_problem(&self.path));
        problems.extend(header::problems(&self.headers));
        if let [_, second, ..] = self.bodies().as_slice() {
            let found = format!("`{}`", self.bodies().join("` and `"));
            problems.push(Problem::new(*second, found, "one of them"));
        }
        if let Some("" | "-") = self.body_file.as_deref() {
            problems.push(Problem::new("body_file", "no file", "the name of a file"));
        }
        let own = self.expect.iter().flat_map(Expect::problems);
        problems.extend(own.map(|problem| problem.below("expect")));
        let expect = self.expect.as_ref().or(expect);
        if self.method() == "HEAD" && expect.is_some_and(Expect::judges_bodies) {
            problems.push(Problem::new(
                "method",
                "HEAD, whose answer has no body, and a body that is expected",
                "another method, or a status alone",
            ));
        }
        problems.extend(
            self.weight
                .and_then(|weight| outside("weight", weight, LARGEST_WEIGHT)),
        );
        problems
    }
}

fn method_problem(method: &str) -> Option<Problem> {
    let found = format!("\"{method}\"");
    if method == "CONNECT" {
        let expected = "another method: a tunnel answers nothing that could be measured";
        return Some(Problem::new("method", found, expected));
    }
    let in_capitals = header::is_token(method) && !method.bytes().any(|b| b.is_ascii_lowercase());
    (!in_capitals).then(|| Problem::new("method", found, "a method in capitals, as in GET"))
}

fn path_problem(path: &str) -> Option<Problem> {
    let expected = if path.contains("${") {
        "no ${…}: only the values of headers are completed from the environment"
    } else if !path.starts_with('/') {
        "a path that begins with /"
    } else if path.contains('#') {
        "no #: what comes after it is never sent (%23 stands for the sign)"
    } else if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        "no spaces and nothing beyond ASCII: write them as in %20"
    } else {
        return None;
    };
    Some(Problem::new("path", format!("{path:?}"), expected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(value: Value) -> Request {
        serde_json::from_value(value).unwrap()
    }

    fn refusal(value: Value) -> String {
        let problems = request(value).problems(None);
        assert_eq!(problems.len(), 1, "{problems:?}");
        format!(
            "{}: {}, {}",
            problems[0].path, problems[0].found, problems[0].expected
        )
    }

    #[test]
    fn what_is_sent_decides_the_method_unless_it_is_named() {
        assert_eq!(request(json!({"path": "/"})).method(), "GET");
        assert_eq!(request(json!({"path": "/", "json": null})).method(), "POST");
        let put = json!({"path": "/", "body_file": "a", "method": "PUT"});
        assert_eq!(request(put).method(), "PUT");
    }

    #[test]
    fn a_request_that_cannot_be_sent_is_refused() {
        for (method, reason) in [
            ("get", "a method in capitals"),
            ("G T", "a method in capitals"),
            ("", "a method in capitals"),
            ("CONNECT", "a tunnel answers nothing"),
        ] {
            let refusal = refusal(json!({"path": "/", "method": method}));
            assert!(refusal.contains(reason), "{method}: {refusal}");
        }
        for (path, reason) in [
            ("", "begins with /"),
            ("search", "begins with /"),
            ("http://host/", "begins with /"),
            ("/a b", "%20"),
            ("/a\r\nX: y", "%20"),
            ("/ü", "beyond ASCII"),
            ("/a#b", "%23"),
            ("/${ID}", "only the values of headers"),
        ] {
            let refusal = refusal(json!({"path": path}));
            assert!(refusal.contains(reason), "{path:?}: {refusal}");
        }
        assert!(
            request(json!({"path": "/a?b[c]={d}&e=%20"}))
                .problems(None)
                .is_empty()
        );
        assert_eq!(
            refusal(json!({"path": "/", "body": "", "json": {}})),
            "json: `body` and `json`, one of them"
        );
        assert!(refusal(json!({"path": "/", "body_file": "-"})).contains("the name of a file"));
        assert!(refusal(json!({"path": "/", "weight": 0})).contains("1 to 1000000"));
    }

    #[test]
    fn nothing_can_be_expected_of_the_body_that_an_answer_to_head_does_not_have() {
        let head = json!({"path": "/", "method": "HEAD", "expect": {"contains": "a"}});
        assert!(refusal(head).starts_with("method: HEAD"));
        let head = request(json!({"path": "/", "method": "HEAD"}));
        let expect = serde_json::from_value::<Expect>(json!({"contains": "a"})).unwrap();
        assert_eq!(head.problems(Some(&expect)).len(), 1);
        assert!(head.problems(Some(&Expect::default())).is_empty());
    }
}
