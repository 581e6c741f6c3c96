//! Which jobs of a workflow run: GitHub's rules for `on`, `needs` and `if`.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use serde::Deserialize;
use serde_json::Value;

use crate::expression::{Context, Status, holds};

/// A file of .github/workflows.
#[derive(Debug, Deserialize)]
pub struct Workflow {
    pub on: BTreeMap<String, Value>,
    #[serde(default)]
    pub permissions: Value,
    #[serde(default)]
    pub defaults: Value,
    #[serde(default)]
    pub concurrency: Value,
    pub jobs: BTreeMap<String, Job>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Job {
    #[serde(default)]
    needs: Needs,
    #[serde(rename = "if")]
    condition: Option<String>,
    pub uses: Option<String>,
    pub permissions: Option<BTreeMap<String, String>>,
    pub timeout_minutes: Option<u64>,
    #[serde(default)]
    pub steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
pub struct Step {
    pub id: Option<String>,
    pub uses: Option<String>,
    pub run: Option<String>,
    #[serde(rename = "if")]
    pub condition: Option<String>,
    #[serde(default)]
    pub with: BTreeMap<String, Value>,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
enum Needs {
    #[default]
    Nothing,
    One(String),
    Several(Vec<String>),
}

impl Job {
    fn needs(&self) -> &[String] {
        match &self.needs {
            Needs::Nothing => &[],
            Needs::One(job) => std::slice::from_ref(job),
            Needs::Several(jobs) => jobs,
        }
    }
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    Success,
    Failure,
    Cancelled,
    Skipped,
}

/// What happened in the repository.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    pub name: &'static str,
    /// The branch that was pushed, or that a pull request is for.
    branch: &'static str,
    /// The values at their places; what is not here is not known.
    facts: &'static [(&'static str, &'static str)],
}

impl Event {
    /// What distinguishes it.
    pub fn facts(&self) -> &[(&str, &str)] {
        self.facts
    }
}

pub const PULL_REQUEST: Event = Event {
    name: "pull_request",
    branch: "main",
    facts: &[
        ("github.event_name", "pull_request"),
        ("github.run_id", "99"),
        ("github.ref", "refs/pull/7/merge"),
        ("github.repository", "us/service"),
        (
            "github.event.pull_request.head.repo.full_name",
            "us/service",
        ),
        ("github.event.pull_request.user.login", "someone"),
    ],
};

pub const FORK: Event = Event {
    name: "pull_request",
    branch: "main",
    facts: &[
        ("github.event_name", "pull_request"),
        ("github.run_id", "99"),
        ("github.ref", "refs/pull/7/merge"),
        ("github.repository", "us/service"),
        (
            "github.event.pull_request.head.repo.full_name",
            "them/service",
        ),
        ("github.event.pull_request.user.login", "someone"),
    ],
};

/// Its branches are in the repository itself, and hold what strangers published.
pub const DEPENDABOT: Event = Event {
    name: "pull_request",
    branch: "main",
    facts: &[
        ("github.event_name", "pull_request"),
        ("github.run_id", "99"),
        ("github.ref", "refs/pull/7/merge"),
        ("github.repository", "us/service"),
        (
            "github.event.pull_request.head.repo.full_name",
            "us/service",
        ),
        ("github.event.pull_request.user.login", "dependabot[bot]"),
    ],
};

pub const DEVELOP: Event = Event {
    name: "push",
    branch: "develop",
    facts: &[
        ("github.event_name", "push"),
        ("github.run_id", "99"),
        ("github.ref", "refs/heads/develop"),
    ],
};

pub const MAIN: Event = Event {
    name: "push",
    branch: "main",
    facts: &[
        ("github.event_name", "push"),
        ("github.run_id", "99"),
        ("github.ref", "refs/heads/main"),
    ],
};

pub const RELEASE: Event = Event {
    name: "release",
    branch: "",
    facts: &[
        ("github.event_name", "release"),
        ("github.run_id", "99"),
        ("github.ref", "refs/tags/v1.4.2"),
    ],
};

pub const EVENTS: [Event; 6] = [PULL_REQUEST, FORK, DEPENDABOT, DEVELOP, MAIN, RELEASE];

/// An event, and how the repository is set up.
pub struct World<'a> {
    pub event: Event,
    /// Names and values of the repository's variables.
    pub variables: &'a [(&'a str, &'a str)],
    /// How jobs end that do not succeed, if they run.
    pub fates: &'a [(&'a str, Outcome)],
}

impl Workflow {
    pub fn read(text: &str) -> Workflow {
        toolkit::yaml::read(text, PhantomData).unwrap_or_else(|error| panic!("{error}"))
    }

    /// How every job ends, if the event starts the workflow.
    pub fn run(&self, world: &World<'_>) -> Result<BTreeMap<&str, Outcome>, String> {
        let mut outcomes = BTreeMap::new();
        if !self.is_started_by(world.event)? {
            return Ok(outcomes);
        }
        let mut left: Vec<(&str, &Job)> = self
            .jobs
            .iter()
            .map(|(name, job)| (name.as_str(), job))
            .collect();
        while !left.is_empty() {
            let is_ready = |job: &Job| {
                job.needs()
                    .iter()
                    .all(|need| outcomes.contains_key(need.as_str()))
            };
            let Some(next) = left.iter().position(|(_, job)| is_ready(job)) else {
                return Err(format!("jobs wait for what never comes: {left:?}"));
            };
            let (name, job) = left.remove(next);
            let asking = Asking {
                world,
                needs: job.needs(),
                ancestors: self.ancestors(job),
                outcomes: &outcomes,
            };
            let outcome = if holds(job.condition.as_deref(), &asking)? {
                let fate = world.fates.iter().find(|(fated, _)| *fated == name);
                fate.map_or(Outcome::Success, |(_, outcome)| *outcome)
            } else {
                Outcome::Skipped
            };
            outcomes.insert(name, outcome);
        }
        Ok(outcomes)
    }

    fn is_started_by(&self, event: Event) -> Result<bool, String> {
        let Some(filters) = self.on.get(event.name) else {
            return Ok(false);
        };
        let lists = |name: &str, value: &str| -> bool {
            let listed = filters[name].as_array();
            listed.is_none_or(|listed| listed.iter().any(|one| one == value))
        };
        let unknown = filters.as_object().and_then(|filters| {
            filters
                .keys()
                .find(|name| !["branches", "types"].contains(&name.as_str()))
        });
        match unknown {
            Some(filter) => Err(format!("on.{}.{filter} is not known", event.name)),
            None => Ok(lists("branches", event.branch) && lists("types", "published")),
        }
    }

    /// All jobs that come before this one, not only those that it names.
    fn ancestors(&self, job: &Job) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&String> = self.needs_of(job);
        while let Some(name) = open.pop() {
            if found.insert(name.as_str()) {
                open.extend(self.jobs.get(name).map_or(&[][..], Job::needs));
            }
        }
        found
    }

    fn needs_of<'a>(&'a self, job: &Job) -> Vec<&'a String> {
        let names = self.jobs.keys();
        names.filter(|name| job.needs().contains(name)).collect()
    }
}

/// What one job can ask when its turn comes.
struct Asking<'a> {
    world: &'a World<'a>,
    needs: &'a [String],
    ancestors: BTreeSet<&'a str>,
    outcomes: &'a BTreeMap<&'a str, Outcome>,
}

impl Context for Asking<'_> {
    fn value(&self, path: &str) -> Result<String, String> {
        if let Some(job) = path
            .strip_prefix("needs.")
            .and_then(|rest| rest.strip_suffix(".result"))
        {
            return match self.outcomes.get(job) {
                Some(outcome) if self.needs.iter().any(|need| need == job) => {
                    Ok(format!("{outcome:?}").to_lowercase())
                }
                _ => Err(format!("{path}: this job does not need {job}")),
            };
        }
        value_of(self.world, path)
    }

    fn status(&self, status: Status) -> bool {
        let cancelled = self
            .outcomes
            .values()
            .any(|outcome| *outcome == Outcome::Cancelled);
        let mut before = self.ancestors.iter().map(|name| self.outcomes[name]);
        match status {
            Status::Always => true,
            Status::Cancelled => cancelled,
            Status::Failure => before.any(|outcome| outcome == Outcome::Failure),
            // A job that was skipped has not succeeded, nor has any that comes behind it.
            Status::Success => !cancelled && before.all(|outcome| outcome == Outcome::Success),
        }
    }
}

fn value_of(world: &World<'_>, path: &str) -> Result<String, String> {
    let fact = world.event.facts.iter().find(|(place, _)| *place == path);
    let variable = path.strip_prefix("vars.").and_then(|name| {
        world
            .variables
            .iter()
            .find(|(variable, _)| *variable == name)
    });
    fact.or(variable)
        .map(|(_, value)| (*value).to_owned())
        .ok_or_else(|| format!("{path} is not known of a {}", world.event.name))
}

/// A step asks after its job's own steps, which have all succeeded.
impl Context for World<'_> {
    fn value(&self, path: &str) -> Result<String, String> {
        value_of(self, path)
    }

    fn status(&self, status: Status) -> bool {
        matches!(status, Status::Success | Status::Always)
    }
}
