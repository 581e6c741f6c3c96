use std::io::ErrorKind;

use schema::evidence::Metric;
use toolkit::documents::{self, Incoming};
use toolkit::{AllowedMissing, Streams, ToolkitError};

use crate::error::Error;

/// What `--allow-missing` calls the baseline itself.
const NAME: &str = "baseline";

/// Everything that can be missing: each metric, and the baseline itself.
pub(crate) fn names() -> Vec<String> {
    let metrics = Metric::ALL.map(Metric::key);
    metrics
        .into_iter()
        .chain([NAME])
        .map(str::to_owned)
        .collect()
}

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
