//! Services that a test makes up.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::{Workplace, root};

/// A request as it came.
pub struct Request {
    /// How many came before it.
    pub number: u64,
    /// As in `GET /healthz HTTP/1.1`.
    pub line: String,
    /// The head behind that, in lower case.
    pub head: String,
    /// What it carries.
    pub body: String,
}

/// A whole answer with a body.
pub fn answer(status: u16, body: &str) -> String {
    answer_with(status, &[], body)
}

/// The same with further headers, each as in `Retry-After: 1`.
pub fn answer_with(status: u16, headers: &[&str], body: &str) -> String {
    let length = format!("Content-Length: {}", body.len());
    let head = [&[length.as_str()], headers].concat().join("\r\n");
    format!("HTTP/1.1 {status} Said\r\n{head}\r\n\r\n{body}")
}

/// Answers each request with the bytes that `respond` makes, and closes its connection. No bytes are no answer at all: the
/// connection stays open. Returns where, and how many requests came.
pub fn serve(
    respond: impl Fn(&Request) -> String + Send + Sync + 'static,
) -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    serve_at(listener, respond)
}

/// The same, where somebody listens already.
pub fn serve_at(
    listener: TcpListener,
    respond: impl Fn(&Request) -> String + Send + Sync + 'static,
) -> (String, Arc<AtomicU64>) {
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicU64::new(0));
    let (counted, respond) = (Arc::clone(&requests), Arc::new(respond));
    thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let (counted, respond) = (Arc::clone(&counted), Arc::clone(&respond));
            thread::spawn(move || talk(socket, &counted, &*respond));
        }
    });
    (url, requests)
}

/// One request and its answer, over whatever carries them.
pub fn talk(stream: impl Read + Write, counted: &AtomicU64, respond: &dyn Fn(&Request) -> String) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    if stream.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut field = String::new();
        if stream.read_line(&mut field).unwrap_or(0) == 0 {
            return;
        }
        let field = field.to_ascii_lowercase();
        if field.trim_end().is_empty() {
            break;
        }
        if let Some(stated) = field.strip_prefix("content-length:") {
            length = stated.trim().parse().unwrap();
        }
        head += &field;
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    let request = Request {
        number: counted.fetch_add(1, Ordering::SeqCst),
        line: line.trim_end().to_owned(),
        head,
        body: String::from_utf8(body).unwrap(),
    };
    let bytes = respond(&request);
    if bytes.is_empty() {
        // Until the client has enough of it.
        let _ = stream.read(&mut [0]);
        return;
    }
    let stream = stream.get_mut();
    let _ = stream.write_all(bytes.as_bytes());
    let _ = stream.flush();
}

/// An address where nobody listens, which nobody else is given meanwhile.
pub fn dead_port() -> (String, socket2::Socket) {
    let port = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    port.bind(&any.into()).unwrap();
    let address = port.local_addr().unwrap().as_socket().unwrap();
    (format!("http://{address}"), port)
}

/// The policy server, which ends with the test.
pub struct Policy {
    process: Child,
    /// Where it listens.
    pub url: String,
}

impl Policy {
    /// With the policy of the fixtures.
    pub fn start(options: &[&str]) -> Policy {
        let artifacts = root().join("fixtures/artifacts");
        let artifacts = ["--artifacts", artifacts.to_str().unwrap()];
        Policy::start_with(&[&artifacts, options].concat())
    }

    /// With these options alone.
    pub fn start_with(options: &[&str]) -> Policy {
        let options = [&["--port", "0"], options].concat();
        let mut process = Workplace::default()
            .command("policy-server", &options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").unwrap();
        Policy {
            url: url.to_owned(),
            process,
        }
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
