//! Where the service stands.

use std::sync::Arc;

use schema::configuration::EnvironmentsFile;
use schema::evidence::{InputFile, Warning};
use toolkit::documents::Incoming;
use toolkit::http::{Client, Place, Security, Target};
use toolkit::{Streams, Tool, ToolkitError, configuration};

use crate::error::Error;

/// Read where no other file is named.
pub(crate) const ENVIRONMENTS: &str = "config/environments.yaml";

/// What the command line says of it.
pub(crate) struct Whereabouts<'a> {
    pub(crate) base_url: Option<&'a str>,
    pub(crate) environment: Option<&'a str>,
    pub(crate) environments: &'a str,
}

impl Whereabouts<'_> {
    /// The service's address, and the environments file if it was read. Nothing at all, both ways at once, an address
    /// that cannot be used and a name that is unknown are errors.
    pub(crate) fn find(
        &self,
        streams: &mut Streams<'_>,
    ) -> Result<(Target, Vec<InputFile>), Error> {
        match (self.base_url, self.environment) {
            (None, None) => Err(Error::NoTarget),
            (Some(_), Some(_)) => Err(Error::Exclusive {
                one: "--base-url",
                other: "--environment",
            }),
            (Some(url), None) => Ok((Target::parse(url)?, Vec::new())),
            (None, Some(name)) => {
                let (file, read): (EnvironmentsFile, _) =
                    configuration::read(self.environments, streams)?;
                let environment = file.environments.get(name).ok_or_else(|| {
                    let known = file.environments.keys().map(String::as_str);
                    ToolkitError::unknown_name("--environment", name, known)
                })?;
                Ok((Target::parse(&environment.target)?, vec![read.input()]))
            }
        }
    }
}

/// Who asks, in the tool's name. That nobody's certificate is verified is told.
pub(crate) fn client(
    tool: &Tool,
    security: Security,
    target: &Target,
    incoming: &mut Incoming,
    streams: &mut Streams<'_>,
) -> Result<Arc<Client>, Error> {
    let client = Client::new(security, tool.name);
    client.prepare(target)?;
    if client.trusts_anyone() && matches!(target.place, Place::Host { tls: true, .. }) {
        let warning = Warning {
            tool: tool.name.to_owned(),
            code: "tls_insecure".to_owned(),
            message: "the service's certificate was not verified (insecure)".to_owned(),
        };
        incoming.warn(&warning, streams)?;
    }
    Ok(Arc::new(client))
}
