//! Each fault as it is seen on the wire.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use crate::endpoints::resident_bytes;
use crate::server::{Server, batch};

const LONG_ENOUGH: Duration = Duration::from_secs(30);

#[test]
fn a_failed_request_gets_the_ordered_status() {
    let server = Server::with_model(&["--fail", "100%:503"]);
    let reply = server.predict(&batch(1));
    assert_eq!(reply.status, 503);
    assert!(reply.text().contains("failed as ordered"));
    assert_eq!(
        server.request("GET", "/healthz", b"").status,
        200,
        "only /predict fails"
    );
}

#[test]
fn a_reset_request_ends_in_a_tcp_reset() {
    let server = Server::with_model(&["--reset", "100%"]);
    let error = server
        .connect()
        .exchange("POST", "/predict", &batch(1))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_truncated_answer_promises_more_than_it_holds_and_ends_the_connection_in_order() {
    let server = Server::with_model(&["--truncate", "100%"]);
    let mut client = server.connect();
    let reply = client.exchange("POST", "/predict", &batch(4)).unwrap();
    assert_eq!(reply.status, 200);
    assert!(!reply.body.is_empty() && reply.body.len() < reply.promised);
    assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_err());
    assert_eq!(
        client.listen_for(LONG_ENOUGH).unwrap(),
        0,
        "an end, and no reset"
    );
}

#[test]
fn a_hung_request_is_never_answered_and_keeps_its_connection() {
    let server = Server::with_model(&["--hang", "100%"]);
    let mut client = server.connect();
    client.send("POST", "/predict", &batch(1));
    let silence = client.listen_for(Duration::from_millis(300)).unwrap_err();
    assert_eq!(silence.kind(), ErrorKind::WouldBlock);
    assert_eq!(server.request("GET", "/healthz", b"").status, 200);
}

#[test]
fn a_hung_request_holds_no_worker() {
    let server = Server::with_model(&["--hang", "50%", "--workers", "1", "--seed", "1"]);
    let mut hung = Vec::new();
    let answered_after_a_hang = (0..40).any(|_| {
        let mut client = server.connect();
        client.send("POST", "/predict", &batch(1));
        let answered = client.listen_for(Duration::from_millis(200)).is_ok();
        if !answered {
            hung.push(client);
        }
        answered && !hung.is_empty()
    });
    assert!(answered_after_a_hang, "{} requests hang", hung.len());
}

#[test]
fn a_short_batch_is_one_action_too_few() {
    let server = Server::with_model(&["--short-batch", "100%"]);
    for size in [1, 8] {
        let reply = server.predict(&batch(size));
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json()["actions"].as_array().unwrap().len(), size - 1);
    }
    assert_eq!(server.predict(b"{}").status, 422);
}

#[test]
fn an_answer_takes_at_least_its_latency_and_what_is_added() {
    for (orders, at_least_ms) in [
        (vec!["--latency", "fixed:20ms"], 20),
        (vec!["--latency", "fixed:20ms", "--add", "50%"], 30),
    ] {
        let server = Server::with_model(&orders);
        let mut client = server.connect();
        for _ in 0..5 {
            let start = Instant::now();
            client.exchange("POST", "/predict", &batch(1)).unwrap();
            assert!(start.elapsed() >= Duration::from_millis(at_least_ms));
        }
    }
}

#[test]
fn only_predict_takes_the_ordered_latency() {
    let server = Server::with_model(&["--latency", "fixed:60s"]);
    assert_eq!(server.request("GET", "/healthz", b"").status, 200);
    assert_eq!(server.request("POST", "/warmup", b"").status, 200);
}

#[test]
fn in_a_stall_every_endpoint_stops() {
    for (method, path) in [
        ("POST", "/predict"),
        ("GET", "/healthz"),
        ("GET", "/nowhere"),
    ] {
        let server = Server::with_model(&["--stall", "400ms/500ms"]);
        let mut client = server.connect();
        let start = Instant::now();
        let mut longest = Duration::ZERO;
        // Requests one after the other run into the next stall, close to its beginning.
        while longest < Duration::from_millis(300) {
            assert!(
                start.elapsed() < LONG_ENOUGH,
                "{path}: nothing stopped, longest {longest:?}"
            );
            let sent = Instant::now();
            client.exchange(method, path, &batch(1)).unwrap();
            longest = longest.max(sent.elapsed());
        }
    }
}

#[test]
fn one_worker_serves_one_request_after_the_other() {
    let server = Server::with_model(&["--workers", "1", "--latency", "fixed:100ms"]);
    let start = Instant::now();
    let mut clients = [server.connect(), server.connect(), server.connect()];
    for client in &mut clients {
        client.send("POST", "/predict", &batch(1));
    }
    for client in &mut clients {
        assert_eq!(client.receive().unwrap().status, 200);
    }
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_leak_grows_resident_memory() {
    let start = Instant::now();
    let server = Server::with_model(&["--leak", "64MB/s"]);
    let resident = || resident_bytes(server.request("GET", "/metrics", b"").text());
    let before = resident();
    while resident() < before + 32.0 * 1024.0 * 1024.0 {
        assert!(start.elapsed() < LONG_ENOUGH, "memory does not grow");
        std::thread::sleep(Duration::from_millis(20));
    }
    // 64 MB/s cannot leak 32 MB in less, give or take what the server needs itself.
    assert!(start.elapsed() >= Duration::from_millis(450));
}
