use std::collections::HashSet;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::benchmark::Benchmark;
use super::expect::{BodyCondition, Expect, ExpectedStatus, is_pointer};
use super::problem::{Configuration, Problem, nothing, outside};
use super::request::{Request, even_null};
use super::tls::Tls;
use crate::Measured;
use crate::evidence::Operator;

/// Each is a connection of its own: more of them are a load and not a probe.
const MOST_SAMPLES: u64 = 1000;
/// Ten times what the service of policies takes: enough to see that it refuses more.
const MOST_OBSERVATIONS: u64 = 10_000;
/// Certificates are not valid for longer.
const LONGEST_CERTIFICATE_DAYS: u64 = 10_000;

/// `probes.yaml`: what a service that is up must answer.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbesFile {
    /// Whom `https` connections trust and what they show. Default: the root certificates of the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Each check, by a name of its own.
    pub checks: Vec<Probe>,
}

/// One request and what its answer must be. At most one of `body`, `body_file` and `json` says what it carries.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// As documents name it, as in `health_endpoint`.
    pub name: String,
    /// In capitals. Default: GET, or POST with a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Appended to the service's address; begins with a slash and may hold a query.
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
    /// How many observations are sent: the `observations` in `json` are repeated or cut to as many. Default: as they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observations: Option<u64>,
    /// How many sensor values each of the `observations` in `json` is sent with: its own are repeated or cut to as many.
    /// `from-metadata` is the number that the service's `GET /metadata` says. Default: as they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensors: Option<Sensors>,
    /// What the answer must be. Default: any status 2xx.
    #[serde(default)]
    pub expect: ProbeExpect,
    /// How many answers are asked for, each over a connection of its own: all of them must be as expected. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
}

/// How many sensor values an observation has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected a number of sensor values or from-metadata"
)]
pub enum Sensors {
    /// That many.
    Count(u64),
    /// As many as the service says.
    Said(SensorsSaid),
}

/// Where the service says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum SensorsSaid {
    /// In `inputShape` of `GET /metadata`.
    #[serde(rename = "from-metadata")]
    FromMetadata,
}

/// What an answer must be: all that stands here.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeExpect {
    /// The status, or a list of which it must be one. Default: any 2xx.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ExpectedStatus>,
    /// The version that the service says it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionExpectation>,
    /// The commit that the service says it was built from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<CommitExpectation>,
    /// What must hold of the body, which must be JSON then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Vec<BodyCondition>>,
    /// A text that the body must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// What must hold of a page in the text format of Prometheus, which the body must be then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Vec<MetricCondition>>,
    /// The longest time from the name's look-up to the end of the body, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_time_ms: Option<Measured>,
    /// How many days the service's certificate must be valid for, at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_days_left: Option<u64>,
}

/// Where a version stands in the body, and which it must be.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionExpectation {
    /// The place as a JSON Pointer (RFC 6901), as in `/version`.
    pub pointer: String,
    /// The version. Default: that of `--expect-version`, else any that is a text and not empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
}

/// Where a commit stands in the body, and which it must be.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitExpectation {
    /// The place as a JSON Pointer (RFC 6901), as in `/build/commit`.
    pub pointer: String,
    /// The commit's hash, or seven or more digits that it begins with. Default: that of `--expect-commit`, else any that is
    /// a text and not empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
}

/// What must hold of a metric: that there is such a series, and of each such series what `operator` and `value` say.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricCondition {
    /// The name of the series, as in `http_requests_total`.
    pub name: String,
    /// Labels that it must have, with these values; it may have others.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub labels: IndexMap<String, String>,
    /// How its value must stand to `value`: `==`, `!=`, `<`, `<=`, `>` or `>=`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Operator>,
    /// What its value is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

impl Configuration for ProbesFile {
    const KIND: &'static str = "a probes file";

    fn problems(&self) -> Vec<Problem> {
        let checks = self.checks.iter();
        let checks = checks.map(|check| (check.name.as_str(), check.problems()));
        let mut problems = list_problems("checks", "check", checks);
        let tls = self.tls.iter().flat_map(Tls::problems);
        problems.extend(tls.map(|problem| problem.below("tls")));
        problems
    }

    fn is_data(path: &str) -> bool {
        path.ends_with(".json") || (path.contains(".body[") && path.ends_with(".equals"))
    }
}

/// The problems of a list in which each has a name of its own, from those of each.
pub(super) fn list_problems<'a>(
    key: &str,
    one: &str,
    items: impl Iterator<Item = (&'a str, Vec<Problem>)>,
) -> Vec<Problem> {
    let (mut names, mut problems) = (HashSet::new(), Vec::new());
    for (index, (name, mut own)) in items.enumerate() {
        if !names.insert(name) {
            let found = format!("`{name}` again");
            own.push(Problem::new("name", found, "a name of its own"));
        }
        let parent = format!("{key}[{index}]");
        problems.extend(own.into_iter().map(|problem| problem.below(&parent)));
    }
    if names.is_empty() {
        let expected = format!("at least one {one}");
        problems.push(Problem::new(key, "an empty list", expected));
    }
    problems
}

impl Probe {
    /// What is sent, as every tool's requests are configured.
    pub fn request(&self) -> Request {
        Request {
            method: self.method.clone(),
            path: self.path.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            body_file: self.body_file.clone(),
            json: self.json.clone(),
            expect: Some(self.expect.of_answer()),
            weight: None,
        }
    }

    /// Every value of one check that makes no sense.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if self.name.is_empty() || !self.name.chars().all(named) {
            let expected = "letters, digits, hyphens and underscores, as in health_endpoint";
            problems.push(Problem::new("name", format!("{:?}", self.name), expected));
        }
        problems.extend(self.request().problems(None));
        let own = self.expect.own_problems();
        problems.extend(own.into_iter().map(|problem| problem.below("expect")));
        if self.method.as_deref() == Some("HEAD")
            && self.expect.looks_into_bodies()
            && !self.expect.of_answer().judges_bodies()
        {
            let found = "HEAD, whose answer has no body, and a body that is expected";
            let expected = "another method, or a status alone";
            problems.push(Problem::new("method", found, expected));
        }
        problems.extend(self.observations_problem());
        problems.extend(
            self.sensors
                .and_then(|sensors| self.sensors_problem(sensors)),
        );
        problems.extend(
            self.samples
                .and_then(|samples| outside("samples", samples, MOST_SAMPLES)),
        );
        problems
    }

    fn own_observations(&self) -> Option<&Vec<Value>> {
        self.json.as_ref()?.get("observations")?.as_array()
    }

    fn observations_problem(&self) -> Option<Problem> {
        let count = self.observations?;
        outside("observations", count, MOST_OBSERVATIONS).or_else(|| {
            let own = self.own_observations();
            own.is_none_or(Vec::is_empty).then(|| {
                let expected = "`json` with `observations` to repeat or cut";
                Problem::new("observations", "none to begin with", expected)
            })
        })
    }

    fn sensors_problem(&self, sensors: Sensors) -> Option<Problem> {
        if let Sensors::Count(count) = sensors
            && let Some(problem) = outside("sensors", count, Benchmark::MOST_SENSORS)
        {
            return Some(problem);
        }
        let observations = self.own_observations();
        let have_sensors = |observation: &Value| {
            let sensors = observation.get("sensors").and_then(Value::as_array);
            sensors.is_some_and(|sensors| !sensors.is_empty())
        };
        let usable =
            observations.is_some_and(|all| !all.is_empty() && all.iter().all(have_sensors));
        (!usable).then(|| {
            Problem::new(
                "sensors",
                "no observations with sensor values",
                "`json` with `observations` of which each has `sensors` to repeat or cut",
            )
        })
    }
}

impl ProbeExpect {
    /// What bench-run could expect as well.
    pub fn of_answer(&self) -> Expect {
        Expect {
            status: self.status.clone(),
            body: self.body.clone(),
            contains: self.contains.clone(),
        }
    }

    fn looks_into_bodies(&self) -> bool {
        self.version.is_some() || self.commit.is_some() || self.metrics.is_some()
    }

    /// Of what no other tool expects; the rest is told as part of the request.
    fn own_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let version = self.version.as_ref().map(|version| {
            let equals = version.equals.as_deref();
            said_problem(&version.pointer, equals, 1).map(|problem| problem.below("version"))
        });
        let commit = self.commit.as_ref().map(|commit| {
            let equals = commit.equals.as_deref();
            said_problem(&commit.pointer, equals, CommitExpectation::SHORTEST)
                .map(|problem| problem.below("commit"))
        });
        problems.extend(version.into_iter().chain(commit).flatten());
        if self.metrics.as_ref().is_some_and(Vec::is_empty) {
            problems.push(Problem::new(
                "metrics",
                "an empty list",
                "at least one metric",
            ));
        }
        for (index, metric) in self.metrics.iter().flatten().enumerate() {
            let parent = format!("metrics[{index}]");
            problems.extend(metric.problem().map(|problem| problem.below(&parent)));
        }
        problems.extend(nothing("response_time_ms", self.response_time_ms));
        problems.extend(
            self.certificate_days_left
                .and_then(|days| outside("certificate_days_left", days, LONGEST_CERTIFICATE_DAYS)),
        );
        problems
    }
}

impl CommitExpectation {
    /// Fewer digits of a hash are those of other commits too.
    pub const SHORTEST: usize = 7;
}

fn said_problem(pointer: &str, equals: Option<&str>, shortest: usize) -> Option<Problem> {
    if !is_pointer(pointer) {
        let found = format!("{pointer:?}");
        return Some(Problem::new(
            "pointer",
            found,
            "a JSON Pointer, as in /version",
        ));
    }
    let equals = equals.filter(|equals| equals.len() < shortest)?;
    let expected = format!("a text of {shortest} or more characters");
    Some(Problem::new("equals", format!("{equals:?}"), expected))
}

/// A problem if no series can have this name.
pub(super) fn metric_name_problem(path: &str, name: &str) -> Option<Problem> {
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    let is_name = !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(in_name);
    (!is_name).then(|| {
        let expected = "the name of a metric, as in http_requests_total";
        Problem::new(path, format!("{name:?}"), expected)
    })
}

impl MetricCondition {
    fn problem(&self) -> Option<Problem> {
        if let Some(problem) = metric_name_problem("name", &self.name) {
            return Some(problem);
        }
        match (self.operator, self.value) {
            (Some(Operator::Contains), _) => Some(Problem::new(
                "operator",
                "contains",
                "a comparison of numbers: ==, !=, <, <=, > or >=",
            )),
            (Some(_), None) => Some(Problem::new("value", "no value", "one beside `operator`")),
            (None, Some(_)) => Some(Problem::new(
                "operator",
                "no operator",
                "one beside `value`",
            )),
            (_, Some(value)) if !value.is_finite() => {
                Some(Problem::new("value", value, "a finite number"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(check: Value) -> Vec<String> {
        let file = json!({"checks": [check]});
        let file: ProbesFile = serde_json::from_value(file).unwrap();
        let problems = file.problems().into_iter();
        problems.map(|problem| problem.path).collect()
    }

    fn with(key: &str, value: Value) -> Value {
        let mut check = json!({"name": "a", "path": "/"});
        check[key] = value;
        check
    }

    #[test]
    fn what_can_be_asked_of_a_service_is_taken() {
        let everything = json!({"name": "health_endpoint", "path": "/a?b=c", "headers": {"Authorization": "Bearer ${TOKEN}"},
            "json": {"observations": [{"sensors": [1]}]}, "observations": 32, "sensors": "from-metadata", "samples": 10,
            "expect": {"status": [200, 204], "version": {"pointer": "/version"},
                "commit": {"pointer": "/build/commit", "equals": "0123abc"}, "contains": "ok",
                "body": [{"pointer": "/status", "equals": null}],
                "metrics": [{"name": "a:b", "labels": {"c": ""}, "operator": ">=", "value": -1}, {"name": "a"}],
                "response_time_ms": 500, "certificate_days_left": 14}});
        assert_eq!(problems(everything), Vec::<String>::new());
    }

    #[test]
    fn what_makes_no_sense_is_refused_where_it_stands() {
        for (key, value, path) in [
            ("name", json!("a b"), "name"),
            ("path", json!("a"), "path"),
            ("samples", json!(0), "samples"),
            ("observations", json!(0), "observations"),
            ("observations", json!(32), "observations"),
            ("sensors", json!(0), "sensors"),
            ("sensors", json!(3), "sensors"),
            ("expect", json!({"status": 99}), "expect.status"),
            (
                "expect",
                json!({"version": {"pointer": "a"}}),
                "expect.version.pointer",
            ),
            (
                "expect",
                json!({"version": {"pointer": "/a", "equals": ""}}),
                "expect.version.equals",
            ),
            (
                "expect",
                json!({"commit": {"pointer": "/a", "equals": "012345"}}),
                "expect.commit.equals",
            ),
            ("expect", json!({"metrics": []}), "expect.metrics"),
            (
                "expect",
                json!({"metrics": [{"name": "9a"}]}),
                "expect.metrics[0].name",
            ),
            (
                "expect",
                json!({"metrics": [{"name": "a", "value": 1}]}),
                "expect.metrics[0].operator",
            ),
            (
                "expect",
                json!({"metrics": [{"name": "a", "operator": "contains", "value": 1}]}),
                "expect.metrics[0].operator",
            ),
            (
                "expect",
                json!({"metrics": [{"name": "a", "operator": "<"}]}),
                "expect.metrics[0].value",
            ),
            (
                "expect",
                json!({"response_time_ms": 0}),
                "expect.response_time_ms",
            ),
            (
                "expect",
                json!({"certificate_days_left": 0}),
                "expect.certificate_days_left",
            ),
        ] {
            let found = problems(with(key, value.clone()));
            assert_eq!(found, [format!("checks[0].{path}")], "{value}");
        }
        let body_of_head = json!({"name": "a", "path": "/", "method": "HEAD", "expect": {"version": {"pointer": "/v"}}});
        assert_eq!(problems(body_of_head), ["checks[0].method"]);
    }

    #[test]
    fn a_name_stands_there_once_and_a_file_has_a_check() {
        let file = |checks: Value| -> Vec<Problem> {
            let file: ProbesFile = serde_json::from_value(json!({"checks": checks})).unwrap();
            file.problems()
        };
        let check = json!({"name": "a", "path": "/"});
        assert_eq!(file(json!([check, check]))[0].path, "checks[1].name");
        assert_eq!(file(json!([]))[0].path, "checks");
    }

    #[test]
    fn sensors_are_a_number_or_what_the_service_says() {
        let sensors = |value: Value| serde_json::from_value::<Sensors>(value);
        assert_eq!(sensors(json!(3)).unwrap(), Sensors::Count(3));
        let said = Sensors::Said(SensorsSaid::FromMetadata);
        assert_eq!(sensors(json!("from-metadata")).unwrap(), said);
        let refusal = sensors(json!("metadata")).unwrap_err().to_string();
        assert!(refusal.contains("from-metadata"), "{refusal}");
    }
}
