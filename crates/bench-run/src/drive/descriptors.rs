use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::error::BenchError;

/// Descriptors that the process needs beside its connections and its workers.
const RESERVE: u64 = 64;
/// The event queue of a worker, its heartbeat, and the timer of an open loop.
const OF_WORKER: u64 = 3;

/// Sees to it that this many connections of this many workers can be open at once, or says before the run that
/// they cannot: in mid-run it would look like a failure of the service.
pub fn allow(connections: u64, workers: usize) -> Result<(), BenchError> {
    let needed = connections + OF_WORKER * workers as u64 + RESERVE;
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
