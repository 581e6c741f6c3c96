//! The status of a commit (<https://docs.github.com/rest/commits/statuses>).

use serde_json::json;

use super::{Kind, Opened, Single};
use crate::error::Error;
use crate::github::{DESCRIPTION_LIMIT, GitHub};
use crate::message::Message;
use crate::options::Options;
use crate::status::Status;
use crate::text::{fitted, plain};

pub(super) const KIND: Kind = Kind {
    name: "github-commit-status",
    wanted: |options| options.github_commit_status,
    open,
};

/// Of SHA-1, and of SHA-256.
const DIGITS: [usize; 2] = [40, 64];

fn open(options: &Options, message: &Message) -> Opened {
    let github = GitHub::of(options)?;
    let commit = message.commit.as_deref().ok_or(Error::NoCommit)?;
    let is_digits = commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_digits || !DIGITS.contains(&commit.len()) {
        return Err(Error::ShortCommit {
            commit: commit.to_owned(),
        });
    }
    let mut body = json!({
        "state": state(message.status),
        "description": fitted(&message.summary, DESCRIPTION_LIMIT, plain),
        "context": format!("perfpipe/{}", message.environment),
    });
    if let Some(url) = &message.url {
        body["target_url"] = json!(url);
    }
    let path = format!("/statuses/{commit}");
    let request = github.request("POST", &path, Some(&body), "statuses: write");
    Ok(Box::new(Single(request)))
}

fn state(status: Status) -> &'static str {
    match status {
        Status::Success => "success",
        Status::Failure => "failure",
        Status::Error | Status::Cancelled => "error",
        Status::Pending | Status::Queued | Status::InProgress => "pending",
    }
}
