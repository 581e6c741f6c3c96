//! Services: their addresses, whom their connections trust, and one request at a time to them.

mod certificate;
mod client;
mod connection;
mod security;
mod target;
mod trace;

pub use certificate::Certificate;
pub use client::{Client, Exchange, Failure, FailureKind, Request};
pub use security::{Identity, Security, Trust};
pub use target::{Place, Target};

/// A text, an address or a command say, without the users and passwords that may stand in the addresses in it.
pub fn without_user(text: &str) -> String {
    let mut printed = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("://") {
        let authority_end = behind
            .find(|character: char| {
                matches!(character, '/' | '?' | '#') || character.is_whitespace()
            })
            .unwrap_or(behind.len());
        let host = behind[..authority_end].rfind('@').map_or(0, |at| at + 1);
        printed += before;
        printed += "://";
        rest = &behind[host..];
    }
    printed + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_printed_without_its_password() {
        assert_eq!(
            without_user("http://me:secret@host:80/a@b"),
            "http://host:80/a@b"
        );
        assert_eq!(without_user("http://host/?at=@"), "http://host/?at=@");
    }

    #[test]
    fn a_command_is_printed_without_any_password_and_else_as_it_is() {
        for (command, printed) in [
            (
                "app --db postgres://u:secret@db/x --mail me@host",
                "app --db postgres://db/x --mail me@host",
            ),
            (
                "app --db=postgres://u:secret@db --cache=redis://:secret@cache:1",
                "app --db=postgres://db --cache=redis://cache:1",
            ),
            (
                "--brokers=amqp://u:secret@a,amqp://u:p@secret@b",
                "--brokers=amqp://a,amqp://b",
            ),
            (
                "sh -c 'exec app http://host me@host'",
                "sh -c 'exec app http://host me@host'",
            ),
            ("://", "://"),
        ] {
            assert_eq!(without_user(command), printed);
        }
    }
}
