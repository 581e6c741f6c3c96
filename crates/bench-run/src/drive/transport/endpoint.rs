use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::os::unix::net::SocketAddr as UnixAddress;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;

use crate::error::BenchError;
use crate::plan::{Place, Target};
use toolkit::ToolkitError;
use toolkit::http::Security;

const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// What a connection is opened to.
#[derive(Clone, Debug)]
pub enum Endpoint {
    /// A port, spoken to in plain.
    Tcp(SocketAddr),
    /// A port, spoken to over TLS.
    Tls {
        /// The port.
        address: SocketAddr,
        /// For whom its certificate must be.
        name: ServerName<'static>,
        /// What is trusted and shown.
        config: Arc<ClientConfig>,
    },
    /// A Unix domain socket.
    Unix(UnixAddress),
    /// A name that stands for no address, and why: each request to it fails, the run does not.
    Unresolved(String),
}

impl Endpoint {
    /// Where a target is now: its name is resolved, and what `security` names is read if the target is `https`.
    pub fn find(target: &Target, security: &Security) -> Result<Endpoint, BenchError> {
        let (name, port, tls) = match &target.place {
            Place::Unix(address) => return Ok(Endpoint::Unix(address.clone())),
            Place::Host { name, port, tls } => (name.as_str(), *port, *tls),
        };
        let secured = if tls {
            let server =
                ServerName::try_from(name.to_owned()).map_err(|error| ToolkitError::Target {
                    target: target.url.clone(),
                    reason: format!("no certificate can be for this host: {error}"),
                })?;
            Some((server, security.client_config()?))
        } else {
            None
        };
        Ok(match (resolve(name, port), secured) {
            (Err(reason), _) => Endpoint::Unresolved(reason),
            (Ok(address), None) => Endpoint::Tcp(address),
            (Ok(address), Some((name, config))) => Endpoint::Tls {
                address,
                name,
                config,
            },
        })
    }
}

/// Of the addresses that a name stands for, the first that accepts a connection, else the first.
fn resolve(name: &str, port: u16) -> Result<SocketAddr, String> {
    let addresses: Vec<SocketAddr> = (name, port)
        .to_socket_addrs()
        .map_err(|error| format!("the name does not resolve: {error}"))?
        .collect();
    let answers =
        |address: &&SocketAddr| TcpStream::connect_timeout(address, PROBE_TIMEOUT).is_ok();
    let address = match addresses.as_slice() {
        [only] => Some(only),
        several => several.iter().find(answers).or(several.first()),
    };
    address
        .copied()
        .ok_or_else(|| "the name stands for no address".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(url: &str) -> Endpoint {
        Endpoint::find(&Target::parse(url).unwrap(), &Security::default()).unwrap()
    }

    #[test]
    fn an_address_that_is_written_out_is_taken_as_it_stands() {
        for (url, expected) in [
            ("http://[::1]:8080/api", "[::1]:8080"),
            ("http://127.0.0.1", "127.0.0.1:80"),
        ] {
            let Endpoint::Tcp(address) = found(url) else {
                panic!("{url}")
            };
            assert_eq!(address, expected.parse().unwrap());
        }
    }

    #[test]
    fn a_path_is_a_unix_domain_socket() {
        let Endpoint::Unix(address) = found("unix:/run/app.sock") else {
            panic!("another endpoint")
        };
        assert_eq!(address.as_pathname(), Some("/run/app.sock".as_ref()));
    }
}
