//! A server that behaves as badly as a test tells it to, and counts what it saw.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

const NOT_FOUND: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

/// What becomes of a connection after a request.
#[derive(Clone, Copy, Debug)]
pub enum Then {
    /// The next request is read from it.
    Keep,
    /// It is closed.
    Close,
    /// It is reset: no client can take that for an end.
    Reset,
}

type Behaviour = dyn Fn(&Visit<'_>) -> Then + Send + Sync;

/// A server that does with each request to predict what its behaviour says. Every other request it answers with
/// 404, as a service without metadata does. It dies when it is dropped.
pub struct HostileServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
    /// Bound and not listening: keeps the port from everybody else while the server is dead.
    _port: Socket,
}

struct Shared {
    behaviour: Box<Behaviour>,
    alive: AtomicBool,
    connections: AtomicU64,
    requests: AtomicU64,
    /// Weak, so that a connection is closed when the thread that serves it says so.
    open: Mutex<Vec<Weak<TcpStream>>>,
}

/// One request to predict, read whole, and the way back.
pub struct Visit<'a> {
    /// How many came before it, over all connections.
    pub number: u64,
    stream: &'a TcpStream,
}

impl HostileServer {
    /// Serves at once, at a port of its own.
    pub fn start(behaviour: impl Fn(&Visit<'_>) -> Then + Send + Sync + 'static) -> HostileServer {
        let port = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        port.set_reuse_address(true)
            .expect("an address that may be shared");
        port.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())
            .expect("a port");
        let address = port
            .local_addr()
            .ok()
            .and_then(|address| address.as_socket())
            .expect("an address");
        let shared = Arc::new(Shared {
            behaviour: Box::new(behaviour),
            alive: AtomicBool::default(),
            connections: AtomicU64::default(),
            requests: AtomicU64::default(),
            open: Mutex::default(),
        });
        let mut server = HostileServer {
            address,
            shared,
            listening: None,
            _port: port,
        };
        server.come_back();
        server
    }

    /// As for `--target`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Connections that were accepted.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Requests to predict that came whole.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// Closes every connection and refuses further ones.
    pub fn die(&mut self) {
        let Some(listening) = self.listening.take() else {
            return;
        };
        self.shared.alive.store(false, Ordering::SeqCst);
        // Wakes the thread that waits for a connection.
        let _ = TcpStream::connect(self.address);
        listening.join().expect("the listening thread");
        for stream in self
            .shared
            .open()
            .drain(..)
            .filter_map(|open| open.upgrade())
        {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Serves, at the address that it had before it died.
    pub fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).expect("a port of its own");
        self.shared.alive.store(true, Ordering::SeqCst);
        self.listening = Some(listen(listener, &self.shared));
    }
}

impl Drop for HostileServer {
    fn drop(&mut self) {
        self.die();
    }
}

impl Visit<'_> {
    /// Sends bytes as they are, in a piece of their own; whether the client still takes any.
    pub fn say(&self, bytes: impl AsRef<[u8]>) -> bool {
        let mut stream = self.stream;
        stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Sends one byte at a time with a pause after each, until the client takes no more.
    pub fn drip(&self, bytes: impl AsRef<[u8]>, pause: Duration) {
        for byte in bytes.as_ref() {
            if !self.say([*byte]) {
                return;
            }
            thread::sleep(pause);
        }
    }
}

impl Shared {
    fn open(&self) -> std::sync::MutexGuard<'_, Vec<Weak<TcpStream>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: Arc<TcpStream>) {
        let mut reader = BufReader::new(&*stream);
        while let Some(request_line) = read_request(&mut reader) {
            let mut writer = &*stream;
            if !request_line.starts_with("POST ") {
                if writer.write_all(NOT_FOUND.as_bytes()).is_err() {
                    return;
                }
                continue;
            }
            let visit = Visit {
                number: self.requests.fetch_add(1, Ordering::SeqCst),
                stream: &stream,
            };
            match (self.behaviour)(&visit) {
                Then::Keep => {}
                Then::Close => return,
                Then::Reset => {
                    let _ = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
                    return;
                }
            }
        }
    }
}

fn listen(listener: TcpListener, shared: &Arc<Shared>) -> JoinHandle<()> {
    let shared = Arc::clone(shared);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if !shared.alive.load(Ordering::SeqCst) {
                return;
            }
            shared.connections.fetch_add(1, Ordering::SeqCst);
            // Pieces are to arrive as they were sent.
            let _ = stream.set_nodelay(true);
            let stream = Arc::new(stream);
            shared.open().push(Arc::downgrade(&stream));
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.serve(stream));
        }
    })
}

/// The first line of the next request, once all of it has come; `None` if the client has gone.
fn read_request(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    let mut request_line = String::new();
    reader.read_line(&mut request_line).ok()?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(stated) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = stated.trim().parse().ok()?;
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    Some(request_line)
}
