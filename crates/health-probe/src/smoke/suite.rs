//! What is asked: the steps of the file, with all that they refer to.

use std::collections::HashSet;
use std::rc::Rc;

use schema::configuration::{SmokeTestsFile, TextPart, text_parts};
use schema::evidence::{Evidence, InputFile};
use toolkit::Streams;
use toolkit::http::Security;
use toolkit::outside::{Outside, folder_of};

use super::options::Options;
use super::step::{Origin, Origins, Step};
use crate::asked::{self, BuiltIn};
use crate::error::Error;
use crate::probe::Prepared;
use crate::served::Served;

/// Asked where no other file is named.
const BUILT_IN: BuiltIn = BuiltIn {
    name: "the built-in suite",
    content: include_str!("../../../../config/smoke-tests.yaml"),
};

/// What is asked, and as whom.
pub(super) struct Suite {
    pub(super) steps: Vec<Step>,
    pub(super) security: Security,
    /// The commit that the service must say it was built from, which the answers speak of then.
    pub(super) commit: Option<String>,
    /// Every file that was read.
    pub(super) inputs: Vec<InputFile>,
}

/// The suite that the command line names, else the one that is built in.
pub(super) fn read(
    options: &Options,
    evidence: &Evidence,
    streams: &mut Streams<'_>,
) -> Result<Suite, Error> {
    let (file, read, mut inputs) =
        asked::read::<SmokeTestsFile>(options.suite.as_deref(), &BUILT_IN, streams)?;
    let (version, commit) = (&options.expect_version, &options.expect_commit);
    let served = Served::of(version.as_deref(), commit.as_deref(), evidence)?;
    let expectations = file.steps.iter().map(|step| &step.expect);
    served.refuse_unseen("step", &read.name, expectations)?;
    let origins = Rc::new(origins(&file));
    let mut outside = Outside::of(&read);
    let steps = file.steps.iter().enumerate().map(|(index, step)| {
        let place = format!("steps[{index}]");
        Step::new(step, &place, &origins, &served, &mut outside)
    });
    let mut steps: Vec<Step> = steps.collect::<Result<_, _>>()?;
    Prepared::share_secrets(steps.iter_mut().map(Step::unfilled_mut));
    inputs.extend(outside.inputs());
    Ok(Suite {
        steps,
        security: Security::configured(file.tls.as_ref(), &folder_of(&read.name)),
        commit: served.commit,
        inputs,
    })
}

/// Where every captured value comes from. What is sent in a header may be what lets somebody in.
fn origins(file: &SmokeTestsFile) -> Origins {
    let headers = file.steps.iter().flat_map(|step| step.headers.values());
    let parts = headers.filter_map(|value| text_parts(value)).flatten();
    let secret: HashSet<&str> = parts
        .filter_map(|part| match part {
            TextPart::Captured(name) => Some(name),
            TextPart::Text(_) => None,
        })
        .collect();
    let mut origins = Origins::new();
    for step in &file.steps {
        for (name, capture) in &step.capture {
            let origin = Origin {
                step: step.name.clone(),
                capture: capture.clone(),
                is_secret: secret.contains(name.as_str()),
            };
            origins.insert(name.clone(), origin);
        }
    }
    origins
}
