//! Bad input gets 422 with the field's path.

use serde_json::{Value, json};

use crate::server::{Server, batch};

fn detail(server: &Server, body: &[u8]) -> Value {
    let reply = server.predict(body);
    assert_eq!(reply.status, 422, "{}", reply.text());
    reply.json()["detail"].clone()
}

#[test]
fn what_is_wrong_is_named_with_path_and_what_was_found() {
    let server = Server::with_model(&[]);
    let good = json!({ "speed": 1, "steering": 0, "sensors": [0, 0, 0] });
    let with = |observation: Value| {
        json!({ "observations": [good, good, observation] })
            .to_string()
            .into_bytes()
    };

    let found = detail(
        &server,
        &with(json!({ "speed": 500, "steering": 0, "sensors": [0, 0, 0] })),
    );
    assert_eq!(found[0]["path"], "observations[2].speed");
    assert_eq!(found[0]["message"], "a number from 0 to 200 expected");
    assert_eq!(found[0]["found"], 500.0);

    let found = detail(
        &server,
        &with(json!({ "speed": "fast", "steering": 0, "sensors": [0, 0, 0] })),
    );
    assert_eq!(found[0]["path"], "observations[2].speed");
    let message = found[0]["message"].as_str().unwrap();
    assert!(message.contains("string \"fast\""), "{message}");

    let found = detail(&server, &with(json!({ "speed": 1, "sensors": [0, 0, 0] })));
    assert_eq!(found[0]["path"], "observations[2].steering");
    assert_eq!(found[0]["message"], "a number from -1 to 1 expected");
    assert_eq!(found[0]["found"], Value::Null);

    let found = detail(
        &server,
        &with(json!({ "speed": 1, "steering": 0, "sensors": [1, 2, 3, 4, 5] })),
    );
    assert_eq!(found[0]["path"], "observations[2].sensors");
    assert_eq!(
        found[0]["message"],
        "this model takes exactly 3 sensor values"
    );
    assert_eq!(found[0]["found"], "5 values");
}

#[test]
fn the_number_of_observations_is_limited() {
    let server = Server::with_model(&[]);
    assert_eq!(server.predict(&batch(1_000)).status, 200);
    assert_eq!(detail(&server, &batch(1_001))[0]["path"], "observations");
    assert_eq!(detail(&server, &batch(0))[0]["path"], "observations");
}

#[test]
fn malformed_json_is_named_with_line_and_column() {
    let server = Server::with_model(&[]);
    let found = detail(&server, b"{\"observations\": [\n  nonsense\n]}");
    assert_eq!(found[0]["path"], "");
    assert!(
        found[0]["message"]
            .as_str()
            .unwrap()
            .contains("line 2 column"),
        "{found}"
    );
    detail(&server, b"");
    detail(&server, b"\xff\xfe\x00");
}

#[test]
fn a_body_over_the_limit_is_413_before_it_is_read() {
    let server = Server::with_model(&[]);
    let mut client = server.connect();
    let head = b"POST /predict HTTP/1.1\r\nhost: test\r\ncontent-length: 1048577\r\n\r\n";
    client.send_raw(head).unwrap();
    assert_eq!(client.receive().unwrap().status, 413);
}

#[test]
fn a_body_over_the_limit_that_hides_its_length_is_413_too() {
    let server = Server::with_model(&[]);
    let mut client = server.connect();
    client
        .send_raw(b"POST /predict HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n")
        .unwrap();
    let mut chunk = b"100001\r\n".to_vec();
    chunk.extend(vec![b' '; 0x10_0001]);
    client.send_raw(&chunk).unwrap();
    assert_eq!(client.receive().unwrap().status, 413);
}
