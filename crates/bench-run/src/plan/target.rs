use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use http::Uri;
use toolkit::http::without_user;

use crate::error::BenchError;

const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// The address of a service, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As it may be printed.
    pub url: String,
    /// Host and port as in the Host header.
    pub authority: String,
    /// What stands before `/predict`, without a slash at the end.
    pub path: String,
    host: String,
    port: u16,
}

impl Target {
    /// Takes an `http://` address apart.
    pub fn parse(url: &str) -> Result<Target, BenchError> {
        let refuse = |reason: String| BenchError::Target {
            target: without_user(url),
            reason,
        };
        let uri: Uri = url.parse().map_err(|error| refuse(format!("{error}")))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => {
                return Err(refuse(
                    "https is not spoken yet; found https, expected http".to_owned(),
                ));
            }
            _ => {
                return Err(refuse(
                    "expected an address as in http://127.0.0.1:8080".to_owned(),
                ));
            }
        }
        if without_user(url) != url {
            return Err(refuse(
                "a user name or password in the address is not sent; leave it out".to_owned(),
            ));
        }
        if uri.query().is_some() {
            return Err(refuse(
                "found a query, expected none: paths are appended to the address".to_owned(),
            ));
        }
        let (Some(host), Some(authority)) = (uri.host(), uri.authority()) else {
            return Err(refuse("found no host".to_owned()));
        };
        // The parser of addresses knows no port outside its range, and would have us load port 80 instead.
        let after_host = authority
            .as_str()
            .rsplit_once(']')
            .map_or(authority.as_str(), |(_, rest)| rest);
        let port = match after_host.rsplit_once(':') {
            None => 80,
            Some((_, port)) => port
                .parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| refuse(format!("found port \"{port}\", expected 1 to 65535")))?,
        };
        Ok(Target {
            url: url.trim_end_matches('/').to_owned(),
            authority: authority.as_str().to_owned(),
            path: uri.path().trim_end_matches('/').to_owned(),
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
        })
    }

    /// The socket address to load: of those that the name stands for, the first that accepts a connection, else the first.
    pub fn resolve(&self) -> Result<SocketAddr, BenchError> {
        let refuse = |reason: String| BenchError::Target {
            target: self.url.clone(),
            reason,
        };
        let addresses: Vec<SocketAddr> = (self.host.as_str(), self.port)
            .to_socket_addrs()
            .map_err(|error| refuse(format!("the name does not resolve: {error}")))?
            .collect();
        let answers =
            |address: &&SocketAddr| TcpStream::connect_timeout(address, PROBE_TIMEOUT).is_ok();
        let address = match addresses.as_slice() {
            [only] => Some(only),
            several => several.iter().find(answers).or(several.first()),
        };
        address
            .copied()
            .ok_or_else(|| refuse("the name stands for no address".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        Target::parse(url).unwrap_err().to_string()
    }

    #[test]
    fn an_address_is_taken_apart() {
        let target = Target::parse("http://[::1]:8080/api/v1/").unwrap();
        assert_eq!(
            (target.authority.as_str(), target.path.as_str()),
            ("[::1]:8080", "/api/v1")
        );
        assert_eq!(target.resolve().unwrap(), "[::1]:8080".parse().unwrap());
        assert_eq!(
            Target::parse("http://127.0.0.1")
                .unwrap()
                .resolve()
                .unwrap()
                .port(),
            80
        );
    }

    #[test]
    fn what_cannot_be_loaded_is_refused_and_no_password_is_printed() {
        assert!(refusal("ftp://host").contains("expected an address as in http://127.0.0.1:8080"));
        assert!(refusal("https://host").contains("https is not spoken yet"));
        let secret = refusal("http://me:secret@host");
        assert!(
            secret.contains("user name or password") && !secret.contains("secret@"),
            "{secret}"
        );
        for port in ["99999", "8x", "", "0", "80."] {
            assert!(
                refusal(&format!("http://127.0.0.1:{port}")).contains("port"),
                "{port}"
            );
            assert!(
                refusal(&format!("http://[::1]:{port}/api")).contains("port"),
                "{port}"
            );
        }
        assert!(refusal("http://host/?a=b").contains("query"));
    }
}
