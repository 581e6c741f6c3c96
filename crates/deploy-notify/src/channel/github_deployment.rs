//! The status of a deployment (<https://docs.github.com/rest/deployments/statuses>).

use serde_json::json;

use super::{Kind, Opened, Single};
use crate::github::{DESCRIPTION_LIMIT, GitHub};
use crate::message::Message;
use crate::options::Options;
use crate::status::Status;
use crate::text::{fitted, plain};

pub(super) const KIND: Kind = Kind {
    name: "github-deployment",
    wanted: |options| options.github_deployment.is_some(),
    open,
};

fn open(options: &Options, message: &Message) -> Opened {
    let github = GitHub::of(options)?;
    let deployment = options.github_deployment.unwrap_or_default();
    // The environment is that of the deployment: named here, it would be changed.
    let mut body = json!({
        "state": state(message.status),
        "description": fitted(&message.summary, DESCRIPTION_LIMIT, plain),
        "auto_inactive": true,
    });
    if let Some(url) = &message.url {
        body["log_url"] = json!(url);
    }
    if let Some(url) = &message.environment_url {
        body["environment_url"] = json!(url);
    }
    let path = format!("/deployments/{deployment}/statuses");
    let request = github.request("POST", &path, Some(&body), "deployments: write");
    Ok(Box::new(Single(request)))
}

fn state(status: Status) -> &'static str {
    match status {
        Status::Success => "success",
        Status::Failure => "failure",
        Status::Error | Status::Cancelled => "error",
        Status::Pending => "pending",
        Status::Queued => "queued",
        Status::InProgress => "in_progress",
    }
}
