use std::io::ErrorKind;

use toolkit::documents::{self, Incoming};
use toolkit::{AllowedMissing, Streams, ToolkitError};

use crate::error::Error;

/// What `--allow-missing` calls the baseline itself.
pub(crate) const NAME: &str = "baseline";

/// The baseline, or nothing if there is none yet and there need not be.
pub(crate) fn read(
    path: &str,
    allowed: &AllowedMissing,
    streams: &mut Streams<'_>,
) -> Result<Option<Incoming>, Error> {
    match documents::read(&[path.to_owned()], "--baseline", streams) {
        Ok(baseline) => Ok(Some(baseline)),
        Err(ToolkitError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => {
            if allowed.covers(NAME) {
                Ok(None)
            } else {
                Err(Error::NoBaseline {
                    path: path.to_owned(),
                })
            }
        }
        Err(other) => Err(other.into()),
    }
}
