use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::error::BenchError;

/// Descriptors that the process needs beside its connections.
const RESERVE: u64 = 64;

/// Sees to it that this many connections can be open at once, or says before the run that they cannot: in
/// mid-run it would look like a failure of the service.
pub fn allow(connections: u64) -> Result<(), BenchError> {
    let needed = connections + RESERVE;
    let limit = getrlimit(Resource::Nofile);
    // No limit is written as none.
    let enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= needed);
    if enough(limit.current) {
        return Ok(());
    }
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if enough(limit.maximum) && setrlimit(Resource::Nofile, raised).is_ok() {
        return Ok(());
    }
    Err(BenchError::Descriptors {
        needed,
        limit: limit.maximum.unwrap_or_default(),
    })
}
