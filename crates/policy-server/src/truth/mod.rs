//! `--truth FILE`: the server's own record of every /predict request, to hold a measurement
//! against. CSV with a header line; times in microseconds unless named otherwise.

mod read;
mod writer;

pub use read::read;
pub(crate) use writer::{Recorder, Writer};

use crate::faults::Fault;

/// The header line of the file, without its line end.
pub const HEADER: &str = "arrival_unix_ns,waited_us,service_us,total_us,batch_size,status,fault";

/// Status of a request that got none: reset, or hung.
pub const NO_STATUS: u16 = 0;
/// Status of a request whose client went away before its answer, as nginx has it.
pub const CLIENT_GONE: u16 = 499;

/// One request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TruthRecord {
    /// When its head had been read, in nanoseconds since 1970 (UTC).
    pub arrival_unix_ns: u64,
    /// Time in the queue and in stalls, in microseconds.
    pub waited_us: f64,
    /// Time from the start of its work until its answer was ready, stalls left out, in microseconds.
    pub service_us: f64,
    /// Time from its arrival until its answer was handed over to be written, in microseconds.
    pub total_us: f64,
    /// Observations in it; 0 if it could not be read.
    pub batch_size: u32,
    /// HTTP status, or [`NO_STATUS`], or [`CLIENT_GONE`].
    pub status: u16,
    /// What was done to it.
    pub fault: Fault,
}
