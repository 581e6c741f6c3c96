//! Where the service stands.

use schema::configuration::EnvironmentsFile;
use schema::evidence::InputFile;
use toolkit::http::Target;
use toolkit::{Streams, ToolkitError, configuration};

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
