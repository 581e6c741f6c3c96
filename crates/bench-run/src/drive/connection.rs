use std::io;
use std::time::Instant;

use mio::{Registry, Token};

use super::response::{Ending, Message, Response, Step};
use super::transport::{Broken, Endpoint, Opened, Received, Stream};
use crate::record::{Failure, Spent};

/// One connection with at most one request under way.
#[derive(Debug)]
pub struct Connection {
    stream: Option<Stream>,
    /// What it is doing.
    pub state: State,
    /// When the request under way began: before its connection, if it needed one.
    pub started: Instant,
    /// When it was due, in open loop.
    pub due: Option<Instant>,
    /// Which request of the workload it is: its answer is judged by what is expected of that one.
    pub request: usize,
    unsent: Vec<u8>,
    response: Response,
    reason: Option<Broken>,
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing, open or not.
    Idle,
    /// Waits for room in the backlog of a Unix domain socket, to be connected then.
    Queued,
    /// Waits to be connected.
    Connecting,
    /// Waits for room to send the rest of its request.
    Sending,
    /// Waits for its response.
    Receiving,
    /// Waits before it tries to connect again.
    Resting(Instant),
}

/// What came of a step.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// The request is still under way.
    Pending,
    /// A whole response came.
    Answered {
        /// When the last of it had been read.
        at: Instant,
        /// Whether it is as expected, or else what is wrong with it.
        judged: Result<(), Failure>,
    },
    /// The request failed.
    Failed(Failure),
}

impl Connection {
    /// Not yet open.
    pub fn new() -> Connection {
        Connection {
            stream: None,
            state: State::Idle,
            started: Instant::now(),
            due: None,
            request: 0,
            unsent: Vec::new(),
            response: Response::default(),
            reason: None,
        }
    }

    /// Whether it can carry a request at once.
    pub fn is_open(&self) -> bool {
        self.stream.is_some() && self.state != State::Connecting
    }

    /// The time that the request under way has taken by `now`.
    pub fn spent(&self, now: Instant) -> Spent {
        let since_sent = now.saturating_duration_since(self.started);
        Spent {
            latency: self
                .due
                .map_or(since_sent, |due| now.saturating_duration_since(due)),
            service_time: self.due.map(|_| since_sent),
        }
    }

    /// Begins to connect, or to go on doing so where there was no room in the backlog. The error is one of our own,
    /// and no failure of the service.
    pub fn connect(
        &mut self,
        endpoint: &Endpoint,
        registry: &Registry,
        token: Token,
    ) -> io::Result<Outcome> {
        match Stream::open(endpoint, registry, token)? {
            Opened::Stream(stream) => {
                self.stream = Some(stream);
                self.state = State::Connecting;
            }
            Opened::Full => self.state = State::Queued,
            Opened::Broken(broken) => return Ok(Outcome::Failed(self.broke(broken))),
        }
        Ok(Outcome::Pending)
    }

    /// Goes on connecting, the handshake of TLS included. Whether that has come to an end, and to which.
    pub fn connected(&mut self) -> Result<bool, Failure> {
        let Some(stream) = &mut self.stream else {
            return Ok(false);
        };
        match stream.is_ready() {
            Ok(true) => self.state = State::Idle,
            Ok(false) => return Ok(false),
            Err(broken) => return Err(self.broke(broken)),
        }
        Ok(true)
    }

    /// Sends a request, or as much of it as there is room for. The answer to HEAD has no body, whatever it says.
    pub fn send(&mut self, request: &[u8], has_response_body: bool) -> Outcome {
        self.response.clear(has_response_body);
        self.unsent.clear();
        let Some(stream) = &mut self.stream else {
            return Outcome::Failed(Failure::Reset);
        };
        match stream.write(request) {
            Ok(sent) if sent == request.len() && stream.is_flushed() => {
                self.state = State::Receiving;
            }
            Ok(sent) => {
                self.unsent.extend_from_slice(&request[sent..]);
                self.state = State::Sending;
            }
            Err(broken) => return Outcome::Failed(self.broke(broken)),
        }
        Outcome::Pending
    }

    /// Sends what there was no room for.
    pub fn send_rest(&mut self) -> Outcome {
        let Some(stream) = &mut self.stream else {
            return Outcome::Failed(Failure::Reset);
        };
        match stream.write(&self.unsent) {
            Ok(sent) => {
                self.unsent.drain(..sent);
                if self.unsent.is_empty() && stream.is_flushed() {
                    self.state = State::Receiving;
                }
                Outcome::Pending
            }
            // What the peer said before it closed may still be there to read.
            Err(Broken::Reset) => Outcome::Pending,
            Err(broken) => Outcome::Failed(self.broke(broken)),
        }
    }

    /// Reads what has come, into `scratch`. `closing` says that the peer has closed its side, so that its end
    /// is to be read too.
    pub fn receive(
        &mut self,
        scratch: &mut [u8],
        closing: bool,
        mut judge: impl FnMut(&Message<'_>) -> Result<(), Failure>,
    ) -> Outcome {
        let Some(stream) = &mut self.stream else {
            return Outcome::Failed(Failure::Reset);
        };
        let mut answered = |message: &Message<'_>| Outcome::Answered {
            // Before it is judged: that is our time and not the service's.
            at: Instant::now(),
            judged: judge(message),
        };
        loop {
            let (count, last) = match stream.read(scratch) {
                Ok(Received::Bytes { count, last }) => (count, last),
                Ok(Received::Nothing) => return Outcome::Pending,
                Ok(Received::End { orderly }) => {
                    return match self.response.end() {
                        // A body that only the end of the connection ends may have been cut.
                        Ending::Complete(message) if orderly => {
                            let outcome = answered(&message);
                            self.stream = None;
                            outcome
                        }
                        Ending::Unanswered => Outcome::Failed(Failure::Reset),
                        Ending::Complete(_) | Ending::Truncated => {
                            Outcome::Failed(Failure::Protocol)
                        }
                    };
                }
                Err(broken) => return Outcome::Failed(self.broke(broken)),
            };
            match self.response.feed(&scratch[..count]) {
                Step::Broken => return Outcome::Failed(Failure::Protocol),
                Step::Complete(message) => {
                    let outcome = answered(&message);
                    let closing = closing || stream.peer_says_goodbye();
                    if closing || !message.keep_alive || self.state == State::Sending {
                        self.stream = None;
                    }
                    return outcome;
                }
                Step::Incomplete if last && !closing => return Outcome::Pending,
                Step::Incomplete => {}
            }
        }
    }

    /// Hears what comes without being asked for. A session ticket of TLS is taken in; a peer that closed, or
    /// spoke, ends the connection: the next request needs one of its own.
    pub fn overhear(&mut self, scratch: &mut [u8]) {
        let heard = self.stream.as_mut().map(|stream| stream.read(scratch));
        if !matches!(heard, Some(Ok(Received::Nothing))) {
            self.close();
        }
    }

    /// Why the connection failed last, where more is known than the kind of failure; told once.
    pub fn take_reason(&mut self) -> Option<Broken> {
        self.reason.take()
    }

    fn broke(&mut self, broken: Broken) -> Failure {
        let failure = broken.failure();
        self.reason = Some(broken).filter(|broken| *broken != Broken::Reset);
        failure
    }

    /// Ends the request under way; the stream, whose state nobody knows, goes too.
    pub fn close(&mut self) {
        self.stream = None;
        self.state = State::Idle;
    }
}
