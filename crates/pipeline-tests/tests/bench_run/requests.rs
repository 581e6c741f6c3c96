//! What goes over the wire, and what becomes of the answers.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use pipeline_tests::{Workplace, alone};
use serde_json::{Value, json};

use super::*;

#[test]
fn the_payload_has_as_many_sensors_as_the_service_says() {
    let _alone = alone();
    let url = service(|head, body| match head.starts_with("GET /metadata") {
        true => json!({"inputShape": [9]}).to_string(),
        false => actions_for(body, 7),
    });
    let place = Workplace::default();
    let ran = place.run(
        "bench-run",
        &[
            "--config",
            &remote_benchmark(&place, json!({})),
            "--target",
            &url,
        ],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.document()["error_rate"]["failed"], 0);
}

#[test]
fn the_payload_has_as_many_sensors_as_the_configuration_says_where_the_service_says_nothing() {
    let _alone = alone();
    let url = service(|_, body| {
        if body.is_empty() {
            "{}".to_owned()
        } else {
            actions_for(body, 11)
        }
    });
    let place = Workplace::default();
    let config = remote_benchmark(&place, json!({"sensor_count": 11}));
    let ran = place.run("bench-run", &["--config", &config, "--target", &url]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.document()["error_rate"]["failed"], 0);
    assert_eq!(
        ran.document()["memory"],
        Value::Null,
        "nothing is known of the memory of a service that is not ours"
    );
}

#[test]
fn connections_are_kept_bodies_differ_and_as_many_requests_are_under_way_as_ordered() {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex};
    let _alone = alone();
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let (now, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let connections = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = (
        Arc::clone(&bodies),
        Arc::clone(&most),
        Arc::clone(&connections),
    );
    let url = service(move |_, body| {
        if body.is_empty() {
            return "{}".to_owned();
        }
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        connections
            .lock()
            .unwrap()
            .insert(format!("{:?}", thread::current().id()));
        bodies.lock().unwrap().push(body.to_owned());
        thread::sleep(Duration::from_millis(20));
        now.fetch_sub(1, Ordering::SeqCst);
        actions_for(body, 3)
    });
    let place = Workplace::default();
    let config = json!({"benchmark": {"warmup_iterations": 7, "measurement_iterations": 10, "batch_sizes": [2],
        "concurrent_requests": 3, "duration_seconds": 1, "repetitions": 1, "target": url}});
    let config = place.write("counted.json", &config.to_string());
    let document = place
        .run("bench-run", &["--config", config.to_str().unwrap()])
        .document();
    let (bodies, most, connections) = (
        seen.0.lock().unwrap(),
        seen.1.load(Ordering::SeqCst),
        seen.2.lock().unwrap(),
    );
    let recorded = document["error_rate"]["requests"].as_u64().unwrap();
    assert_eq!(
        bodies.len() as u64,
        recorded + 7,
        "the warm-up is sent and not recorded"
    );
    assert_eq!(
        bodies.iter().collect::<BTreeSet<&String>>().len(),
        bodies.len(),
        "two requests were alike"
    );
    assert_eq!(most, 3, "connections of the load phase");
    assert_eq!(
        connections.len(),
        4,
        "one connection for latency, three for load, each kept"
    );
    let rps = document["throughput"]["rps"].as_f64().unwrap();
    assert!(
        rps <= 3.0 / 0.020,
        "{rps} a second cannot be: each of three requests took 20 ms"
    );
}

#[test]
fn a_request_that_waits_for_its_connection_is_measured_from_before_it() {
    let _alone = alone();
    // Every response ends its connection, and each next one is accepted only after 30 ms.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::sleep(Duration::from_millis(30));
            let mut request = [0; 4096];
            let read = (&stream).read(&mut request).unwrap_or(0);
            let reply = if request[..read].starts_with(b"GET") {
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            } else {
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 16\r\n\r\n{\"actions\":[{}]}"
            };
            let _ = (&stream).write_all(reply.as_bytes());
        }
    });
    let place = Workplace::default();
    let config = json!({"benchmark": {"warmup_iterations": 0, "measurement_iterations": 10, "batch_sizes": [1],
        "concurrent_requests": 1, "duration_seconds": 0.1, "repetitions": 1, "target": url}});
    let config = place.write("closing.json", &config.to_string());
    let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
    assert_eq!(ran.document()["error_rate"]["failed"], 0, "{}", ran.stdout);
    assert!(
        ran.document()["latency"]["p50_ms"].as_f64().unwrap() >= 30.0,
        "{}",
        ran.stdout
    );
}

#[test]
fn statuses_and_late_answers_are_what_they_are() {
    let _alone = alone();
    let place = Workplace::default();
    let kinds = |options: &[&str], timeout_ms: u64| {
        let config = json!({"benchmark": {"warmup_iterations": 0, "measurement_iterations": 10, "batch_sizes": [1],
            "concurrent_requests": 1, "duration_seconds": 0.05, "repetitions": 1, "timeout_ms": timeout_ms,
            "serve": place.serve(options)}});
        let config = place.write("kinds.json", &config.to_string());
        let document = place
            .run("bench-run", &["--config", config.to_str().unwrap()])
            .document();
        (
            document["error_rate"]["by_kind"].clone(),
            document["error_rate"]["failed"].clone(),
        )
    };
    for (status, kind) in [("404", "status_4xx"), ("503", "status_5xx")] {
        let (by_kind, failed) = kinds(&["--fail", &format!("100%:{status}")], 1000);
        assert_eq!(by_kind[kind], failed);
    }
    let (by_kind, failed) = kinds(&["--latency", "fixed:30ms"], 20);
    assert_eq!(
        by_kind["timeout"], failed,
        "an answer after the time limit is no answer"
    );
}

#[test]
fn a_service_that_never_answers_is_said_to_time_out_though_only_the_warm_up_asked_it() {
    let _alone = alone();
    let place = Workplace::default();
    let config = json!({"benchmark": {"warmup_iterations": 5, "measurement_iterations": 10, "batch_sizes": [1],
        "concurrent_requests": 1, "duration_seconds": 0.05, "timeout_ms": 150, "serve": place.serve(&["--hang", "100%"])}});
    let config = place.write("silent.json", &config.to_string());
    let ran = place.run("bench-run", &["--config", config.to_str().unwrap()]);
    let ran = ran.ended(2);
    let message = ran.document()["warnings"][0]["message"].to_string();
    assert!(
        message.contains("has not answered at all (")
            && message.contains(" timeout): given up in batch_1"),
        "{message}"
    );
    assert!(
        ran.stderr.contains("bench-run: error: not one of ")
            && ran.stderr.contains(" requests of the warm-up succeeded ("),
        "{ran}"
    );
    // A table of nothing.
    assert!(!ran.stderr.contains("scenario"), "{ran}");
    assert!(!ran.stderr.contains("load generator"), "{ran}");
}

#[test]
fn a_repetition_that_has_no_request_of_latency_left_is_loaded_all_the_same() {
    let _alone = alone();
    let place = Workplace::default();
    let url = service(|_, body| match body {
        "" => "{}".to_owned(),
        body => actions_for(body, 3),
    });
    let few = json!({"measurement_iterations": 3, "repetitions": 5, "target": url});
    let config = remote_benchmark(&place, few);
    let ran = place.run("bench-run", &["--config", &config]);
    let document = ran.ended(0).document();
    let scenario = &document["scenarios"][0];
    let repetitions = scenario["repetitions"].as_array().unwrap();
    assert_eq!(scenario["throughput"]["duration_s"], 0.1, "the whole load");
    assert_eq!(scenario["latency"]["samples"], 3);
    let samples = repetitions.iter().map(|one| &one["latency"]["samples"]);
    assert_eq!(samples.filter(|samples| **samples == 1).count(), 3);
    assert_eq!(repetitions.len(), 5);
}
