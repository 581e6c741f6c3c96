//! Answers that are sound HTTP and not what was asked for.

use super::*;

#[test]
fn a_redirect_is_counted_and_not_followed() {
    let elsewhere = HostileServer::start(|visit| {
        visit.say(GOOD);
        Then::Keep
    });
    for status in ["301 Moved Permanently", "307 Temporary Redirect"] {
        let location = elsewhere.url();
        let answer = format!(
            "HTTP/1.1 {status}\r\nLocation: {location}/predict\r\nContent-Length: 0\r\n\r\n"
        );
        counts_as("status_3xx", answer, Then::Keep);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn a_service_that_only_redirects_has_answered_nothing() {
    let server = HostileServer::start(|visit| {
        visit.say("HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n");
        Then::Keep
    });
    let day = Day::with(&server, json!({}))
        .ends_with(2)
        .fails_only_as(&["status_3xx"]);
    assert_eq!(day.requests, server.requests());
    assert!(day.is_warned_of("no_success"), "{}", day.ran);
}

#[test]
fn not_modified_has_no_body_whatever_its_length_says() {
    counts_as(
        "status_3xx",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 16\r\n\r\n",
        Then::Keep,
    );
}

#[test]
fn no_content_is_not_what_was_asked_for() {
    counts_as(
        "invalid_response",
        "HTTP/1.1 204 No Content\r\n\r\n",
        Then::Keep,
    );
}

#[test]
fn no_content_with_a_body_is_a_protocol_error() {
    let answer = GOOD.replacen("200 OK", "204 No Content", 1);
    counts_as("protocol", answer, Then::Keep);
}

#[test]
fn a_status_that_nobody_knows_is_not_what_was_asked_for() {
    counts_as(
        "invalid_response",
        GOOD.replacen("200", "999", 1),
        Then::Keep,
    );
}

#[test]
fn a_page_for_people_is_not_what_was_asked_for() {
    let page = "<!doctype html><title>Welcome to nginx!</title>";
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}",
        page.len()
    );
    counts_as("invalid_response", answer, Then::Keep);
}

#[test]
fn nothing_at_all_is_not_what_was_asked_for() {
    counts_as(
        "invalid_response",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        Then::Keep,
    );
}

#[test]
fn bytes_of_zero_are_not_what_was_asked_for() {
    let answer = GOOD.replace("{\"actions\":[{}]}", &"\0".repeat(16));
    counts_as("invalid_response", answer, Then::Keep);
}

#[test]
fn an_answer_nested_past_all_reason_is_not_what_was_asked_for() {
    let body = format!("{{\"actions\":[{}]}}", "[".repeat(1 << 20));
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    counts_as("invalid_response", answer, Then::Keep);
}

#[test]
fn an_answer_that_is_compressed_without_having_been_asked_to_is_read_all_the_same() {
    // {"actions":[{}]}
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xab\x56\x4a\x4c\x2e\xc9\xcc\xcf\x2b\x56\xb2\x8a\xae\xae\x8d\xad\x05\0\x1d\x05\x5f\x02\x10\0\0\0";
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        gzip.len()
    );
    is_ok([head.as_bytes(), gzip].concat(), Then::Keep);
}

#[test]
fn an_answer_that_is_not_as_compressed_as_it_says_is_not_what_was_asked_for() {
    let body = r#"{"actions":[{}]}"#;
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    counts_as("invalid_response", answer, Then::Keep);
}
