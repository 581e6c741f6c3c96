//! All checks at the same time, with one deadline.

use std::sync::Arc;

use toolkit::Interrupt;
use toolkit::http::{Client, Target};

use crate::probe::{Asked, Asking, Patience, Prepared};

/// Asks every probe in a thread of its own. There is an answer for each of them, in their order.
pub(super) fn ask(
    probes: Vec<Prepared>,
    client: &Arc<Client>,
    target: &Target,
    patience: Patience,
    interrupt: &Interrupt,
) -> Vec<Asked> {
    let probes = probes.into_iter();
    let asking: Vec<Asking> = probes
        .map(|probe| Asking::begin(probe, client, target, patience, interrupt))
        .collect();
    let asking = asking.into_iter();
    asking.map(|asking| asking.wait(interrupt)).collect()
}
