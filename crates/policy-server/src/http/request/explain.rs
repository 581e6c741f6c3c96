//! What is wrong with a request, in words that say where, what was found and what was expected.

use std::ops::RangeInclusive;

use serde_json::Value;
use serde_path_to_error::Segment;

use super::shape::{Object, PredictRequest};
use crate::http::reply::Detail;

/// Errors listed at most.
const LISTED: usize = 20;
/// In a larger body the wrong value is not looked up: that would take the whole of it apart again.
const LOOK_UP_BYTES: usize = 1024 * 1024;

/// Errors found so far.
#[derive(Debug, Default)]
pub(super) struct Faults {
    listed: Vec<Detail>,
    unlisted: usize,
}

impl Faults {
    /// One more; it is put into words only if it will be listed.
    pub(super) fn add(&mut self, detail: impl FnOnce() -> Detail) {
        if self.listed.len() < LISTED {
            self.listed.push(detail());
        } else {
            self.unlisted += 1;
        }
    }

    /// The list, and how many errors are not on it.
    pub(super) fn into_details(self) -> Vec<Detail> {
        let mut details = self.listed;
        if self.unlisted > 0 {
            let message = format!("{} more errors are not listed", self.unlisted);
            details.push(Detail::of_request(message));
        }
        details
    }
}

pub(super) fn missing(path: impl Into<String>, expected: impl AsRef<str>) -> Detail {
    let message = format!("missing; {} expected", expected.as_ref());
    Detail {
        path: path.into(),
        message,
        found: None,
    }
}

pub(super) fn wrong_count(path: impl Into<String>, message: String, count: usize) -> Detail {
    Detail {
        path: path.into(),
        message,
        found: Some(format!("{count} values").into()),
    }
}

pub(super) fn not_in_range(path: String, range: RangeInclusive<f64>, found: Option<f64>) -> Detail {
    let expected = format!("a number from {} to {}", range.start(), range.end());
    match found {
        Some(found) => Detail {
            path,
            message: format!("{expected} expected"),
            found: Some(found.into()),
        },
        None => missing(path, expected),
    }
}

/// Why the body is no JSON, or not of a request's shape. The body is read once more, this time
/// keeping track of the path: only errors pay for that.
pub(super) fn malformed(body: &[u8], error: serde_json::Error) -> Detail {
    if !error.is_data() {
        return Detail::of_request(error.to_string());
    }
    let deserializer = &mut serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, Object<PredictRequest>>(deserializer) {
        Err(traced) => {
            let path = traced.path();
            let written = path.to_string();
            Detail {
                path: if written == "." {
                    String::new()
                } else {
                    written
                },
                message: traced.inner().to_string(),
                found: value_at(body, path),
            }
        }
        Ok(_) => Detail::of_request(error.to_string()),
    }
}

/// The value at the path, unless it holds others.
fn value_at(body: &[u8], path: &serde_path_to_error::Path) -> Option<Value> {
    if body.len() > LOOK_UP_BYTES {
        return None;
    }
    let whole: Value = serde_json::from_slice(body).ok()?;
    let found = path
        .iter()
        .try_fold(&whole, |value, segment| match segment {
            Segment::Seq { index } => value.get(index),
            Segment::Map { key } => value.get(key),
            Segment::Enum { .. } | Segment::Unknown => None,
        })?;
    let alone = !(found.is_array() || found.is_object());
    alone.then(|| found.clone())
}
