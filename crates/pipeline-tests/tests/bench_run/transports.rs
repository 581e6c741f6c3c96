//! Over TLS, Unix domain sockets and IPv6, and what is said when there is no way to the service.

use std::net::TcpStream;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pipeline_tests::{Ran, Workplace, alone};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
};
use serde_json::json;
use socket2::{Domain, SockAddr, Socket, Type};

use super::*;

/// Signs certificates.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate in PEM and its key.
struct Identity {
    certificate: Certificate,
    key: KeyPair,
}

impl Authority {
    fn new(name: &str) -> Authority {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        Authority {
            certificate: params.self_signed(&key).unwrap(),
            issuer: Issuer::new(params, key),
        }
    }

    fn sign(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        Identity {
            certificate: params.signed_by(&key, &self.issuer).unwrap(),
            key,
        }
    }

    /// A service on this machine as it should be.
    fn local(&self) -> Identity {
        self.sign("127.0.0.1", |_| {})
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).unwrap();
        Arc::new(roots)
    }

    /// Writes its certificate to a file, and says which.
    fn written(&self, place: &Workplace) -> String {
        let path = place.write("ca.pem", &self.certificate.pem());
        path.to_str().unwrap().to_owned()
    }
}

/// What a server shows, and whose certificates it demands.
fn server_config(
    version: &'static SupportedProtocolVersion,
    shown: &Identity,
    demands: Option<&Authority>,
) -> Arc<ServerConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[version])
        .unwrap();
    let builder = match demands {
        None => builder.with_no_client_auth(),
        Some(authority) => builder.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(authority.roots(), provider)
                .build()
                .unwrap(),
        ),
    };
    let key = shown.key.serialize_der().try_into().unwrap();
    let chain = vec![shown.certificate.der().clone()];
    Arc::new(builder.with_single_cert(chain, key).unwrap())
}

/// Does with each connection what `talk` does, over TLS. Returns where, and how many connections were made.
fn tls_listener(
    config: Arc<ServerConfig>,
    talk: impl Fn(StreamOwned<ServerConnection, TcpStream>) + Send + Sync + 'static,
) -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&connections);
    let talk = Arc::new(talk);
    thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            counted.fetch_add(1, Ordering::SeqCst);
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            let talk = Arc::clone(&talk);
            thread::spawn(move || talk(StreamOwned::new(session, socket)));
        }
    });
    (url, connections)
}

fn tls_service(config: Arc<ServerConfig>) -> (String, Arc<AtomicU64>) {
    tls_listener(config, |stream| converse(stream, &well(policy)))
}

fn policy(_: &str, body: &str) -> String {
    if body.is_empty() {
        "{}".to_owned()
    } else {
        actions_for(body, 3)
    }
}

fn measure(place: &Workplace, more: Value, options: &[&str]) -> Ran {
    let config = remote_benchmark(place, more);
    place.run(
        "bench-run",
        &[&["--config", config.as_str()], options].concat(),
    )
}

/// That every request failed in this way, and that a warning gives this reason.
fn assert_all_failed(ran: &Ran, kind: &str, reason: &str) {
    assert_eq!(ran.code, Some(2), "{ran}");
    let document = ran.document();
    let errors = &document["error_rate"];
    assert_eq!(errors["percent"], 100.0, "{errors}");
    assert_eq!(errors["by_kind"][kind], errors["failed"], "{errors}");
    assert!(
        warning(&document, kind).is_some_and(|message| message.contains(reason)),
        "{}",
        document["warnings"]
    );
}

/// That every request succeeded.
fn assert_all_succeeded(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(ran.document()["error_rate"]["failed"], 0, "{ran}");
}

fn warning(document: &Value, code: &str) -> Option<String> {
    let warnings = document["warnings"].as_array()?;
    let said: Vec<&Value> = warnings
        .iter()
        .filter(|warning| warning["code"] == code)
        .collect();
    assert!(said.len() <= 1, "said more than once: {said:?}");
    Some(said.first()?["message"].as_str()?.to_owned())
}

#[test]
fn a_service_over_tls_is_loaded_on_connections_that_are_kept() {
    let _alone = alone();
    let authority = Authority::new("ours");
    for version in [&TLS12, &TLS13] {
        let (url, connections) = tls_service(server_config(version, &authority.local(), None));
        let place = Workplace::default();
        let ca = authority.written(&place);
        let ran = measure(&place, json!({}), &["--target", &url, "--cacert", &ca]);
        assert_all_succeeded(&ran);
        for code in ["tls_insecure", "tls"] {
            assert_eq!(warning(&ran.document(), code), None, "{ran}");
        }
        assert_eq!(
            connections.load(Ordering::SeqCst),
            2 + 2 * (1 + 2),
            "one each for /metrics and /metadata; in each of two repetitions one for latency and two for load"
        );
    }
}

#[test]
fn the_roots_of_the_system_are_trusted_where_no_others_are_named() {
    let _alone = alone();
    let authority = Authority::new("ours");
    let (url, _) = tls_service(server_config(&TLS13, &authority.local(), None));
    let place = Workplace::default();
    let with_roots_in = |file: &str| {
        let config = remote_benchmark(&place, json!({"target": url}));
        let mut command = place.command("bench-run", &["--config", &config]);
        command
            .env("SSL_CERT_FILE", file)
            .env_remove("SSL_CERT_DIR");
        Ran::of(command.output().unwrap())
    };
    assert_all_succeeded(&with_roots_in(&authority.written(&place)));
    let without = with_roots_in("nowhere.pem");
    assert_eq!(
        (without.code, without.stdout.as_str()),
        (Some(2), ""),
        "{without}"
    );
    assert!(
        without.stderr.contains("name some with ca_cert"),
        "{without}"
    );
}

#[test]
fn a_request_and_a_response_larger_than_any_buffer_go_over_tls_whole() {
    let _alone = alone();
    let authority = Authority::new("ours");
    let config = server_config(&TLS13, &authority.local(), None);
    let (url, _) = tls_listener(config, |stream| {
        let answer = well(|_, body| {
            if body.is_empty() {
                return "{}".to_owned();
            }
            let actions = actions_for(body, 9000);
            actions.replace(
                "{\"actions\"",
                &format!("{{\"padding\":\"{}\",\"actions\"", "x".repeat(3_000_000)),
            )
        });
        converse(stream, &answer);
    });
    let place = Workplace::default();
    let ca = authority.written(&place);
    let more = json!({"sensor_count": 9000, "batch_sizes": [40], "measurement_iterations": 3, "repetitions": 1});
    assert_all_succeeded(&measure(&place, more, &["--target", &url, "--cacert", &ca]));
}

#[test]
fn a_certificate_that_is_not_to_be_trusted_is_of_kind_tls() {
    let _alone = alone();
    let authority = Authority::new("ours");
    let expired = |params: &mut CertificateParams| params.not_after = date_time_ymd(2001, 1, 1);
    for (identity, reason) in [
        (Authority::new("another").local(), "UnknownIssuer"),
        (authority.sign("127.0.0.1", expired), "expired"),
        (authority.sign("elsewhere.test", |_| {}), "not valid for"),
    ] {
        let (url, _) = tls_service(server_config(&TLS13, &identity, None));
        let place = Workplace::default();
        let ca = authority.written(&place);
        let ran = measure(&place, json!({}), &["--target", &url, "--cacert", &ca]);
        assert_all_failed(&ran, "tls", reason);
    }
}

#[test]
fn a_client_certificate_is_shown_where_one_is_demanded() {
    let _alone = alone();
    let authority = Authority::new("ours");
    let client = authority.sign("client.test", |params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    for version in [&TLS12, &TLS13] {
        let config = server_config(version, &authority.local(), Some(&authority));
        let (url, _) = tls_service(config);
        let place = Workplace::default();
        let ca = authority.written(&place);
        let options = ["--target", url.as_str(), "--cacert", ca.as_str()];
        assert_all_failed(&measure(&place, json!({}), &options), "tls", "Certificate");

        place.write("client.pem", &client.certificate.pem());
        place.write("client.key", &client.key.serialize_pem());
        let shown = ["--cert", "client.pem", "--key", "client.key"];
        assert_all_succeeded(&measure(
            &place,
            json!({}),
            &[options.as_slice(), &shown].concat(),
        ));
        let tls =
            json!({"ca_cert": "ca.pem", "client_cert": "client.pem", "client_key": "client.key"});
        let more = json!({"target": url, "tls": tls});
        assert_all_succeeded(&measure(&place, more, &[]));
    }
}

#[test]
fn whoever_answers_is_loaded_if_that_is_wanted_and_the_document_says_so() {
    let _alone = alone();
    let stranger = Authority::new("another").sign("elsewhere.test", |_| {});
    let (url, _) = tls_service(server_config(&TLS13, &stranger, None));
    let place = Workplace::default();
    let ran = measure(&place, json!({}), &["--target", &url, "--insecure"]);
    assert_all_succeeded(&ran);
    let said = warning(&ran.document(), "tls_insecure").unwrap();
    assert!(said.contains(&url), "{said}");
}

#[test]
fn a_body_that_tls_does_not_say_was_meant_to_end_is_cut() {
    let _alone = alone();
    let authority = Authority::new("ours");
    for (says_goodbye, kind) in [(true, None), (false, Some("protocol"))] {
        let config = server_config(&TLS13, &authority.local(), None);
        let (url, _) = tls_listener(config, move |mut stream| {
            let mut request = [0; 16 << 10];
            let read = stream.read(&mut request).unwrap_or(0);
            let status = if request[..read].starts_with(b"GET") {
                404
            } else {
                200
            };
            let reply =
                format!("HTTP/1.0 {status} Whatever\r\n\r\n{{\"actions\":[{{}},{{}},{{}}]}}");
            let _ = stream.write_all(reply.as_bytes());
            if says_goodbye {
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        });
        let place = Workplace::default();
        let ca = authority.written(&place);
        let ran = measure(&place, json!({}), &["--target", &url, "--cacert", &ca]);
        let errors = &ran.document()["error_rate"];
        match kind {
            None => assert_all_succeeded(&ran),
            Some(kind) => assert_eq!(errors["by_kind"][kind], errors["requests"], "{ran}"),
        }
    }
}

#[test]
fn a_service_that_does_not_speak_tls_is_of_kind_tls_and_a_silent_one_of_kind_timeout() {
    let _alone = alone();
    let place = Workplace::default();
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", plain.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in plain.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let ran = measure(&place, json!({}), &["--target", &url, "--insecure"]);
    assert_all_failed(&ran, "tls", "corrupt message");

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    let more = json!({"timeout_ms": 50, "measurement_iterations": 2});
    let ran = measure(&place, more, &["--target", &url, "--insecure"]);
    let errors = &ran.document()["error_rate"];
    assert_eq!(errors["by_kind"]["timeout"], errors["requests"], "{errors}");
}

#[test]
fn a_certificate_file_that_cannot_be_used_ends_the_run_before_it_begins() {
    let place = Workplace::default();
    place.write("empty.pem", "");
    let url = "https://127.0.0.1:1";
    for (options, expected) in [
        (
            vec!["--cacert", "nowhere.pem"],
            "nowhere.pem: cannot be read",
        ),
        (
            vec!["--cacert", "empty.pem"],
            "empty.pem: found no certificate",
        ),
        (
            vec!["--insecure", "--cert", "empty.pem"],
            "empty.pem: expected a private key",
        ),
    ] {
        let options = [vec!["--target", url], options].concat();
        let ran = measure(&place, json!({}), &options);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran}");
        assert!(ran.stderr.contains(expected), "{ran}");
    }
}

#[test]
fn a_name_that_does_not_resolve_is_of_kind_dns() {
    let _alone = alone();
    let place = Workplace::default();
    for url in [
        "http://no-such-host.invalid",
        "https://no-such-host.invalid",
    ] {
        let ran = measure(&place, json!({}), &["--target", url, "--insecure"]);
        assert_all_failed(&ran, "dns", "the name does not resolve");
    }
}

#[test]
fn an_ipv6_address_is_loaded() {
    let _alone = alone();
    // On a machine without IPv6 there is nothing to be tested.
    let Ok(listener) = TcpListener::bind("[::1]:0") else {
        return;
    };
    let url = format!("http://[::1]:{}", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || converse(stream, &well(policy)));
        }
    });
    let place = Workplace::default();
    assert_all_succeeded(&measure(&place, json!({}), &["--target", &url]));
}

#[test]
fn a_unix_domain_socket_is_loaded() {
    let _alone = alone();
    let place = Workplace::default();
    let path = place.path("app.sock");
    let listener = UnixListener::bind(&path).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                let answer = well(|head, body| {
                    assert!(head.contains("Host: localhost\r\n"), "{head}");
                    assert!(head.contains(" /api/"), "{head}");
                    policy(head, body)
                });
                converse(stream, &answer);
            });
        }
    });
    let url = format!("unix:{}:/api", path.display());
    let ran = measure(&place, json!({"target": url}), &[]);
    assert_all_succeeded(&ran);
    assert_eq!(ran.document()["run"]["target"], url);
}

#[test]
fn a_full_backlog_is_waited_for_and_is_no_failure() {
    let _alone = alone();
    let place = Workplace::default();
    let path = place.path("app.sock");
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    socket.bind(&SockAddr::unix(&path).unwrap()).unwrap();
    socket.listen(0).unwrap();
    let listener = UnixListener::from(std::os::fd::OwnedFd::from(socket));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::sleep(Duration::from_millis(5));
            thread::spawn(move || converse(stream, &well(policy)));
        }
    });
    let url = format!("unix:{}", path.display());
    let more = json!({"target": url, "concurrent_requests": 12, "duration_seconds": 0.5});
    assert_all_succeeded(&measure(&place, more, &[]));
}

#[test]
fn a_socket_that_is_not_there_is_of_kind_connect() {
    let _alone = alone();
    let place = Workplace::default();
    let url = format!("unix:{}", place.path("nowhere.sock").display());
    let ran = measure(&place, json!({"target": url}), &[]);
    assert_all_failed(&ran, "connect", "No such file");
}
