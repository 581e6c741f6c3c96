//! Answers: JSON, Prometheus text, and errors in one shape.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use serde::Serialize;
use serde_json::Value;

use crate::limits::BODY_BYTES;

/// A whole answer.
pub(super) type Reply = Response<Full<Bytes>>;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const PROMETHEUS: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Detail {
    /// Where, such as `observations[2].speed`; empty for the request as a whole.
    pub(super) path: String,
    /// What was expected.
    pub(super) message: String,
    /// What stood there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) found: Option<Value>,
}

impl Detail {
    /// Of the request as a whole.
    pub(super) fn of_request(message: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            message: message.into(),
            found: None,
        }
    }
}

/// A JSON document.
pub(super) fn json(status: StatusCode, document: &impl Serialize) -> Reply {
    match serde_json::to_vec(document) {
        Ok(bytes) => with_body(status, JSON, bytes),
        Err(error) => internal(&error),
    }
}

fn internal(error: &dyn std::error::Error) -> Reply {
    let detail = Detail::of_request(error.to_string());
    errors(StatusCode::INTERNAL_SERVER_ERROR, &[detail])
}

/// What is wrong, as `{"detail":[…]}`.
pub(super) fn errors(status: StatusCode, detail: &[Detail]) -> Reply {
    #[derive(Serialize)]
    struct Errors<'a> {
        detail: &'a [Detail],
    }
    // Strings and JSON values always serialise.
    let bytes = serde_json::to_vec(&Errors { detail }).unwrap_or_default();
    with_body(status, JSON, bytes)
}

/// What a scrape gets.
pub(super) fn prometheus(text: Result<String, prometheus::Error>) -> Reply {
    match text {
        Ok(text) => with_body(StatusCode::OK, PROMETHEUS, text.into_bytes()),
        Err(error) => internal(&error),
    }
}

/// 503 of everything that needs a model.
pub(super) fn no_model() -> Reply {
    let message = "no model is loaded: the server was started without --artifacts";
    errors(
        StatusCode::SERVICE_UNAVAILABLE,
        &[Detail::of_request(message)],
    )
}

/// 413.
pub(super) fn too_large() -> Reply {
    let message = format!("the body may hold at most {BODY_BYTES} bytes");
    errors(
        StatusCode::PAYLOAD_TOO_LARGE,
        &[Detail::of_request(message)],
    )
}

/// 404.
pub(super) fn not_found(path: &str) -> Reply {
    let message = format!(
        "no endpoint {path}; there are /predict, /healthz, /metadata, /warmup and /metrics"
    );
    errors(StatusCode::NOT_FOUND, &[Detail::of_request(message)])
}

/// 405.
pub(super) fn method_not_allowed(method: &Method, allowed: &'static str) -> Reply {
    let message = format!("{method} found, {allowed} expected");
    let mut reply = errors(
        StatusCode::METHOD_NOT_ALLOWED,
        &[Detail::of_request(message)],
    );
    reply
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    reply
}

fn with_body(status: StatusCode, content_type: HeaderValue, bytes: Vec<u8>) -> Reply {
    let mut reply = Response::new(Full::from(bytes));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, content_type);
    reply
}
