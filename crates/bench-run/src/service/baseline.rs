//! The second service of a duel, as `--duel` names it.

use std::path::PathBuf;

use schema::configuration::Serve;
use schema::evidence::PairingRole;
use toolkit::http::without_user;

use super::memory::MemoryChoice;
use super::{Destination, Kind};
use crate::error::BenchError;
use crate::plan::Target;

impl Destination {
    /// The service that this one is held against: at an address, or served by a command under this one's settings.
    pub(super) fn baseline(&self, service: &str) -> Result<Destination, BenchError> {
        let (input, kind) = if is_address(service) {
            (None, Kind::Remote(Target::parse(service)?))
        } else {
            (self.input.clone(), self.served_by(words(service)?))
        };
        Ok(Destination {
            role: Some(PairingRole::Baseline),
            environment: None,
            input,
            kind,
            keep_server: self.keep_server,
            memory: MemoryChoice::default(),
            security: self.security.clone(),
        })
    }

    fn served_by(&self, command: Vec<String>) -> Kind {
        match &self.kind {
            Kind::Served { serve, folder } => Kind::Served {
                serve: Serve {
                    command,
                    ..serve.clone()
                },
                folder: folder.clone(),
            },
            Kind::Remote(_) => Kind::Served {
                serve: Serve {
                    command,
                    ready: None,
                    ready_timeout_ms: None,
                    cpus: None,
                    working_directory: None,
                },
                folder: PathBuf::new(),
            },
        }
    }
}

/// An address that is an argument of a command makes none of the command.
fn is_address(service: &str) -> bool {
    let first = service.split_whitespace().next().unwrap_or_default();
    first.contains("://") || first.starts_with("unix:")
}

/// Program and arguments, split as a shell would; nothing is expanded.
fn words(command: &str) -> Result<Vec<String>, BenchError> {
    let refuse = |reason: String| BenchError::Duel {
        command: without_user(command),
        reason,
    };
    let words = shell_words::split(command).map_err(|error| refuse(error.to_string()))?;
    if words.first().is_none_or(String::is_empty) {
        return Err(refuse(
            "found no program, expected an address or a command".to_owned(),
        ));
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_a_command() {
        for address in [
            "http://127.0.0.1:8080",
            "https://host/",
            "unix:/run/service",
        ] {
            assert!(is_address(address), "{address}");
        }
        for command in [
            "serve",
            "./serve --port 0",
            "serve --behind http://proxy:3128",
            "",
        ] {
            assert!(!is_address(command), "{command}");
        }
    }

    #[test]
    fn a_command_is_split_as_a_shell_would_and_nothing_is_expanded() {
        assert_eq!(
            words(r#"serve 'a b' "c \" d" e\ f $HOME *"#).unwrap(),
            ["serve", "a b", "c \" d", "e f", "$HOME", "*"]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_and_a_command_without_a_program_are_refused() {
        let refusal = |command: &str| words(command).unwrap_err().to_string();
        assert_eq!(
            refusal("serve 'a b"),
            "--duel serve 'a b: missing closing quote"
        );
        for nothing in ["", "  ", "''"] {
            assert!(refusal(nothing).contains("found no program"), "{nothing}");
        }
    }
}
