//! `POST /warmup`: the network run some times before the first request.

use std::hint::black_box;
use std::time::Instant;

use hyper::StatusCode;
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::json;

use super::body::{self, NoBody};
use super::reply::{self, Detail, Reply};
use super::{Ending, Service};
use crate::limits::WARMUP_ITERATIONS;
use crate::policy::INPUTS;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    #[serde(default = "default_iterations")]
    iterations: u32,
}

fn default_iterations() -> u32 {
    10
}

impl Service {
    /// Runs as many inferences as the body asks for: `{"iterations": 100}`, or 10 without one.
    pub(super) async fn warmup(&self, body: Incoming) -> Result<Reply, Ending> {
        let bytes = match body::read(body).await {
            Ok(bytes) => bytes,
            Err(NoBody::TooLarge) => return Ok(reply::too_large()),
            Err(NoBody::Gone) => return Err(Ending::Close),
        };
        let Some(model) = &self.model else {
            return Ok(reply::no_model());
        };
        let iterations = match iterations(&bytes) {
            Ok(iterations) => iterations,
            Err(detail) => return Ok(reply::errors(StatusCode::UNPROCESSABLE_ENTITY, &[detail])),
        };

        let started = Instant::now();
        for iteration in 0..iterations {
            let inputs = [iteration as f32 % 200.0; INPUTS];
            black_box(model.policy.act(black_box(&inputs)));
        }
        let timing_ms = started.elapsed().as_secs_f64() * 1e3;
        let done = json!({ "status": "ok", "iterations": iterations, "timingMs": timing_ms });
        Ok(reply::json(StatusCode::OK, &done))
    }
}

fn iterations(body: &[u8]) -> Result<u32, Detail> {
    if body.is_empty() {
        return Ok(default_iterations());
    }
    let order: Order =
        serde_json::from_slice(body).map_err(|error| Detail::of_request(error.to_string()))?;
    if WARMUP_ITERATIONS.contains(&order.iterations) {
        return Ok(order.iterations);
    }
    let (low, high) = (WARMUP_ITERATIONS.start(), WARMUP_ITERATIONS.end());
    Err(Detail {
        path: "iterations".to_owned(),
        message: format!("a number from {low} to {high} expected"),
        found: Some(order.iterations.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_may_be_left_out() {
        assert_eq!(iterations(b""), Ok(10));
        assert_eq!(iterations(b"{}"), Ok(10));
        assert_eq!(iterations(br#"{"iterations":3}"#), Ok(3));
    }

    #[test]
    fn an_order_out_of_range_is_refused() {
        assert_eq!(
            iterations(br#"{"iterations":0}"#).unwrap_err().path,
            "iterations"
        );
        assert!(
            iterations(br#"{"iteration":3}"#)
                .unwrap_err()
                .message
                .contains("unknown field")
        );
    }
}
