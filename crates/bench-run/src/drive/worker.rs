use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::{Events, Poll, Token};
use rustix::io::Errno;
use toolkit::Interrupt;

use super::Task;
use super::budget::{Budget, share};
use super::connection::{Connection, Outcome, State};
use super::thread_time::{cpu_time, cpu_wait};
use crate::error::BenchError;
use crate::plan::{Length, Workload};
use crate::record::{Failure, Recording};

const EVENTS_AT_ONCE: usize = 1024;
const SCRATCH_BYTES: usize = 64 << 10;
/// How often deadlines are looked at; they are late by at most this much.
const SWEEP: Duration = Duration::from_millis(10);
/// A service that refuses connections is asked again after this long, and not as fast as it can refuse.
const REST_AFTER_REFUSAL: Duration = Duration::from_millis(10);

/// A service that has answered nothing at all for this many time limits is given up: it would cost hours to
/// hear the same from every request.
const TIMEOUTS_WITHOUT_HOPE: u32 = 3;

/// The readiness loop of one core over its share of the connections.
pub struct Worker {
    poll: Poll,
    connections: Vec<Connection>,
    /// Connections that have or want a request.
    active: usize,
    budget: Budget,
    workload: Workload,
    address: SocketAddr,
    timeout: Duration,
    interrupt: Interrupt,
    recording: Recording,
    scratch: Vec<u8>,
    next_sweep: Instant,
    last_answer: Instant,
    given_up: bool,
    own_failure: Option<io::Error>,
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
    /// Time in which it could have run and something else had its processor.
    pub cpu_wait: Duration,
    /// Whether it gave up on a service that no longer answered.
    pub given_up: bool,
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
            workload: Workload::new(
                &task.content,
                &task.target,
                task.sensor_count,
                task.seed.wrapping_add(index as u64),
            ),
            address: task.address,
            timeout: task.timeout,
            interrupt: task.interrupt.clone(),
            recording: Recording::new(task.timeout)?,
            scratch: vec![0; SCRATCH_BYTES],
            next_sweep: now + SWEEP,
            last_answer: now,
            given_up: false,
            own_failure: None,
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
        let (cpu_before, wait_before) = (cpu_time(), cpu_wait());
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
            cpu_wait: cpu_wait().saturating_sub(wait_before),
            given_up: self.given_up,
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
                Err(error) if is_our_own(&error) => return Err(of_our_own(&error)),
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
        if self.active == 0 || self.given_up {
            return Ok(None);
        }
        let mut now = Instant::now();
        self.last_answer = now;
        for index in 0..self.connections.len() {
            self.begin(index, now);
        }
        let mut events = Events::with_capacity(EVENTS_AT_ONCE);
        while self.active > 0 && !self.given_up && !self.interrupt.asked() {
            poll(&mut self.poll, &mut events)?;
            for event in &events {
                self.advance(event);
            }
            now = Instant::now();
            if now >= self.next_sweep {
                self.sweep(now);
                self.next_sweep = now + SWEEP;
            }
            if let Some(error) = self.own_failure.take() {
                return Err(error);
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
        connection.request = self.workload.draw();
        if connection.is_open() {
            let request = self.workload.prepare(connection.request);
            connection.started = Instant::now();
            let outcome = connection.send(request);
            self.conclude(index, outcome);
            return;
        }
        connection.started = Instant::now();
        match connection.connect(self.address, self.poll.registry(), Token(index)) {
            Ok(()) => {}
            Err(error) if is_our_own(&error) => self.own_failure = Some(of_our_own(&error)),
            Err(_) => self.fail(index, Failure::Connect),
        }
    }

    fn advance(&mut self, event: &Event) {
        let index = event.token().0;
        let connection = &mut self.connections[index];
        let outcome = match connection.state {
            State::Connecting => match connection.connected() {
                Ok(true) => connection.send(self.workload.prepare(connection.request)),
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
                    let expectation = self.workload.expectation(connection.request);
                    connection.receive(&mut self.scratch, closing, |message| {
                        expectation.judge(message.status, message.gzip, &message.body)
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
            Outcome::Failed(failure) => self.fail(index, failure),
            Outcome::Answered { at, judged } => {
                self.last_answer = at;
                let latency = at - self.connections[index].started;
                if latency >= self.timeout {
                    return self.fail(index, Failure::Timeout);
                }
                match judged {
                    Ok(()) => self.recording.succeed(latency, self.budget.in_time(at)),
                    Err(failure) => self.recording.fail(failure, latency),
                }
                self.begin(index, at);
            }
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
        self.given_up =
            now - self.last_answer >= self.timeout.saturating_mul(TIMEOUTS_WITHOUT_HOPE);
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

/// Whether a connection failed for want of something of ours: ports, descriptors, memory. That is no failure of
/// the service, and must not be counted as one.
fn is_our_own(error: &io::Error) -> bool {
    let own = [
        Errno::ADDRNOTAVAIL,
        Errno::MFILE,
        Errno::NFILE,
        Errno::NOBUFS,
        Errno::NOMEM,
    ];
    Errno::from_io_error(error).is_some_and(|errno| own.contains(&errno))
}

fn of_our_own(error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("no further connection can be opened from this machine: {error}"),
    )
}
