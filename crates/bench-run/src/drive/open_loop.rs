use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use super::schedule::Schedule;
use super::timer::Timer;

/// Before a request is due the loop looks at the clock again and again for this long: what it sleeps it sleeps
/// some tens of microseconds too long.
const SPIN: Duration = Duration::from_micros(100);

/// Requests become due by the clock, whatever the service does; those that find no free connection wait for one.
#[derive(Debug)]
pub struct OpenLoop {
    start: Instant,
    schedule: Schedule,
    timer: Timer,
    /// When those that wait for a connection were due, ascending.
    waiting: VecDeque<Instant>,
    queue_limit: usize,
    /// Free connections, the one that has been free for longest first: none falls asleep for want of use.
    free: VecDeque<usize>,
    connections: usize,
}

impl OpenLoop {
    /// All `connections` are busy until they are given back.
    pub fn new(
        start: Instant,
        schedule: Schedule,
        timer: Timer,
        queue_limit: usize,
        connections: usize,
    ) -> OpenLoop {
        OpenLoop {
            start,
            schedule,
            timer,
            waiting: VecDeque::new(),
            queue_limit,
            free: VecDeque::with_capacity(connections),
            connections,
        }
    }

    /// Takes the next request, and says when it was due, if that is not after `now`.
    pub fn take_due(&mut self, now: Instant) -> Option<Instant> {
        let due = self.next_due().filter(|due| *due <= now)?;
        self.schedule.advance();
        Some(due)
    }

    /// Takes a free connection.
    pub fn take_connection(&mut self) -> Option<usize> {
        self.free.pop_front()
    }

    /// Gives a connection back, which takes the request that has waited longest, or is free.
    pub fn give_back(&mut self, connection: usize) -> Option<Instant> {
        let waited = self.waiting.pop_front();
        if waited.is_none() {
            self.free.push_back(connection);
        }
        waited
    }

    /// Lets a request wait. Returns the one that has waited longest if there are too many.
    pub fn wait(&mut self, due: Instant) -> Option<Instant> {
        self.waiting.push_back(due);
        if self.waiting.len() > self.queue_limit {
            self.waiting.pop_front()
        } else {
            None
        }
    }

    /// Takes a request that has waited for `limit`.
    pub fn take_waited(&mut self, limit: Duration, now: Instant) -> Option<Instant> {
        let oldest = *self.waiting.front()?;
        (now.saturating_duration_since(oldest) >= limit).then(|| self.waiting.pop_front())?
    }

    /// Whether every request that was to become due has been carried, and its connection given back.
    pub fn is_over(&self) -> bool {
        self.schedule.next().is_none()
            && self.waiting.is_empty()
            && self.free.len() == self.connections
    }

    /// Shortly before a request is due the loop must not sleep but spin: the moment from which it does. Where it may
    /// sleep, sets the timer for the time shortly before the next request.
    pub fn spins_from(&mut self) -> io::Result<Option<Instant>> {
        let Some(due) = self.next_due() else {
            return Ok(None);
        };
        // What was sent since the loop looked last took its time.
        let now = Instant::now();
        if due.saturating_duration_since(now) <= SPIN {
            return Ok(Some(now));
        }
        self.timer.set(due - SPIN, now)?;
        Ok(None)
    }

    fn next_due(&self) -> Option<Instant> {
        // What no clock can hold is never due.
        self.start.checked_add(self.schedule.next()?)
    }
}
