use std::os::unix::net::SocketAddr as UnixAddress;

use http::Uri;
use http::uri::PathAndQuery;

use super::without_user;
use crate::ToolkitError;

/// The address of a service, taken apart.
#[derive(Clone, Debug)]
pub struct Target {
    /// As it may be printed.
    pub url: String,
    /// Host and port as in the Host header.
    pub authority: String,
    /// What stands before `/predict`, without a slash at the end.
    pub path: String,
    /// Where it is on the network or on this machine.
    pub place: Place,
}

/// Where a service is.
#[derive(Clone, Debug)]
pub enum Place {
    /// At a port.
    Host {
        /// A name or an address, IPv6 without its brackets.
        name: String,
        /// The port.
        port: u16,
        /// Whether TLS is spoken there.
        tls: bool,
    },
    /// At a Unix domain socket.
    Unix(UnixAddress),
}

impl Target {
    /// Takes `http://host`, `https://host` or `unix:/path/of/a.socket` apart. What is loaded may stand deeper:
    /// `https://host/prefix`, `unix:/path/of/a.socket:/prefix`.
    pub fn parse(url: &str) -> Result<Target, ToolkitError> {
        let (service, path) = Target::of_page(url)?;
        if path.contains('?') {
            return Err(refused(
                url,
                "found a query, expected none: paths are appended to the address",
            ));
        }
        Ok(Target {
            url: url.trim_end_matches('/').to_owned(),
            path: path.trim_end_matches('/').to_owned(),
            ..service
        })
    }

    /// Takes the address of a page apart, in the same forms: the service, and the page's path with its query.
    pub fn of_page(url: &str) -> Result<(Target, String), ToolkitError> {
        match url.strip_prefix("unix:") {
            Some(rest) => unix_page(url, rest),
            None => host_page(url),
        }
    }
}

fn refused(url: &str, reason: impl Into<String>) -> ToolkitError {
    ToolkitError::Target {
        target: without_user(url),
        reason: reason.into(),
    }
}

fn unix_page(url: &str, rest: &str) -> Result<(Target, String), ToolkitError> {
    let (socket, path) = match rest.find(":/") {
        Some(end) => (&rest[..end], &rest[end + 1..]),
        None => (rest, "/"),
    };
    if !socket.starts_with('/') {
        return Err(refused(
            url,
            "expected the whole path of a socket as in unix:/run/app.sock",
        ));
    }
    let address =
        UnixAddress::from_pathname(socket).map_err(|error| refused(url, format!("{error}")))?;
    let path: PathAndQuery = path
        .parse()
        .map_err(|error| refused(url, format!("{path}: {error}")))?;
    let service = Target {
        url: format!("unix:{socket}"),
        authority: "localhost".to_owned(),
        path: String::new(),
        place: Place::Unix(address),
    };
    Ok((service, path.as_str().to_owned()))
}

fn host_page(url: &str) -> Result<(Target, String), ToolkitError> {
    let uri: Uri = url
        .parse()
        .map_err(|error| refused(url, format!("{error}")))?;
    let (scheme, tls) = match uri.scheme_str() {
        Some("http") => ("http", false),
        Some("https") => ("https", true),
        _ => {
            return Err(refused(
                url,
                "expected an address as in http://127.0.0.1:8080, https://host or unix:/run/app.sock",
            ));
        }
    };
    if without_user(url) != url {
        return Err(refused(
            url,
            "a user name or password in the address is not sent; leave it out",
        ));
    }
    let (Some(host), Some(authority)) = (uri.host(), uri.authority()) else {
        return Err(refused(url, "found no host"));
    };
    // The parser of addresses knows no port outside its range, and would have us load port 80 instead.
    let after_host = authority
        .as_str()
        .rsplit_once(']')
        .map_or(authority.as_str(), |(_, rest)| rest);
    let port =
        match after_host.rsplit_once(':') {
            None if tls => 443,
            None => 80,
            Some((_, port)) => port.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
                refused(url, format!("found port \"{port}\", expected 1 to 65535"))
            })?,
        };
    let service = Target {
        url: format!("{scheme}://{authority}"),
        authority: authority.as_str().to_owned(),
        path: String::new(),
        place: Place::Host {
            name: host.trim_matches(['[', ']']).to_owned(),
            port,
            tls,
        },
    };
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    Ok((service, path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        Target::parse(url).unwrap_err().to_string()
    }

    /// Host, port and whether TLS is spoken.
    fn host(url: &str) -> (String, u16, bool) {
        match Target::parse(url).unwrap().place {
            Place::Host { name, port, tls } => (name, port, tls),
            Place::Unix(address) => panic!("{address:?}"),
        }
    }

    #[test]
    fn an_address_is_taken_apart() {
        let target = Target::parse("http://[::1]:8080/api/v1/").unwrap();
        assert_eq!(
            (target.authority.as_str(), target.path.as_str()),
            ("[::1]:8080", "/api/v1")
        );
        assert_eq!(target.url, "http://[::1]:8080/api/v1");
        assert_eq!(host("http://[::1]:8080"), ("::1".to_owned(), 8080, false));
        assert_eq!(host("http://127.0.0.1").1, 80);
        assert_eq!(host("https://host/"), ("host".to_owned(), 443, true));
        assert_eq!(host("https://[::1]:8443").1, 8443);
    }

    #[test]
    fn a_unix_domain_socket_is_a_path_and_what_stands_behind_it() {
        for (url, path) in [
            ("unix:/run/app.sock", ""),
            ("unix:/run/app.sock:/", ""),
            ("unix:/run/app.sock:/api/", "/api"),
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!(
                (target.path.as_str(), target.authority.as_str()),
                (path, "localhost")
            );
            let Place::Unix(address) = target.place else {
                panic!("{url}")
            };
            assert_eq!(address.as_pathname(), Some("/run/app.sock".as_ref()));
        }
        assert!(refusal("unix:app.sock").contains("as in unix:/run/app.sock"));
        assert!(refusal("unix:").contains("as in unix:/run/app.sock"));
        assert!(refusal(&format!("unix:/{}", "long".repeat(50))).contains("path must be shorter"));
        assert!(refusal("unix:/run/app.sock:/a b").contains("/a b: invalid"));
        assert!(refusal("unix:/run/app.sock:/?a=b").contains("query"));
    }

    #[test]
    fn the_address_of_a_page_is_a_service_and_what_to_ask_of_it() {
        for (url, service, page) in [
            (
                "http://host:1/ready?deep=1",
                "http://host:1",
                "/ready?deep=1",
            ),
            ("https://host", "https://host", "/"),
            (
                "unix:/run/app.sock:/ready?deep=1",
                "unix:/run/app.sock",
                "/ready?deep=1",
            ),
        ] {
            let (target, path) = Target::of_page(url).unwrap();
            assert_eq!((target.url.as_str(), path.as_str()), (service, page));
            assert_eq!(target.path, "");
        }
    }

    #[test]
    fn what_cannot_be_loaded_is_refused_and_no_password_is_printed() {
        assert!(refusal("ftp://host").contains("expected an address as in http://127.0.0.1:8080"));
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
