//! Start, first line, and the ways to end.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::server::{Server, batch, command, refusal};

#[test]
fn the_first_line_is_the_address_and_somebody_answers_there() {
    let server = Server::with_model(&[]);
    assert_eq!(
        server.first_line,
        format!("listening on http://{}\n", server.address)
    );
    assert!(server.address.ip().is_loopback());
    assert_ne!(server.address.port(), 0);
    assert_eq!(server.predict(&batch(1)).status, 200);
}

#[test]
fn port_0_is_another_port_for_each() {
    let servers = [Server::start(&[]), Server::start(&[])];
    assert_ne!(servers[0].address, servers[1].address);
}

#[test]
fn a_port_that_is_taken_is_refused() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let message = refusal(&["--port", &port]);
    assert!(
        message.contains(&format!("--port {port}: cannot listen")),
        "{message}"
    );
}

#[test]
fn a_closed_stdout_is_no_error() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let mut child = command()
        .args(["--port", &port.to_string()])
        .stdout(writer)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < Duration::from_secs(30), "nobody listens");
        thread::sleep(Duration::from_millis(5));
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn sigterm_and_sigint_end_it_with_0() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut server = Server::with_model(&[]);
        let mut idle = server.connect();
        assert_eq!(idle.exchange("GET", "/healthz", b"").unwrap().status, 200);
        server.signal(signal);
        assert_eq!(server.wait().code(), Some(0));
        assert!(TcpStream::connect(server.address).is_err());
    }
}

#[test]
fn a_request_in_service_is_answered_before_the_end() {
    let mut server = Server::with_model(&["--latency", "fixed:1s"]);
    let mut client = server.connect();
    client.send("POST", "/predict", &batch(1));
    server.let_arrive();
    server.signal(Signal::TERM);
    assert_eq!(client.receive().unwrap().status, 200);
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn a_hung_request_does_not_hold_up_the_end() {
    let mut server = Server::with_model(&["--hang", "100%"]);
    let mut client = server.connect();
    client.send("POST", "/predict", &batch(1));
    server.let_arrive();
    server.signal(Signal::TERM);
    assert_eq!(server.wait().code(), Some(0));
    assert!(client.receive().is_err());
}
