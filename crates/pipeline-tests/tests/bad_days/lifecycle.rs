//! Services that go away in mid-run, and people who do not want to wait.

use std::path::Path;

use super::*;

/// As it should be, but for request `number`, which hangs until the connection ends.
fn server_that_hangs_at(number: u64) -> HostileServer {
    HostileServer::start(move |visit| {
        if visit.number != number {
            visit.say(GOOD);
        }
        Then::Keep
    })
}

#[test]
fn a_service_that_dies_and_comes_back_is_measured_again() {
    let mut server = server_that_hangs_at(50);
    let place = Workplace::default();
    let config = benchmark(&place, json!({"measurement_iterations": 1000}));
    let bench = begin(&place, &config, &["--target", &server.url()]);
    eventually("the request that hangs", || {
        (server.requests() >= 51).then_some(())
    });
    server.die();
    thread::sleep(Duration::from_millis(200));
    server.come_back();
    let day = Day::of(ended(bench)).ends_with(0);
    assert!(day.failed("connect") > 0, "{}", day.ran);
    assert_eq!(day.failed("reset"), 1, "{}", day.ran);
    assert_eq!(day.ok, server.requests() - 1, "{}", day.ran);
    assert_eq!(
        day.requests,
        day.ok + 1 + day.failed("connect"),
        "{}",
        day.ran
    );
    assert!(
        day.ok > 50,
        "nothing was ok after it came back: {}",
        day.ran
    );
}

#[test]
fn a_service_that_dies_for_good_is_given_up_and_passes_nothing() {
    let mut server = server_that_hangs_at(50);
    let place = Workplace::default();
    let more = json!({"measurement_iterations": 1_000_000, "timeout_ms": 500});
    let bench = begin(
        &place,
        &benchmark(&place, more),
        &["--target", &server.url()],
    );
    eventually("the request that hangs", || {
        (server.requests() >= 51).then_some(())
    });
    server.die();
    let day = Day::of(ended(bench))
        .ends_with(1)
        .fails_only_as(&["connect", "reset", "timeout"]);
    assert!(day.ok > 0, "{}", day.ran);
    assert!(day.failed("connect") > 0, "{}", day.ran);
    is_given_up(&day);
}

#[test]
fn a_service_that_falls_silent_is_given_up_and_passes_nothing() {
    let server = HostileServer::start(|visit| {
        if visit.number < 50 {
            visit.say(GOOD);
        }
        Then::Keep
    });
    let more = json!({"measurement_iterations": 1_000_000, "timeout_ms": 200});
    let day = Day::with(&server, more)
        .ends_with(1)
        .fails_only_as(&["timeout"]);
    assert!(day.ok > 0, "{}", day.ran);
    is_given_up(&day);
}

fn is_given_up(day: &Day) {
    assert!(day.is_warned_of("no_answer"), "{}", day.ran);
    assert_eq!(day.document["run"]["interrupted"], true);
    assert_eq!(day.document["overall_success"], false);
}

#[test]
fn an_interrupt_does_not_wait_for_an_answer_that_never_comes() {
    let server = server_that_hangs_at(50);
    let place = Workplace::default();
    let more = json!({"measurement_iterations": 1_000_000, "timeout_ms": 3_600_000});
    let bench = begin(
        &place,
        &benchmark(&place, more),
        &["--target", &server.url()],
    );
    eventually("the request that hangs", || {
        (server.requests() >= 51).then_some(())
    });
    signal(bench.id(), Signal::INT);
    let day = Day::of(ended(bench)).ends_with(130);
    assert_eq!(
        (day.ok, day.requests),
        (50, 50),
        "what was cut off is no failure: {}",
        day.ran
    );
    assert_eq!(day.document["run"]["interrupted"], true);
    assert_eq!(day.document["overall_success"], false);
}

#[test]
fn a_second_interrupt_ends_a_run_that_waits_for_its_service_to_stop() {
    let server = HostileServer::start(|visit| {
        visit.say(GOOD);
        Then::Keep
    });
    let place = Workplace::default();
    // What is served does not stop when it is told to: bench-run has to wait before it kills it.
    let stubborn = format!(
        "trap '' TERM; echo $$ > stubborn; echo {}; while :; do sleep 1; done",
        server.url()
    );
    let more = json!({"duration_seconds": 3600, "serve": {"command": ["sh", "-c", stubborn]}});
    let bench = begin(&place, &benchmark(&place, more), &[]);
    eventually("requests of the load phase", || {
        (server.requests() > 100).then_some(())
    });
    signal(bench.id(), Signal::INT);
    thread::sleep(Duration::from_secs(1));
    signal(bench.id(), Signal::INT);
    let ran = ended(bench);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(130), ""), "{ran}");
    let stubborn = std::fs::read_to_string(place.path("stubborn")).unwrap();
    let process = format!("/proc/{}", stubborn.trim());
    eventually("the end of what was served", || {
        (!Path::new(&process).exists()).then_some(())
    });
}
