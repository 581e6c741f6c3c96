use std::io;
use std::time::Instant;

use super::budget::Budget;
use super::open_loop::OpenLoop;

/// What a free connection does.
#[derive(Debug)]
pub enum Pace {
    /// It sends the next request at once.
    Closed {
        /// The requests that are left to the worker.
        budget: Budget,
        /// Connections that have or want a request.
        active: usize,
    },
    /// It waits for a request to become due.
    Open(Box<OpenLoop>),
}

/// A request for a connection.
pub struct Next {
    /// When it was due, in open loop.
    pub due: Option<Instant>,
}

impl Pace {
    /// A closed loop over `active` connections.
    pub fn closed(budget: Budget, active: usize) -> Pace {
        Pace::Closed { budget, active }
    }

    /// The next request for a connection that is free; `None` if it has to wait for one, or for the end.
    pub fn next_request(&mut self, connection: usize, now: Instant) -> Option<Next> {
        match self {
            Pace::Closed { budget, active } => {
                if budget.take(now) {
                    return Some(Next { due: None });
                }
                *active -= 1;
                None
            }
            Pace::Open(open) => {
                let due = Some(open.give_back(connection)?);
                Some(Next { due })
            }
        }
    }

    /// Whether every request has ended.
    pub fn is_over(&self) -> bool {
        match self {
            Pace::Closed { active, .. } => *active == 0,
            Pace::Open(open) => open.is_over(),
        }
    }

    /// Where the loop must not sleep until something happens, the moment from which it spins.
    pub fn spins_from(&mut self) -> io::Result<Option<Instant>> {
        match self {
            Pace::Closed { .. } => Ok(None),
            Pace::Open(open) => open.spins_from(),
        }
    }
}
