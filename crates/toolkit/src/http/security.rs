use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WantsClientCert, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use schema::configuration::Tls;

use crate::ToolkitError;

/// Whom `https` connections trust and what they show. Files are read when the first such connection is to be
/// opened, once: a run that needs none pays for none.
#[derive(Clone, Debug, Default)]
pub struct Security {
    trust: Trust,
    identity: Option<Identity>,
    secured: OnceLock<Secured>,
}

/// What was read of it.
#[derive(Clone, Debug)]
pub(super) struct Secured {
    pub(super) config: Arc<ClientConfig>,
    pub(super) verifier: Arc<dyn ServerCertVerifier>,
}

/// Whose certificates are taken.
#[derive(Clone, Debug, Default)]
pub enum Trust {
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
pub struct Identity {
    certificate: PathBuf,
    key: PathBuf,
}

impl Security {
    /// What a configuration says, whose paths are relative to `folder`.
    pub fn configured(configured: Option<&Tls>, folder: &Path) -> Security {
        let trust = match configured {
            Some(Tls { insecure: true, .. }) => Trust::Anyone,
            Some(Tls {
                ca_cert: Some(file),
                ..
            }) => Trust::File(folder.join(file)),
            _ => Trust::System,
        };
        let identity = configured.and_then(|tls| {
            let certificate = tls.client_cert.as_ref()?;
            Some(Identity::new(
                folder,
                certificate,
                tls.client_key.as_deref(),
            ))
        });
        Security {
            trust,
            identity,
            secured: OnceLock::new(),
        }
    }

    /// The same, with another trust.
    pub fn trusting(self, trust: Trust) -> Security {
        Security {
            trust,
            secured: OnceLock::new(),
            ..self
        }
    }

    /// The same, showing another certificate.
    pub fn showing(self, identity: Identity) -> Security {
        Security {
            identity: Some(identity),
            secured: OnceLock::new(),
            ..self
        }
    }

    /// Whether connections are made to whoever answers.
    pub fn trusts_anyone(&self) -> bool {
        matches!(self.trust, Trust::Anyone)
    }

    /// What connections are opened with. An error names the file that cannot be used.
    pub fn client_config(&self) -> Result<Arc<ClientConfig>, ToolkitError> {
        self.secured().map(|secured| Arc::clone(&secured.config))
    }

    /// The same, with what verifies the service's certificate.
    pub(super) fn secured(&self) -> Result<&Secured, ToolkitError> {
        if let Some(secured) = self.secured.get() {
            return Ok(secured);
        }
        let read = self.read()?;
        Ok(self.secured.get_or_init(|| read))
    }

    fn read(&self) -> Result<Secured, ToolkitError> {
        let provider = Arc::new(ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match &self.trust {
            Trust::System => verifier(system_roots()?, &provider)?,
            Trust::File(path) => verifier(roots_in(path)?, &provider)?,
            Trust::Anyone => Arc::new(AnyCertificate(Arc::clone(&provider))),
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier));
        let mut config = match &self.identity {
            Some(identity) => identity.shown_by(builder)?,
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Each connection stands for a client that comes anew, whose handshake is whole.
        config.resumption = Resumption::disabled();
        Ok(Secured {
            config: Arc::new(config),
            verifier,
        })
    }
}

fn verifier(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, ToolkitError> {
    let provider = Arc::clone(provider);
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        // Only lists of revocations can be wrong, and there are none.
        .map_err(|_| ToolkitError::NoRootCertificates)
}

impl Identity {
    /// In these files, which are relative to `folder`; without a `key`, it is in the file of the certificate.
    pub fn new(folder: &Path, certificate: &str, key: Option<&str>) -> Identity {
        let certificate = folder.join(certificate);
        Identity {
            key: key.map_or_else(|| certificate.clone(), |key| folder.join(key)),
            certificate,
        }
    }

    fn shown_by(
        &self,
        builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    ) -> Result<ClientConfig, ToolkitError> {
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

fn system_roots() -> Result<RootCertStore, ToolkitError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // One that is odd is no reason to do without the others.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(ToolkitError::NoRootCertificates);
    }
    Ok(roots)
}

fn roots_in(path: &Path) -> Result<RootCertStore, ToolkitError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates_in(path)? {
        roots
            .add(certificate)
            .map_err(|error| unusable(path, format!("{error}")))?;
    }
    Ok(roots)
}

fn certificates_in(path: &Path) -> Result<Vec<CertificateDer<'static>>, ToolkitError> {
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

fn content(path: &Path) -> Result<Vec<u8>, ToolkitError> {
    fs::read(path).map_err(|error| unusable(path, format!("cannot be read: {error}")))
}

fn unusable(path: &Path, reason: String) -> ToolkitError {
    ToolkitError::Certificate {
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
    use tempfile::TempDir;

    fn configured(tls: Tls) -> Security {
        Security::configured(Some(&tls), "config".as_ref())
    }

    #[test]
    fn paths_are_relative_to_the_configuration() {
        let security = configured(Tls {
            ca_cert: Some("ca.pem".to_owned()),
            client_cert: Some("client.pem".to_owned()),
            client_key: Some("client.key".to_owned()),
            insecure: false,
        });
        assert!(matches!(security.trust, Trust::File(path) if path == Path::new("config/ca.pem")));
        let identity = security.identity.unwrap();
        assert_eq!(identity.key, Path::new("config/client.key"));
        let anyone = configured(Tls {
            insecure: true,
            client_cert: Some("both.pem".to_owned()),
            ..Tls::default()
        });
        assert!(anyone.trusts_anyone());
        let identity = anyone.identity.unwrap();
        assert_eq!(
            (identity.certificate, identity.key),
            ("config/both.pem".into(), "config/both.pem".into()),
            "a certificate's key may stand in its file"
        );
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("ca.pem");
        let refusal = || {
            let security = Security::default().trusting(Trust::File(path.clone()));
            security.client_config().unwrap_err().to_string()
        };
        let missing = refusal();
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
            let refused = refusal();
            assert!(refused.contains(expected), "{refused}");
        }
    }
}
