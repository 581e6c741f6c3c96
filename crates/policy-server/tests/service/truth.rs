//! The truth file says what the clients saw.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use policy_server::faults::Fault;
use policy_server::truth::{self, CLIENT_GONE, NO_STATUS, TruthRecord};
use tempfile::TempDir;

use crate::server::{Server, batch};

struct Truth {
    _folder: TempDir,
    path: PathBuf,
}

impl Truth {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.csv");
        Self {
            _folder: folder,
            path,
        }
    }

    fn server(&self, arguments: &[&str]) -> Server {
        Server::with_model(&[&["--truth", self.path.to_str().unwrap()], arguments].concat())
    }

    fn records(&self) -> Vec<TruthRecord> {
        truth::read(&self.path).unwrap()
    }
}

fn unix_ns() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_nanos() as u64
}

#[test]
fn every_predict_request_has_its_record() {
    let truth = Truth::new();
    let before = unix_ns();
    let server = truth.server(&["--latency", "fixed:3ms"]);
    let mut client = server.connect();
    for size in 1..=20 {
        client.exchange("POST", "/predict", &batch(size)).unwrap();
    }
    server.request("GET", "/healthz", b"");
    server.terminate();
    let after = unix_ns();

    let records = truth.records();
    assert_eq!(records.len(), 20);
    for (record, size) in records.iter().zip(1..) {
        assert_eq!(
            (record.batch_size, record.status, record.fault),
            (size, 200, Fault::None)
        );
        assert!((before..after).contains(&record.arrival_unix_ns));
        assert!(record.service_us >= 3_000.0);
        assert!(record.total_us >= record.service_us);
    }
    assert!(records.is_sorted_by_key(|record| record.arrival_unix_ns));
}

#[test]
fn a_record_is_in_the_file_soon_after_its_request() {
    let truth = Truth::new();
    let server = truth.server(&[]);
    assert_eq!(
        fs::read_to_string(&truth.path).unwrap(),
        format!("{}\n", truth::HEADER)
    );
    server.predict(&batch(1));
    wait_for(|| truth.records().len() == 1);
}

#[test]
fn a_request_that_is_refused_has_no_batch_size() {
    let truth = Truth::new();
    let server = truth.server(&[]);
    server.predict(b"{}");
    server.terminate();
    let record = truth.records()[0];
    assert_eq!((record.batch_size, record.status), (0, 422));
}

#[test]
fn the_record_counts_each_fault_as_often_as_the_client_meets_it() {
    let truth = Truth::new();
    let orders = [
        "--fail",
        "20%:500",
        "--reset",
        "20%",
        "--truncate",
        "20%",
        "--short-batch",
        "20%",
    ];
    let server = truth.server(&[&orders[..], &["--seed", "3"]].concat());
    let mut seen: HashMap<Fault, usize> = HashMap::new();
    for _ in 0..200 {
        let fault = match server.connect().exchange("POST", "/predict", &batch(2)) {
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Fault::Reset,
            Err(error) => panic!("{error}"),
            Ok(reply) if reply.status == 500 => Fault::Fail,
            Ok(reply) if reply.body.len() < reply.promised => Fault::Truncate,
            Ok(reply) if reply.json()["actions"].as_array().unwrap().len() == 1 => {
                Fault::ShortBatch
            }
            Ok(_) => Fault::None,
        };
        *seen.entry(fault).or_default() += 1;
    }
    server.terminate();

    let mut recorded: HashMap<Fault, usize> = HashMap::new();
    for record in truth.records() {
        *recorded.entry(record.fault).or_default() += 1;
        let status = match record.fault {
            Fault::Fail => 500,
            Fault::Reset => NO_STATUS,
            _ => 200,
        };
        assert_eq!(record.status, status, "{record:?}");
    }
    assert_eq!(recorded, seen);
    assert_eq!(seen.len(), 5, "200 requests meet every fault: {seen:?}");
}

#[test]
fn a_hung_request_is_recorded_once_when_its_client_goes() {
    let truth = Truth::new();
    let server = truth.server(&["--hang", "100%"]);
    let mut client = server.connect();
    client.send("POST", "/predict", &batch(2));
    server.let_arrive();
    thread::sleep(Duration::from_millis(100));
    assert_eq!(truth.records(), []);
    drop(client);
    wait_for(|| !truth.records().is_empty());
    server.terminate();

    let [record] = truth.records()[..] else {
        panic!("one record expected")
    };
    assert_eq!(
        (record.batch_size, record.status, record.fault),
        (2, NO_STATUS, Fault::Hang)
    );
    assert!(record.total_us >= 100_000.0, "{record:?}");
}

#[test]
fn a_hung_request_is_recorded_when_the_server_ends() {
    let truth = Truth::new();
    let server = truth.server(&["--hang", "100%"]);
    let mut client = server.connect();
    client.send("POST", "/predict", &batch(2));
    server.let_arrive();
    server.terminate();
    let [record] = truth.records()[..] else {
        panic!("one record expected")
    };
    assert_eq!((record.batch_size, record.fault), (2, Fault::Hang));
}

#[test]
fn a_client_that_gives_up_is_recorded() {
    let truth = Truth::new();
    let server = truth.server(&["--latency", "fixed:60s"]);
    let mut client = server.connect();
    client.send("POST", "/predict", &batch(2));
    server.let_arrive();
    drop(client);
    wait_for(|| !truth.records().is_empty());
    let record = truth.records()[0];
    assert_eq!(
        (record.batch_size, record.status, record.fault),
        (2, CLIENT_GONE, Fault::None)
    );
}

#[test]
fn the_queue_is_first_in_first_out_and_its_time_is_waiting_time() {
    let truth = Truth::new();
    let server = truth.server(&["--workers", "1", "--latency", "fixed:100ms"]);
    let mut clients: Vec<_> = (0..5)
        .map(|_| {
            let mut client = server.connect();
            client.send("POST", "/predict", &batch(1));
            server.let_arrive();
            client
        })
        .collect();
    for client in &mut clients {
        client.receive().unwrap();
    }
    server.terminate();

    // Records stand in the order of the answers.
    let records = truth.records();
    assert!(
        records.is_sorted_by_key(|record| record.arrival_unix_ns),
        "{records:#?}"
    );
    for pair in records.windows(2) {
        let (first, next) = (pair[0], pair[1]);
        let first_done_us = first.arrival_unix_ns as f64 / 1e3 + first.waited_us + first.service_us;
        let next_begun_us = next.arrival_unix_ns as f64 / 1e3 + next.waited_us;
        // The clock of arrivals may be corrected while the test runs, and f64 holds µs to 0.25.
        assert!(next_begun_us > first_done_us - 1_000.0, "{records:#?}");
    }
}

#[test]
fn a_stall_is_waiting_time() {
    let truth = Truth::new();
    let server = truth.server(&["--stall", "400ms/500ms"]);
    let mut client = server.connect();
    // Requests one after the other run into the next stall, close to its beginning.
    wait_for(|| {
        let sent = Instant::now();
        client.exchange("POST", "/predict", &batch(1)).unwrap();
        sent.elapsed() >= Duration::from_millis(300)
    });
    server.terminate();
    let records = truth.records();
    let longest = records
        .iter()
        .map(|record| record.waited_us)
        .fold(0.0, f64::max);
    assert!(longest > 200_000.0, "longest {longest} us");
}

#[test]
fn an_answer_that_is_ready_in_a_stall_is_held() {
    let truth = Truth::new();
    let server = truth.server(&["--stall", "400ms/500ms", "--latency", "fixed:150ms"]);
    server.predict(&batch(1));
    server.predict(&batch(1));
    server.terminate();
    // Work begins in the first 100 ms of a period and would end in the stall, which ends with the period.
    for record in truth.records() {
        assert!(record.total_us >= 399_000.0, "{record:?}");
    }
}

#[test]
fn each_start_has_a_speed_of_its_own_that_its_seed_fixes() {
    let service_us = |seed| {
        let truth = Truth::new();
        let orders = ["--latency", "fixed:10ms", "--start-spread", "50%", "--seed"];
        let server = truth.server(&[&orders[..], &[seed]].concat());
        for _ in 0..10 {
            server.predict(&batch(1));
        }
        server.terminate();
        // A busy machine makes a sleep longer, but hardly ten of them.
        let records = truth.records();
        let times = records.iter().map(|record| record.service_us);
        times.min_by(f64::total_cmp).unwrap()
    };
    let (one, other) = (service_us("1"), service_us("3"));
    assert!((one / other).ln().abs() > 0.2, "{one} and {other} us");
    let again = service_us("1");
    assert!((one / again).ln().abs() < 0.1, "{one} and {again} us");
}

fn wait_for(mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(30), "it never came");
        thread::sleep(Duration::from_millis(10));
    }
}
