//! What the truth file will say of one request.

use std::time::{Duration, Instant, SystemTime};

use crate::faults::Fault;
use crate::truth::{CLIENT_GONE, Recorder, TruthRecord};

/// Leaves its record when it is dropped: also when the client goes away while the request waits,
/// or when the server ends while it hangs.
pub(super) struct Visit<'a> {
    recorder: Option<&'a Recorder>,
    arrival: Instant,
    arrival_unix_ns: u64,
    /// In the queue and in stalls.
    pub(super) waited: Duration,
    /// Work and ordered latency.
    pub(super) service: Duration,
    /// Observations.
    pub(super) batch_size: u32,
    /// HTTP status.
    pub(super) status: u16,
    /// What is done to the request.
    pub(super) fault: Fault,
}

impl<'a> Visit<'a> {
    /// A request that arrived just now; without a recorder nothing is recorded.
    pub(super) fn begin(recorder: Option<&'a Recorder>, arrival: Instant, fault: Fault) -> Self {
        let arrival_unix_ns = match recorder {
            Some(_) => unix_ns().saturating_sub(nanoseconds(arrival.elapsed())),
            None => 0,
        };
        Self {
            recorder,
            arrival,
            arrival_unix_ns,
            waited: Duration::ZERO,
            service: Duration::ZERO,
            batch_size: 0,
            status: CLIENT_GONE,
            fault,
        }
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let Some(recorder) = self.recorder else {
            return;
        };
        // A writer that could not write has gone, and says so at the end.
        let _ = recorder.send(TruthRecord {
            arrival_unix_ns: self.arrival_unix_ns,
            waited_us: microseconds(self.waited),
            service_us: microseconds(self.service),
            total_us: microseconds(self.arrival.elapsed()),
            batch_size: self.batch_size,
            status: self.status,
            fault: self.fault,
        });
    }
}

fn unix_ns() -> u64 {
    // A clock before 1970 is none that a record could use.
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, nanoseconds)
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
