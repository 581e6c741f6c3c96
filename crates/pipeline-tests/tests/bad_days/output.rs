//! Places that take no document: what took minutes to measure is not to be lost with them.

use std::fs;

use super::*;

fn good_server() -> HostileServer {
    HostileServer::start(|visit| {
        visit.say(GOOD);
        Then::Keep
    })
}

/// The document is on stdout in place of the file, and stderr says what is wrong with the file.
fn is_saved(ran: Ran, path: &str, reason: &str) {
    let day = Day::of(ran).ends_with(2);
    assert!(day.ok > 0, "{}", day.ran);
    assert!(
        day.ran
            .stderr
            .contains(&format!("{path}: cannot be written: {reason}")),
        "{}",
        day.ran
    );
}

#[test]
fn a_full_device_loses_no_document() {
    let server = good_server();
    let place = Workplace::default();
    let config = benchmark(&place, json!({}));
    let options = ["--target", &server.url(), "--output", "/dev/full"];
    is_saved(
        ended(begin(&place, &config, &options)),
        "/dev/full",
        "No space left on device",
    );
}

#[test]
fn a_disk_that_is_full_in_mid_document_loses_none_and_keeps_no_half_of_it() {
    let server = good_server();
    let place = Workplace::default();
    let config = benchmark(&place, json!({}));
    // The limit of a file's size is the full disk that everybody can have: a write fails after a kilobyte or less.
    let line = format!(
        "trap '' XFSZ; ulimit -f 1; exec bench-run --config {config} --target {} --output run.json",
        server.url()
    );
    is_saved(place.shell(&line), "run.json", "File too large");
    let files: Vec<_> = fs::read_dir(place.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(files, ["bad-day.json"]);
}

#[test]
fn a_folder_that_is_gone_when_the_run_ends_loses_no_document() {
    let place = Workplace::default();
    let folder = place.path("results");
    fs::create_dir(&folder).unwrap();
    let server = HostileServer::start(move |visit| {
        let _ = fs::remove_dir(&folder);
        visit.say(GOOD);
        Then::Keep
    });
    let config = benchmark(&place, json!({}));
    let options = ["--target", &server.url(), "--output", "results/run.json"];
    let day = Day::of(ended(begin(&place, &config, &options))).ends_with(2);
    assert!(day.ok > 0, "{}", day.ran);
    assert!(day.ran.stderr.contains("results"), "{}", day.ran);
}

#[test]
fn a_folder_that_nobody_can_write_to_is_refused_before_the_run() {
    let server = good_server();
    let place = Workplace::default();
    let config = benchmark(&place, json!({}));
    // Not even root can make a file there.
    let options = ["--target", &server.url(), "--output", "/proc/run.json"];
    let ran = ended(begin(&place, &config, &options));
    assert_eq!(
        (ran.code, ran.stdout.as_str(), server.connections()),
        (Some(2), "", 0),
        "{ran}"
    );
    assert!(
        ran.stderr.contains("/proc/run.json: cannot be written"),
        "{ran}"
    );
}

#[test]
fn a_stdout_that_takes_nothing_is_exit_2() {
    let server = good_server();
    let place = Workplace::default();
    let config = benchmark(&place, json!({}));
    let target = server.url();
    let ran = place.shell(&format!(
        "bench-run --config {config} --target {target} > /dev/full"
    ));
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("stdout: cannot be written"), "{ran}");
}
