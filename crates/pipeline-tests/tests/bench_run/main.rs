//! bench-run as a user meets it: what it starts it stops, what it cannot do it says.
#![allow(clippy::unwrap_used, clippy::panic)]

mod any_service;
mod capacity;
mod duel;
mod edge;
mod intervals;
mod kept_server;
mod lifecycle;
mod memory;
mod open_loop;
mod requests;
mod transports;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;

use pipeline_tests::Workplace;
use pipeline_tests::patience::{eventually, signal};
use serde_json::{Value, json};

/// The only child of a process, once it has one.
fn child_of(process: u32) -> u32 {
    eventually("a served process", || {
        let tasks = fs::read_dir(format!("/proc/{process}/task")).ok()?;
        tasks
            .filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok())
            .find_map(|children| children.split_whitespace().next()?.parse().ok())
    })
}

fn is_gone(process: u32) -> Option<()> {
    (!Path::new(&format!("/proc/{process}")).exists()).then_some(())
}

/// bench-run in the middle of a scenario that would take a minute, and the process that it serves.
fn in_mid_run(place: &Workplace) -> (Child, u32) {
    let truth = place.path("truth.csv");
    let serve = place.serve(&["--truth", truth.to_str().unwrap()]);
    let config = place.benchmark(serve, json!([{"name": "long", "duration_seconds": 60, "concurrent_requests": 2, "batch_size": 9}]));
    let mut command = place.command(
        "bench-run",
        &["--config", config.to_str().unwrap(), "--seed", "3"],
    );
    let bench = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    eventually("requests of the long scenario", || {
        fs::read_to_string(&truth)
            .ok()?
            .lines()
            .any(|line| line.contains(",9,200,"))
            .then_some(())
    });
    // At the beginning git is a child too.
    let service = child_of(bench.id());
    (bench, service)
}

/// As in "Cpus_allowed_list:\t0-1,4".
fn allowed_cpus(status: &str) -> BTreeSet<usize> {
    let text = fs::read_to_string(status).unwrap_or_default();
    let list = text
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
        .unwrap_or_default();
    list.trim()
        .split(',')
        .filter_map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            Some(first.parse().ok()?..=last.parse().ok()?)
        })
        .flatten()
        .collect()
}

/// A service of a test's own: answers each request with status 200 and what `answer` makes of its head and body,
/// until the test ends.
fn service(answer: impl Fn(&str, &str) -> String + Send + Sync + 'static) -> String {
    raw_service(well(answer))
}

/// A whole response with status 200 around what `answer` makes of a request's head and body.
fn well(answer: impl Fn(&str, &str) -> String) -> impl Fn(&str, &str) -> Vec<u8> {
    move |head, body| {
        let text = answer(head, body);
        let length = text.len();
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{text}").into_bytes()
    }
}

/// The same, with all of the answer in the test's hands.
fn raw_service(answer: impl Fn(&str, &str) -> Vec<u8> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = std::sync::Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = std::sync::Arc::clone(&answer);
            thread::spawn(move || converse(stream, &*answer));
        }
    });
    url
}

/// Answers one request after the other until the client goes.
fn converse(stream: impl Read + Write, answer: &dyn Fn(&str, &str) -> Vec<u8>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
        let length = head.lines().find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-length: ")?
                .parse()
                .ok()
        });
        let mut body = vec![0; length.unwrap_or(0)];
        if head.is_empty() || reader.read_exact(&mut body).is_err() {
            return;
        }
        let reply = answer(&head, &String::from_utf8(body).unwrap());
        let stream = reader.get_mut();
        if stream
            .write_all(&reply)
            .and_then(|()| stream.flush())
            .is_err()
        {
            return;
        }
    }
}

fn actions_for(body: &str, sensors: usize) -> String {
    let request: Value = serde_json::from_str(body).unwrap();
    let observations = request["observations"].as_array().unwrap();
    let fitting = observations
        .iter()
        .filter(|observation| observation["sensors"].as_array().unwrap().len() == sensors);
    json!({"actions": fitting.map(|_| json!({})).collect::<Vec<Value>>()}).to_string()
}

fn remote_benchmark(place: &Workplace, more: Value) -> String {
    let mut benchmark = json!({"warmup_iterations": 1, "measurement_iterations": 20, "batch_sizes": [3],
        "concurrent_requests": 2, "duration_seconds": 0.1, "repetitions": 2});
    benchmark
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let path = place.write("remote.json", &json!({"benchmark": benchmark}).to_string());
    path.to_str().unwrap().to_owned()
}
