//! Every endpoint, with a model and without.

use serde_json::json;

use crate::server::{Server, batch};

#[test]
fn with_a_model_it_is_healthy() {
    let reply = Server::with_model(&[]).request("GET", "/healthz", b"");
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.json(),
        json!({ "status": "ok", "version": "1.0.0", "device": "cpu" })
    );
}

#[test]
fn without_a_model_it_says_so_everywhere() {
    let server = Server::start(&[]);
    let health = server.request("GET", "/healthz", b"");
    assert_eq!(health.status, 503);
    assert_eq!(health.json()["status"], "no_model");
    for (method, path) in [
        ("POST", "/predict"),
        ("GET", "/metadata"),
        ("POST", "/warmup"),
    ] {
        assert_eq!(
            server.request(method, path, &batch(1)).status,
            503,
            "{path}"
        );
    }
    let metrics = server.request("GET", "/metrics", b"");
    assert_eq!(metrics.status, 200);
    assert!(metrics.text().contains("\ncarla_rl_model_loaded 0\n"));
}

#[test]
fn metadata_says_what_goes_in_and_what_comes_out() {
    let reply = Server::with_model(&[]).request("GET", "/metadata", b"");
    assert_eq!(reply.status, 200);
    let metadata = reply.json();
    assert_eq!(metadata["modelName"], "carla-rl-policy");
    assert_eq!(metadata["version"], "1.0.0");
    assert_eq!(metadata["inputShape"], json!([5]));
    assert_eq!(
        metadata["actionSpace"]["steer"],
        json!({ "low": -1.0, "high": 1.0 })
    );
}

#[test]
fn an_answer_holds_an_action_for_each_observation() {
    let reply = Server::with_model(&[]).predict(&batch(7));
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let answer = reply.json();
    assert_eq!(answer["actions"].as_array().unwrap().len(), 7);
    assert_eq!(answer["version"], "1.0.0");
    assert_eq!(answer["deterministic"], true);
    assert!(answer["timingMs"].as_f64().unwrap() > 0.0);
}

#[test]
fn warmup_runs_as_often_as_it_is_asked_to() {
    let server = Server::with_model(&[]);
    let reply = server.request("POST", "/warmup", b"");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["status"], "ok");
    assert!(reply.json()["timingMs"].is_number());
    let reply = server.request("POST", "/warmup", br#"{"iterations":25}"#);
    assert_eq!(reply.json()["iterations"], 25);
    assert_eq!(
        server
            .request("POST", "/warmup", br#"{"iterations":0}"#)
            .status,
        422
    );
}

#[test]
fn a_wrong_path_is_404_and_a_wrong_method_405() {
    let server = Server::with_model(&[]);
    assert_eq!(server.request("GET", "/nowhere", b"").status, 404);
    for (method, path, allowed) in [
        ("GET", "/predict", "POST"),
        ("POST", "/healthz", "GET"),
        ("DELETE", "/metadata", "GET"),
        ("GET", "/warmup", "POST"),
        ("PUT", "/metrics", "GET"),
    ] {
        let reply = server.request(method, path, b"");
        assert_eq!(reply.status, 405, "{method} {path}");
        assert_eq!(reply.header("allow"), Some(allowed), "{method} {path}");
    }
}

#[test]
fn one_connection_serves_many_requests() {
    let server = Server::with_model(&[]);
    let mut client = server.connect();
    for size in 1..50 {
        let reply = client.exchange("POST", "/predict", &batch(size)).unwrap();
        assert_eq!(reply.json()["actions"].as_array().unwrap().len(), size);
    }
}

#[test]
fn a_body_may_come_in_chunks() {
    let server = Server::with_model(&[]);
    let mut client = server.connect();
    let body = batch(2);
    let mut request =
        b"POST /predict HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for piece in body.chunks(10) {
        request.extend(format!("{:x}\r\n", piece.len()).bytes());
        request.extend(piece);
        request.extend(b"\r\n");
    }
    request.extend(b"0\r\n\r\n");
    client.send_raw(&request).unwrap();
    assert_eq!(
        client.receive().unwrap().json()["actions"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn metrics_count_requests_by_method_endpoint_and_status() {
    let server = Server::with_model(&[]);
    for _ in 0..3 {
        server.predict(&batch(1));
    }
    server.predict(b"{}");
    server.request("GET", "/healthz", b"");
    for path in ["/a", "/b", "/c?d=e"] {
        server.request("BREW", path, b"");
    }

    let reply = server.request("GET", "/metrics", b"");
    assert_eq!(
        reply.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    let metrics = reply.text();
    for line in [
        r#"carla_rl_http_requests_total{endpoint="/predict",method="POST",status_code="200"} 3"#,
        r#"carla_rl_http_requests_total{endpoint="/predict",method="POST",status_code="422"} 1"#,
        r#"carla_rl_http_requests_total{endpoint="/healthz",method="GET",status_code="200"} 1"#,
        r#"carla_rl_http_requests_total{endpoint="other",method="other",status_code="404"} 3"#,
        r#"carla_rl_request_duration_seconds_count{endpoint="/predict"} 4"#,
        r#"carla_rl_request_duration_seconds_bucket{endpoint="/predict",le="+Inf"} 4"#,
        "carla_rl_inference_duration_seconds_count 3",
        "carla_rl_model_loaded 1",
    ] {
        assert!(
            metrics.lines().any(|found| found == line),
            "{line} is not in\n{metrics}"
        );
    }
    assert!(resident_bytes(metrics) > 1_000_000.0, "{metrics}");
    assert!(!metrics.contains("/a"), "an unknown path became a label");
}

/// What the server says of its own memory.
pub fn resident_bytes(metrics: &str) -> f64 {
    let value = metrics
        .lines()
        .find_map(|line| line.strip_prefix("carla_rl_process_memory_bytes "));
    value.unwrap().parse().unwrap()
}
