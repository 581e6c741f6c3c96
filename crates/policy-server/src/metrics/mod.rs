//! `GET /metrics`: counters in atomics, written out as Prometheus text.

mod histogram;
mod labels;
mod text;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use histogram::Histogram;
pub use labels::{Endpoint, MethodLabel};

const METHODS: usize = MethodLabel::ALL.len();
const ENDPOINTS: usize = Endpoint::ALL.len();
/// HTTP statuses have three digits, from 100 on.
const STATUSES: usize = 500;

/// Everything that the server counts. Labels are fixed sets, so no request can add one.
#[derive(Debug)]
pub struct Metrics {
    /// By method, endpoint and status, flat; pages that are never counted on stay untouched.
    requests: Vec<AtomicU64>,
    request_durations: [Histogram; ENDPOINTS],
    inference_durations: Histogram,
    model_loaded: bool,
}

impl Metrics {
    /// All at zero.
    pub fn new(model_loaded: bool) -> Self {
        Self {
            requests: (0..METHODS * ENDPOINTS * STATUSES)
                .map(|_| AtomicU64::new(0))
                .collect(),
            request_durations: std::array::from_fn(|_| Histogram::default()),
            inference_durations: Histogram::default(),
            model_loaded,
        }
    }

    /// Counts one answered request and the time from its arrival to its answer.
    pub fn answered(&self, method: MethodLabel, endpoint: Endpoint, status: u16, took: Duration) {
        let first = (method as usize * ENDPOINTS + endpoint as usize) * STATUSES;
        let offset = usize::from(status)
            .checked_sub(100)
            .filter(|&offset| offset < STATUSES);
        if let Some(offset) = offset {
            self.requests[first + offset].fetch_add(1, Ordering::Relaxed);
        }
        self.request_durations[endpoint as usize].observe(took);
    }

    /// Counts one run of the network over a whole batch.
    pub fn inferred(&self, took: Duration) {
        self.inference_durations.observe(took);
    }
}
