//! What is sent: the policy's prediction request, or the requests of the configuration.

mod own_request;
mod prediction;

use std::sync::Arc;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use schema::configuration::ScenarioRequest;

use super::{Expectation, Outside, Target};
use crate::error::BenchError;
pub use own_request::OwnRequest;

/// What every request says that it comes from, unless the configuration says otherwise.
pub const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// What the requests of a scenario hold.
#[derive(Clone, Debug)]
pub enum Content {
    /// Observations for the policy, so many a request, no two alike.
    Predictions {
        /// Observations a request.
        batch_size: u64,
    },
    /// The configuration's own requests, at least one.
    Own(Arc<[OwnRequest]>),
}

impl Content {
    /// The configured requests with the files and variables that they name; where there is none, predictions.
    pub fn new(
        requests: &[ScenarioRequest<'_>],
        batch_size: u64,
        outside: &mut Outside,
    ) -> Result<Content, BenchError> {
        if requests.is_empty() {
            return Ok(Content::Predictions { batch_size });
        }
        let own = requests
            .iter()
            .map(|request| OwnRequest::new(request, outside));
        Ok(Content::Own(own.collect::<Result<_, _>>()?))
    }

    /// Observations a request; `None` where no predictions are asked for.
    pub fn batch_size(&self) -> Option<u64> {
        match self {
            Content::Predictions { batch_size } => Some(*batch_size),
            Content::Own(_) => None,
        }
    }
}

/// The requests of one worker, serialised before the clock starts.
pub struct Workload {
    requests: Vec<WireRequest>,
    /// Of each request its weight and those of all before it; the last is the sum.
    weights_upto: Vec<u64>,
    random: Xoshiro256PlusPlus,
}

/// A request as it goes over the wire.
pub struct WireRequest {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Whether its answer may have a body: one to HEAD has none, whatever it says.
    pub has_response_body: bool,
    /// What its answer must be.
    pub expectation: Expectation,
    /// Where digits stand that are drawn anew before each sending.
    varied: Vec<usize>,
}

impl Workload {
    /// What a worker sends to `target`, drawn from `seed`; predictions have `sensor_count` values an observation.
    pub fn new(content: &Content, target: &Target, sensor_count: u64, seed: u64) -> Workload {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let (requests, weights): (Vec<WireRequest>, Vec<u64>) = match content {
            Content::Predictions { batch_size } => {
                let request = prediction::request(target, *batch_size, sensor_count, &mut random);
                (vec![request], vec![1])
            }
            Content::Own(own) => own
                .iter()
                .map(|request| (request.to(target), request.weight))
                .unzip(),
        };
        let mut sum = 0;
        let weights_upto = weights
            .into_iter()
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        Workload {
            requests,
            weights_upto,
            random,
        }
    }

    /// Draws the next request by weight: its index. Where there is only one, nothing is drawn.
    pub fn draw(&mut self) -> usize {
        match self.weights_upto.as_slice() {
            [] | [_] => 0,
            [.., sum] => {
                let drawn = self.random.random_range(0..*sum);
                self.weights_upto.partition_point(|upto| *upto <= drawn)
            }
        }
    }

    /// The request at `index` as it is to be sent now: of predictions, with digits drawn anew.
    pub fn prepare(&mut self, index: usize) -> &WireRequest {
        let request = &mut self.requests[index];
        prediction::vary(&mut request.bytes, &request.varied, &mut self.random);
        request
    }

    /// What the answer to the request at `index` must be.
    pub fn expectation(&self, index: usize) -> &Expectation {
        &self.requests[index].expectation
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::nothing_outside;
    use schema::configuration::BenchmarkFile;
    use serde_json::json;

    fn workload(weights: &[u64], seed: u64) -> Workload {
        let requests: Vec<_> = weights
            .iter()
            .map(|weight| json!({"path": format!("/{weight}"), "weight": weight}))
            .collect();
        let file: BenchmarkFile = serde_json::from_value(json!({"benchmark": {
            "warmup_iterations": 0, "measurement_iterations": 1, "batch_sizes": [1],
            "concurrent_requests": 1, "duration_seconds": 1, "requests": requests}}))
        .unwrap();
        let content = Content::new(&file.benchmark_requests(), 1, &mut nothing_outside());
        let target = Target::parse("http://127.0.0.1:8080").unwrap();
        Workload::new(&content.unwrap(), &target, 3, seed)
    }

    #[test]
    fn requests_are_drawn_by_weight() {
        let mut workload = workload(&[1, 6, 3], 1);
        let mut drawn = [0_u32; 3];
        for _ in 0..10_000 {
            drawn[workload.draw()] += 1;
        }
        for (drawn, expected) in drawn.into_iter().zip([1000_u32, 6000, 3000]) {
            // Six standard deviations of 10,000 draws.
            assert!(drawn.abs_diff(expected) < 300, "{drawn} of {expected}");
        }
    }

    #[test]
    fn the_seed_decides_the_order_of_requests() {
        let order = |seed| {
            let mut workload = workload(&[1, 1], seed);
            (0..64).map(|_| workload.draw()).collect::<Vec<usize>>()
        };
        assert_eq!(order(5), order(5));
        assert_ne!(order(5), order(6));
    }

    #[test]
    fn of_a_single_request_nothing_is_drawn() {
        let mut workload = workload(&[7], 1);
        let before = workload.random.clone();
        assert!((0..10).all(|_| workload.draw() == 0));
        assert_eq!(workload.random, before);
    }

    #[test]
    fn what_the_configuration_says_is_sent_again_and_again() {
        let mut workload = workload(&[1], 1);
        let first = workload.prepare(0).bytes.clone();
        assert!(first.starts_with(b"GET /1 HTTP/1.1\r\n"));
        assert_eq!(workload.prepare(0).bytes, first);
    }
}
