use std::fmt;
use std::io;

use thiserror::Error;
use toolkit::ToolkitError;

/// Why somebody was not told, or nobody.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// At the edge: arguments, documents, files that cannot be read.
    #[error(transparent)]
    Toolkit(#[from] ToolkitError),
    /// There is nobody to tell.
    #[error(
        "nobody is to be told: give at least one of --slack, --webhook URL, --github-comment, --github-commit-status, \
         --github-deployment ID"
    )]
    NoChannel,
    /// Options that exclude each other.
    #[error("{one} and {other} exclude each other")]
    Exclusive {
        /// One option.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// An argument of no option, which may be a secret in the wrong place.
    #[error(
        "found an argument that belongs to no option, which is not repeated because it may be a secret: no switch takes a value; \
         the address for --slack is in SLACK_WEBHOOK_URL or in the file that --slack-webhook-file names"
    )]
    StrayArgument,
    /// Something in the place of the name of a variable, which may be the address itself.
    #[error(
        "--webhook-env: expected the name of a variable; an address is given with --webhook, or in the variable. What was found is \
         not repeated: it may be a secret"
    )]
    NoVariable,
    /// Something in the place of a file's name, which may be the secret itself.
    #[error(
        "{option}: expected the name of a file that can be read; the secret itself belongs into that file or into {variables}. What \
         was found is not repeated: it may be the secret"
    )]
    NoFile {
        /// The option that names a file.
        option: &'static str,
        /// Where the secret may be in place of a file.
        variables: String,
    },
    /// An address without a scheme. It may be a secret.
    #[error("--webhook: expected an address as in https://host/path")]
    NoScheme,
    /// An option that nothing looks at.
    #[error("{option}: only {by} looks at it, which is not asked for")]
    Unused {
        /// The option.
        option: &'static str,
        /// Who would.
        by: &'static str,
    },
    /// Nothing says how the deployment ended.
    #[error(
        "nothing says how the deployment ended: give --status, or a document on stdin that a tool has judged"
    )]
    NoStatus,
    /// A success is to be told, and the document says no.
    #[error("--status success: the document on stdin says no ({failed}); nobody was told")]
    Contradiction {
        /// The sections that failed.
        failed: String,
    },
    /// A secret is nowhere.
    #[error("{variables}: not set in the environment; {option} names a file in its place")]
    NoSecret {
        /// Where it was looked for.
        variables: String,
        /// The option that names a file.
        option: &'static str,
    },
    /// A secret cannot be used.
    #[error("{source_name}: expected one line of text, and nothing else")]
    OddSecret {
        /// Its variable or file.
        source_name: String,
    },
    /// A token that no header can carry.
    #[error("{source_name}: expected a token of ASCII letters, digits and signs, without spaces")]
    OddToken {
        /// Its variable or file.
        source_name: String,
    },
    /// A secret address cannot be used. What is wrong with it would tell of it.
    #[error("{source_name}: expected one address as in https://host/path, without a user name")]
    OddAddress {
        /// Its variable or file.
        source_name: String,
    },
    /// A secret would cross a network where everybody can read it.
    #[error(
        "{source_name}: a secret is not sent over plain http, except to this machine: expected https"
    )]
    InTheClear {
        /// The variable, file or option of the address.
        source_name: String,
    },
    /// CI says where something is, and it is not there.
    #[error("GITHUB_EVENT_PATH: {path}: cannot be read as JSON: {source}")]
    Event {
        /// As the variable says.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// It is not known which repository.
    #[error("nothing says which repository: give --repository OWNER/NAME or set GITHUB_REPOSITORY")]
    NoRepository,
    /// What names the repository is no name of one.
    #[error("repository: found {found:?}, expected owner/name")]
    OddRepository {
        /// As typed or set.
        found: String,
    },
    /// It is not known which pull request.
    #[error(
        "nothing says which pull request: give --pull-request NUMBER, or run where GITHUB_REF is refs/pull/NUMBER/merge"
    )]
    NoPullRequest,
    /// It is not known which commit.
    #[error(
        "nothing says which commit: give --commit SHA, or, but for a comment on a pull request, a document with run.source.commit"
    )]
    NoCommit,
    /// A commit is not written out.
    #[error("commit {commit}: GitHub takes statuses of whole commits only, expected 40 digits")]
    ShortCommit {
        /// As found.
        commit: String,
    },
    /// A comment is longer than GitHub takes.
    #[error(
        "{path}: {characters} characters with the marker, GitHub takes {most}; report-gen cuts a comment to what fits"
    )]
    LongBody {
        /// The file.
        path: String,
        /// How many it has.
        characters: usize,
        /// How many it may have.
        most: usize,
    },
    /// A comment would say nothing.
    #[error("{path}: is empty: a comment says something")]
    EmptyBody {
        /// The file.
        path: String,
    },
    /// A file that is to be said is not text.
    #[error("{path}: expected UTF-8")]
    NoText {
        /// The file.
        path: String,
    },
    /// The address of a page cannot be made a link. A password may be in it.
    #[error(
        "{option}: expected an address as in https://host/page, without a user name, other characters as %XX"
    )]
    OddPage {
        /// The option that names it.
        option: &'static str,
    },
    /// Some channels were not told; the others were.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Channels(Vec<FailedChannel>),
}

/// A channel that was not told.
#[derive(Debug)]
pub(crate) struct FailedChannel {
    /// Its name.
    pub(crate) name: &'static str,
    /// Why, without a secret, on one line.
    pub(crate) reason: String,
}

impl fmt::Display for FailedChannel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.name, self.reason)
    }
}
