use std::fmt::Write;

use rand::{Rng, RngExt};

use super::{USER_AGENT, WireRequest};
use crate::plan::{Expectation, Target};

const VARIED_DIGITS: usize = 8;

/// A request for `batch_size` predictions from `sensor_count` sensors each. Before each sending, digits of every
/// observation are drawn anew in place, so that no two requests are alike and no cache of results can answer them.
pub(super) fn request(
    target: &Target,
    batch_size: u64,
    sensor_count: u64,
    random: &mut impl Rng,
) -> WireRequest {
    let mut body = String::from(r#"{"observations":["#);
    let mut varied = Vec::new();
    for index in 0..batch_size {
        let separator = if index == 0 { "" } else { "," };
        let speed = random.random_range(0.0..200.0);
        let steering = random.random_range(-1.0..1.0);
        body += separator;
        // Writing to a string cannot fail.
        let _ = write!(
            body,
            r#"{{"speed":{speed:.3},"steering":{steering:.4},"sensors":[0."#
        );
        varied.push(body.len());
        body += "00000000";
        for _ in 1..sensor_count {
            let _ = write!(body, ",{:.4}", random.random_range(0.0..1.0));
        }
        body += "]}";
    }
    body += r#"],"deterministic":true}"#;
    let head = format!(
        "POST {}/predict HTTP/1.1\r\nHost: {}\r\nUser-Agent: {USER_AGENT}\r\nAccept: application/json\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        target.path,
        target.authority,
        body.len()
    );
    varied.iter_mut().for_each(|offset| *offset += head.len());
    WireRequest {
        bytes: (head + &body).into_bytes(),
        has_response_body: true,
        expectation: Expectation::of_predictions(batch_size),
        varied,
    }
}

/// Draws the digits that stand at each of `varied` anew.
pub(super) fn vary(bytes: &mut [u8], varied: &[usize], random: &mut impl Rng) {
    for &offset in varied {
        let mut digits = random.next_u64();
        for digit in &mut bytes[offset..offset + VARIED_DIGITS] {
            *digit = b'0' + (digits % 10) as u8;
            digits /= 10;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Content, Workload};
    use super::*;
    use serde_json::Value;
    use std::collections::HashSet;

    fn predictions(batch_size: u64, sensor_count: u64, seed: u64) -> Workload {
        let target = Target::parse("http://127.0.0.1:8080/api/").unwrap();
        Workload::new(
            &Content::Predictions { batch_size },
            &target,
            sensor_count,
            seed,
        )
    }

    fn next_body(predictions: &mut Workload) -> Value {
        let text = std::str::from_utf8(&predictions.prepare(0).bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("POST /api/predict HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"),
            "{head}"
        );
        assert!(
            head.ends_with(&format!("Content-Length: {}", body.len())),
            "{head}"
        );
        serde_json::from_str(body).unwrap()
    }

    #[test]
    fn a_request_carries_the_observations_that_were_ordered() {
        let body = next_body(&mut predictions(7, 5, 1));
        let observations = body["observations"].as_array().unwrap();
        assert_eq!(observations.len(), 7);
        for observation in observations {
            assert!((0.0..=200.0).contains(&observation["speed"].as_f64().unwrap()));
            assert!((-1.0..=1.0).contains(&observation["steering"].as_f64().unwrap()));
            assert_eq!(observation["sensors"].as_array().unwrap().len(), 5);
        }
    }

    #[test]
    fn no_two_requests_nor_any_of_their_observations_are_alike() {
        let mut predictions = predictions(4, 3, 1);
        let mut seen = HashSet::new();
        for _ in 0..1000 {
            for observation in next_body(&mut predictions)["observations"]
                .as_array()
                .unwrap()
            {
                assert!(seen.insert(observation.to_string()));
            }
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_requests() {
        let next = |seed| predictions(2, 3, seed).prepare(0).bytes.clone();
        assert_eq!(next(5), next(5));
        assert_ne!(next(5), next(6));
    }
}
