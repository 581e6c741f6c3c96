use std::time::{Duration, Instant};

use serde_json::Value;
use toolkit::http::{self, Client, Exchange, FailureKind};
use toolkit::on_one_line;

use super::patience::{Again, asked_wait};
use super::request::{Header, Request};
use crate::secret::{Secret, masked};
use crate::text::{fitted, plain};

/// What has not been answered by then is asked again: GitHub itself gives up after 10 s.
const LONGEST_REQUEST: Duration = Duration::from_secs(20);
/// Of what a service says about its refusal.
const LONGEST_REASON: usize = 300;

/// Sends single requests.
pub(crate) struct Courier<'a> {
    client: &'a Client,
    deadline: Instant,
}

/// An answer that is no refusal: 2xx.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Vec<u8>,
    /// The `Link` header.
    pub(crate) link: Option<String>,
}

/// Why a request was not taken.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// In words, without a secret.
    pub(crate) reason: String,
    /// Of the answer, if there was one.
    pub(crate) status: Option<u16>,
    /// Whether to ask again.
    pub(crate) again: Again,
}

impl Refusal {
    /// One that asking again does not change.
    pub(crate) fn lasting(request: &Request, reason: &str) -> Refusal {
        Refusal {
            reason: told(request, reason),
            status: None,
            again: Again::Never,
        }
    }

    /// Whether it is an answer of one of these statuses that asking again does not change.
    pub(crate) fn is_for_good(&self, statuses: &[u16]) -> bool {
        self.again == Again::Never && self.status.is_some_and(|status| statuses.contains(&status))
    }
}

impl<'a> Courier<'a> {
    pub(crate) fn new(client: &'a Client, deadline: Instant) -> Courier<'a> {
        Courier { client, deadline }
    }

    /// Sends a request once. No redirect is followed: it would take secrets elsewhere.
    pub(crate) fn send(&self, request: &Request) -> Result<Answer, Refusal> {
        let deadline = self.deadline.min(Instant::now() + LONGEST_REQUEST);
        let headers: Vec<(String, String)> = request
            .headers
            .iter()
            .map(|Header { name, value, .. }| ((*name).to_owned(), value.clone()))
            .collect();
        let sent = http::Request {
            method: request.method,
            path: &request.address.path,
            headers: &headers,
            body: request.body.as_deref().map(str::as_bytes),
        };
        let exchange = self.client.send(&request.address.target, &sent, deadline);
        match (exchange.status, &exchange.failure) {
            (Some(200..=299), Some(failure)) if request.method == "GET" => Err(Refusal {
                reason: told(request, &failure.message),
                status: exchange.status,
                again: Again::May(None),
            }),
            // What follows the status of an answer to anything else changes nothing: it was taken.
            (Some(200..=299), _) => Ok(Answer {
                link: exchange.header("link").map(str::to_owned),
                body: exchange.body,
            }),
            (Some(status), _) => Err(refused(request, status, &exchange)),
            (None, failure) => Err(unanswered(request, failure.as_ref())),
        }
    }
}

fn refused(request: &Request, status: u16, exchange: &Exchange) -> Refusal {
    let mut reason = format!("{status}");
    if (300..400).contains(&status) {
        reason += ": redirects are not followed, give the address that it leads to";
    }
    let said = said(&exchange.body, &request.secrets);
    if !said.is_empty() {
        reason += &format!(": {said}");
    }
    let again = asked_wait(status, exchange, &said);
    // No token may do that; GitHub says so.
    let is_locked = said.contains("is locked");
    if is_locked {
        reason += " (nobody but its collaborators is heard in a locked conversation)";
    } else if let (Some(permission), 401 | 403 | 404, Again::Never) =
        (request.permission, status, &again)
    {
        reason += &format!(" (the token needs the permission {permission} on this repository)");
    }
    Refusal {
        reason: told(request, &reason),
        status: Some(status),
        again,
    }
}

fn unanswered(request: &Request, failure: Option<&http::Failure>) -> Refusal {
    let (message, again) = match failure {
        // A certificate that is not trusted will not be in a minute either.
        Some(failure) if failure.kind == FailureKind::Tls => (&*failure.message, Again::Never),
        Some(failure) => (&*failure.message, Again::May(None)),
        None => ("no answer", Again::May(None)),
    };
    Refusal {
        reason: told(request, message),
        status: None,
        again,
    }
}

fn told(request: &Request, reason: &str) -> String {
    on_one_line(&format!("{}: {reason}", request.line()))
}

/// What the body of a refusal says, without what was sent in confidence: the `message` and `errors` of GitHub's, else as it is.
fn said(body: &[u8], secrets: &[Secret]) -> String {
    let text = String::from_utf8_lossy(body);
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    let message = parsed
        .as_ref()
        .and_then(|value| value.get("message")?.as_str());
    let said = match (
        message,
        parsed.as_ref().and_then(|value| value.get("errors")),
    ) {
        (Some(message), Some(errors)) => format!("{message}: {errors}"),
        (Some(message), None) => message.to_owned(),
        (None, _) => text.trim().to_owned(),
    };
    // Cut after that, or the beginning of a secret would be left.
    fitted(&masked(&said, secrets), LONGEST_REASON, plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_words_of_the_service() {
        assert_eq!(said(b"no_service\n", &[]), "no_service");
        assert_eq!(
            said(br#"{"message":"Not Found","documentation_url":"x"}"#, &[]),
            "Not Found"
        );
        assert_eq!(
            said(
                br#"{"message":"Validation Failed","errors":[{"code":"custom"}]}"#,
                &[]
            ),
            r#"Validation Failed: [{"code":"custom"}]"#
        );
        assert_eq!(said(b"", &[]), "");
        assert!(said(&b"a".repeat(1000), &[]).ends_with("a…"));
    }
}
