//! Requests that are serialised before the clock starts.

use std::fmt::Write;

use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::target::Target;

const VARIED_DIGITS: usize = 8;

/// A serialised prediction request. Before each sending, digits of every observation are drawn anew in place,
/// so that no two requests are alike and no cache of results can answer them.
#[derive(Clone, Debug)]
pub struct PredictRequest {
    bytes: Vec<u8>,
    varied: Vec<usize>,
    random: Xoshiro256PlusPlus,
}

impl PredictRequest {
    /// A request for `batch_size` predictions from `sensor_count` sensors each, drawn from `seed`.
    pub fn new(target: &Target, batch_size: u64, sensor_count: u64, seed: u64) -> PredictRequest {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
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
            "POST {}/predict HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}/{}\r\nAccept: application/json\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            target.path,
            target.authority,
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            body.len()
        );
        let varied = varied
            .into_iter()
            .map(|offset| head.len() + offset)
            .collect();
        PredictRequest {
            bytes: (head + &body).into_bytes(),
            varied,
            random,
        }
    }

    /// Draws the digits anew.
    pub fn vary(&mut self) {
        for &offset in &self.varied {
            let mut digits = self.random.next_u64();
            for digit in &mut self.bytes[offset..offset + VARIED_DIGITS] {
                *digit = b'0' + (digits % 10) as u8;
                digits /= 10;
            }
        }
    }

    /// The request as it goes over the wire.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::HashSet;

    fn request(batch_size: u64, sensor_count: u64, seed: u64) -> PredictRequest {
        let target = Target::parse("http://127.0.0.1:8080/api/").unwrap();
        PredictRequest::new(&target, batch_size, sensor_count, seed)
    }

    fn body(request: &PredictRequest) -> Value {
        let text = std::str::from_utf8(request.bytes()).unwrap();
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
        let mut request = request(7, 5, 1);
        request.vary();
        let body = body(&request);
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
        let mut request = request(4, 3, 1);
        let mut seen = HashSet::new();
        for _ in 0..1000 {
            request.vary();
            for observation in body(&request)["observations"].as_array().unwrap() {
                assert!(seen.insert(observation.to_string()));
            }
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_requests() {
        let (mut one, mut again, mut other) =
            (request(2, 3, 5), request(2, 3, 5), request(2, 3, 6));
        [&mut one, &mut again, &mut other]
            .into_iter()
            .for_each(PredictRequest::vary);
        assert_eq!(one.bytes(), again.bytes());
        assert_ne!(one.bytes(), other.bytes());
    }
}
