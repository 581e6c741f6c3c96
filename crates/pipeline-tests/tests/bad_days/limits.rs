//! Limits of this process that are too low for what was ordered.

use super::*;

/// A run of 100 connections in a shell after `limit`, and how many connections the service saw.
fn under(limit: &str) -> (Ran, u64) {
    let server = HostileServer::start(|visit| {
        visit.say(GOOD);
        Then::Keep
    });
    let place = Workplace::default();
    let config = benchmark(&place, json!({"concurrent_requests": 100, "cores": 1}));
    let ran = place.shell(&format!(
        "{limit} && exec bench-run --config {config} --target {}",
        server.url()
    ));
    (ran, server.connections())
}

#[test]
fn more_connections_than_files_may_be_open_are_refused_before_the_run() {
    let (ran, connections) = under("ulimit -n 64");
    assert_eq!(
        (ran.code, ran.stdout.as_str(), connections),
        (Some(2), "", 0),
        "{ran}"
    );
    // A worker has an event queue and two timers of its own.
    let said = "167 open files are needed, the limit is 64: raise it with ulimit -n";
    assert!(ran.stderr.contains(said), "{ran}");
}

#[test]
fn a_limit_that_the_process_may_raise_itself_is_raised() {
    let (ran, _) = under("ulimit -S -n 64");
    let day = Day::of(ran).ends_with(0);
    assert_eq!(day.ok, day.requests, "{}", day.ran);
}
