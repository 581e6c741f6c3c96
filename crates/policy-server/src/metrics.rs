//! `GET /metrics`: what the server counts, as Prometheus reads it.

use std::fs;
use std::time::Duration;

use prometheus::{
    Error, Histogram, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry,
    TextEncoder,
};

/// Upper ends of the buckets of both histograms, in seconds.
const BUCKETS_S: [f64; 17] = [
    0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025,
    0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// Everything that the server counts.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    inference_seconds: Histogram,
    memory_bytes: IntGauge,
}

impl Metrics {
    /// All at zero.
    pub(crate) fn new(model_loaded: bool) -> Result<Self, Error> {
        let histogram =
            |name: &str, help: &str| HistogramOpts::new(name, help).buckets(BUCKETS_S.to_vec());
        let requests = IntCounterVec::new(
            Opts::new("http_requests_total", "Requests answered, by status."),
            &["method", "endpoint", "status_code"],
        )?;
        let request_seconds = HistogramVec::new(
            histogram(
                "request_duration_seconds",
                "Time from a request's arrival to its answer.",
            ),
            &["endpoint"],
        )?;
        let inference_seconds = Histogram::with_opts(histogram(
            "inference_duration_seconds",
            "Time that the network took for one batch.",
        ))?;
        let memory_bytes = IntGauge::new("process_memory_bytes", "Resident memory of the server.")?;
        let loaded = IntGauge::new("model_loaded", "1 if a model is served, else 0.")?;
        loaded.set(model_loaded.into());

        let registry = Registry::new_custom(Some("carla_rl".to_owned()), None)?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(request_seconds.clone()))?;
        registry.register(Box::new(inference_seconds.clone()))?;
        registry.register(Box::new(loaded))?;
        if resident_bytes().is_some() {
            registry.register(Box::new(memory_bytes.clone()))?;
        }
        Ok(Self {
            registry,
            requests,
            request_seconds,
            inference_seconds,
            memory_bytes,
        })
    }

    /// Counts one answered request and the time from its arrival to its answer. The labels must
    /// come from small sets, so that no request can add one.
    pub(crate) fn answered(&self, method: &str, endpoint: &str, status: &str, took: Duration) {
        let labels = [method, endpoint, status];
        self.requests.with_label_values(&labels).inc();
        self.request_seconds
            .with_label_values(&[endpoint])
            .observe(took.as_secs_f64());
    }

    /// Counts one run of the network over a whole batch.
    pub(crate) fn inferred(&self, took: Duration) {
        self.inference_seconds.observe(took.as_secs_f64());
    }

    /// What a scrape gets: the text format 0.0.4.
    pub(crate) fn to_text(&self) -> Result<String, Error> {
        if let Some(bytes) = resident_bytes() {
            self.memory_bytes.set(bytes);
        }
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

/// Resident memory from procfs; absent where there is none.
fn resident_bytes() -> Option<i64> {
    let statm = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: i64 = statm.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(pages * i64::try_from(rustix::param::page_size()).ok()?)
}
