//! deploy-notify as a pipeline sees it, and as the services see it that it talks to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod comment;
mod document;
mod edge;
mod patience;
mod secrets;
mod slack;
mod statuses;
mod webhook;

use std::sync::{Arc, Mutex};

use pipeline_tests::server::{self, answer};
use pipeline_tests::{Ran, Workplace, fed};
use serde_json::{Value, json};

const TOOL: &str = env!("CARGO_BIN_EXE_deploy-notify");
/// In small letters, as the server of these tests hands headers out.
const TOKEN: &str = "ghs_t0ken";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// What a service was sent.
#[derive(Clone, Debug)]
struct Received {
    /// As in `POST /path`.
    line: String,
    /// In small letters.
    head: String,
    body: Value,
    text: String,
}

/// A service that a test makes up, and what it was sent.
struct Service {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Service {
    /// Answers the requests with what `respond` makes of each and of how many came before it.
    fn answering(respond: impl Fn(&Received, usize) -> String + Send + Sync + 'static) -> Service {
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let kept = Arc::clone(&received);
        let (url, _) = server::serve(move |request| {
            let request = Received {
                line: request.line.trim_end_matches(" HTTP/1.1").to_owned(),
                head: request.head.clone(),
                body: serde_json::from_str(&request.body).unwrap_or_default(),
                text: request.body.clone(),
            };
            let mut kept = kept.lock().unwrap();
            kept.push(request.clone());
            respond(&request, kept.len() - 1)
        });
        Service { url, received }
    }

    /// Slack's webhook when all is well, which is any other webhook too.
    fn ok() -> Service {
        Service::answering(|_, _| answer(200, "ok"))
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    fn lines(&self) -> Vec<String> {
        let received = self.received().into_iter();
        received.map(|request| request.line).collect()
    }

    /// The only request that came.
    fn only(&self) -> Received {
        let received = self.received();
        assert_eq!(received.len(), 1, "{received:?}");
        received[0].clone()
    }
}

/// Runs the tool in an environment that has nothing but `variables`.
fn run(arguments: &[&str], variables: &[(&str, &str)], stdin: &str) -> Ran {
    run_in(&Workplace::default(), arguments, variables, stdin)
}

fn run_in(place: &Workplace, arguments: &[&str], variables: &[(&str, &str)], stdin: &str) -> Ran {
    let arguments = [&["--environment", "staging"], arguments].concat();
    let mut command = place.command(TOOL, &arguments);
    command.env_clear().envs(variables.iter().copied());
    fed(&mut command, stdin)
}

/// What CI says at GitHub.
fn github(api: &Service) -> Vec<(&'static str, &str)> {
    vec![
        ("GITHUB_API_URL", api.url.as_str()),
        ("GITHUB_REPOSITORY", "owner/name"),
        ("GITHUB_TOKEN", TOKEN),
        ("GITHUB_REF", "refs/pull/7/merge"),
        ("GITHUB_SHA", COMMIT),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_RUN_ID", "99"),
    ]
}

/// A document of a run with one check.
fn judged(passed: bool) -> String {
    let (status, actual) = if passed { ("pass", 41) } else { ("fail", 61) };
    let document = json!({
        "theirs": {"kept": true},
        "run": {"id": "r1", "source": {"commit": COMMIT}},
        "validation": {"passed": passed, "checks": [{"name": "latency.p99_ms", "metric": "latency.p99_ms", "unit": "ms",
            "operator": "<=", "expected": 50, "actual": actual, "status": status, "passed": passed}]},
    });
    document.to_string()
}
