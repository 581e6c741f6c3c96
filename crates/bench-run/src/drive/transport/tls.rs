use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

use mio::net::TcpStream;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::stream::{Broken, Received, is_connected};

/// TLS over a TCP socket that never waits. All its input and output is made here and is driven by the same
/// readiness as a plain socket's.
#[derive(Debug)]
pub struct TlsStream {
    socket: TcpStream,
    session: ClientConnection,
    is_connected: bool,
    peer_says_goodbye: bool,
}

/// What one read of the socket says of it.
enum Filled {
    /// There may be more.
    Partly,
    /// There is no more for now.
    Emptied,
    /// There will be no more.
    Ended,
}

impl TlsStream {
    /// Over a socket that need not be connected yet.
    pub fn new(
        socket: TcpStream,
        config: &Arc<ClientConfig>,
        name: &ServerName<'static>,
    ) -> Result<TlsStream, Broken> {
        let mut session =
            ClientConnection::new(Arc::clone(config), name.clone()).map_err(refused)?;
        // A request is taken whole, however long, and sent as there is room.
        session.set_buffer_limit(None);
        Ok(TlsStream {
            socket,
            session,
            is_connected: false,
            peer_says_goodbye: false,
        })
    }

    /// The socket below, to register it.
    pub fn socket(&mut self) -> &mut TcpStream {
        &mut self.socket
    }

    /// Goes on with connecting and the handshake, in both directions, until neither goes on.
    pub fn is_ready(&mut self) -> Result<bool, Broken> {
        if !self.is_connected {
            self.is_connected = is_connected(self.socket.take_error(), self.socket.peer_addr())
                .map_err(|error| Broken::Connect(error.to_string()))?;
            if !self.is_connected {
                return Ok(false);
            }
        }
        let cut = |error: io::Error| Broken::Tls(format!("the handshake was cut off: {error}"));
        let mut emptied = false;
        loop {
            self.flush().or_else(|error| self.last_words(cut(error)))?;
            if !self.session.is_handshaking() {
                return Ok(self.is_flushed());
            }
            if emptied {
                return Ok(false);
            }
            match self.fill(cut)? {
                Filled::Partly => {}
                Filled::Emptied => emptied = true,
                Filled::Ended => return Err(cut(ErrorKind::UnexpectedEof.into())),
            }
        }
    }

    /// Reads what the peer said.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<Received, Broken> {
        let mut emptied = false;
        loop {
            match self.session.reader().read(buffer) {
                Ok(0) => return Ok(Received::End { orderly: true }),
                Ok(count) => {
                    return Ok(Received::Bytes {
                        count,
                        last: emptied && count < buffer.len(),
                    });
                }
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    return Ok(Received::End { orderly: false });
                }
                Err(_) if emptied => return Ok(Received::Nothing),
                Err(_) => {}
            }
            emptied = !matches!(self.fill(|_| Broken::Reset)?, Filled::Partly);
        }
    }

    /// Takes all of these bytes, and sends what there is room for.
    pub fn write(&mut self, bytes: &[u8]) -> Result<usize, Broken> {
        self.session
            .writer()
            .write_all(bytes)
            .and_then(|()| self.flush())
            .or_else(|_| self.last_words(Broken::Reset))?;
        Ok(bytes.len())
    }

    /// Whether everything that was taken has been sent.
    pub fn is_flushed(&self) -> bool {
        !self.session.wants_write()
    }

    /// Whether the peer has said that it is about to close.
    pub fn peer_says_goodbye(&self) -> bool {
        self.peer_says_goodbye
    }

    /// Sends what is to be sent, as far as there is room.
    fn flush(&mut self) -> io::Result<()> {
        while self.session.wants_write() {
            match self.session.write_tls(&mut self.socket) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads the socket once and takes in what came.
    fn fill(&mut self, broken: impl FnOnce(io::Error) -> Broken) -> Result<Filled, Broken> {
        let mut socket = Watched {
            socket: &mut self.socket,
            filled: Filled::Partly,
        };
        let read = self.session.read_tls(&mut socket);
        let filled = match read {
            // Also without a look at the socket, once the peer has said that it closes.
            Ok(0) => Filled::Ended,
            Ok(_) => socket.filled,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Filled::Emptied),
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(Filled::Partly),
            Err(error) => return Err(broken(error)),
        };
        let taken_in = self.session.process_new_packets();
        // An alert of what is wrong, or a new key. A peer that no longer listens may have said much before.
        let _ = self.flush();
        self.peer_says_goodbye |= taken_in.map_err(refused)?.peer_has_closed();
        Ok(filled)
    }

    /// A peer that no longer listens may have said why before it closed: a client certificate that it did not like
    /// is told only after the handshake. `otherwise` if it has not.
    fn last_words<T>(&mut self, otherwise: Broken) -> Result<T, Broken> {
        loop {
            match self.fill(|_| otherwise.clone())? {
                Filled::Partly => {}
                Filled::Emptied | Filled::Ended => return Err(otherwise),
            }
        }
    }
}

/// The peer is told that this end was meant, as far as that can be done without waiting.
impl Drop for TlsStream {
    fn drop(&mut self) {
        if self.is_connected {
            self.session.send_close_notify();
            let _ = self.flush();
        }
    }
}

/// A socket that is watched while rustls reads it: a read that did not fill the buffer has emptied it.
struct Watched<'a> {
    socket: &'a mut TcpStream,
    filled: Filled,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.socket.read(buffer)?;
        if read < buffer.len() {
            self.filled = Filled::Emptied;
        }
        Ok(read)
    }
}

fn refused(error: rustls::Error) -> Broken {
    Broken::Tls(error.to_string())
}
