//! What the service must say that it is, as the command line has it.

use schema::configuration::ProbeExpect;
use schema::evidence::Evidence;

use crate::error::Error;

/// The commit of the document, and no hash.
const OF_THE_RUN: &str = "run";

/// A version to expect; in words why a text is none.
pub(crate) fn version(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        Err("found an empty text, expected a version".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// A commit to expect, or `run`; in words why a text is neither.
pub(crate) fn commit(text: &str) -> Result<String, String> {
    match text {
        OF_THE_RUN => Ok(text.to_owned()),
        _ => toolkit::commit(text),
    }
}

/// What the service must say that it is, whatever the configuration says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Served {
    pub(crate) version: Option<String>,
    pub(crate) commit: Option<String>,
}

impl Served {
    /// What `--expect-version` and `--expect-commit` say; of a commit `run` it is the document that says it.
    pub(crate) fn of(
        version: Option<&str>,
        commit: Option<&str>,
        evidence: &Evidence,
    ) -> Result<Served, Error> {
        let commit = match commit {
            Some(OF_THE_RUN) => {
                let run = evidence.run.as_ref();
                let source = run.and_then(|run| run.source.as_ref());
                let commit = source.and_then(|source| source.commit.clone());
                Some(commit.ok_or(Error::NoCommit)?)
            }
            commit => commit.map(str::to_owned),
        };
        Ok(Served {
            version: version.map(str::to_owned),
            commit,
        })
    }

    /// Refuses a version or a commit that no check or step, whichever there are, of the file called `name` would look at.
    pub(crate) fn refuse_unseen<'a>(
        &self,
        one: &'static str,
        name: &str,
        expectations: impl Iterator<Item = &'a ProbeExpect> + Clone,
    ) -> Result<(), Error> {
        let is_seen = |look: fn(&ProbeExpect) -> bool| expectations.clone().any(look);
        let unseen = |option, what| {
            Err(Error::NowhereServed {
                option,
                what,
                one,
                probes: name.to_owned(),
            })
        };
        if self.version.is_some() && !is_seen(|expect| expect.version.is_some()) {
            unseen("--expect-version", "version")
        } else if self.commit.is_some() && !is_seen(|expect| expect.commit.is_some()) {
            unseen("--expect-commit", "commit")
        } else {
            Ok(())
        }
    }
}
