//! How a request gets there: `request` is what is sent and how it may be shown, `courier` sends it and tells an answer from a
//! refusal, `patience` asks again what may pass.

mod courier;
mod patience;
mod request;

pub(crate) use courier::{Courier, Refusal};
pub(crate) use patience::Deadline;
pub(crate) use request::{Address, Header, Request, refuse_in_the_clear};

use toolkit::http::Client;

use crate::channel::Channel;
use crate::text::counted;

/// Tells a channel until it is told or the time is up; says in words what became of it.
pub(crate) fn deliver(
    channel: &dyn Channel,
    client: &Client,
    mut deadline: Deadline,
) -> Result<String, String> {
    let courier = Courier::new(client, deadline.instant());
    let delivered = patience::persist(&mut deadline, || channel.attempt(&courier))?;
    let attempts = match delivered.attempts {
        1 => String::new(),
        attempts => format!(", after {}", counted(attempts as usize, "attempt")),
    };
    Ok(format!("{}{attempts}", delivered.words))
}
