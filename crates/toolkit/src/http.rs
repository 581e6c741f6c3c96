//! Single requests (readiness, metadata), never load: ureq without redirects, proxies or unlimited waiting.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

use crate::ToolkitError;

const LARGEST_BODY_BYTES: u64 = 1 << 20;

/// A client with one time limit for everything that a request does.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
}

/// What a service answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, of at most a megabyte.
    pub body: Vec<u8>,
}

impl Client {
    /// A client whose requests take at most `timeout`, whole.
    pub fn new(timeout: Duration) -> Client {
        let configuration = Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build();
        Client {
            agent: configuration.into(),
        }
    }

    /// GET; every status is an answer.
    pub fn get(&self, url: &str) -> Result<Answer, ToolkitError> {
        let failed = |error: ureq::Error| ToolkitError::Http {
            url: without_user(url),
            message: error.to_string(),
        };
        let mut response = self.agent.get(url).call().map_err(failed)?;
        let body = response
            .body_mut()
            .with_config()
            .limit(LARGEST_BODY_BYTES)
            .read_to_vec()
            .map_err(failed)?;
        Ok(Answer {
            status: response.status().as_u16(),
            body,
        })
    }

    /// GET of a JSON value; another status than 200 or another content is `None`: the service has no such page.
    pub fn get_json(&self, url: &str) -> Result<Option<Value>, ToolkitError> {
        let answer = self.get(url)?;
        Ok((answer.status == 200)
            .then(|| serde_json::from_slice(&answer.body).ok())
            .flatten())
    }
}

/// An address without the user and password that may stand in it.
pub fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..authority_end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    #[test]
    fn a_redirect_is_an_answer_and_is_not_followed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let location = format!("{url}elsewhere");
        let service = std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let length = connection.read(&mut request).unwrap();
            assert!(request[..length].starts_with(b"GET / "));
            let answer =
                format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
            connection.write_all(answer.as_bytes()).unwrap();
            // The client would come again on this connection.
            connection.read(&mut request).unwrap()
        });
        let client = Client::new(Duration::from_secs(5));
        assert_eq!(client.get(&url).unwrap().status, 302);
        drop(client);
        assert_eq!(service.join().unwrap(), 0, "a second request");
    }

    #[test]
    fn an_address_is_printed_without_its_password() {
        assert_eq!(
            without_user("http://me:secret@host:80/a@b"),
            "http://host:80/a@b"
        );
        assert_eq!(without_user("http://host/?at=@"), "http://host/?at=@");
    }
}
