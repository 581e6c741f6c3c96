use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Instant;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use super::response::{Ending, Message, Response, Step};
use crate::plan::WireRequest;
use crate::record::Failure;

/// One connection with at most one request under way.
#[derive(Debug)]
pub struct Connection {
    stream: Option<TcpStream>,
    /// What it is doing.
    pub state: State,
    /// When the request under way began: before its connection, if it needed one.
    pub started: Instant,
    /// Which request of the workload it is: its answer is judged by what is expected of that one.
    pub request: usize,
    unsent: Vec<u8>,
    response: Response,
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing, open or not.
    Idle,
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
            request: 0,
            unsent: Vec::new(),
            response: Response::default(),
        }
    }

    /// Whether it can carry a request at once.
    pub fn is_open(&self) -> bool {
        self.stream.is_some() && self.state != State::Connecting
    }

    /// Begins to connect.
    pub fn connect(
        &mut self,
        address: SocketAddr,
        registry: &Registry,
        token: Token,
    ) -> io::Result<()> {
        let mut stream = TcpStream::connect(address)?;
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        // A latency without Nagle's algorithm is the service's; a socket that cannot do without it still works.
        let _ = stream.set_nodelay(true);
        self.stream = Some(stream);
        self.state = State::Connecting;
        Ok(())
    }

    /// Whether the attempt to connect has come to an end, and to which.
    pub fn connected(&mut self) -> io::Result<bool> {
        let Some(stream) = &self.stream else {
            return Ok(false);
        };
        if let Some(error) = stream.take_error()? {
            return Err(error);
        }
        match stream.peer_addr() {
            Ok(_) => {
                self.state = State::Idle;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Sends a request, or as much of it as there is room for.
    pub fn send(&mut self, request: &WireRequest) -> Outcome {
        self.response.clear(request.has_response_body);
        self.unsent.clear();
        let Some(stream) = &mut self.stream else {
            return Outcome::Failed(Failure::Reset);
        };
        match write_some(stream, &request.bytes) {
            Ok(sent) if sent == request.bytes.len() => self.state = State::Receiving,
            Ok(sent) => {
                self.unsent.extend_from_slice(&request.bytes[sent..]);
                self.state = State::Sending;
            }
            Err(_) => return Outcome::Failed(Failure::Reset),
        }
        Outcome::Pending
    }

    /// Sends what there was no room for.
    pub fn send_rest(&mut self) -> Outcome {
        let Some(stream) = &mut self.stream else {
            return Outcome::Failed(Failure::Reset);
        };
        match write_some(stream, &self.unsent) {
            Ok(sent) => {
                self.unsent.drain(..sent);
                if self.unsent.is_empty() {
                    self.state = State::Receiving;
                }
                Outcome::Pending
            }
            // What the peer said before it closed may still be there to read.
            Err(_) => Outcome::Pending,
        }
    }

    /// Reads what has come, into `scratch`. `closing` says that the peer has closed its side, so that its end
    /// is to be read too.
    pub fn receive(
        &mut self,
        scratch: &mut [u8],
        closing: bool,
        judge: impl Fn(&Message<'_>) -> Result<(), Failure>,
    ) -> Outcome {
        let Some(stream) = &mut self.stream else {
            return Outcome::Failed(Failure::Reset);
        };
        let answered = |message: &Message<'_>| Outcome::Answered {
            // Before it is judged: that is our time and not the service's.
            at: Instant::now(),
            judged: judge(message),
        };
        loop {
            let read = match stream.read(scratch) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Outcome::Pending,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return Outcome::Failed(Failure::Reset),
            };
            if read == 0 {
                return match self.response.end() {
                    Ending::Complete(message) => {
                        self.stream = None;
                        answered(&message)
                    }
                    Ending::Unanswered => Outcome::Failed(Failure::Reset),
                    Ending::Truncated => Outcome::Failed(Failure::Protocol),
                };
            }
            match self.response.feed(&scratch[..read]) {
                Step::Broken => return Outcome::Failed(Failure::Protocol),
                Step::Complete(message) => {
                    let outcome = answered(&message);
                    if closing || !message.keep_alive || self.state == State::Sending {
                        self.stream = None;
                    }
                    return outcome;
                }
                // A read that did not fill the buffer has emptied the socket: the next edge will tell of more.
                Step::Incomplete if read < scratch.len() && !closing => return Outcome::Pending,
                Step::Incomplete => {}
            }
        }
    }

    /// Ends the request under way; the stream, whose state nobody knows, goes too.
    pub fn close(&mut self) {
        self.stream = None;
        self.state = State::Idle;
    }
}

/// As much as there is room for; none is no error.
fn write_some(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    let mut sent = 0;
    while sent < bytes.len() {
        match stream.write(&bytes[sent..]) {
            Ok(0) => break,
            Ok(written) => sent += written,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(sent)
}
