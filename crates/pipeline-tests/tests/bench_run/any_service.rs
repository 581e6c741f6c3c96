//! Any HTTP service: what the configuration says is what is sent, and what it expects is what is ok.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::write::GzEncoder;
use pipeline_tests::{Ran, Workplace, alone};
use serde_json::{Value, json};

use super::*;

/// Head and body of each request that came in.
type Received = Arc<Mutex<Vec<(String, String)>>>;

/// A service that keeps what it is asked, but for its metrics page: that it has none.
fn listening(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> (String, Received) {
    let received = Received::default();
    let kept = Arc::clone(&received);
    let url = raw_service(move |head, body| {
        if head.starts_with("GET ") && head.contains("/metrics HTTP/1.1") {
            return reply("404 Not Found", b"");
        }
        kept.lock()
            .unwrap()
            .push((head.to_owned(), body.to_owned()));
        answer(head)
    });
    (url, received)
}

fn reply(head: &str, body: &[u8]) -> Vec<u8> {
    let length = format!("Content-Length: {}\r\n\r\n", body.len());
    [
        b"HTTP/1.1 ",
        head.as_bytes(),
        b"\r\n",
        length.as_bytes(),
        body,
    ]
    .concat()
}

fn ok(body: &str) -> Vec<u8> {
    reply("200 OK", body.as_bytes())
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// A benchmark of 20 requests and a short phase of load, with further keys.
fn benchmark(more: Value, scenarios: Value) -> Value {
    let mut benchmark = json!({"warmup_iterations": 0, "measurement_iterations": 20, "batch_sizes": [1],
        "concurrent_requests": 2, "duration_seconds": 0.1, "repetitions": 1, "timeout_ms": 5000});
    let keys = more.as_object().unwrap().clone();
    benchmark.as_object_mut().unwrap().extend(keys);
    json!({"benchmark": benchmark, "test_scenarios": scenarios})
}

fn run(place: &Workplace, config: &Value, url: &str) -> Ran {
    let config = place.write("any.json", &config.to_string());
    let mut command = place.command("bench-run", &["--config", config.to_str().unwrap()]);
    command
        .args(["--target", url, "--seed", "7"])
        .env("API_TOKEN", "s3cr3t-value");
    Ran::of(command.output().unwrap())
}

/// Counts of errors by kind, and of ok requests, where every request is answered with `answer`.
fn kinds(request: Value, expect: Value, answer: Vec<u8>) -> BTreeMap<String, u64> {
    let (url, received) = listening(move |_| answer.clone());
    let config = benchmark(json!({"request": request, "expect": expect}), json!([]));
    let document = run(&Workplace::default(), &config, &url).document();
    let errors = &document["error_rate"];
    let mut kinds: BTreeMap<String, u64> =
        serde_json::from_value(errors["by_kind"].clone()).unwrap();
    kinds.insert("ok".to_owned(), errors["ok"].as_u64().unwrap());
    kinds.retain(|_, count| *count > 0);
    let total = errors["requests"].as_u64().unwrap();
    assert_eq!(kinds.values().sum::<u64>(), total, "sent = ok + errors");
    assert_eq!(
        received.lock().unwrap().len() as u64,
        total,
        "nothing else is sent"
    );
    kinds
}

/// The one way in which all requests ended.
fn kind(request: Value, expect: Value, answer: Vec<u8>) -> String {
    let kinds = kinds(request, expect, answer);
    assert_eq!(kinds.len(), 1, "{kinds:?}");
    kinds.into_keys().next().unwrap()
}

#[test]
fn the_configured_request_is_what_is_sent_and_nothing_else() {
    let _alone = alone();
    let (url, received) = listening(|_| ok("{}"));
    let place = Workplace::default();
    let request = json!({"method": "PUT", "path": "/search?q=1", "body": "hällo",
        "headers": {"Authorization": "Bearer ${API_TOKEN}", "Content-Type": "text/plain", "Host": "other"}});
    let ran = run(
        &place,
        &benchmark(json!({"request": request}), json!([])),
        &format!("{url}/api/"),
    )
    .ended(0);
    let received = received.lock().unwrap();
    for (head, body) in received.iter() {
        let mut lines = head.trim_end().split("\r\n");
        assert_eq!(lines.next(), Some("PUT /api/search?q=1 HTTP/1.1"));
        let headers: Vec<&str> = lines
            .filter(|line| !line.starts_with("User-Agent: bench-run/"))
            .collect();
        assert_eq!(
            headers,
            [
                "Authorization: Bearer s3cr3t-value",
                "Content-Type: text/plain",
                "Host: other",
                "Content-Length: 6"
            ]
        );
        assert_eq!(body, "hällo");
    }
    let document = ran.document();
    assert_eq!(document["error_rate"]["requests"], received.len());
    assert_eq!(document["error_rate"]["failed"], 0);
    assert!(document["latency"]["p50_ms"].is_number() && document["throughput"]["rps"].is_number());
    assert_eq!(document["scenarios"][0]["batch_size"], Value::Null);
    assert_eq!(
        document["throughput"]["predictions_per_second"],
        Value::Null
    );
    for said in [&ran.stdout, &ran.stderr] {
        assert!(!said.contains("s3cr3t-value"), "{said}");
    }
}

#[test]
fn a_body_file_beside_the_configuration_is_sent_and_stands_in_the_provenance() {
    let _alone = alone();
    let (url, received) = listening(|_| ok(""));
    let place = Workplace::default();
    place.write("query.json", "{\"q\": [1, 2]}\n");
    let requests = json!([{"path": "/file", "body_file": "query.json"}, {"path": "/json", "json": {"a": null}}]);
    let document = run(
        &place,
        &benchmark(json!({"requests": requests}), json!([])),
        &url,
    )
    .ended(0)
    .document();
    for (head, body) in received.lock().unwrap().iter() {
        if head.starts_with("POST /file ") {
            assert_eq!(body, "{\"q\": [1, 2]}\n");
        } else {
            assert!(
                head.contains("POST /json ") && head.contains("Content-Type: application/json"),
                "{head}"
            );
            assert_eq!(body, r#"{"a":null}"#);
        }
    }
    let inputs = document["provenance"][0]["inputs"].as_array().unwrap();
    let file = inputs
        .iter()
        .find(|input| input["path"].as_str().unwrap().ends_with("query.json"));
    let digest = toolkit::files::sha256(b"{\"q\": [1, 2]}\n");
    assert_eq!(file.unwrap()["sha256"], digest);
}

#[test]
fn several_requests_are_sent_by_weight_and_each_is_judged_by_its_own_expectation() {
    let _alone = alone();
    let (url, received) = listening(|head| {
        if head.starts_with("GET /there ") {
            ok(r#"{"there": true}"#)
        } else if head.starts_with("HEAD ") {
            b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n".to_vec()
        } else {
            reply("404 Not Found", b"no such thing")
        }
    });
    let requests = json!([
        {"path": "/there", "weight": 6, "expect": {"body": [{"pointer": "/there", "equals": true}]}},
        {"path": "/gone", "weight": 3, "expect": {"status": [404, 410], "contains": "no such"}},
        {"path": "/head", "method": "HEAD"},
    ]);
    let scenario = json!([{"name": "mix", "iterations": 2000, "concurrent_requests": 5, "requests": requests}]);
    let config = benchmark(json!({"request": {"path": "/there"}}), scenario);
    let document = run(&Workplace::default(), &config, &url)
        .ended(0)
        .document();
    assert_eq!(
        document["error_rate"]["failed"], 0,
        "{}",
        document["error_rate"]
    );
    let received = received.lock().unwrap();
    let count = |start: &str| {
        received
            .iter()
            .filter(|(head, _)| head.starts_with(start))
            .count()
    };
    let (gone, head) = (count("GET /gone "), count("HEAD /head "));
    // Six standard deviations of 2000 draws.
    assert!(
        gone.abs_diff(600) < 125 && head.abs_diff(200) < 85,
        "{gone} and {head}"
    );
}

#[test]
fn what_is_expected_decides_what_is_ok() {
    let _alone = alone();
    let get = || json!({"path": "/"});
    let items = r#"{"items": [1, 2, 3], "ok": true, "score": 0.5, "id": "a"}"#;
    let expect = json!({"status": 200, "contains": "score", "body": [{"pointer": "/items", "length": 3},
        {"pointer": "/ok", "equals": true}, {"pointer": "/score", "at_least": 0, "at_most": 1},
        {"pointer": "/id", "exists": true}]});
    assert_eq!(kind(get(), expect.clone(), ok(items)), "ok");
    for wrong in [
        items.replace("3]", "3, 4]"),
        items.replace("0.5", "1.5"),
        items.replace("\"id\"", "\"ID\""),
        "{}".to_owned(),
        items[1..].to_owned(),
        String::new(),
    ] {
        assert_eq!(
            kind(get(), expect.clone(), ok(&wrong)),
            "invalid_response",
            "{wrong}"
        );
    }
    assert_eq!(
        kind(get(), json!({}), reply("201 Created", b"not looked at")),
        "ok"
    );
    let unexpected = kind(get(), json!({"status": 201}), ok(items));
    assert_eq!(unexpected, "invalid_response");
}

#[test]
fn a_service_that_fails_some_scenarios_is_measured_whichever_is_drawn_first() {
    let place = Workplace::default();
    let (url, _) = listening(|head| {
        if head.starts_with("GET /good ") {
            ok("{}")
        } else {
            reply("500 Internal Server Error", b"")
        }
    });
    let config = benchmark(
        json!({"request": {"path": "/bad"}, "target": url, "batch_sizes": [1]}),
        json!([{"name": "good", "iterations": 5, "request": {"path": "/good"}}]),
    );
    let config = place.write("half.json", &config.to_string());
    for seed in ["1", "2", "3", "4", "5", "6"] {
        let arguments = ["--config", config.to_str().unwrap(), "--seed", seed];
        let document = place.run("bench-run", &arguments).ended(0).document();
        assert_eq!(document["run"]["interrupted"], false);
        assert_eq!(document["error_rate"]["ok"], 5);
    }
}

#[test]
fn a_redirect_is_counted_as_what_it_is_and_never_followed() {
    let _alone = alone();
    let moved = || reply("302 Found\r\nLocation: /elsewhere", b"");
    assert_eq!(kind(json!({"path": "/"}), json!({}), moved()), "status_3xx");
    assert_eq!(
        kind(json!({"path": "/"}), json!({"status": 302}), moved()),
        "ok"
    );
}

#[test]
fn compressed_chunked_and_absent_bodies_are_understood() {
    let _alone = alone();
    let expect = json!({"body": [{"pointer": "/a", "equals": 1}]});
    let judged = |answer: Vec<u8>| kind(json!({"path": "/"}), expect.clone(), answer);
    let compressed = |body: &[u8]| reply("200 OK\r\nContent-Encoding: gzip", body);
    let whole = gzip(br#"{"a": 1}"#);
    assert_eq!(judged(compressed(&whole)), "ok");
    assert_eq!(
        judged(compressed(&whole[..whole.len() - 4])),
        "invalid_response"
    );
    assert_eq!(judged(compressed(&gzip(b"{}"))), "invalid_response");
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n5\r\n\": 1}\r\n0\r\n\r\n";
    assert_eq!(judged(chunked.to_vec()), "ok");
    let nothing = b"HTTP/1.1 204 No Content\r\n\r\n".to_vec();
    assert_eq!(judged(nothing.clone()), "invalid_response");
    assert_eq!(
        kind(json!({"path": "/", "method": "DELETE"}), json!({}), nothing),
        "ok"
    );
    let head = json!({"path": "/", "method": "HEAD"});
    let length_of_another = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".to_vec();
    assert_eq!(kind(head, json!({}), length_of_another), "ok");
}

#[test]
fn predictions_and_requests_of_its_own_can_stand_in_one_file() {
    let _alone = alone();
    let asked = Arc::new(Mutex::new(0));
    let metadata = Arc::clone(&asked);
    let url = service(move |head, body| {
        if head.starts_with("GET /metadata") {
            *metadata.lock().unwrap() += 1;
            json!({"inputShape": [9]}).to_string()
        } else if head.starts_with("GET /status") {
            "fine".to_owned()
        } else {
            actions_for(body, 7)
        }
    });
    let own = json!({"name": "status", "iterations": 10, "request": {"path": "/status"}, "expect": {"contains": "fine"}});
    let config = benchmark(json!({"batch_sizes": [4]}), json!([own]));
    let document = run(&Workplace::default(), &config, &url)
        .ended(0)
        .document();
    assert_eq!(
        document["error_rate"]["failed"], 0,
        "{}",
        document["error_rate"]
    );
    let scenario = |name: &str| {
        let scenarios = document["scenarios"].as_array().unwrap();
        scenarios
            .iter()
            .find(|scenario| scenario["name"] == name)
            .unwrap()
    };
    assert_eq!(scenario("batch_4")["batch_size"], 4);
    assert!(scenario("batch_4")["throughput"]["predictions_per_second"].is_number());
    assert_eq!(scenario("status")["batch_size"], Value::Null);
    assert_eq!(
        scenario("status")["throughput"]["predictions_per_second"],
        Value::Null
    );
    assert_eq!(*asked.lock().unwrap(), 1);
}

#[test]
fn what_cannot_be_sent_is_told_before_the_run_without_any_secret() {
    let refusal = |more: Value| {
        let ran = run(
            &Workplace::default(),
            &benchmark(more, json!([])),
            "http://127.0.0.1:1",
        );
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(2), ""),
            "{}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("s3cr3t-value"), "{}", ran.stderr);
        ran.stderr
    };
    for (request, said) in [
        (
            json!({"path": "/", "headers": {"X-Key": "${API_TOKEN} ${NOT_SET}"}}),
            "any.json: benchmark.request.headers.X-Key: found ${NOT_SET}, which is not set in the environment",
        ),
        (
            json!({"path": "/", "body_file": "missing.json"}),
            "missing.json: cannot be read",
        ),
        (
            json!({"path": "/", "headers": {"X": "a\r\nY: b"}}),
            "benchmark.request.headers.X: found a control character",
        ),
        (
            json!({"path": "/", "headers": {"Content-Length": "5"}}),
            "the tool frames its requests",
        ),
        (
            json!({"path": "/", "method": "CONNECT"}),
            "benchmark.request.method: found \"CONNECT\"",
        ),
        (
            json!({"path": "here"}),
            "benchmark.request.path: found \"here\", expected a path that begins with /",
        ),
        (
            json!({"path": "/", "mehtod": "GET"}),
            "unknown key `mehtod`; did you mean method?",
        ),
        (
            json!({"path": "/", "expect": {"stauts": 200}}),
            "unknown key `stauts`; did you mean status?",
        ),
    ] {
        let refused = refusal(json!({"request": request}));
        assert!(refused.contains(said), "{request}: {refused}");
    }
}

#[test]
fn a_workload_is_what_is_sent_whatever_it_is_sent_to_held_to_and_signed_with() {
    let _alone = alone();
    let place = Workplace::default();
    let workload = |url: &str, token: &str, yaml: &str| {
        let config = place.write("workload.yaml", yaml);
        let mut command = place.command("bench-run", &["--config", config.to_str().unwrap()]);
        command.args(["--target", url]).env("API_TOKEN", token);
        let document = Ran::of(command.output().unwrap()).ended(0).document();
        let workload = document["scenarios"][0]["workload"].as_str();
        workload.unwrap().to_owned()
    };
    let (one, _) = listening(|_| ok("{}"));
    let (other, _) = listening(|_| ok("{}"));
    let first = workload(
        &one,
        "first",
        r#"
benchmark:
  warmup_iterations: 0
  measurement_iterations: 20
  batch_sizes: [1]
  concurrent_requests: 1
  duration_seconds: 0.05
  repetitions: 1
  request: {path: /a, body: "same", headers: {Authorization: "Bearer ${API_TOKEN}", Accept: text/plain}}
"#,
    );
    assert_eq!(first.len(), 64, "{first}");
    let rewritten = r#"
# The same in other words.
performance_thresholds: {p95_latency_ms: 1}
benchmark:
  request: {headers: {accept: text/plain, Authorization: "Bearer ${API_TOKEN}"}, body: same, method: POST, path: /a}
  repetitions: 2
  batch_sizes: [1]
  measurement_iterations: 20
  warmup_iterations: 0
  duration_seconds: 0.05
  concurrent_requests: 1
"#;
    assert_eq!(workload(&other, "second", rewritten), first);
    let another_body = rewritten.replace("body: same", "body: other");
    assert_ne!(workload(&other, "second", &another_body), first);
}
