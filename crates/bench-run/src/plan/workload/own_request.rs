use std::fmt;

use schema::configuration::ScenarioRequest;
use toolkit::outside::HeaderValue;

use super::{USER_AGENT, WireRequest};
use crate::error::BenchError;
use crate::plan::{Expectation, Outside, Target};

/// Methods whose requests say how long their body is even if they have none (RFC 9110, 8.6).
const METHODS_WITH_A_BODY: [&str; 3] = ["PATCH", "POST", "PUT"];

/// A request of the configuration's own with all that it refers to, wherever it will be sent.
#[derive(Clone)]
pub struct OwnRequest {
    pub(in crate::plan) method: String,
    pub(in crate::plan) path: String,
    pub(in crate::plan) headers: Vec<(String, HeaderValue)>,
    pub(in crate::plan) body: Option<Vec<u8>>,
    /// How often it is sent beside others.
    pub(in crate::plan) weight: u64,
    pub(in crate::plan) expectation: Expectation,
}

/// Headers may hold secrets and bodies may be long: neither is printed.
impl fmt::Debug for OwnRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

impl OwnRequest {
    /// The request with the files and variables that it names.
    pub(super) fn new(
        configured: &ScenarioRequest<'_>,
        outside: &mut Outside,
    ) -> Result<OwnRequest, BenchError> {
        let request = configured.request;
        let mut headers = Vec::new();
        for (name, value) in &request.headers {
            let place = format!("{}.headers.{name}", configured.path);
            headers.push((name.clone(), outside.header(&place, value)?));
        }
        if request.json.is_some() && request.header("content-type").is_none() {
            let json = HeaderValue::known("application/json");
            headers.push(("Content-Type".to_owned(), json));
        }
        let body = match (&request.body, &request.body_file, &request.json) {
            (Some(text), _, _) => Some(text.clone().into_bytes()),
            (_, Some(file), _) => Some(outside.content(file)?),
            (_, _, Some(json)) => Some(json.to_string().into_bytes()),
            (None, None, None) => None,
        };
        Ok(OwnRequest {
            method: request.method().to_owned(),
            path: request.path.clone(),
            headers,
            body,
            weight: request.weight.unwrap_or(1),
            expectation: Expectation::configured(configured.expect),
        })
    }

    /// As it is sent to `target`.
    pub(super) fn to(&self, target: &Target) -> WireRequest {
        let mut head = format!("{} {}{} HTTP/1.1\r\n", self.method, target.path, self.path);
        let mut add = |name: &str, value: &str| {
            for piece in [name, ": ", value, "\r\n"] {
                head += piece;
            }
        };
        for (name, value) in [
            ("Host", target.authority.as_str()),
            ("User-Agent", USER_AGENT),
        ] {
            if !self
                .headers
                .iter()
                .any(|(own, _)| own.eq_ignore_ascii_case(name))
            {
                add(name, value);
            }
        }
        for (name, value) in &self.headers {
            add(name, &value.sent);
        }
        let body = self.body.as_deref();
        if body.is_some() || METHODS_WITH_A_BODY.contains(&self.method.as_str()) {
            let length = body.unwrap_or_default().len();
            add("Content-Length", &length.to_string());
        }
        head += "\r\n";
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body.unwrap_or_default());
        WireRequest {
            bytes,
            has_response_body: self.method != "HEAD",
            expectation: self.expectation.clone(),
            varied: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::nothing_outside;
    use schema::configuration::Request;
    use serde_json::{Value, json};

    fn prepared(request: Value) -> OwnRequest {
        let request: Request = serde_json::from_value(request).unwrap();
        let configured = ScenarioRequest {
            path: "benchmark.request".to_owned(),
            request: &request,
            expect: None,
        };
        OwnRequest::new(&configured, &mut nothing_outside()).unwrap()
    }

    fn wire(request: Value) -> String {
        let target = Target::parse("http://host:8080/api/").unwrap();
        String::from_utf8(prepared(request).to(&target).bytes).unwrap()
    }

    #[test]
    fn a_request_goes_over_the_wire_as_it_is_configured() {
        assert_eq!(
            wire(json!({"path": "/search?q=1"})),
            format!(
                "GET /api/search?q=1 HTTP/1.1\r\nHost: host:8080\r\nUser-Agent: {USER_AGENT}\r\n\r\n"
            )
        );
        assert_eq!(
            wire(
                json!({"method": "PUT", "path": "/a", "body": "ü", "headers": {"X-Key": "${TOKEN}"}})
            ),
            format!(
                "PUT /api/a HTTP/1.1\r\nHost: host:8080\r\nUser-Agent: {USER_AGENT}\r\n\
                 X-Key: my-secret\r\nContent-Length: 2\r\n\r\nü"
            )
        );
    }

    #[test]
    fn a_header_of_the_configuration_stands_in_place_of_ours() {
        let headers = json!({"host": "other", "USER-AGENT": "me", "content-type": "text/plain"});
        assert_eq!(
            wire(json!({"path": "/", "json": [1, null], "headers": headers})),
            "POST /api/ HTTP/1.1\r\nhost: other\r\nUSER-AGENT: me\r\ncontent-type: text/plain\r\n\
             Content-Length: 8\r\n\r\n[1,null]"
        );
        let json = wire(json!({"path": "/", "json": {}}));
        assert!(
            json.contains("\r\nContent-Type: application/json\r\n"),
            "{json}"
        );
    }

    #[test]
    fn a_post_without_a_body_says_so() {
        let empty = wire(json!({"method": "POST", "path": "/"}));
        assert!(empty.ends_with("Content-Length: 0\r\n\r\n"), "{empty}");
        let none = wire(json!({"method": "DELETE", "path": "/"}));
        assert!(!none.contains("Content-Length"), "{none}");
    }

    #[test]
    fn only_the_answer_to_head_has_no_body() {
        let target = Target::parse("http://host").unwrap();
        let to = |method: &str| prepared(json!({"path": "/", "method": method})).to(&target);
        assert!(!to("HEAD").has_response_body);
        assert!(to("OPTIONS").has_response_body);
    }

    #[test]
    fn no_secret_is_printed() {
        let request = prepared(json!({"path": "/", "headers": {"X": "${TOKEN}"}}));
        assert_eq!(format!("{request:?}"), "GET /");
    }
}
