use std::collections::BTreeMap;

use schema::evidence::Evidence;
use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer};

use super::{ForeignError, Translated, criterion, go, hgrm, hyperfine, k6};

/// Reads a text of one format; the file's name is for messages, and for scenarios that have no other.
type Reader = fn(&str, &str) -> Result<Translated, ForeignError>;

/// What reads a text, told by the text alone; `None` if it is in no format known here.
pub(super) fn reader(text: &str) -> Option<Reader> {
    if text.trim_start().starts_with('{') {
        Outline::of(text)?.reader().filter(|_| !is_evidence(text))
    } else if hgrm::is(text) {
        Some(hgrm::read)
    } else if go::is(text) {
        Some(go::read)
    } else {
        None
    }
}

/// The keys of JSON objects that the formats are told apart by. None of them is a section of evidence documents.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Outline {
    results: Vec<HyperfineResult>,
    iters: Option<IgnoredAny>,
    times: Option<IgnoredAny>,
    mean: Option<CriterionEstimate>,
    metrics: BTreeMap<String, IgnoredAny>,
    /// The first key of the documents that bench-run writes, which may be long: nobody reads further.
    #[serde(rename = "run")]
    _run: Never,
}

#[derive(Deserialize)]
struct HyperfineResult {
    #[serde(rename = "command")]
    _command: String,
}

#[derive(Deserialize)]
struct CriterionEstimate {
    #[serde(rename = "point_estimate")]
    _point_estimate: f64,
    #[serde(rename = "confidence_interval")]
    _confidence_interval: IgnoredAny,
}

/// A key that must not be there.
#[derive(Default)]
struct Never;

impl<'de> Deserialize<'de> for Never {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Never, D::Error> {
        Err(D::Error::custom("a key of evidence documents"))
    }
}

impl Outline {
    fn of(text: &str) -> Option<Outline> {
        serde_json::from_str(text).ok()
    }

    fn reader(&self) -> Option<Reader> {
        let has = |metric| self.metrics.contains_key(metric);
        if !self.results.is_empty() {
            Some(hyperfine::read)
        } else if self.iters.is_some() && self.times.is_some() {
            Some(criterion::read_sample)
        } else if self.mean.is_some() {
            Some(criterion::read_estimates)
        } else if has("http_req_duration") || has("http_reqs") {
            Some(k6::read)
        } else {
            None
        }
    }
}

/// Whether a JSON object has a section of evidence documents, well formed or not.
fn is_evidence(text: &str) -> bool {
    serde_json::from_str::<Evidence>(text)
        .and_then(|evidence| serde_json::to_string(&evidence))
        .map_or(true, |sections| sections != "{}")
}
