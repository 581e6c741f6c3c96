use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::{Events, Poll, Token};
use rustix::time::{ClockId, clock_gettime};
use toolkit::Interrupt;

use super::Task;
use super::connection::{Connection, Outcome, State};
use crate::error::BenchError;
use crate::plan::{Length, PredictRequest};
use crate::record::{Failure, Recording};

const EVENTS_AT_ONCE: usize = 1024;
const SCRATCH_BYTES: usize = 64 << 10;
/// How often deadlines are looked at; they are late by at most this much.
const SWEEP: Duration = Duration::from_millis(10);
/// A service that refuses connections is asked again after this long, and not as fast as it can refuse.
const REST_AFTER_REFUSAL: Duration = Duration::from_millis(10);

/// The readiness loop of one core over its share of the connections.
pub struct Worker {
    poll: Poll,
    connections: Vec<Connection>,
    /// Connections that have or want a request.
    active: usize,
    budget: Budget,
    request: PredictRequest,
    address: SocketAddr,
    batch_size: u64,
    timeout: Duration,
    interrupt: Interrupt,
    recording: Recording,
    scratch: Vec<u8>,
    next_sweep: Instant,
}

/// What a worker did.
#[derive(Debug)]
pub struct WorkerResult {
    /// Its requests.
    pub recording: Recording,
    /// From the common start until its last request had ended.
    pub elapsed: Duration,
    /// Processor time that it took for them.
    pub cpu: Duration,
}

/// How many more requests may be begun.
#[derive(Clone, Copy, Debug)]
enum Budget {
    Requests(u64),
    Until(Instant),
}

impl Budget {
    fn take(&mut self, now: Instant) -> bool {
        match self {
            Budget::Requests(0) => false,
            Budget::Requests(left) => {
                *left -= 1;
                true
            }
            Budget::Until(end) => now < *end,
        }
    }

    /// Whether a response at `now` counts for throughput.
    fn in_time(self, now: Instant) -> bool {
        match self {
            Budget::Requests(_) => true,
            Budget::Until(end) => now <= end,
        }
    }
}

/// The part of `total` that falls to worker `index`, in proportion to its connections: parts add up to the whole.
pub(super) fn share(total: u64, index: usize, of: usize) -> u64 {
    let (index, of) = (index as u64, of as u64);
    total / of + u64::from(index < total % of)
}

impl Worker {
    /// Opens the connections of worker `index` of `workers`, and warms the service up with its share of
    /// unrecorded requests. What fails here is not counted: it will fail again when it is.
    pub fn prepare(task: &Task, index: usize, workers: usize) -> Result<Worker, BenchError> {
        let connections = share(task.connections, index, workers);
        let now = Instant::now();
        let mut worker = Worker {
            poll: Poll::new()?,
            connections: (0..connections).map(|_| Connection::new()).collect(),
            active: 0,
            budget: Budget::Requests(0),
            request: PredictRequest::new(
                &task.target,
                task.batch_size,
                task.sensor_count,
                task.seed.wrapping_add(index as u64),
            ),
            address: task.address,
            batch_size: task.batch_size,
            timeout: task.timeout,
            interrupt: task.interrupt.clone(),
            recording: Recording::new(task.timeout)?,
            scratch: vec![0; SCRATCH_BYTES],
            next_sweep: now + SWEEP,
        };
        worker.connect_all()?;
        worker.spend(Budget::Requests(worker.requests_of(
            task,
            task.warmup,
            index,
            workers,
        )))?;
        worker.recording.clear();
        Ok(worker)
    }

    /// Sends the recorded requests, from `start` on.
    pub fn measure(
        mut self,
        task: &Task,
        index: usize,
        workers: usize,
        start: Instant,
    ) -> Result<WorkerResult, BenchError> {
        let cpu_before = cpu_time();
        let budget = match task.length {
            Length::Requests(total) => {
                Budget::Requests(self.requests_of(task, total, index, workers))
            }
            Length::Time(duration) => Budget::Until(start + duration),
        };
        let elapsed = match self.spend(budget)? {
            Some(last) => last.saturating_duration_since(start),
            None => Duration::ZERO,
        };
        Ok(WorkerResult {
            recording: self.recording,
            elapsed,
            cpu: cpu_time().saturating_sub(cpu_before),
        })
    }

    /// Requests in proportion to connections, so that each connection has about as many.
    fn requests_of(&self, task: &Task, total: u64, index: usize, workers: usize) -> u64 {
        let before: u64 = (0..index)
            .map(|earlier| share(task.connections, earlier, workers))
            .sum();
        let upto = before + self.connections.len() as u64;
        let portion = |connections: u64| {
            u128::from(total) * u128::from(connections) / u128::from(task.connections.max(1))
        };
        u64::try_from(portion(upto) - portion(before)).unwrap_or(total)
    }

    fn connect_all(&mut self) -> io::Result<()> {
        let deadline = Instant::now() + self.timeout;
        let mut waiting = 0_usize;
        for (index, connection) in self.connections.iter_mut().enumerate() {
            match connection.connect(self.address, self.poll.registry(), Token(index)) {
                Ok(()) => waiting += 1,
                Err(_) => connection.close(),
            }
        }
        let mut events = Events::with_capacity(EVENTS_AT_ONCE);
        while waiting > 0 && Instant::now() < deadline && !self.interrupt.asked() {
            poll(&mut self.poll, &mut events)?;
            for event in &events {
                let connection = &mut self.connections[event.token().0];
                if connection.state == State::Connecting {
                    match connection.connected() {
                        Ok(false) => continue,
                        Ok(true) => {}
                        Err(_) => connection.close(),
                    }
                    waiting -= 1;
                }
            }
        }
        for connection in self
            .connections
            .iter_mut()
            .filter(|connection| !connection.is_open())
        {
            connection.close();
        }
        Ok(())
    }

    /// Keeps every connection busy until the budget is spent and every request has ended. Returns when the
    /// last one did; `None` without any.
    fn spend(&mut self, budget: Budget) -> io::Result<Option<Instant>> {
        self.budget = budget;
        self.active = self.connections.len();
        let mut now = Instant::now();
        if self.active == 0 {
            return Ok(None);
        }
        for index in 0..self.connections.len() {
            self.begin(index, now);
        }
        let mut events = Events::with_capacity(EVENTS_AT_ONCE);
        while self.active > 0 && !self.interrupt.asked() {
            poll(&mut self.poll, &mut events)?;
            for event in &events {
                self.advance(event);
            }
            now = Instant::now();
            if now >= self.next_sweep {
                self.sweep(now);
                self.next_sweep = now + SWEEP;
            }
        }
        Ok(Some(now))
    }

    /// The next request of a connection, if there is one.
    fn begin(&mut self, index: usize, now: Instant) {
        let connection = &mut self.connections[index];
        if !self.budget.take(now) {
            connection.state = State::Idle;
            self.active -= 1;
            return;
        }
        self.request.vary();
        connection.started = Instant::now();
        if connection.is_open() {
            let outcome = connection.send(self.request.bytes());
            self.conclude(index, outcome);
        } else if connection
            .connect(self.address, self.poll.registry(), Token(index))
            .is_err()
        {
            self.fail(index, Failure::Connect);
        }
    }

    fn advance(&mut self, event: &Event) {
        let index = event.token().0;
        let connection = &mut self.connections[index];
        let outcome = match connection.state {
            State::Connecting => match connection.connected() {
                Ok(true) => {
                    self.request.vary();
                    connection.send(self.request.bytes())
                }
                Ok(false) => Outcome::Pending,
                Err(_) => Outcome::Failed(Failure::Connect),
            },
            State::Sending | State::Receiving => {
                let unsent = match connection.state {
                    State::Sending if event.is_writable() => connection.send_rest(),
                    _ => Outcome::Pending,
                };
                let closing = event.is_read_closed() || event.is_error();
                if unsent == Outcome::Pending && (event.is_readable() || closing) {
                    let batch_size = self.batch_size;
                    connection.receive(&mut self.scratch, closing, |status, body| {
                        status == 200 && carries_actions(body, batch_size)
                    })
                } else {
                    unsent
                }
            }
            // The peer closed, or spoke without being asked: the next request needs a connection of its own.
            State::Idle if event.is_readable() || event.is_read_closed() => {
                return connection.close();
            }
            State::Idle | State::Resting(_) => return,
        };
        self.conclude(index, outcome);
    }

    fn conclude(&mut self, index: usize, outcome: Outcome) {
        match outcome {
            Outcome::Pending => {}
            Outcome::Answered {
                status: 200,
                as_expected: true,
            } => {
                let now = Instant::now();
                let latency = now - self.connections[index].started;
                self.recording.succeed(latency, self.budget.in_time(now));
                self.begin(index, now);
            }
            Outcome::Answered { status, .. } => {
                let failure = if status == 200 {
                    Failure::InvalidResponse
                } else {
                    Failure::Status(status)
                };
                let now = Instant::now();
                self.recording
                    .fail(failure, now - self.connections[index].started);
                self.begin(index, now);
            }
            Outcome::Failed(failure) => self.fail(index, failure),
        }
    }

    /// A failure that costs the connection.
    fn fail(&mut self, index: usize, failure: Failure) {
        let now = Instant::now();
        let connection = &mut self.connections[index];
        self.recording.fail(failure, now - connection.started);
        connection.close();
        if failure == Failure::Connect {
            connection.state = State::Resting(now + REST_AFTER_REFUSAL);
        } else {
            self.begin(index, now);
        }
    }

    /// Ends what has taken too long and wakes what has rested long enough.
    fn sweep(&mut self, now: Instant) {
        for index in 0..self.connections.len() {
            let Connection { state, started, .. } = self.connections[index];
            match state {
                State::Connecting | State::Sending | State::Receiving
                    if now - started >= self.timeout =>
                {
                    self.fail(index, Failure::Timeout);
                }
                State::Resting(until) if now >= until => self.begin(index, now),
                _ => {}
            }
        }
    }
}

fn poll(poll: &mut Poll, events: &mut Events) -> io::Result<()> {
    match poll.poll(events, Some(SWEEP)) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            events.clear();
            Ok(())
        }
        result => result,
    }
}

/// Whether a response carries as many actions as observations were sent.
fn carries_actions(body: &[u8], batch_size: u64) -> bool {
    #[derive(serde::Deserialize)]
    struct Prediction {
        // Elements without a size: they are counted and checked to be JSON, and nothing is allocated.
        actions: Vec<serde::de::IgnoredAny>,
    }
    serde_json::from_slice::<Prediction>(body)
        .is_ok_and(|prediction| prediction.actions.len() as u64 == batch_size)
}

/// Processor time of this thread.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_add_up_to_the_whole_and_differ_by_at_most_one(total in 0_u64..10_000, workers in 1_usize..64) {
            let shares: Vec<u64> = (0..workers).map(|index| share(total, index, workers)).collect();
            prop_assert_eq!(shares.iter().sum::<u64>(), total);
            prop_assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1);
        }
    }

    #[test]
    fn actions_are_counted_and_nothing_else() {
        assert!(carries_actions(
            br#"{"actions":[{"a":[1,2]},{"b":3}],"version":"1"}"#,
            2
        ));
        assert!(!carries_actions(br#"{"actions":[{"a":[1,2]}]}"#, 2));
        assert!(!carries_actions(br#"{"actions":2}"#, 2));
        assert!(!carries_actions(br#"{"actions":[1,2]"#, 2));
        assert!(!carries_actions(b"", 0));
    }
}
