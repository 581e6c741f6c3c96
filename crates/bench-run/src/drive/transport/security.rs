use std::path::{Path, PathBuf};

use schema::configuration::Tls;
use toolkit::http::{Identity, Security, Trust};

use crate::error::BenchError;
use crate::options::Options;

/// Whom connections trust and what they show: what the command line says, else the configuration, whose paths are relative
/// to `folder`.
pub fn find(
    options: &Options,
    configured: Option<&Tls>,
    folder: &Path,
) -> Result<Security, BenchError> {
    let mut security = Security::configured(configured, folder);
    match (&options.cacert, options.insecure) {
        (Some(_), true) => {
            return Err(BenchError::Exclusive {
                one: "--cacert",
                other: "--insecure",
            });
        }
        (Some(file), false) => security = security.trusting(Trust::File(PathBuf::from(file))),
        (None, true) => security = security.trusting(Trust::Anyone),
        (None, false) => {}
    }
    match (&options.cert, &options.key) {
        (None, Some(_)) => Err(BenchError::Alone {
            given: "--key",
            missing: "--cert",
        }),
        (Some(certificate), key) => {
            let identity = Identity::new("".as_ref(), certificate, key.as_deref());
            Ok(security.showing(identity))
        }
        (None, None) => Ok(security),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argh::FromArgs;

    fn found(arguments: &[&str], configured: Option<Tls>) -> Result<Security, BenchError> {
        let arguments = [&["--config", "ci.yaml"], arguments].concat();
        let options = Options::from_args(&["bench-run"], &arguments).unwrap();
        find(&options, configured.as_ref(), "config".as_ref())
    }

    fn refusal(arguments: &[&str]) -> String {
        found(arguments, None).unwrap_err().to_string()
    }

    #[test]
    fn the_command_line_is_heeded_before_the_configuration() {
        let configured = Tls {
            ca_cert: Some("ca.pem".to_owned()),
            ..Tls::default()
        };
        let of_file = found(&[], Some(configured.clone())).unwrap();
        assert!(!of_file.trusts_anyone());
        let of_options = found(&["--insecure"], Some(configured)).unwrap();
        assert!(of_options.trusts_anyone());
        let insecure = Tls {
            insecure: true,
            ..Tls::default()
        };
        let of_options = found(&["--cacert", "ca.pem"], Some(insecure)).unwrap();
        assert!(!of_options.trusts_anyone());
    }

    #[test]
    fn options_that_make_no_sense_together_are_refused() {
        assert_eq!(
            refusal(&["--insecure", "--cacert", "ca.pem"]),
            "--cacert and --insecure exclude each other"
        );
        assert_eq!(refusal(&["--key", "a.key"]), "--key needs --cert");
    }
}
