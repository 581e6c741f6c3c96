use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WantsClientCert};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use schema::configuration::Tls;

use crate::error::BenchError;
use crate::options::Options;

/// Whom `https` connections trust and what they show. Files are read when the first such connection is to be
/// opened, once: a run that needs none pays for none.
#[derive(Clone, Debug, Default)]
pub struct Security {
    trust: Trust,
    identity: Option<Identity>,
    config: OnceLock<Arc<ClientConfig>>,
}

#[derive(Clone, Debug, Default)]
enum Trust {
    /// The root certificates of the system.
    #[default]
    System,
    /// Those in a file, and no others.
    File(PathBuf),
    /// Whoever answers.
    Anyone,
}

/// The client certificate and its private key, which may be one file.
#[derive(Clone, Debug)]
struct Identity {
    certificate: PathBuf,
    key: PathBuf,
}

impl Security {
    /// What the command line says, else the configuration, whose paths are relative to `folder`.
    pub fn find(
        options: &Options,
        configured: Option<&Tls>,
        folder: &Path,
    ) -> Result<Security, BenchError> {
        let trust = match (&options.cacert, options.insecure) {
            (Some(_), true) => {
                return Err(BenchError::Exclusive {
                    one: "--cacert",
                    other: "--insecure",
                });
            }
            (Some(file), false) => Trust::File(PathBuf::from(file)),
            (None, true) => Trust::Anyone,
            (None, false) => match configured {
                Some(Tls { insecure: true, .. }) => Trust::Anyone,
                Some(Tls {
                    ca_cert: Some(file),
                    ..
                }) => Trust::File(folder.join(file)),
                _ => Trust::System,
            },
        };
        let identity = match (&options.cert, &options.key) {
            (None, Some(_)) => {
                return Err(BenchError::Alone {
                    given: "--key",
                    missing: "--cert",
                });
            }
            (Some(certificate), key) => Some(Identity::new("".as_ref(), certificate, key.as_ref())),
            (None, None) => configured.and_then(|tls| {
                let certificate = tls.client_cert.as_ref()?;
                Some(Identity::new(folder, certificate, tls.client_key.as_ref()))
            }),
        };
        Ok(Security {
            trust,
            identity,
            config: OnceLock::new(),
        })
    }

    /// Whether connections are made to whoever answers.
    pub fn trusts_anyone(&self) -> bool {
        matches!(self.trust, Trust::Anyone)
    }

    /// What connections are opened with. An error names the file that cannot be used.
    pub(super) fn client_config(&self) -> Result<Arc<ClientConfig>, BenchError> {
        if let Some(config) = self.config.get() {
            return Ok(Arc::clone(config));
        }
        let read = Arc::new(self.read()?);
        Ok(Arc::clone(self.config.get_or_init(|| read)))
    }

    fn read(&self) -> Result<ClientConfig, BenchError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let builder = match &self.trust {
            Trust::System => builder.with_root_certificates(system_roots()?),
            Trust::File(path) => builder.with_root_certificates(roots_in(path)?),
            Trust::Anyone => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider))),
        };
        let mut config = match &self.identity {
            Some(identity) => identity.shown_by(builder)?,
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Each connection stands for a client that comes anew, whose handshake is whole.
        config.resumption = Resumption::disabled();
        Ok(config)
    }
}

impl Identity {
    fn new(folder: &Path, certificate: &str, key: Option<&String>) -> Identity {
        let certificate = folder.join(certificate);
        Identity {
            key: key.map_or_else(|| certificate.clone(), |key| folder.join(key)),
            certificate,
        }
    }

    fn shown_by(
        &self,
        builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    ) -> Result<ClientConfig, BenchError> {
        let key = PrivateKeyDer::from_pem_slice(&content(&self.key)?).map_err(|error| {
            unusable(
                &self.key,
                format!("expected a private key in PEM, not encrypted: {error}"),
            )
        })?;
        builder
            .with_client_auth_cert(certificates_in(&self.certificate)?, key)
            .map_err(|error| unusable(&self.key, format!("{error}")))
    }
}

fn system_roots() -> Result<RootCertStore, BenchError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // One that is odd is no reason to do without the others.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(BenchError::NoRootCertificates);
    }
    Ok(roots)
}

fn roots_in(path: &Path) -> Result<RootCertStore, BenchError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates_in(path)? {
        roots
            .add(certificate)
            .map_err(|error| unusable(path, format!("{error}")))?;
    }
    Ok(roots)
}

fn certificates_in(path: &Path) -> Result<Vec<CertificateDer<'static>>, BenchError> {
    let certificates = CertificateDer::pem_slice_iter(&content(path)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unusable(path, format!("expected certificates in PEM: {error}")))?;
    if certificates.is_empty() {
        return Err(unusable(
            path,
            "found no certificate, expected at least one in PEM".to_owned(),
        ));
    }
    Ok(certificates)
}

fn content(path: &Path) -> Result<Vec<u8>, BenchError> {
    fs::read(path).map_err(|error| unusable(path, format!("cannot be read: {error}")))
}

fn unusable(path: &Path, reason: String) -> BenchError {
    BenchError::Certificate {
        path: path.to_owned(),
        reason,
    }
}

/// Takes every certificate, whoever it is of and for. That the peer has its key is still verified: it costs what
/// it costs with verification.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argh::FromArgs;
    use std::fmt::Debug;
    use tempfile::TempDir;

    fn found(arguments: &[&str], configured: Option<Tls>) -> Result<Security, BenchError> {
        let arguments = [&["--config", "ci.yaml"], arguments].concat();
        let options = Options::from_args(&["bench-run"], &arguments).unwrap();
        Security::find(&options, configured.as_ref(), "config".as_ref())
    }

    fn refusal<T: Debug>(result: Result<T, BenchError>) -> String {
        result.unwrap_err().to_string()
    }

    fn configured() -> Tls {
        Tls {
            ca_cert: Some("ca.pem".to_owned()),
            client_cert: Some("client.pem".to_owned()),
            client_key: Some("client.key".to_owned()),
            insecure: false,
        }
    }

    #[test]
    fn the_command_line_is_heeded_before_the_configuration_whose_paths_are_relative_to_it() {
        let of_file = found(&[], Some(configured())).unwrap();
        assert!(matches!(of_file.trust, Trust::File(path) if path == Path::new("config/ca.pem")));
        let identity = of_file.identity.unwrap();
        assert_eq!(identity.key, Path::new("config/client.key"));
        let of_options = found(&["--insecure", "--cert", "both.pem"], Some(configured())).unwrap();
        assert!(of_options.trusts_anyone());
        let identity = of_options.identity.unwrap();
        assert_eq!(
            (identity.certificate, identity.key),
            ("both.pem".into(), "both.pem".into()),
            "a certificate's key may stand in its file"
        );
    }

    #[test]
    fn options_that_make_no_sense_together_are_refused() {
        let both = found(&["--insecure", "--cacert", "ca.pem"], None);
        assert_eq!(refusal(both), "--cacert and --insecure exclude each other");
        assert_eq!(
            refusal(found(&["--key", "a.key"], None)),
            "--key needs --cert"
        );
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("ca.pem");
        let config = || {
            let options = ["--cacert", path.to_str().unwrap()];
            found(&options, None).unwrap().client_config()
        };
        let missing = refusal(config());
        assert!(
            missing.contains("ca.pem: cannot be read: No such file"),
            "{missing}"
        );
        for (content, expected) in [
            ("", "ca.pem: found no certificate"),
            (
                "-----BEGIN CERTIFICATE-----\nno base64!\n-----END CERTIFICATE-----\n",
                "ca.pem: expected certificates in PEM",
            ),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "ca.pem: invalid peer certificate",
            ),
        ] {
            fs::write(&path, content).unwrap();
            let refused = refusal(config());
            assert!(refused.contains(expected), "{refused}");
        }
    }
}
