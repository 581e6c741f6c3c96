//! Where a started process says on its stdout that it serves.

use std::io::{self, BufRead, BufReader, Read};
use std::net::{IpAddr, TcpListener};
use std::process::ChildStdout;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use rustix::system::uname;

use crate::plan::{Place, Target};

const LONGEST_LINE_BYTES: u64 = 64 << 10;
const SCHEMES: [&str; 3] = ["http://", "https://", "unix:/"];

/// The addresses that a process says on stdout, as long as somebody receives them. Its stdout is read to the end, so
/// that it never blocks on it.
pub fn addresses_on(stdout: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        let mut line = Vec::new();
        let mut is_heard = true;
        while is_heard
            && (&mut stdout)
                .take(LONGEST_LINE_BYTES)
                .read_until(b'\n', &mut line)
                .is_ok_and(|read| read > 0)
        {
            is_heard = addresses_in(&String::from_utf8_lossy(&line))
                .all(|address| sender.send(address).is_ok());
            line.clear();
        }
        io::copy(&mut stdout, &mut io::sink())
    });
    receiver
}

/// Why an address cannot be that of a process on this machine, if so: what a server says before its own address, of
/// its documentation say, is a stranger's.
pub fn refusal(address: &str) -> Option<String> {
    match Target::of_page(address) {
        Err(error) => Some(error.to_string()),
        Ok((Target { place, url, .. }, _)) => {
            (!is_here(&place)).then(|| format!("{url} is not on this machine"))
        }
    }
}

/// Of names only those are known that need not be asked for elsewhere.
fn is_here(place: &Place) -> bool {
    let Place::Host { name, .. } = place else {
        return true;
    };
    match name.parse::<IpAddr>() {
        // The kernel lets only addresses of this machine be listened at.
        Ok(address) => address.is_loopback() || TcpListener::bind((address, 0)).is_ok(),
        Err(_) => {
            let own = uname();
            ["localhost", &own.nodename().to_string_lossy()]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
        }
    }
}

/// The addresses in a line, without the punctuation, brackets and colours around them.
fn addresses_in(line: &str) -> impl Iterator<Item = String> {
    let around = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, '"' | '\'' | '<' | '>' | '(' | ')')
    };
    line.split(around).filter_map(|word| {
        let start = SCHEMES
            .iter()
            .filter_map(|scheme| word.find(scheme))
            .min()?;
        let address = word[start..].trim_end_matches(['.', ',', ';', ':', '/']);
        Some(address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_whatever_a_server_says_around_it() {
        for (line, address) in [
            (
                "listening on http://127.0.0.1:8080\n",
                "http://127.0.0.1:8080",
            ),
            (
                "INFO: Uvicorn running on http://127.0.0.1:8080 (Press CTRL+C to quit)",
                "http://127.0.0.1:8080",
            ),
            (
                "Serving at (https://127.0.0.1:8080).",
                "https://127.0.0.1:8080",
            ),
            (
                "\u{1b}[32mhttp://127.0.0.1:8080/\u{1b}[0m",
                "http://127.0.0.1:8080",
            ),
            ("url=\"http://127.0.0.1:8080\",", "http://127.0.0.1:8080"),
            (
                "Listening at: unix:/run/app.sock (4242)",
                "unix:/run/app.sock",
            ),
        ] {
            assert_eq!(addresses_in(line).collect::<Vec<_>>(), [address], "{line}");
        }
        assert_eq!(addresses_in("starting up").count(), 0);
        let both = "docs at https://example.com, listening on http://127.0.0.1:8080";
        assert_eq!(
            addresses_in(both).collect::<Vec<_>>(),
            ["https://example.com", "http://127.0.0.1:8080"]
        );
    }

    #[test]
    fn an_address_of_this_machine_is_told_from_that_of_a_stranger() {
        let named = format!("http://{}:80", uname().nodename().to_string_lossy());
        for here in [
            "http://127.0.0.1:8080",
            "http://127.8.9.10",
            "http://0.0.0.0:8080",
            "http://[::1]:8080",
            "https://LocalHost/api?a=b",
            "unix:/run/app.sock",
            named.as_str(),
        ] {
            assert_eq!(refusal(here), None);
        }
        // A range that is kept for examples, and names that are nobody's.
        for stranger in [
            "http://192.0.2.1:8080",
            "http://[2001:db8::1]",
            "https://example.com",
            "http://localhost.example.com",
        ] {
            let refusal = refusal(stranger).unwrap();
            assert_eq!(refusal, format!("{stranger} is not on this machine"));
        }
        assert!(refusal("http").is_some());
        let secret = refusal("http://me:secret@127.0.0.1").unwrap();
        assert!(!secret.contains("secret"), "{secret}");
    }
}
