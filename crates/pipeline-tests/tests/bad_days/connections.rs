//! Connections that are refused, dropped, closed too soon, or kept by one side only.

use std::net::{TcpListener, TcpStream};

use socket2::SockRef;

use super::*;

#[test]
fn a_service_that_is_not_there_is_a_document_of_failures_and_exit_2() {
    let mut server = HostileServer::start(|_| Then::Keep);
    server.die();
    let day = Day::with(&server, json!({}))
        .ends_with(2)
        .fails_only_as(&["connect"]);
    assert_eq!(day.document["error_rate"]["percent"], 100.0);
    assert_eq!(day.document["latency"], Value::Null);
    let said = format!(
        "not one of {0} requests succeeded ({0} connect)",
        day.requests
    );
    assert!(day.ran.stderr.contains(&said), "{}", day.ran);
}

#[test]
fn a_name_that_does_not_resolve_is_a_document_of_failures_and_exit_2() {
    let place = Workplace::default();
    let config = benchmark(&place, json!({}));
    // A name that the standards keep from ever being given.
    let target = ["--target", "http://no-such-host.invalid:8080"];
    let day = Day::of(ended(begin(&place, &config, &target)))
        .ends_with(2)
        .fails_only_as(&["dns"]);
    assert!(day.requests > 0, "{}", day.ran);
}

#[test]
fn a_listener_that_accepts_nobody_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = format!("http://{}", listener.local_addr().unwrap());
    let place = Workplace::default();
    let config = benchmark(&place, json!({"timeout_ms": 100}));
    let day = Day::of(ended(begin(&place, &config, &["--target", &target])));
    day.ends_with(2).fails_only_as(&["timeout"]);
}

#[test]
fn a_request_that_is_read_and_never_answered_is_a_time_out() {
    let server = HostileServer::start(|_| Then::Keep);
    times_out(&server);
    assert!(server.requests() > 0);
}

#[test]
fn an_answer_that_drips_past_the_time_limit_is_a_time_out() {
    times_out(&HostileServer::start(|visit| {
        visit.drip(GOOD, Duration::from_millis(20));
        Then::Keep
    }));
}

#[test]
fn an_answer_without_end_is_a_time_out_or_too_large() {
    let server = HostileServer::start(|visit| {
        visit.say("HTTP/1.1 200 OK\r\n\r\n");
        while visit.say([b' '; 4096]) {}
        Then::Close
    });
    let day = Day::with(
        &server,
        json!({"timeout_ms": 500, "measurement_iterations": 2}),
    );
    day.ends_with(2).fails_only_as(&["timeout", "protocol"]);
}

/// The address of a server that does this with every connection, before it has read anything.
fn hanging_up(hang_up: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        listener.incoming().map_while(Result::ok).for_each(hang_up);
    });
    target
}

#[test]
fn a_connection_that_is_ended_before_anything_was_asked_is_a_reset() {
    let closing = hanging_up(drop);
    let resetting = hanging_up(|stream| {
        SockRef::from(&stream)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    });
    for target in [closing, resetting] {
        let place = Workplace::default();
        let config = benchmark(&place, json!({}));
        let day = Day::of(ended(begin(&place, &config, &["--target", &target])));
        day.ends_with(2).fails_only_as(&["reset"]);
    }
}

#[test]
fn a_connection_that_is_closed_in_place_of_an_answer_is_a_reset() {
    counts_as("reset", "", Then::Close);
}

#[test]
fn a_connection_that_is_reset_in_place_of_an_answer_is_a_reset() {
    counts_as("reset", "", Then::Reset);
}

#[test]
fn a_connection_that_is_reset_in_the_body_is_a_reset() {
    counts_as("reset", &GOOD[..GOOD.len() - 5], Then::Reset);
}

#[test]
fn an_answer_that_says_that_it_is_the_last_has_each_request_on_a_connection_of_its_own() {
    let server = is_ok(
        GOOD.replacen("\r\n", "\r\nConnection: close\r\n", 1),
        Then::Close,
    );
    assert!(server.connections() >= server.requests());
}

#[test]
fn an_answer_that_says_that_it_is_the_last_is_believed_even_if_the_server_forgets_to_close() {
    let server = is_ok(
        GOOD.replacen("\r\n", "\r\nConnection: close\r\n", 1),
        Then::Keep,
    );
    assert!(server.connections() >= server.requests());
}

#[test]
fn a_connection_that_is_closed_just_after_its_answer_costs_no_answer() {
    let server = HostileServer::start(|visit| {
        visit.say(GOOD);
        Then::Close
    });
    // Whether the next request was sent before the end was seen is a race that no client can win.
    let day = Day::with(&server, json!({})).ends_with(0);
    assert_eq!(day.ok, server.requests(), "{}", day.ran);
    assert_eq!(day.failed("reset"), day.requests - day.ok, "{}", day.ran);
}

#[test]
fn a_connection_that_is_reset_just_after_its_answer_costs_no_answer() {
    let server = HostileServer::start(|visit| {
        visit.say(GOOD);
        Then::Reset
    });
    let day = Day::with(&server, json!({})).ends_with(0);
    assert_eq!(day.ok, server.requests(), "{}", day.ran);
    assert_eq!(day.failed("reset"), day.requests - day.ok, "{}", day.ran);
}
