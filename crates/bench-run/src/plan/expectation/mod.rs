//! What an answer must be for its request to be ok.

mod gzip;

use memchr::memmem::Finder;
use schema::configuration::{BodyCondition, Expect, JsonPlace};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::record::Failure;

/// Judges the answers to one request.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Any of these; empty is any 2xx.
    pub(super) statuses: Vec<u16>,
    pub(super) body: Vec<Condition>,
}

/// What must hold of a body.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    /// It carries that many `actions`, as an answer of the policy does.
    Actions(u64),
    /// It holds a text.
    Text(Finder<'static>),
    /// It is JSON and holds at a place what was configured.
    Json(JsonPlace, BodyCondition),
}

impl Expectation {
    /// Of an answer of the policy: status 200 and as many actions as observations were sent.
    pub fn of_predictions(batch_size: u64) -> Expectation {
        Expectation {
            statuses: vec![200],
            body: vec![Condition::Actions(batch_size)],
        }
    }

    /// As the configuration says; `None` is any status 2xx.
    pub fn configured(expect: Option<&Expect>) -> Expectation {
        let status = expect.and_then(|expect| expect.status.as_ref());
        let text = expect.and_then(|expect| expect.contains.as_ref());
        let json = expect.and_then(|expect| expect.body.as_ref());
        let text = text.map(|text| Condition::Text(Finder::new(text).into_owned()));
        let json = json.into_iter().flatten().map(|condition| {
            Condition::Json(JsonPlace::new(&condition.pointer), condition.clone())
        });
        Expectation {
            statuses: status.map_or_else(Vec::new, |status| status.list().to_vec()),
            body: text.into_iter().chain(json).collect(),
        }
    }

    /// Judges an answer by its status and its body, which is decoded first if it is `gzip` and anything is
    /// expected of it.
    pub fn judge(&self, status: u16, gzip: bool, body: &[u8]) -> Result<(), Failure> {
        let expected = match self.statuses.as_slice() {
            [] => (200..300).contains(&status),
            statuses => statuses.contains(&status),
        };
        if !expected {
            return Err(Failure::Status(status));
        }
        let holds = |body: &[u8]| self.body.iter().all(|condition| condition.holds(body));
        let as_expected = if gzip && !self.body.is_empty() {
            gzip::decoded(body).is_some_and(|body| holds(&body))
        } else {
            holds(body)
        };
        if as_expected {
            Ok(())
        } else {
            Err(Failure::InvalidResponse)
        }
    }
}

impl Condition {
    fn holds(&self, body: &[u8]) -> bool {
        match self {
            Condition::Actions(count) => carries_actions(body, *count),
            Condition::Text(text) => text.find(body).is_some(),
            Condition::Json(place, condition) => place
                .find(body)
                .is_ok_and(|found| condition.unmet(found).is_none()),
        }
    }
}

/// Whether a response carries as many actions as observations were sent.
fn carries_actions(body: &[u8], batch_size: u64) -> bool {
    #[derive(Deserialize)]
    struct Prediction {
        // Elements without a size: they are counted and checked to be JSON, and nothing is allocated.
        actions: Vec<IgnoredAny>,
    }
    serde_json::from_slice::<Prediction>(body)
        .is_ok_and(|prediction| prediction.actions.len() as u64 == batch_size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use serde_json::{Value, json};
    use std::io::Write;

    fn expectation(expect: Value) -> Expectation {
        Expectation::configured(Some(&serde_json::from_value(expect).unwrap()))
    }

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_prediction_carries_its_actions_with_a_status_200() {
        let expectation = Expectation::of_predictions(2);
        let judge = |status, body: &str| expectation.judge(status, false, body.as_bytes());
        assert_eq!(
            judge(200, r#"{"actions":[{"a":[1,2]},{"b":3}],"version":"1"}"#),
            Ok(())
        );
        assert_eq!(
            judge(201, r#"{"actions":[1,2]}"#),
            Err(Failure::Status(201))
        );
        for wrong in [
            r#"{"actions":[{"a":[1,2]}]}"#,
            r#"{"actions":2}"#,
            r#"{"actions":[1,2]"#,
            "",
        ] {
            assert_eq!(judge(200, wrong), Err(Failure::InvalidResponse), "{wrong}");
        }
    }

    #[test]
    fn any_2xx_is_expected_unless_a_status_is_named() {
        let any = Expectation::configured(None);
        assert_eq!(any.judge(204, false, b""), Ok(()));
        assert_eq!(any.judge(302, false, b""), Err(Failure::Status(302)));
        let named = expectation(json!({"status": [302, 404]}));
        assert_eq!(named.judge(404, false, b""), Ok(()));
        assert_eq!(named.judge(200, false, b""), Err(Failure::Status(200)));
    }

    #[test]
    fn every_condition_must_hold() {
        let body = br#"{"items": [{"id": "ab"}, 2, null], "ok": true, "score": 1.0, "n": null, "a/b": {"~": -3}}"#;
        let holds = |conditions: Value| {
            let judged = expectation(json!({"body": conditions})).judge(200, false, body);
            assert!(matches!(judged, Ok(()) | Err(Failure::InvalidResponse)));
            judged.is_ok()
        };
        for condition in [
            json!({"pointer": "", "exists": true, "length": 5}),
            json!({"pointer": "/items", "length": 3}),
            json!({"pointer": "/items/0/id", "equals": "ab", "length": 2}),
            json!({"pointer": "/items/1", "at_least": 2, "at_most": 2}),
            json!({"pointer": "/items/2", "exists": true}),
            json!({"pointer": "/items/3", "exists": false}),
            json!({"pointer": "/items/01", "exists": false}),
            json!({"pointer": "/items/-", "exists": false}),
            json!({"pointer": "/ok", "equals": true}),
            json!({"pointer": "/ok/deeper", "exists": false}),
            json!({"pointer": "/score", "equals": 1}),
            json!({"pointer": "/n", "equals": null}),
            json!({"pointer": "/a~1b/~0", "equals": -3.0}),
            json!({"pointer": "/a~1b", "equals": {"~": -3}}),
        ] {
            assert!(holds(json!([condition])), "{condition}");
        }
        for condition in [
            json!({"pointer": "/items", "length": 2}),
            json!({"pointer": "/items", "equals": []}),
            json!({"pointer": "/items", "exists": false}),
            json!({"pointer": "/items/3", "equals": null}),
            json!({"pointer": "/items/3", "exists": true}),
            json!({"pointer": "/score", "at_least": 1.01}),
            json!({"pointer": "/score", "at_most": 0.99}),
            json!({"pointer": "/score", "length": 1}),
            json!({"pointer": "/ok", "at_least": 0}),
            json!({"pointer": "/items/0/id", "equals": "AB"}),
            json!({"pointer": "/missing", "equals": null}),
        ] {
            assert!(!holds(json!([condition])), "{condition}");
            let beside_one_that_holds = json!([{"pointer": "/ok", "exists": true}, condition]);
            assert!(!holds(beside_one_that_holds), "{condition}");
        }
    }

    #[test]
    fn what_is_no_json_fulfils_no_condition_on_json() {
        let absent = expectation(json!({"body": [{"pointer": "/a", "exists": false}]}));
        assert_eq!(absent.judge(200, false, b"{}"), Ok(()));
        for body in [b"".as_slice(), b"{", b"{} {}", b"<html>", b"\"\xff\""] {
            let judged = absent.judge(200, false, body);
            assert_eq!(judged, Err(Failure::InvalidResponse), "{body:?}");
        }
    }

    #[test]
    fn a_text_is_found_wherever_it_stands() {
        let expectation = expectation(json!({"contains": "wörld"}));
        assert_eq!(
            expectation.judge(200, false, "hello wörld!".as_bytes()),
            Ok(())
        );
        let judged = expectation.judge(200, false, b"hello world");
        assert_eq!(judged, Err(Failure::InvalidResponse));
    }

    #[test]
    fn a_compressed_body_is_judged_by_what_it_stands_for() {
        let expectation =
            expectation(json!({"body": [{"pointer": "/a", "equals": 1}], "contains": "a"}));
        let body = gzip(br#"{"a":1}"#);
        assert_eq!(expectation.judge(200, true, &body), Ok(()));
        for wrong in [&body[..body.len() - 1], &gzip(b"{}"), b"", br#"{"a":1}"#] {
            let judged = expectation.judge(200, true, wrong);
            assert_eq!(judged, Err(Failure::InvalidResponse));
        }
        let status_alone = Expectation::configured(None);
        assert_eq!(status_alone.judge(200, true, b"not looked at"), Ok(()));
    }
}
