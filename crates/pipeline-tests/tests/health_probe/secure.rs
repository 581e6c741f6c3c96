//! Over TLS: who is trusted, and how long their certificates are valid.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread;

use pipeline_tests::{Ran, Workplace};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::server::{answer, talk};
use crate::{TOOL, check, failure};

/// A service whose certificate is valid until the end of a year, and the certificate of who signed it.
fn serve_until(year: i32) -> (String, Certificate) {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);

    let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    params.not_after = date_time_ymd(year, 12, 31);
    let key = KeyPair::generate().unwrap();
    let shown = params.signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![shown.der().clone()],
            key.serialize_der().try_into().unwrap(),
        )
        .unwrap();
    let config = Arc::new(config);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            thread::spawn(move || {
                let stream = StreamOwned::new(session, socket);
                talk(stream, &AtomicU64::new(0), &|_| answer(200, "{}"));
            });
        }
    });
    (url, authority)
}

/// Asks for a number of days, trusting whom `tls` says beside `ca.pem`.
fn ask(url: &str, authority: &Certificate, tls: Value, days: u64) -> Ran {
    let place = Workplace::default();
    place.write("ca.pem", &authority.pem());
    let probes = json!({"tls": tls,
        "checks": [{"name": "one", "path": "/", "expect": {"certificate_days_left": days}}, {"name": "two", "path": "/"}]});
    place.write("probes.json", &probes.to_string());
    place.run(TOOL, &["--base-url", url, "--probes", "probes.json"])
}

#[test]
fn days_are_counted_to_the_end_of_a_certificate_that_is_trusted() {
    let (url, authority) = serve_until(2100);
    let ours = json!({"ca_cert": "ca.pem"});
    let document = ask(&url, &authority, ours.clone(), 14).ended(0).document();
    for part in ["connect_ms", "tls_ms", "first_byte_ms", "total_ms"] {
        assert!(
            check(&document, "one")["timings"][part].is_number(),
            "{part}"
        );
    }
    let document = ask(&url, &authority, ours, 9999 * 9).ended(2);
    assert!(
        document.stderr.contains("expect.certificate_days_left"),
        "{document}"
    );
}

#[test]
fn too_few_days_are_a_failure_with_the_last_of_them() {
    let (url, authority) = serve_until(2030);
    let ours = json!({"ca_cert": "ca.pem"});
    let document = ask(&url, &authority, ours, 10_000).ended(1).document();
    let found = check(&document, "one");
    assert_eq!(found["metric"], "one.certificate_days_left");
    assert_eq!(found["unit"], "days");
    assert!(found["actual"].as_f64().unwrap() < 10_000.0);
    let (_, note) = failure(&document, "one");
    assert!(
        note.contains("it is valid until 2030-12-31T00:00:00Z"),
        "{note}"
    );
    assert_eq!(check(&document, "two")["passed"], true);
}

#[test]
fn a_certificate_that_expired_is_a_finding_that_says_when() {
    let (url, authority) = serve_until(2020);
    let ours = json!({"ca_cert": "ca.pem"});
    let document = ask(&url, &authority, ours, 14).ended(1).document();
    let (metric, note) = failure(&document, "one");
    assert_eq!(metric, "one.certificate_days_left");
    assert!(check(&document, "one")["actual"].as_f64().unwrap() < 0.0);
    assert!(
        note.contains("a certificate that expired on 2020-12-31T00:00:00Z"),
        "{note}"
    );
    let (metric, note) = failure(&document, "two");
    assert_eq!(metric, "two.status");
    assert!(
        note.contains("the certificate of the service expired on 2020-12-31T00:00:00Z"),
        "{note}"
    );
}

#[test]
fn whoever_is_not_trusted_is_a_finding_and_who_trusts_anyone_is_warned() {
    let (url, authority) = serve_until(2100);
    let (_, stranger) = serve_until(2100);
    let document = ask(&url, &stranger, json!({"ca_cert": "ca.pem"}), 14)
        .ended(1)
        .document();
    let (_, note) = failure(&document, "two");
    assert!(
        note.contains("no answer: invalid peer certificate"),
        "{note}"
    );
    let ran = ask(&url, &authority, json!({"insecure": true}), 14).ended(0);
    assert_eq!(ran.document()["warnings"][0]["code"], "tls_insecure");
    let missing = ask(&url, &authority, json!({"ca_cert": "no.pem"}), 14).ended(2);
    assert!(
        missing.stderr.contains("no.pem: cannot be read"),
        "{missing}"
    );
}

#[test]
fn a_service_without_tls_has_no_days_left() {
    let (url, _) = crate::server::serve(|_| answer(200, ""));
    let (_, authority) = serve_until(2100);
    let document = ask(&url, &authority, json!({}), 14).ended(1).document();
    let (metric, note) = failure(&document, "one");
    assert_eq!(metric, "one.certificate_days_left");
    assert!(note.contains("found no certificate"), "{note}");
}
