//! What is kept of the requests of a phase.

mod buckets;
mod failure;
mod tally;
mod times;

use std::time::{Duration, Instant};

use crate::slices::{Merge, Slices};

pub use failure::Failure;
pub use tally::Tally;
pub use times::{Times, TimesCounter};

const SHORTEST_RANGE: Duration = Duration::from_secs(60);
/// Sends that are later than this are as late as anybody needs to know.
const LONGEST_LAG: Duration = Duration::from_secs(60);

/// All that is known of the requests of one worker or phase. Its size does not grow with their number.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// How they ended.
    pub tally: Tally,
    /// When they ended, and what they took.
    pub slices: Slices<Slice>,
    /// By how much sends were later than due, in open loop.
    pub lag: Times,
    /// Time in which connections had a request under way, over all of them, in open loop.
    pub connections_busy: Duration,
}

/// The requests that ended in a slice of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// Requests that were answered as expected, in time to count for throughput.
    pub ok_in_time: u64,
    /// Requests that were not answered as expected.
    pub failed: u64,
    /// Latency of those that succeeded, timed out or were not sent: from when they were due in open loop, from when they were sent
    /// in closed loop.
    pub latency: Times,
    /// From when they were sent, of those that were, in open loop.
    pub service_time: Times,
}

impl Merge for Slice {
    fn merge(&mut self, other: &Slice) {
        self.ok_in_time += other.ok_in_time;
        self.failed += other.failed;
        self.latency.add(&other.latency);
        self.service_time.add(&other.service_time);
    }
}

impl Recording {
    /// Latency of all requests that have one.
    pub fn latency(&self) -> Times {
        self.all(|slice| &slice.latency)
    }

    /// Service time of all requests that have one, in open loop.
    pub fn service_time(&self) -> Times {
        self.all(|slice| &slice.service_time)
    }

    /// Takes in another recording of the same time, as if one worker had made both.
    pub fn merge(&mut self, other: Recording) {
        self.tally.add(&other.tally);
        self.slices.merge(other.slices);
        self.lag.add(&other.lag);
        self.connections_busy += other.connections_busy;
    }

    fn all(&self, pick: fn(&Slice) -> &Times) -> Times {
        let mut all = Times::default();
        self.slices.iter().for_each(|slice| all.add(pick(slice)));
        all
    }
}

/// The time that a request took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// From when it was due in open loop, from when it was sent in closed loop.
    pub latency: Duration,
    /// From when it was sent; in open loop, of those that were.
    pub service_time: Option<Duration>,
}

/// Makes a recording, request by request in the order in which they end.
#[derive(Debug)]
pub struct Recorder {
    start: Instant,
    recording: Recording,
    /// Of the current slice, which ends at `slice_end`.
    latency: TimesCounter,
    service_time: TimesCounter,
    in_slice: Tally,
    slice_end: Duration,
    latest: Duration,
    lag: TimesCounter,
}

impl Recorder {
    /// An empty recording from `start` on, of times up to twice `timeout` and a little more.
    pub fn new(start: Instant, timeout: Duration) -> Recorder {
        let longest = timeout.saturating_mul(2).max(SHORTEST_RANGE);
        Recorder {
            start,
            recording: Recording::default(),
            latency: TimesCounter::new(longest),
            service_time: TimesCounter::new(longest),
            in_slice: Tally::default(),
            slice_end: Duration::ZERO,
            latest: Duration::ZERO,
            lag: TimesCounter::new(LONGEST_LAG),
        }
    }

    /// A request that was answered as expected at `at`, `in_time` to count for throughput.
    pub fn succeed(&mut self, at: Instant, spent: Spent, in_time: bool) {
        self.turn_to(at);
        self.in_slice.ok += 1;
        self.in_slice.ok_in_time += u64::from(in_time);
        self.end(spent);
        self.enter(spent);
    }

    /// A request that had failed by `at`.
    pub fn fail(&mut self, at: Instant, failure: Failure, spent: Spent) {
        self.turn_to(at);
        self.in_slice.fail(failure);
        self.end(spent);
        if failure.has_latency() {
            self.enter(spent);
        }
    }

    /// How all requests so far have ended.
    pub fn tally(&self) -> Tally {
        let mut tally = self.recording.tally;
        tally.add(&self.in_slice);
        tally
    }

    /// The time by which the generator itself was late with a request.
    pub fn late(&mut self, lag: Duration) {
        self.lag.count(lag);
    }

    /// The whole recording.
    pub fn finish(mut self) -> Recording {
        self.close_slice();
        self.recording.lag = self.lag.take();
        self.recording
    }

    fn end(&mut self, spent: Spent) {
        self.recording.connections_busy += spent.service_time.unwrap_or_default();
    }

    fn enter(&mut self, spent: Spent) {
        self.latency.count(spent.latency);
        if let Some(service_time) = spent.service_time {
            self.service_time.count(service_time);
        }
    }

    /// Closes the current slice if `at` is not in it.
    fn turn_to(&mut self, at: Instant) {
        let at = at.saturating_duration_since(self.start);
        if at >= self.slice_end {
            self.close_slice();
            (_, self.slice_end) = self.recording.slices.at(at);
        }
        self.latest = at;
    }

    fn close_slice(&mut self) {
        let tally = std::mem::take(&mut self.in_slice);
        if tally.requests() == 0 {
            return;
        }
        let (slice, _) = self.recording.slices.at(self.latest);
        slice.merge(&Slice {
            ok_in_time: tally.ok_in_time,
            failed: tally.errors.total(),
            latency: self.latency.take(),
            service_time: self.service_time.take(),
        });
        self.recording.tally.add(&tally);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FAILURES: [Failure; 12] = [
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
        Failure::NotSent,
    ];

    fn spent(microseconds: u64) -> Spent {
        let latency = Duration::from_micros(microseconds);
        Spent {
            latency,
            service_time: Some(latency / 2),
        }
    }

    /// Requests by the microseconds in which they ended after the one before, and how.
    fn recording_of(requests: &[(u64, usize)]) -> Recording {
        let start = Instant::now();
        let mut recorder = Recorder::new(start, Duration::from_secs(1));
        let mut at = start;
        for (microseconds, ending) in requests {
            let spent = spent(*microseconds);
            at += spent.latency;
            match FAILURES.get(*ending) {
                Some(failure) => recorder.fail(at, *failure, spent),
                None => recorder.succeed(at, spent, true),
            }
        }
        let so_far = recorder.tally();
        let recording = recorder.finish();
        assert_eq!(so_far, recording.tally);
        recording
    }

    proptest! {
        #[test]
        fn every_request_is_counted_once_and_merging_equals_the_sum(
            one in proptest::collection::vec((0_u64..10_000_000, 0_usize..20), 0..50),
            other in proptest::collection::vec((0_u64..10_000_000, 0_usize..20), 0..50),
        ) {
            let (first, second) = (recording_of(&one), recording_of(&other));
            let mut merged = first.clone();
            merged.merge(second.clone());
            let tally = merged.tally;
            prop_assert_eq!(tally.requests(), (one.len() + other.len()) as u64);
            prop_assert_eq!(tally.ok, first.tally.ok + second.tally.ok);
            let mut latency = first.latency();
            latency.add(&second.latency());
            prop_assert_eq!(&merged.latency(), &latency);
            prop_assert_eq!(latency.len(), tally.ok + tally.errors.timeout + tally.errors.not_sent);
            prop_assert_eq!(merged.service_time().len(), latency.len());
            prop_assert_eq!(merged.slices.iter().map(|slice| slice.ok_in_time).sum::<u64>(), tally.ok_in_time);
            prop_assert_eq!(merged.slices.iter().map(|slice| slice.failed).sum::<u64>(), tally.errors.total());
        }

        #[test]
        fn a_request_stands_in_the_slice_in_which_it_ended(moments in proptest::collection::vec(0_u64..100_000_000, 1..80)) {
            let mut moments = moments;
            moments.sort_unstable();
            let start = Instant::now();
            let mut recorder = Recorder::new(start, Duration::from_secs(1));
            for moment in &moments {
                recorder.succeed(start + Duration::from_micros(*moment), spent(1000), true);
            }
            let recording = recorder.finish();
            let width = recording.slices.width().as_nanos() as u64;
            for (index, slice) in recording.slices.iter().enumerate() {
                let expected = moments.iter().filter(|moment| *moment * 1000 / width == index as u64).count();
                prop_assert_eq!(slice.ok_in_time, expected as u64);
            }
        }
    }

    #[test]
    fn a_time_out_lengthens_the_tail_and_a_refusal_does_not_shorten_it() {
        let start = Instant::now();
        let mut recorder = Recorder::new(start, Duration::from_secs(5));
        recorder.succeed(start, spent(1000), true);
        recorder.fail(start, Failure::Status(500), spent(1));
        recorder.fail(start, Failure::Timeout, spent(5_000_000));
        let latency = recorder.finish().latency();
        assert_eq!(latency.len(), 2);
        assert!(latency.quantile(1.0).unwrap() >= Duration::from_secs(5));
    }
}
