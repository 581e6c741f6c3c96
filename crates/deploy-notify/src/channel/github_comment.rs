//! One comment on a pull request, updated by each notification after the first
//! (<https://docs.github.com/rest/issues/comments>).

use std::fs;

use serde::Deserialize;
use serde_json::json;
use toolkit::ToolkitError;
use toolkit::markdown::escaped;

use super::{Channel, Kind, Opened};
use crate::delivery::{Courier, Refusal, Request};
use crate::error::Error;
use crate::github::GitHub;
use crate::message::Message;
use crate::options::Options;
use crate::surroundings;
use crate::text::{fitted, length, plain};

pub(super) const KIND: Kind = Kind {
    name: "github-comment",
    wanted: |options| options.github_comment,
    open,
};

const PERMISSION: &str = "pull-requests: write";
/// GitHub takes no more.
const BODY_LIMIT: usize = 65_536;
/// Of one finding and of the message, so that all of them fit however much of them has to be escaped.
const FINDING_LIMIT: usize = 240;
const MESSAGE_LIMIT: usize = 2000;
/// A page of comments, each as long as can be, is not too long for one answer.
const COMMENTS_PER_PAGE: usize = 50;

/// Whose token a workflow has.
const ACTIONS: &str = "github-actions[bot]";

struct Comment {
    github: GitHub,
    pull_request: u64,
    /// What the body begins with, and no other comment does.
    marker: String,
    body: String,
}

#[derive(Deserialize)]
struct Listed {
    id: u64,
    body: Option<String>,
    /// Absent where the account is gone.
    user: Option<User>,
}

#[derive(Deserialize)]
struct User {
    login: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

fn open(options: &Options, message: &Message) -> Opened {
    let github = GitHub::of(options)?;
    let pull_request = match options.pull_request {
        Some(number) => number,
        None => surroundings::event()?
            .pull_request()
            .or_else(|| surroundings::pull_request_of(&surroundings::variable("GITHUB_REF")?))
            .ok_or(Error::NoPullRequest)?,
    };
    let name = options.comment_name.as_deref();
    let marker = marker(name.unwrap_or(&options.environment));
    let body = match &options.body {
        Some(path) => written(path, &marker)?,
        None => format!("{marker}\n{}", short(message)),
    };
    Ok(Box::new(Comment {
        github,
        pull_request,
        marker,
        body,
    }))
}

/// Nothing that a page shows. Whatever could end it early is written as in an address.
fn marker(name: &str) -> String {
    let mut marker = "<!-- perfpipe:".to_owned();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._/-".contains(&byte) {
            marker.push(char::from(byte));
        } else {
            marker += &format!("%{byte:02X}");
        }
    }
    marker + " -->"
}

fn written(path: &str, marker: &str) -> Result<String, Error> {
    let content = fs::read(path).map_err(|source| ToolkitError::Read {
        path: path.to_owned(),
        source,
    })?;
    let text = String::from_utf8(content).map_err(|_| Error::NoText {
        path: path.to_owned(),
    })?;
    if text.trim().is_empty() {
        return Err(Error::EmptyBody {
            path: path.to_owned(),
        });
    }
    let body = format!("{marker}\n{text}");
    match length(&body) {
        characters if characters > BODY_LIMIT => Err(Error::LongBody {
            path: path.to_owned(),
            characters,
            most: BODY_LIMIT,
        }),
        _ => Ok(body),
    }
}

/// What there is to say without a report.
fn short(message: &Message) -> String {
    let said = |text: &str, limit| escaped(&fitted(text, limit, plain));
    let mut lines = vec![
        format!("### {}", escaped(&message.headline())),
        said(&message.summary, FINDING_LIMIT),
    ];
    if let Some(text) = &message.text {
        lines.push(said(text, MESSAGE_LIMIT));
    }
    let findings = message.findings.iter().map(|finding| {
        let text = said(&finding.text, FINDING_LIMIT);
        format!("- {}: {text}", finding.status)
    });
    let mut findings: Vec<String> = findings.collect();
    if let Some(more) = message.more_findings(findings.len()) {
        findings.push(format!("- {more}"));
    }
    if !findings.is_empty() {
        lines.push(findings.join("\n"));
    }
    lines.push(origin(message).join(" · "));
    lines.join("\n\n") + "\n"
}

fn origin(message: &Message) -> Vec<String> {
    let named = [
        ("revision", message.revision.as_deref()),
        ("commit", message.commit.as_deref()),
    ];
    let links = [
        ("run", message.url.as_deref()),
        ("service", message.environment_url.as_deref()),
    ];
    let named = named.into_iter().filter_map(|(label, text)| {
        let text = fitted(text?, FINDING_LIMIT, plain);
        Some(format!("{label} {}", escaped(&text)))
    });
    let links = links
        .into_iter()
        .filter_map(|(label, url)| Some(format!("[{label}](<{}>)", url?)));
    named.chain(links).chain([escaped(&message.time)]).collect()
}

impl Comment {
    fn list(&self) -> Request {
        let path = format!(
            "/issues/{}/comments?per_page={COMMENTS_PER_PAGE}",
            self.pull_request
        );
        self.github.request("GET", &path, None, PERMISSION)
    }

    fn create(&self) -> Request {
        let path = format!("/issues/{}/comments", self.pull_request);
        let body = json!({"body": self.body});
        self.github.request("POST", &path, Some(&body), PERMISSION)
    }

    fn update(&self, comment: u64) -> Request {
        let path = format!("/issues/comments/{comment}");
        let body = json!({"body": self.body});
        self.github.request("PATCH", &path, Some(&body), PERMISSION)
    }

    /// The comments that begin with the marker, whoever wrote them.
    fn marked(&self, courier: &Courier<'_>) -> Result<Vec<Listed>, Refusal> {
        let mut marked = Vec::new();
        let mut page = Some(self.list());
        while let Some(request) = page {
            let answer = courier.send(&request)?;
            let comments: Vec<Listed> = serde_json::from_slice(&answer.body).map_err(|error| {
                Refusal::lasting(&request, &format!("expected a list of comments: {error}"))
            })?;
            marked.extend(comments.into_iter().filter(|comment| {
                let body = comment.body.as_deref();
                body.is_some_and(|body| body.starts_with(&self.marker))
            }));
            page = self.github.next_page(&request, answer.link.as_deref())?;
        }
        Ok(marked)
    }

    /// Those of them that are our own: anybody can write the marker, and may change what they wrote after it was updated.
    /// The token of an app, as that of GitHub Actions is, may not ask whose it is; then those of bots are, and first those of GitHub
    /// Actions.
    fn own(&self, courier: &Courier<'_>) -> Result<Vec<u64>, Refusal> {
        let marked = self.marked(courier)?;
        if marked.is_empty() {
            return Ok(Vec::new());
        }
        let request = self.github.user();
        let user: Option<User> = match courier.send(&request) {
            Ok(answer) => Some(serde_json::from_slice(&answer.body).map_err(|error| {
                Refusal::lasting(&request, &format!("expected a user: {error}"))
            })?),
            Err(refusal) if refusal.is_for_good(&[403, 404]) => None,
            Err(refusal) => return Err(refusal),
        };
        let is_own = |author: &User| match &user {
            Some(user) => author.login == user.login,
            None => author.kind.as_deref() == Some("Bot"),
        };
        let mut own: Vec<(&str, u64)> = marked
            .iter()
            .filter_map(|comment| Some((comment.user.as_ref()?, comment.id)))
            .filter(|(author, _)| is_own(author))
            .map(|(author, id)| (author.login.as_str(), id))
            .collect();
        own.sort_by_key(|(login, _)| *login != ACTIONS);
        Ok(own.into_iter().map(|(_, id)| id).collect())
    }
}

impl Channel for Comment {
    fn requests(&self) -> Vec<Request> {
        vec![self.list(), self.create()]
    }

    /// Looks for the comment anew each time: an attempt that came to nothing here may have made it there.
    fn attempt(&self, courier: &Courier<'_>) -> Result<&'static str, Refusal> {
        for comment in self.own(courier)? {
            match courier.send(&self.update(comment)) {
                Ok(_) => return Ok("updated"),
                // It is another bot's, or has been deleted meanwhile.
                Err(refusal) if refusal.is_for_good(&[403, 404]) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        courier.send(&self.create()).map(|_| "commented")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::testing::message;
    use proptest::prelude::*;

    #[test]
    fn no_name_ends_the_marker_and_no_two_names_have_the_same() {
        assert_eq!(marker("production"), "<!-- perfpipe:production -->");
        assert_eq!(marker("a --> b"), "<!-- perfpipe:a%20--%3E%20b -->");
        assert_ne!(marker("a%20"), marker("a "));
    }

    #[test]
    fn text_of_a_document_is_text_in_a_comment() {
        let body = short(&message("</details><script>@team #1 [a](b)"));
        for markup in ["<script", "</details", "@team", "#1", "[a]"] {
            assert!(!body.contains(markup), "{markup}: {body}");
        }
        assert!(
            body.contains("[run](<https://ci.example.org/run?a=1&b=2>)"),
            "{body}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_short_comment_is_never_too_long(text in "[@#<&*a🙂]{1,700}") {
            prop_assert!(length(&short(&message(&text))) < BODY_LIMIT - 1000);
        }
    }
}
