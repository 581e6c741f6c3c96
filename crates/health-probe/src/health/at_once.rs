//! All checks at the same time, with one deadline.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use toolkit::Interrupt;
use toolkit::http::{Client, Target};

use crate::probe::{Asked, Patience, Prepared};

/// How long somebody who wants to stop it waits.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A check that ends at the deadline knows best why: it may still say so.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Asks every probe in a thread of its own. There is an answer for each of them, in their order: what is not heard of until
/// the deadline, or when somebody asks to stop, has failed.
pub(super) fn ask(
    probes: Vec<Prepared>,
    client: Client,
    target: &Target,
    patience: Patience,
    interrupt: &Interrupt,
) -> Vec<Asked> {
    let began = Instant::now();
    let probes: Vec<Arc<Prepared>> = probes.into_iter().map(Arc::new).collect();
    let (answers, answered) = mpsc::channel();
    let client = Arc::new(client);
    for (index, probe) in probes.iter().enumerate() {
        if interrupt.asked() {
            break;
        }
        let (probe, client) = (Arc::clone(probe), Arc::clone(&client));
        let (target, answers) = (target.clone(), answers.clone());
        // Not in a scope: a look-up of a name can outlast every deadline, and nobody waits for it.
        thread::spawn(move || {
            // Whoever listened may have stopped listening.
            let _ = answers.send((index, probe.ask(&client, &target, &patience)));
        });
    }
    drop(answers);

    let mut found: Vec<Option<Asked>> = probes.iter().map(|_| None).collect();
    let end = patience.deadline + LAST_WORDS;
    while !interrupt.asked() && Instant::now() < end {
        match answered.recv_timeout(LOOK_EVERY) {
            Ok((index, asked)) => {
                if let Some(place) = found.get_mut(index) {
                    *place = Some(asked);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let why = if interrupt.asked() {
        "interrupted before it came"
    } else {
        "the time was up before it came"
    };
    probes
        .iter()
        .zip(found)
        .map(|(probe, asked)| asked.unwrap_or_else(|| probe.unasked(target, began, why)))
        .collect()
}
