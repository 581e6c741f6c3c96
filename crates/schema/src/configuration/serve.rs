use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cores::id_problem;
use super::problem::{Problem, outside};

/// A day, in milliseconds: a time limit beyond it is a slip of the finger.
pub(super) const LONGEST_TIMEOUT_MS: u64 = 24 * 60 * 60 * 1000;

/// A service that bench-run starts, awaits, measures and stops: anew for each repetition, unless told to keep it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Serve {
    /// Program and arguments, never a shell line. A program beside bench-run is taken first, then one on PATH.
    pub command: Vec<String>,
    /// How it says that it serves: `stdout-url` (an address of this machine on stdout, the default) or an address to poll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Ready>,
    /// How long it may take until it serves, in milliseconds. Default 30,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_timeout_ms: Option<u64>,
    /// Processors that it may use. Default: those that the workers do not use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpus: Option<Vec<u64>>,
    /// Where it is started, relative to the folder of the file that says so. Default: where bench-run was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_directory: Option<String>,
}

/// How a served process says that it serves.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(from = "String", into = "String")]
#[schemars(with = "String")]
pub enum Ready {
    /// The first address in a line on its stdout is where it serves.
    StdoutUrl,
    /// This address answers 200; the service is its scheme, host and port.
    Poll(String),
}

impl From<String> for Ready {
    fn from(text: String) -> Ready {
        if text == "stdout-url" {
            Ready::StdoutUrl
        } else {
            Ready::Poll(text)
        }
    }
}

impl From<Ready> for String {
    fn from(ready: Ready) -> String {
        match ready {
            Ready::StdoutUrl => "stdout-url".to_owned(),
            Ready::Poll(url) => url,
        }
    }
}

impl Serve {
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.command.first().is_none_or(String::is_empty) {
            problems.push(Problem::new(
                "command",
                "no program",
                "a program and its arguments",
            ));
        }
        if let Some(Ready::Poll(url)) = &self.ready
            && let Some(problem) = target_problem("ready", url)
        {
            problems.push(Problem {
                expected: format!("stdout-url or {}", problem.expected),
                ..problem
            });
        }
        problems.extend(
            self.ready_timeout_ms
                .and_then(|timeout| outside("ready_timeout_ms", timeout, LONGEST_TIMEOUT_MS)),
        );
        problems.extend(self.cpus.as_deref().and_then(|ids| id_problem("cpus", ids)));
        problems
    }
}

/// A problem if `target` cannot be the address of a service.
pub(super) fn target_problem(path: &str, target: &str) -> Option<Problem> {
    let host = target
        .strip_prefix("http://")
        .or_else(|| target.strip_prefix("https://"));
    let named = host.is_some_and(|host| !host.is_empty() && !host.starts_with(['/', ':']));
    let socket = target.strip_prefix("unix:");
    let named = named || socket.is_some_and(|path| path.len() > 1 && path.starts_with('/'));
    (!named).then(|| {
        Problem::new(
            path,
            format!("\"{target}\""),
            "an address as in http://127.0.0.1:8080, https://host or unix:/run/app.sock",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_service_is_a_host_or_a_socket() {
        for target in [
            "http://[::1]:80",
            "https://host/api",
            "unix:/run/app.sock",
            "unix:/run/app.sock:/api",
        ] {
            assert_eq!(target_problem("target", target), None, "{target}");
        }
        for target in [
            "host:80",
            "http://",
            "https:///api",
            "unix:",
            "unix:/",
            "unix:app.sock",
        ] {
            assert!(target_problem("target", target).is_some(), "{target}");
        }
    }
}
