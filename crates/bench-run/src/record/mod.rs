//! What is kept of the requests of a phase.

use std::time::Duration;

use hdrhistogram::Histogram;
use schema::evidence::ErrorsByKind;

use crate::error::BenchError;

const SIGNIFICANT_DIGITS: u8 = 3;
const SHORTEST_RANGE: Duration = Duration::from_secs(60);

/// How a request ended other than well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The name does not resolve.
    Dns,
    /// No connection could be made.
    Connect,
    /// TLS was refused by one side or the other.
    Tls,
    /// No whole response in time.
    Timeout,
    /// The peer reset or closed the connection before a response began.
    Reset,
    /// Not HTTP, or a response that ended too early or too late.
    Protocol,
    /// A status that was not expected.
    Status(u16),
    /// The status as expected, the content not.
    InvalidResponse,
}

impl Failure {
    fn counter(self, errors: &mut ErrorsByKind) -> &mut u64 {
        match self {
            Failure::Dns => &mut errors.dns,
            Failure::Connect => &mut errors.connect,
            Failure::Tls => &mut errors.tls,
            Failure::Timeout => &mut errors.timeout,
            Failure::Reset => &mut errors.reset,
            Failure::Protocol => &mut errors.protocol,
            Failure::Status(300..400) => &mut errors.status_3xx,
            Failure::Status(400..500) => &mut errors.status_4xx,
            Failure::Status(500..600) => &mut errors.status_5xx,
            Failure::Status(_) | Failure::InvalidResponse => &mut errors.invalid_response,
        }
    }
}

/// All that is known of the requests of one worker, phase or scenario. Its size does not grow with their number.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Latency in nanoseconds of successful requests and of those that timed out.
    pub latency: Histogram<u64>,
    /// Requests that were answered as expected.
    pub ok: u64,
    /// Those of them that count for throughput: answered before the measured time was over.
    pub ok_in_time: u64,
    /// Requests that were not.
    pub errors: ErrorsByKind,
}

impl Recording {
    /// An empty recording of latencies up to `timeout` and a little more.
    pub fn new(timeout: Duration) -> Result<Recording, BenchError> {
        let longest = timeout.saturating_mul(2).max(SHORTEST_RANGE);
        let nanoseconds = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
        Ok(Recording {
            latency: Histogram::new_with_bounds(1, nanoseconds, SIGNIFICANT_DIGITS)?,
            ok: 0,
            ok_in_time: 0,
            errors: ErrorsByKind::default(),
        })
    }

    /// A request that was answered as expected, `in_time` to count for throughput.
    pub fn succeed(&mut self, latency: Duration, in_time: bool) {
        self.ok += 1;
        self.ok_in_time += u64::from(in_time);
        self.enter(latency);
    }

    /// A request that was not. One that timed out is entered at the time that had passed: failing must not
    /// make the tail look better.
    pub fn fail(&mut self, failure: Failure, passed: Duration) {
        *failure.counter(&mut self.errors) += 1;
        if failure == Failure::Timeout {
            self.enter(passed);
        }
    }

    fn enter(&mut self, latency: Duration) {
        self.latency
            .saturating_record(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX).max(1));
    }

    /// All requests, however they ended.
    pub fn requests(&self) -> u64 {
        self.ok + self.errors.total()
    }

    /// How requests failed, for people: "3 reset, 1 timeout".
    pub fn kinds_of_errors(&self) -> String {
        let kinds = self.errors.named().filter(|(_, count)| *count > 0);
        kinds
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect::<Vec<String>>()
            .join(", ")
    }

    /// Takes in another recording, as if one worker had made both.
    pub fn merge(&mut self, other: &Recording) -> Result<(), BenchError> {
        self.latency.add(&other.latency)?;
        self.ok += other.ok;
        self.ok_in_time += other.ok_in_time;
        self.errors.add(&other.errors);
        Ok(())
    }

    /// Forgets everything, for what comes after the warm-up.
    pub fn clear(&mut self) {
        self.latency.reset();
        self.ok = 0;
        self.ok_in_time = 0;
        self.errors = ErrorsByKind::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FAILURES: [Failure; 11] = [
        Failure::Dns,
        Failure::Connect,
        Failure::Tls,
        Failure::Timeout,
        Failure::Reset,
        Failure::Protocol,
        Failure::Status(301),
        Failure::Status(404),
        Failure::Status(503),
        Failure::Status(206),
        Failure::InvalidResponse,
    ];

    fn recording_of(requests: &[(u64, usize)]) -> Recording {
        let mut recording = Recording::new(Duration::from_secs(1)).unwrap();
        for (nanoseconds, ending) in requests {
            let latency = Duration::from_nanos(*nanoseconds);
            match FAILURES.get(*ending) {
                Some(failure) => recording.fail(*failure, latency),
                None => recording.succeed(latency, true),
            }
        }
        recording
    }

    proptest! {
        #[test]
        fn every_request_is_counted_once_and_merging_equals_the_whole(
            one in proptest::collection::vec((0_u64..10_000_000_000, 0_usize..20), 0..50),
            other in proptest::collection::vec((0_u64..10_000_000_000, 0_usize..20), 0..50),
        ) {
            let whole = recording_of(&[one.clone(), other.clone()].concat());
            let mut merged = recording_of(&one);
            merged.merge(&recording_of(&other)).unwrap();
            prop_assert_eq!(whole.requests(), (one.len() + other.len()) as u64);
            prop_assert_eq!(&whole.latency, &merged.latency);
            prop_assert_eq!((whole.ok, whole.errors), (merged.ok, merged.errors));
            prop_assert_eq!(whole.latency.len(), whole.ok + whole.errors.timeout);
        }
    }

    #[test]
    fn a_time_out_lengthens_the_tail_and_a_refusal_does_not_shorten_it() {
        let mut recording = Recording::new(Duration::from_secs(5)).unwrap();
        recording.succeed(Duration::from_millis(1), true);
        recording.fail(Failure::Status(500), Duration::from_micros(1));
        recording.fail(Failure::Timeout, Duration::from_secs(5));
        assert_eq!(recording.latency.len(), 2);
        assert!(recording.latency.max() >= 5_000_000_000);
    }
}
