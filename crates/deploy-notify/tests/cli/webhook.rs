use pipeline_tests::Workplace;
use sha2::{Digest, Sha256};

use super::*;

fn header<'a>(received: &'a Received, name: &str) -> Option<&'a str> {
    let mut lines = received.head.lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// HMAC-SHA256 as RFC 2104 writes it down, of a key that is no longer than a block.
fn hmac(key: &str, text: &str) -> String {
    let padded = |pad: u8| -> Vec<u8> {
        let key = key.bytes().chain(std::iter::repeat(0));
        key.take(64).map(|byte| byte ^ pad).collect()
    };
    let inner = Sha256::digest([&padded(0x36), text.as_bytes()].concat());
    let outer = Sha256::digest([&padded(0x5c), inner.as_slice()].concat());
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_body_says_what_is_known_and_the_signature_is_of_it_and_the_time() {
    let hook = Service::ok();
    let variables = [github(&hook), vec![("PERFPIPE_WEBHOOK_KEY", "my key")]].concat();
    let ran = run(
        &["--webhook", &hook.url, "--revision=v1.4.2"],
        &variables,
        &judged(false),
    )
    .ended(1);
    assert_eq!(ran.stderr, "deploy-notify: webhook: sent\n");
    let sent = hook.only();
    let time = header(&sent, "x-perfpipe-timestamp").unwrap();
    assert!(time.parse::<u64>().unwrap() > 1_700_000_000);
    assert_eq!(
        header(&sent, "x-perfpipe-signature-256").unwrap(),
        format!(
            "sha256={}",
            hmac("my key", &format!("{time}.{}", sent.text))
        )
    );
    let mut body = sent.body;
    assert_eq!(body["delivery"].take().as_str().unwrap().len(), 32);
    assert!(body["time"].take().as_str().unwrap().ends_with('Z'));
    assert_eq!(
        body,
        json!({
            "version": "1.0",
            "delivery": null,
            "time": null,
            "environment": "staging",
            "status": "failure",
            "verdict": "failed",
            "summary": "the evidence says no: latency.p99_ms is 61 ms, expected <= 50 ms",
            "revision": "v1.4.2",
            "commit": COMMIT,
            "run": {"id": "r1", "commit": COMMIT},
            "url": "https://github.com/owner/name/actions/runs/99",
            "failed_checks": [{"section": "validation", "name": "latency.p99_ms", "status": "failed",
                "text": "latency.p99_ms is 61 ms, expected <= 50 ms"}],
            "failed_checks_total": 1,
        })
    );
}

#[test]
fn without_a_key_nothing_is_signed_and_that_is_said() {
    let hook = Service::ok();
    let ran = run(&["--webhook", &hook.url, "--status=in_progress"], &[], "").ended(0);
    assert_eq!(
        ran.stderr,
        "deploy-notify: webhook: sent, not signed: there is no key\n"
    );
    let sent = hook.only();
    assert!(!sent.head.contains("x-perfpipe"), "{}", sent.head);
    assert_eq!(sent.body["status"], "in_progress");
    assert_eq!(sent.body.get("verdict"), None);
}

#[test]
fn each_attempt_is_signed_anew_and_is_the_same_delivery() {
    let hook = Service::answering(|_, before| match before {
        0 => answer(500, ""),
        _ => answer(204, ""),
    });
    let place = Workplace::default();
    place.write("key.txt", "another key\n");
    let arguments = [
        "--webhook",
        &hook.url,
        "--webhook-key-file=key.txt",
        "--status=success",
    ];
    let ran = run_in(&place, &arguments, &[], "").ended(0);
    assert_eq!(
        ran.stderr,
        "deploy-notify: webhook: sent, after 2 attempts\n"
    );
    let received = hook.received();
    assert_eq!(received[0].body, received[1].body);
    for sent in &received {
        let time = header(sent, "x-perfpipe-timestamp").unwrap();
        let signed = hmac("another key", &format!("{time}.{}", sent.text));
        assert_eq!(
            header(sent, "x-perfpipe-signature-256").unwrap(),
            format!("sha256={signed}")
        );
    }
}
