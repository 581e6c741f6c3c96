use std::time::Duration;

use argh::FromArgs;
use toolkit::{ToolkitError, commit, documents, duration};

use crate::served;
use crate::service::{ENVIRONMENTS, Whereabouts};

/// Asks a deployed service whether it is up, and whether it is the right one. Reads an evidence document from stdin, if there
/// is one, and writes it to stdout with the section `health_checks`.
#[derive(Debug, FromArgs)]
#[argh(
    example = "health-probe --environment staging --wait-for-up 60s\n\
               health-probe --base-url http://localhost:8080 --expect-version 1.4.2 | gate-check --gates gates.yaml",
    note = "Times: 500ms, 60s, 2m; a number alone is seconds."
)]
pub(super) struct Options {
    /// the service's name in the environments file
    #[argh(option, arg_name = "name")]
    environment: Option<String>,

    /// the environments file (default: config/environments.yaml)
    #[argh(option, arg_name = "file", default = "ENVIRONMENTS.to_owned()")]
    environments: String,

    /// the service's address, as in http://127.0.0.1:8080, https://host/prefix or unix:/run/app.sock
    #[argh(option, arg_name = "url")]
    base_url: Option<String>,

    /// how long all checks together may take, once the service is up (default: 30)
    #[argh(
        option,
        arg_name = "seconds",
        from_str_fn(duration::wait),
        default = "Duration::from_secs(30)"
    )]
    pub(super) timeout: Duration,

    /// what to ask, YAML or JSON (default: the three checks of config/probes.yaml)
    #[argh(option, arg_name = "file")]
    pub(super) probes: Option<String>,

    /// how long a service may take to come up: one that cannot be reached, breaks off or answers 503 is asked again
    #[argh(
        option,
        arg_name = "time",
        from_str_fn(duration::wait),
        default = "Duration::ZERO"
    )]
    pub(super) wait_for_up: Duration,

    /// how often a check that fails is asked in all (default: 1)
    #[argh(option, arg_name = "n", from_str_fn(attempts), default = "1")]
    pub(super) attempts: u32,

    /// how long between two attempts (default: 1s)
    #[argh(
        option,
        arg_name = "time",
        from_str_fn(duration::wait),
        default = "Duration::from_secs(1)"
    )]
    pub(super) interval: Duration,

    /// the version that the service must say it is
    #[argh(option, arg_name = "version", from_str_fn(served::version))]
    pub(super) expect_version: Option<String>,

    /// the commit that the service must say it was built from; `run` is that of the document on stdin
    #[argh(option, arg_name = "commit", from_str_fn(served::commit))]
    pub(super) expect_commit: Option<String>,

    /// the commit that was deployed, which gate-check --commit asks for (default: that of --expect-commit)
    #[argh(option, arg_name = "sha", from_str_fn(commit))]
    pub(super) commit: Option<String>,

    /// where the document goes in place of stdout
    #[argh(option, arg_name = "file")]
    pub(super) output: Option<String>,
}

impl Options {
    /// Documents come from stdin, and nothing else does.
    pub(super) fn refuse_stdin_twice(&self) -> Result<(), ToolkitError> {
        let probes = self.probes.as_deref().unwrap_or_default();
        documents::refuse_stdin_twice(&[], "--probes", probes)?;
        documents::refuse_stdin_twice(&[], "--environments", &self.environments)
    }

    pub(super) fn whereabouts(&self) -> Whereabouts<'_> {
        Whereabouts {
            base_url: self.base_url.as_deref(),
            environment: self.environment.as_deref(),
            environments: &self.environments,
        }
    }
}

fn attempts(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|attempts| (1..=1000).contains(attempts))
        .ok_or_else(|| format!("found \"{text}\", expected 1 to 1000"))
}
