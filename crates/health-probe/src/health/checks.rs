//! What is asked: the checks of the file, with all that they refer to.

use schema::configuration::{ProbeExpect, ProbesFile};
use schema::evidence::{Evidence, InputFile};
use toolkit::files::ReadFile;
use toolkit::http::Security;
use toolkit::outside::{Outside, folder_of};
use toolkit::{Streams, configuration};

use super::options::Options;
use crate::error::Error;
use crate::probe::{Prepared, Served};

/// Asked where no other file is named.
const BUILT_IN: &str = include_str!("../../../../config/probes.yaml");
/// The commit of the document, and no hash.
const OF_THE_RUN: &str = "run";

/// What is asked, and as whom.
pub(super) struct Checks {
    pub(super) probes: Vec<Prepared>,
    pub(super) security: Security,
    /// The commit that the service must say it was built from, which the answers speak of then.
    pub(super) commit: Option<String>,
    /// Every file that was read.
    pub(super) inputs: Vec<InputFile>,
}

/// The checks that the command line names, else those that are built in.
pub(super) fn read(
    options: &Options,
    evidence: &Evidence,
    streams: &mut Streams<'_>,
) -> Result<Checks, Error> {
    let (file, read, mut inputs) = match &options.probes {
        Some(path) => {
            let (file, read) = configuration::read::<ProbesFile>(path, streams)?;
            let input = read.input();
            (file, read, vec![input])
        }
        None => {
            let read = ReadFile {
                name: "the built-in probes".to_owned(),
                is_stdin: false,
                content: BUILT_IN.as_bytes().to_vec(),
            };
            (configuration::of::<ProbesFile>(&read)?, read, Vec::new())
        }
    };
    let served = served(options, evidence)?;
    refuse_unseen(&file, &read.name, &served)?;
    let mut outside = Outside::of(&read);
    let probes = file
        .checks
        .iter()
        .enumerate()
        .map(|(index, probe)| {
            Prepared::new(probe, &format!("checks[{index}]"), &served, &mut outside)
        })
        .collect::<Result<_, _>>()?;
    inputs.extend(outside.inputs());
    Ok(Checks {
        probes,
        security: Security::configured(file.tls.as_ref(), &folder_of(&read.name)),
        commit: served.commit,
        inputs,
    })
}

fn served(options: &Options, evidence: &Evidence) -> Result<Served, Error> {
    let commit = match options.expect_commit.as_deref() {
        Some(OF_THE_RUN) => {
            let run = evidence.run.as_ref();
            let source = run.and_then(|run| run.source.as_ref());
            let commit = source.and_then(|source| source.commit.clone());
            Some(commit.ok_or(Error::NoCommit)?)
        }
        commit => commit.map(str::to_owned),
    };
    Ok(Served {
        version: options.expect_version.clone(),
        commit,
    })
}

/// Refuses a version or a commit that no check would look at.
fn refuse_unseen(file: &ProbesFile, name: &str, served: &Served) -> Result<(), Error> {
    let looked_at =
        |look: fn(&ProbeExpect) -> bool| file.checks.iter().any(|check| look(&check.expect));
    let unseen = |option, what| {
        Err(Error::NowhereServed {
            option,
            what,
            probes: name.to_owned(),
        })
    };
    if served.version.is_some() && !looked_at(|expect| expect.version.is_some()) {
        unseen("--expect-version", "version")
    } else if served.commit.is_some() && !looked_at(|expect| expect.commit.is_some()) {
        unseen("--expect-commit", "commit")
    } else {
        Ok(())
    }
}
