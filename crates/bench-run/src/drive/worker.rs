use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::{Events, Poll, Token};
use toolkit::Interrupt;

use super::Task;
use super::budget::Budget;
use super::connection::{Connection, Outcome, State};
use super::last_answer::LastAnswer;
use super::open_loop::OpenLoop;
use super::pace::{Next, Pace};
use super::part::Part;
use super::schedule::Schedule;
use super::thread_time::{cpu_time, cpu_wait};
use super::timer::Timer;
use super::transport::{Broken, Endpoint};
use crate::error::BenchError;
use crate::plan::{Arrivals, Length, Workload};
use crate::record::{Failure, Recorder, Recording, Spent, Tally};

/// Few enough for the service to have something to do while they are read, before what follows is sent.
const EVENTS_AT_ONCE: usize = 128;
const SCRATCH_BYTES: usize = 64 << 10;
const TIMER: Token = Token(usize::MAX);
/// How often deadlines are looked at; they are late by at most this much.
const SWEEP: Duration = Duration::from_millis(10);
/// A service that refuses connections is asked again after this long, and not as fast as it can refuse.
const REST_AFTER_REFUSAL: Duration = Duration::from_millis(10);

/// A single look at clock and sockets that took longer did not: something else had the processor.
const LONGEST_SPIN: Duration = Duration::from_micros(10);

/// A service that has answered nothing at all for this many time limits is given up: it would cost hours to
/// hear the same from every request.
const TIMEOUTS_WITHOUT_HOPE: u32 = 3;

/// The readiness loop of one core over its share of the connections.
pub struct Worker {
    poll: Poll,
    connections: Vec<Connection>,
    part: Part,
    pace: Pace,
    /// Until when a response counts for throughput.
    in_time_until: Option<Instant>,
    workload: Workload,
    endpoint: Endpoint,
    timeout: Duration,
    interrupt: Interrupt,
    recorder: Recorder,
    /// How the unrecorded requests ended.
    warmup: Tally,
    scratch: Vec<u8>,
    next_sweep: Instant,
    /// Since when something has been asked without a pause.
    asking_since: Instant,
    /// Of all workers.
    shared_last_answer: Arc<LastAnswer>,
    /// Wakes the loop for the next sweep. A time-out of the poll would set a clock of the processor at every sleep.
    heartbeat: Timer,
    last_answer: Instant,
    spun: Duration,
    given_up: bool,
    own_failure: Option<io::Error>,
    reason: Option<Broken>,
    /// Connections whose answers have been read in this turn of the loop. They go on when all have been: a send takes
    /// longer than a read, and would be in the latency of those that wait to be read.
    answered: Vec<usize>,
}

/// What a worker did.
#[derive(Debug)]
pub struct WorkerResult {
    /// How the unrecorded requests before ended.
    pub warmup: Tally,
    /// Its requests.
    pub recording: Recording,
    /// From the common start until its last request had ended.
    pub elapsed: Duration,
    /// Processor time that it took for them, without that of `spun`.
    pub cpu: Duration,
    /// Time in which it looked at the clock for a request to become due, and had nothing else to do.
    pub spun: Duration,
    /// Time in which it could have run and something else had its processor; `None` where the kernel does not say.
    pub cpu_wait: Option<Duration>,
    /// Whether it gave up on a service that no longer answered.
    pub given_up: bool,
    /// Why a connection failed, the first time.
    pub reason: Option<Broken>,
}

impl Worker {
    /// Opens the connections of worker `index` of `workers`, and warms the service up with its share of
    /// unrecorded requests. What fails here is not counted: it will fail again when it is.
    pub fn prepare(
        task: &Task,
        index: usize,
        workers: usize,
        shared_last_answer: Arc<LastAnswer>,
    ) -> Result<Worker, BenchError> {
        let part = Part::new(task.connections, index, workers);
        let now = Instant::now();
        let poll = Poll::new()?;
        let mut worker = Worker {
            heartbeat: Timer::new(poll.registry(), TIMER)?,
            poll,
            connections: (0..part.own_connections)
                .map(|_| Connection::new())
                .collect(),
            part,
            pace: Pace::closed(Budget::Requests(0), 0),
            in_time_until: None,
            workload: Workload::new(
                &task.content,
                &task.target,
                task.sensor_count,
                task.seed.wrapping_add(index as u64),
            ),
            endpoint: task.endpoint.clone(),
            timeout: task.timeout,
            interrupt: task.interrupt.clone(),
            recorder: Recorder::new(now, task.timeout),
            warmup: Tally::default(),
            scratch: vec![0; SCRATCH_BYTES],
            next_sweep: now + SWEEP,
            last_answer: now,
            asking_since: now,
            shared_last_answer,
            spun: Duration::ZERO,
            given_up: false,
            own_failure: None,
            reason: None,
            answered: Vec::new(),
        };
        worker.connect_all()?;
        let warmup = Budget::Requests(worker.part.of_requests(task.warmup));
        worker.spend(Pace::closed(warmup, worker.connections.len()))?;
        worker.warmup = worker.recorder.tally();
        worker.reason = None;
        Ok(worker)
    }

    /// Sends the recorded requests, from `start` on.
    pub fn measure(mut self, task: &Task, start: Instant) -> Result<WorkerResult, BenchError> {
        let (cpu_before, wait_before) = (cpu_time(), cpu_wait());
        self.recorder = Recorder::new(start, task.timeout);
        let (budget, end) = match task.length {
            Length::Requests(total) => (Budget::Requests(self.part.of_requests(total)), None),
            // Longer than any clock lasts is as long as there are requests.
            Length::Time(duration) => match start.checked_add(duration) {
                Some(end) => (Budget::Until(end), Some(end)),
                None => (Budget::Requests(u64::MAX), None),
            },
        };
        self.in_time_until = end;
        let pace = match &task.arrivals {
            None => Pace::closed(budget, self.connections.len()),
            Some(arrivals) => self.open(task, arrivals, start)?,
        };
        let elapsed = match self.spend(pace)? {
            Some(last) => last.saturating_duration_since(start),
            None => Duration::ZERO,
        };
        Ok(WorkerResult {
            warmup: self.warmup,
            recording: self.recorder.finish(),
            elapsed,
            cpu: cpu_time().saturating_sub(cpu_before + self.spun),
            spun: self.spun,
            cpu_wait: cpu_wait()
                .zip(wait_before)
                .map(|(after, before)| after.saturating_sub(before)),
            given_up: self.given_up,
            reason: self.reason,
        })
    }

    fn open(&self, task: &Task, arrivals: &Arrivals, start: Instant) -> io::Result<Pace> {
        let schedule = Schedule::new(arrivals, task.length, self.part, task.seed);
        let timer = Timer::new(self.poll.registry(), TIMER)?;
        let queue_limit = self.part.of_requests(arrivals.queue_limit);
        Ok(Pace::Open(Box::new(OpenLoop::new(
            start,
            schedule,
            timer,
            usize::try_from(queue_limit).unwrap_or(usize::MAX),
            self.connections.len(),
        ))))
    }

    fn connect(&mut self, index: usize) -> io::Result<Outcome> {
        self.connections[index].connect(&self.endpoint, self.poll.registry(), Token(index))
    }

    fn connect_all(&mut self) -> io::Result<()> {
        let deadline = Instant::now() + self.timeout;
        let mut waiting = 0_usize;
        for index in 0..self.connections.len() {
            match self.connect(index)? {
                Outcome::Pending => waiting += 1,
                _ => self.connections[index].close(),
            }
        }
        let mut events = Events::with_capacity(EVENTS_AT_ONCE);
        while waiting > 0 && Instant::now() < deadline && !self.interrupt.asked() {
            poll(&mut self.poll, &mut events, Some(SWEEP))?;
            for event in events.iter().filter(|event| event.token() != TIMER) {
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
            for index in 0..self.connections.len() {
                if self.connections[index].state == State::Queued {
                    match self.connect(index)? {
                        Outcome::Pending if self.connections[index].state == State::Queued => break,
                        Outcome::Pending => {}
                        _ => {
                            self.connections[index].close();
                            waiting -= 1;
                        }
                    }
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

    /// Keeps the pace until every request has ended. Returns when the last one did; `None` without any.
    fn spend(&mut self, pace: Pace) -> io::Result<Option<Instant>> {
        self.pace = pace;
        if self.connections.is_empty() || self.given_up {
            return Ok(None);
        }
        let mut now = Instant::now();
        self.asking_since = now;
        for index in 0..self.connections.len() {
            self.go_on(index, now);
        }
        let mut events = Events::with_capacity(EVENTS_AT_ONCE);
        self.heartbeat.set(self.next_sweep, now)?;
        while !self.pace.is_over() && !self.given_up && !self.interrupt.asked() {
            let spins_from = self.pace.spins_from()?;
            let longest = spins_from.map(|_| Duration::ZERO);
            poll(&mut self.poll, &mut events, longest)?;
            for event in events.iter().filter(|event| event.token() != TIMER) {
                self.advance(event);
            }
            now = Instant::now();
            for place in 0..self.answered.len() {
                self.go_on(self.answered[place], now);
            }
            self.answered.clear();
            if let Some(from) = spins_from
                && events.is_empty()
            {
                self.spun += (now - from).min(LONGEST_SPIN);
            }
            self.send_due(now);
            if now >= self.next_sweep {
                self.sweep(now);
                self.next_sweep = now + SWEEP;
                self.heartbeat.set(self.next_sweep, now)?;
            }
            if let Some(error) = self.own_failure.take() {
                return Err(error);
            }
        }
        if self.given_up {
            self.give_up_waiting(Duration::ZERO, now);
        }
        Ok(Some(now))
    }

    /// A free connection takes the next request, if there is one for it and hope that it is answered.
    fn go_on(&mut self, index: usize, now: Instant) {
        if self.given_up {
            return;
        }
        match self.pace.next_request(index, now) {
            Some(Next { due }) => self.begin(index, due),
            None => self.connections[index].state = State::Idle,
        }
    }

    /// Sends what has become due, or lets it wait for a connection.
    fn send_due(&mut self, now: Instant) {
        while let Pace::Open(open) = &mut self.pace
            && let Some(due) = open.take_due(now)
        {
            let lag_until = match open.take_connection() {
                Some(index) => {
                    self.begin(index, Some(due));
                    self.connections[index].started
                }
                None => {
                    if let Some(oldest) = open.wait(due) {
                        self.leave_unsent(oldest, now);
                    }
                    now
                }
            };
            self.recorder.late(lag_until.saturating_duration_since(due));
        }
    }

    /// A request that was due at `due`, or is at once, over a connection that is free.
    fn begin(&mut self, index: usize, due: Option<Instant>) {
        let connection = &mut self.connections[index];
        connection.due = due;
        connection.request = self.workload.draw();
        if connection.is_open() {
            let request = self.workload.prepare(connection.request);
            connection.started = Instant::now();
            let outcome = connection.send(&request.bytes, request.has_response_body);
            self.conclude(index, outcome);
            return;
        }
        connection.started = Instant::now();
        self.begin_to_connect(index);
    }

    fn begin_to_connect(&mut self, index: usize) {
        match self.connect(index) {
            Ok(outcome) => self.conclude(index, outcome),
            Err(error) => self.own_failure = Some(error),
        }
    }

    fn advance(&mut self, event: &Event) {
        let index = event.token().0;
        let connection = &mut self.connections[index];
        let outcome = match connection.state {
            State::Connecting => match connection.connected() {
                Ok(true) => {
                    let request = self.workload.prepare(connection.request);
                    connection.send(&request.bytes, request.has_response_body)
                }
                Ok(false) => Outcome::Pending,
                Err(failure) => Outcome::Failed(failure),
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
            State::Idle if event.is_readable() || event.is_read_closed() => {
                return connection.overhear(&mut self.scratch);
            }
            State::Idle | State::Queued | State::Resting(_) => return,
        };
        self.conclude(index, outcome);
    }

    fn conclude(&mut self, index: usize, outcome: Outcome) {
        match outcome {
            Outcome::Pending => {}
            Outcome::Failed(failure) => self.fail(index, failure),
            Outcome::Answered { at, judged } => {
                self.last_answer = at;
                let spent = self.connections[index].spent(at);
                if at - self.connections[index].started >= self.timeout {
                    return self.fail(index, Failure::Timeout);
                }
                match judged {
                    Ok(()) => {
                        let in_time = self.in_time_until.is_none_or(|end| at <= end);
                        self.recorder.succeed(at, spent, in_time);
                    }
                    Err(failure) => self.recorder.fail(at, failure, spent),
                }
                self.answered.push(index);
                // Many responses may have come at once; what becomes due between two of them is not to wait for the last.
                self.send_due(at);
            }
        }
    }

    /// A failure that costs the connection.
    fn fail(&mut self, index: usize, failure: Failure) {
        let now = Instant::now();
        let connection = &mut self.connections[index];
        self.recorder.fail(now, failure, connection.spent(now));
        let reason = connection.take_reason();
        self.reason = self.reason.take().or(reason);
        connection.close();
        if matches!(failure, Failure::Dns | Failure::Connect | Failure::Tls) {
            connection.state = State::Resting(now + REST_AFTER_REFUSAL);
        } else {
            self.go_on(index, now);
        }
    }

    /// Ends what has taken too long and wakes what has rested long enough.
    fn sweep(&mut self, now: Instant) {
        let idle = |connection: &Connection| connection.state == State::Idle;
        if self.connections.iter().all(idle) {
            // Nothing is asked, so nothing can be answered.
            self.asking_since = now;
        }
        let last_answer = self.shared_last_answer.share(self.last_answer);
        let silent = now.saturating_duration_since(last_answer.max(self.asking_since));
        self.given_up = silent >= self.timeout.saturating_mul(TIMEOUTS_WITHOUT_HOPE);
        for index in 0..self.connections.len() {
            let Connection { state, started, .. } = self.connections[index];
            match state {
                State::Queued | State::Connecting | State::Sending | State::Receiving
                    if self.given_up || now - started >= self.timeout =>
                {
                    self.fail(index, Failure::Timeout);
                }
                State::Resting(until) if now >= until => self.go_on(index, now),
                State::Queued => self.begin_to_connect(index),
                _ => {}
            }
        }
        self.give_up_waiting(self.timeout, now);
    }

    /// Counts what has waited for a connection for `limit` and will not be sent.
    fn give_up_waiting(&mut self, limit: Duration, now: Instant) {
        while let Pace::Open(open) = &mut self.pace
            && let Some(due) = open.take_waited(limit, now)
        {
            self.leave_unsent(due, now);
        }
    }

    fn leave_unsent(&mut self, due: Instant, now: Instant) {
        let spent = Spent {
            latency: now.saturating_duration_since(due),
            service_time: None,
        };
        self.recorder.fail(now, Failure::NotSent, spent);
    }
}

/// Waits for something to happen, for `longest` at most.
fn poll(poll: &mut Poll, events: &mut Events, longest: Option<Duration>) -> io::Result<()> {
    match poll.poll(events, longest) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            events.clear();
            Ok(())
        }
        result => result,
    }
}
