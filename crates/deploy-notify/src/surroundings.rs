//! What CI says of itself: the variables of GitHub Actions.

use std::{env, fs, io};

use serde_json::Value;

use crate::error::Error;

/// A variable of the environment; `None` if it is not set, empty or not UTF-8.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The page of the run of GitHub Actions, inside of one.
pub(crate) fn run_url() -> Option<String> {
    let server = variable("GITHUB_SERVER_URL")?;
    let repository = variable("GITHUB_REPOSITORY")?;
    let run = variable("GITHUB_RUN_ID")?;
    Some(format!("{server}/{repository}/actions/runs/{run}"))
}

/// What started the run; a run that nothing is known of has an empty event.
pub(crate) struct Event(Value);

/// The event that GITHUB_EVENT_PATH names. A file that cannot be read is an error: the commit that is told without it
/// would be another one.
pub(crate) fn event() -> Result<Event, Error> {
    let Some(path) = variable("GITHUB_EVENT_PATH") else {
        return Ok(Event(Value::Null));
    };
    let read = fs::read(&path).and_then(|text| {
        serde_json::from_slice(&text).map_err(|error| io::Error::other(error.to_string()))
    });
    read.map(Event)
        .map_err(|source| Error::Event { path, source })
}

impl Event {
    /// The commit of a pull request, or of the run after which this one was started. GITHUB_SHA is that of its merge, which
    /// nobody looks at, or that of the default branch.
    pub(crate) fn head_commit(&self) -> Option<String> {
        let places = ["/pull_request/head/sha", "/workflow_run/head_sha"];
        let mut commits = places.iter().filter_map(|place| self.0.pointer(place));
        commits.next()?.as_str().map(str::to_owned)
    }

    /// Whether it is a comment on an issue or a pull request, which tells no commit: GITHUB_SHA is that of the default branch,
    /// and so may be what was measured.
    pub(crate) fn is_comment(&self) -> bool {
        self.0.get("issue").is_some() && self.0.get("pull_request").is_none()
    }

    /// The pull request that it is about, or a comment on it.
    pub(crate) fn pull_request(&self) -> Option<u64> {
        let of_comment = || {
            let issue = self.0.pointer("/issue")?;
            issue.get("pull_request").and(issue.get("number"))
        };
        let number = self.0.pointer("/pull_request/number");
        number.or_else(of_comment)?.as_u64()
    }
}

/// The pull request in the name of a reference, as in `refs/pull/7/merge`.
pub(crate) fn pull_request_of(reference: &str) -> Option<u64> {
    let rest = reference.strip_prefix("refs/pull/")?;
    let (number, kind) = rest.split_once('/')?;
    matches!(kind, "merge" | "head")
        .then(|| number.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pull_request_is_in_its_event_or_in_that_of_a_comment_on_it() {
        for (event, number) in [
            (json!({"pull_request": {"number": 7}}), Some(7)),
            (json!({"issue": {"number": 7, "pull_request": {}}}), Some(7)),
            (json!({"issue": {"number": 7}}), None),
            (json!({"number": 7}), None),
        ] {
            assert_eq!(Event(event.clone()).pull_request(), number, "{event}");
        }
    }

    #[test]
    fn a_reference_names_its_pull_request() {
        for (reference, number) in [
            ("refs/pull/7/merge", Some(7)),
            ("refs/pull/7/head", Some(7)),
            ("refs/heads/pull/7/merge", None),
            ("refs/pull/x/merge", None),
            ("refs/pull/7", None),
        ] {
            assert_eq!(pull_request_of(reference), number, "{reference}");
        }
    }
}
