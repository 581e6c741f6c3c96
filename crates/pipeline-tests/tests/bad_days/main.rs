//! bench-run against servers, files and limits that behave badly: whatever happens, every request is counted
//! once, under the right kind, and the run ends.
#![allow(clippy::unwrap_used, clippy::panic)]

mod clock;
mod connections;
mod content;
mod framing;
mod lifecycle;
mod limits;
mod output;

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use pipeline_tests::hostile::{HostileServer, Then};
use pipeline_tests::patience::{ended, eventually, signal};
use pipeline_tests::{Ran, Workplace};
use rustix::process::Signal;
use serde_json::{Value, json};

/// As it should be.
const GOOD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"actions\":[{}]}";

/// A short benchmark of one scenario, with further keys that replace its own.
fn benchmark(place: &Workplace, more: Value) -> String {
    let mut benchmark = json!({"warmup_iterations": 0, "measurement_iterations": 20, "batch_sizes": [1],
        "concurrent_requests": 2, "duration_seconds": 0.05, "repetitions": 1});
    benchmark
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let path = place.write("bad-day.json", &json!({"benchmark": benchmark}).to_string());
    path.to_str().unwrap().to_owned()
}

/// bench-run under way.
fn begin(place: &Workplace, config: &str, options: &[&str]) -> Child {
    let mut command = place.command("bench-run", &[&["--config", config], options].concat());
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What a document says became of the requests.
#[derive(Debug)]
struct Day {
    ran: Ran,
    document: Value,
    requests: u64,
    ok: u64,
    /// The kinds that were counted at all.
    failed_as: BTreeMap<String, u64>,
}

impl Day {
    /// Of a run that left a document, which adds up.
    fn of(ran: Ran) -> Day {
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        let document = ran.document();
        let scenarios = document["scenarios"].as_array().unwrap();
        let repetitions = scenarios
            .iter()
            .flat_map(|scenario| scenario["repetitions"].as_array().unwrap());
        for part in scenarios.iter().chain(repetitions) {
            add_up(&part["error_rate"]);
        }
        let (requests, ok, failed_as) = add_up(&document["error_rate"]);
        Day {
            requests,
            ok,
            failed_as,
            document,
            ran,
        }
    }

    /// Of a whole short run against a server.
    fn with(server: &HostileServer, more: Value) -> Day {
        let place = Workplace::default();
        let config = benchmark(&place, more);
        Day::of(ended(begin(&place, &config, &["--target", &server.url()])))
    }

    /// The same, if it ended with this code.
    fn ends_with(self, code: i32) -> Day {
        assert_eq!(self.ran.code, Some(code), "{}", self.ran);
        self
    }

    /// The same, if not one request ended otherwise.
    fn fails_only_as(self, kinds: &[&str]) -> Day {
        let only = self
            .failed_as
            .keys()
            .all(|kind| kinds.contains(&kind.as_str()));
        assert!(only && !self.failed_as.is_empty(), "{}", self.ran);
        self
    }

    fn failed(&self, kind: &str) -> u64 {
        self.failed_as.get(kind).copied().unwrap_or_default()
    }

    fn is_warned_of(&self, code: &str) -> bool {
        let warnings = self.document["warnings"].as_array();
        warnings.is_some_and(|warnings| warnings.iter().any(|warning| warning["code"] == code))
    }
}

/// Requests, ok ones and failed ones by kind, of a section whose sums are right.
fn add_up(error_rate: &Value) -> (u64, u64, BTreeMap<String, u64>) {
    let count = |key: &str| error_rate[key].as_u64().unwrap();
    let by_kind = error_rate["by_kind"].as_object().unwrap();
    let failed_as: BTreeMap<String, u64> = by_kind
        .iter()
        .map(|(kind, count)| (kind.clone(), count.as_u64().unwrap()))
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(
        count("requests"),
        count("ok") + count("failed"),
        "{error_rate}"
    );
    assert_eq!(
        count("failed"),
        failed_as.values().sum::<u64>(),
        "{error_rate}"
    );
    (count("requests"), count("ok"), failed_as)
}

/// Every second request is answered like this and the others as they should be: each of the one is a failure of
/// this kind, each of the others ok, and nothing else was sent or counted.
fn counts_as(kind: &str, answer: impl AsRef<[u8]>, then: Then) {
    let answer = answer.as_ref().to_owned();
    let server = HostileServer::start(move |visit| {
        if visit.number % 2 == 0 {
            visit.say(GOOD);
            return Then::Keep;
        }
        visit.say(&answer);
        then
    });
    let day = Day::with(&server, json!({}))
        .ends_with(0)
        .fails_only_as(&[kind]);
    assert_eq!(day.requests, server.requests(), "{}", day.ran);
    assert_eq!(day.failed(kind), server.requests() / 2, "{}", day.ran);
}

/// Every request is answered like this, and each is ok.
fn is_ok(answer: impl AsRef<[u8]>, then: Then) -> HostileServer {
    let answer = answer.as_ref().to_owned();
    every_answer_is_ok(HostileServer::start(move |visit| {
        visit.say(&answer);
        then
    }))
}

fn every_answer_is_ok(server: HostileServer) -> HostileServer {
    let day = Day::with(&server, json!({})).ends_with(0);
    assert_eq!(
        (day.ok, day.requests),
        (server.requests(), server.requests()),
        "{}",
        day.ran
    );
    server
}

/// No request is answered in time, and each that ended is a time-out.
fn times_out(server: &HostileServer) {
    let day = Day::with(server, json!({"timeout_ms": 100}))
        .ends_with(2)
        .fails_only_as(&["timeout"]);
    assert!(day.is_warned_of("no_answer"), "{}", day.ran);
    assert_eq!(day.document["overall_success"], false);
}
