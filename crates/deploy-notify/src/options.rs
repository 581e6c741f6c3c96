use std::time::Duration;

use argh::FromArgs;
use toolkit::{commit, documents, duration};

use crate::channel::CHANNELS;
use crate::error::Error;
use crate::secret::is_token;
use crate::text::is_one_line;

/// More than that names nothing.
const LONGEST_NAME: usize = 100;

/// Tells people and systems how a deployment ended. Reads an evidence document from stdin, if there is one, and writes it to
/// stdout as it came.
#[derive(Debug, Default, FromArgs)]
#[argh(
    example = "deploy-notify --environment production --status success --slack\n\
               deploy-notify --environment staging --github-comment --github-commit-status < judged.json",
    note = "Times: 500ms, 60s, 2m; a number alone is seconds.\n\
            Secrets come from the environment or a file: SLACK_WEBHOOK_URL, PERFPIPE_WEBHOOK_KEY, GITHUB_TOKEN or GH_TOKEN."
)]
pub(crate) struct Options {
    /// what belongs to no option: refused without being told, as what else is not known would be
    #[argh(positional, hidden_help)]
    pub(crate) stray: Vec<String>,

    /// where it was deployed to
    #[argh(option, arg_name = "name", from_str_fn(name))]
    pub(crate) environment: String,

    /// how it ended: success, failure, error, cancelled, pending, queued or in_progress (default: the verdict of the document)
    #[argh(option, arg_name = "status")]
    pub(crate) status: Option<String>,

    /// what else is to be said
    #[argh(option, arg_name = "text")]
    pub(crate) message: Option<String>,

    /// what was deployed, as in v1.4.2
    #[argh(option, arg_name = "name", from_str_fn(name))]
    pub(crate) revision: Option<String>,

    /// the commit that was deployed (default: the head of the pull request, else that of the run in the document, else GITHUB_SHA)
    #[argh(option, arg_name = "sha", from_str_fn(commit))]
    pub(crate) commit: Option<String>,

    /// the page of the run that deployed it (default: that of the run of GitHub Actions)
    #[argh(option, arg_name = "url")]
    pub(crate) url: Option<String>,

    /// the page of what was deployed
    #[argh(option, arg_name = "url")]
    pub(crate) environment_url: Option<String>,

    /// send nothing, and show on stderr what would be sent
    #[argh(switch)]
    pub(crate) dry_run: bool,

    /// how long one channel may take with all its attempts (default: 60s)
    #[argh(
        option,
        arg_name = "time",
        from_str_fn(time),
        default = "Duration::from_secs(60)"
    )]
    pub(crate) timeout: Duration,

    /// to the Slack-compatible webhook at SLACK_WEBHOOK_URL
    #[argh(switch)]
    pub(crate) slack: bool,

    /// to the Slack-compatible webhook whose address is in this file
    #[argh(option, arg_name = "file")]
    pub(crate) slack_webhook_file: Option<String>,

    /// to the webhook at this address, as JSON
    #[argh(option, arg_name = "url")]
    pub(crate) webhook: Option<String>,

    /// to the webhook whose address is in this variable of the environment
    #[argh(option, arg_name = "name")]
    pub(crate) webhook_env: Option<String>,

    /// to the webhook whose address is in this file
    #[argh(option, arg_name = "file")]
    pub(crate) webhook_file: Option<String>,

    /// the file of the key that signs what the webhook is sent (default: PERFPIPE_WEBHOOK_KEY; without either it is not signed)
    #[argh(option, arg_name = "file")]
    pub(crate) webhook_key_file: Option<String>,

    /// to a pull request, as a comment that the next notification updates
    #[argh(switch)]
    pub(crate) github_comment: bool,

    /// the pull request (default: that of the run of GitHub Actions)
    #[argh(option, arg_name = "number", from_str_fn(number))]
    pub(crate) pull_request: Option<u64>,

    /// markdown that the comment says, as report-gen writes it (default: a short one made from the document)
    #[argh(option, arg_name = "file")]
    pub(crate) body: Option<String>,

    /// which of several comments on the pull request this is (default: the environment)
    #[argh(option, arg_name = "name", from_str_fn(name))]
    pub(crate) comment_name: Option<String>,

    /// to the commit, as the status perfpipe/ENVIRONMENT
    #[argh(switch)]
    pub(crate) github_commit_status: bool,

    /// to this deployment of GitHub, as its status
    #[argh(option, arg_name = "id", from_str_fn(number))]
    pub(crate) github_deployment: Option<u64>,

    /// the repository at GitHub, as in owner/name (default: GITHUB_REPOSITORY)
    #[argh(option, arg_name = "name")]
    pub(crate) repository: Option<String>,

    /// the file of the token for GitHub (default: GITHUB_TOKEN, else GH_TOKEN)
    #[argh(option, arg_name = "file")]
    pub(crate) github_token_file: Option<String>,
}

impl Options {
    /// Refuses what cannot be meant: nobody to tell, options that exclude each other, that nothing looks at, or that
    /// read stdin.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if !self.stray.is_empty() {
            return Err(Error::StrayArgument);
        }
        if !self.webhook_env.as_deref().is_none_or(is_variable) {
            return Err(Error::NoVariable);
        }
        if !CHANNELS.iter().any(|kind| (kind.wanted)(self)) {
            return Err(Error::NoChannel);
        }
        self.refuse_two_addresses()?;
        self.refuse_unused()?;
        for (option, file) in [
            ("--slack-webhook-file", &self.slack_webhook_file),
            ("--webhook-file", &self.webhook_file),
            ("--webhook-key-file", &self.webhook_key_file),
            ("--body", &self.body),
            ("--github-token-file", &self.github_token_file),
        ] {
            documents::refuse_stdin_twice(&[], option, file.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }

    pub(crate) fn has_webhook(&self) -> bool {
        self.webhook.is_some() || self.webhook_env.is_some() || self.webhook_file.is_some()
    }

    fn refuse_two_addresses(&self) -> Result<(), Error> {
        let given = [
            ("--webhook", self.webhook.is_some()),
            ("--webhook-env", self.webhook_env.is_some()),
            ("--webhook-file", self.webhook_file.is_some()),
        ];
        let mut given = given.into_iter().filter(|(_, given)| *given);
        match (given.next(), given.next()) {
            (Some((one, _)), Some((other, _))) => Err(Error::Exclusive { one, other }),
            _ => Ok(()),
        }
    }

    fn refuse_unused(&self) -> Result<(), Error> {
        let comment = (self.github_comment, "--github-comment");
        let github = (
            self.github_comment || self.github_commit_status || self.github_deployment.is_some(),
            "a channel of GitHub",
        );
        let webhook = (self.has_webhook(), "--webhook");
        for (option, given, (used, by)) in [
            (
                "--webhook-key-file",
                self.webhook_key_file.is_some(),
                webhook,
            ),
            ("--pull-request", self.pull_request.is_some(), comment),
            ("--body", self.body.is_some(), comment),
            ("--comment-name", self.comment_name.is_some(), comment),
            ("--repository", self.repository.is_some(), github),
            (
                "--github-token-file",
                self.github_token_file.is_some(),
                github,
            ),
        ] {
            if given && !used {
                return Err(Error::Unused { option, by });
            }
        }
        Ok(())
    }
}

fn is_variable(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins_with_a_digit = name.starts_with(|first: char| first.is_ascii_digit());
    !name.is_empty() && name.bytes().all(is_part) && !begins_with_a_digit && !is_token(name)
}

fn time(text: &str) -> Result<Duration, String> {
    let time = duration::wait(text)?;
    if time.is_zero() {
        return Err(format!("found {text:?}, in which nobody can be told"));
    }
    Ok(time)
}

fn number(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("found {text:?}, expected a number from 1"))
}

fn name(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if is_one_line(text) && (1..=LONGEST_NAME).contains(&length) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "found {text:?}, expected one line of 1 to {LONGEST_NAME} characters"
        ))
    }
}
