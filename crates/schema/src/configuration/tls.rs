use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;

/// Whom `https` connections trust and what they show. Paths are relative to the folder of the file that says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Root certificates to trust in place of the system's, in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_cert: Option<String>,
    /// Client certificate to show, in PEM, with those between it and its root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_cert: Option<String>,
    /// Private key of the client certificate, in PEM. Default: in the file of `client_cert`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_key: Option<String>,
    /// Takes any certificate of the service, with a warning. Default false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insecure: bool,
}

impl Tls {
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.insecure && self.ca_cert.is_some() {
            problems.push(Problem::new(
                "insecure",
                "`ca_cert` and `insecure`",
                "one of them",
            ));
        }
        if self.client_key.is_some() && self.client_cert.is_none() {
            problems.push(Problem::new(
                "client_key",
                "no `client_cert`",
                "the certificate that the key belongs to",
            ));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths_of_problems(tls: &Tls) -> Vec<String> {
        tls.problems()
            .into_iter()
            .map(|problem| problem.path)
            .collect()
    }

    #[test]
    fn keys_that_make_no_sense_together_are_refused() {
        let file = Some("a.pem".to_owned());
        let nobody_and_anyone = Tls {
            ca_cert: file.clone(),
            insecure: true,
            ..Tls::default()
        };
        assert_eq!(paths_of_problems(&nobody_and_anyone), ["insecure"]);
        let key_alone = Tls {
            client_key: file.clone(),
            ..Tls::default()
        };
        assert_eq!(paths_of_problems(&key_alone), ["client_key"]);
        let pair = Tls {
            client_cert: file.clone(),
            client_key: file,
            insecure: true,
            ..Tls::default()
        };
        assert!(paths_of_problems(&pair).is_empty());
    }
}
