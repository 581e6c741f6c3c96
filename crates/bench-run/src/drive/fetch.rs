use std::time::{Duration, Instant};
use std::{io, thread};

use mio::{Events, Poll, Token};

use super::connection::{Connection, Outcome, State};
use super::transport::Endpoint;
use crate::error::BenchError;
use crate::plan::Target;
use crate::record::Failure;

const SCRATCH_BYTES: usize = 16 << 10;
/// How soon a full backlog is asked for room again.
const ASK_AGAIN: Duration = Duration::from_millis(10);

/// What a service answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The whole body.
    pub body: Vec<u8>,
}

/// One GET of a page of a service (`/metadata`, `/metrics`), over a connection of its own. `path` begins with a
/// slash and stands behind the target's own. Every status is an answer; all of it takes at most `timeout`.
pub fn fetch(
    target: &Target,
    endpoint: &Endpoint,
    path: &str,
    timeout: Duration,
) -> Result<Answer, BenchError> {
    let refuse = |reason: String| BenchError::Fetch {
        url: format!("{}{path}", target.url),
        reason,
    };
    let deadline = Instant::now() + timeout;
    let request = format!(
        "GET {}{path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}/{}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        target.path,
        target.authority,
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
    );
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(8);
    let mut scratch = vec![0; SCRATCH_BYTES];
    let mut body = Vec::new();
    let mut connection = Connection::new();
    let mut outcome = connection.connect(endpoint, poll.registry(), Token(0))?;
    loop {
        match outcome {
            Outcome::Pending => {}
            Outcome::Answered { status, .. } => return Ok(Answer { status, body }),
            Outcome::Failed(failure) => {
                let known = connection.take_reason().map(|reason| reason.to_string());
                return Err(refuse(known.unwrap_or_else(|| in_words(failure))));
            }
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(refuse(format!("no answer within {timeout:?}")));
        }
        if connection.state == State::Queued {
            thread::sleep(left.min(ASK_AGAIN));
            outcome = connection.connect(endpoint, poll.registry(), Token(0))?;
            continue;
        }
        match poll.poll(&mut events, Some(left)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            result => result?,
        }
        for event in &events {
            outcome = match connection.state {
                State::Connecting => match connection.connected() {
                    Ok(true) => connection.send(request.as_bytes()),
                    Ok(false) => Outcome::Pending,
                    Err(failure) => Outcome::Failed(failure),
                },
                State::Sending if event.is_writable() => connection.send_rest(),
                _ => Outcome::Pending,
            };
            if outcome == Outcome::Pending && connection.state != State::Connecting {
                let closing = event.is_read_closed() || event.is_error();
                outcome = connection.receive(&mut scratch, closing, |_, bytes| {
                    body.extend_from_slice(bytes);
                    true
                });
            }
            if outcome != Outcome::Pending {
                break;
            }
        }
    }
}

fn in_words(failure: Failure) -> String {
    match failure {
        Failure::Reset => "the connection was closed without an answer",
        _ => "the answer is not HTTP, or not whole",
    }
    .to_owned()
}
