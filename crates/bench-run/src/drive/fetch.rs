use std::time::{Duration, Instant};
use std::{io, thread};

use mio::{Events, Poll, Token};

use super::connection::{Connection, Outcome, State};
use super::transport::Endpoint;
use crate::error::BenchError;
use crate::plan::{Target, USER_AGENT};
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
        "GET {}{path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {USER_AGENT}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        target.path, target.authority,
    );
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(8);
    let mut scratch = vec![0; SCRATCH_BYTES];
    let mut answer = None;
    let mut connection = Connection::new();
    let mut outcome = connection.connect(endpoint, poll.registry(), Token(0))?;
    loop {
        match outcome {
            Outcome::Pending => {}
            Outcome::Answered { .. } => {
                return answer.ok_or_else(|| refuse(in_words(Failure::Protocol)));
            }
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
                    Ok(true) => connection.send(request.as_bytes(), true),
                    Ok(false) => Outcome::Pending,
                    Err(failure) => Outcome::Failed(failure),
                },
                State::Sending if event.is_writable() => connection.send_rest(),
                _ => Outcome::Pending,
            };
            if outcome == Outcome::Pending && connection.state != State::Connecting {
                let closing = event.is_read_closed() || event.is_error();
                outcome = connection.receive(&mut scratch, closing, |message| {
                    answer = Some(Answer {
                        status: message.status,
                        body: message.body.to_vec(),
                    });
                    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::Security;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// What becomes of a page of a service that says `answer` to the first request and then closes.
    fn fetched(answer: &'static str, timeout: Duration) -> Result<Answer, BenchError> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api", listener.local_addr().unwrap());
        let service = thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let read = connection.read(&mut request).unwrap();
            assert!(request[..read].starts_with(b"GET /api/page HTTP/1.1\r\nHost: 127.0.0.1"));
            if answer.is_empty() {
                // The client goes first.
                let _ = connection.read(&mut request);
            }
            let _ = connection.write_all(answer.as_bytes());
        });
        let target = Target::parse(&url).unwrap();
        let endpoint = Endpoint::find(&target, &Security::default()).unwrap();
        let fetched = fetch(&target, &endpoint, "/page", timeout);
        service.join().unwrap();
        fetched
    }

    const PATIENCE: Duration = Duration::from_secs(30);

    #[test]
    fn every_status_is_an_answer_and_its_body_is_whole() {
        let answer = "HTTP/1.1 418 Teapot\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n";
        let fetched = fetched(answer, PATIENCE).unwrap();
        assert_eq!(
            (fetched.status, fetched.body.as_slice()),
            (418, b"abcd".as_slice())
        );
    }

    #[test]
    fn what_is_no_answer_is_told_with_the_page() {
        for (answer, timeout, reason) in [
            (
                "SSH-2.0\r\n\r\n",
                PATIENCE,
                "the answer is not HTTP, or not whole",
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
                PATIENCE,
                "the answer is not HTTP, or not whole",
            ),
            ("", Duration::from_millis(30), "no answer within 30ms"),
        ] {
            let error = fetched(answer, timeout).unwrap_err().to_string();
            assert!(error.ends_with(&format!("/api/page: {reason}")), "{error}");
        }
    }
}
