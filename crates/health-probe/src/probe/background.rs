//! Asking without being held up: by a look-up of a name that outlasts every deadline, or when somebody wants to stop.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use toolkit::Interrupt;
use toolkit::http::{Client, Target};

use super::ask::{Asked, Patience};
use super::prepared::Prepared;

/// How long somebody who wants to stop it waits.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A probe that ends at the deadline knows best why: it may still say so.
/// The kernel may be half a second and more late with a long time limit.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A probe that is being asked.
pub(crate) struct Asking {
    probe: Arc<Prepared>,
    target: Target,
    deadline: Instant,
    began: Instant,
    answer: Receiver<Asked>,
}

impl Asking {
    /// Begins to ask, unless somebody has asked to stop.
    pub(crate) fn begin(
        probe: Prepared,
        client: &Arc<Client>,
        target: &Target,
        patience: Patience,
        interrupt: &Interrupt,
    ) -> Asking {
        let (answers, answer) = mpsc::channel();
        let asking = Asking {
            probe: Arc::new(probe),
            target: target.clone(),
            deadline: patience.deadline,
            began: Instant::now(),
            answer,
        };
        if !interrupt.asked() {
            let (probe, client) = (Arc::clone(&asking.probe), Arc::clone(client));
            let target = target.clone();
            // Not in a scope: nobody waits for a look-up that hangs.
            thread::spawn(move || {
                // Whoever listened may have stopped listening.
                let _ = answers.send(probe.ask(&client, &target, &patience));
            });
        }
        asking
    }

    /// What became of it: what is not heard of until the deadline, or when somebody asks to stop, has failed.
    pub(crate) fn wait(self, interrupt: &Interrupt) -> Asked {
        let end = self.deadline + LAST_WORDS;
        loop {
            match self.answer.recv_timeout(LOOK_EVERY) {
                Ok(asked) => return asked,
                Err(RecvTimeoutError::Timeout) if !interrupt.asked() && Instant::now() < end => {}
                Err(_) => break,
            }
        }
        let why = if interrupt.asked() {
            "interrupted before it came"
        } else {
            "the time was up before it came"
        };
        self.probe.unanswered(&self.target, self.began, why)
    }
}
