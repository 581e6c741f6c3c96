//! One step after another, each with what the earlier ones captured.

use std::sync::Arc;
use std::time::{Duration, Instant};

use toolkit::Interrupt;
use toolkit::http::{Client, Target};

use super::step::{Step, Values};
use crate::probe::{Asked, Asking, Patience};

/// How long it may take.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    /// Nothing is sent beyond it.
    pub(super) deadline: Instant,
    /// One step.
    pub(super) step: Duration,
}

/// Takes every step, whatever became of those before it. There is an answer for each of them, in their order: a step that
/// cannot be taken has failed.
pub(super) fn ask(
    steps: &[Step],
    client: &Arc<Client>,
    target: &Target,
    pace: Pace,
    interrupt: &Interrupt,
) -> Vec<Asked> {
    let mut values = Values::new();
    let mut all = Vec::with_capacity(steps.len());
    for step in steps {
        let asked = take(step, &values, client, target, pace, interrupt);
        values.extend(asked.captured.iter().cloned());
        all.push(asked);
    }
    all
}

fn take(
    step: &Step,
    values: &Values,
    client: &Arc<Client>,
    target: &Target,
    pace: Pace,
    interrupt: &Interrupt,
) -> Asked {
    let unsent = |why: &str| step.unfilled().unsent(target, why);
    let now = Instant::now();
    if interrupt.asked() {
        return unsent("interrupted before it was sent");
    }
    if now >= pace.deadline {
        return unsent("the time for all steps was up before it was sent");
    }
    match step.filled(values) {
        Err(why) => unsent(&why),
        Ok(probe) => {
            let patience = Patience {
                deadline: pace.deadline.min(now + pace.step),
                attempts: 1,
                interval: Duration::ZERO,
            };
            Asking::begin(probe, client, target, patience, interrupt).wait(interrupt)
        }
    }
}
