//! What is asked: the checks of the file, with all that they refer to.

use schema::configuration::ProbesFile;
use schema::evidence::{Evidence, InputFile};
use toolkit::Streams;
use toolkit::http::Security;
use toolkit::outside::{Outside, folder_of};

use super::options::Options;
use crate::asked::{self, BuiltIn};
use crate::error::Error;
use crate::probe::Prepared;
use crate::served::Served;

/// Asked where no other file is named.
const BUILT_IN: BuiltIn = BuiltIn {
    name: "the built-in probes",
    content: include_str!("../../../../config/probes.yaml"),
};

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
    let (file, read, mut inputs) =
        asked::read::<ProbesFile>(options.probes.as_deref(), &BUILT_IN, streams)?;
    let (version, commit) = (&options.expect_version, &options.expect_commit);
    let served = Served::of(version.as_deref(), commit.as_deref(), evidence)?;
    let expectations = file.checks.iter().map(|check| &check.expect);
    served.refuse_unseen("check", &read.name, expectations)?;
    let mut outside = Outside::of(&read);
    let mut probes: Vec<Prepared> = file
        .checks
        .iter()
        .enumerate()
        .map(|(index, probe)| {
            Prepared::new(probe, &format!("checks[{index}]"), &served, &mut outside)
        })
        .collect::<Result<_, _>>()?;
    Prepared::share_secrets(probes.iter_mut());
    inputs.extend(outside.inputs());
    Ok(Checks {
        probes,
        security: Security::configured(file.tls.as_ref(), &folder_of(&read.name)),
        commit: served.commit,
        inputs,
    })
}
