//! One run of a queue, as one repetition of bench-run tells it.

use rand::Rng;
use rand_distr::{Distribution as _, Exp1, StandardNormal};
use serde_json::{Value, json};
use stats::{Distribution, sliced_interval};

/// Arrivals for each mean service time of the typical run.
const UTILISATION: f64 = 0.8;
const WARM_UP: usize = 3_000;
const REQUESTS: usize = 40_000;
const SLICES: usize = 64;
/// Standard deviation of the logarithm of the service time from run to run: at this utilisation that of p99 is five times it.
const SPREAD: f64 = 0.01;

/// Standard deviation of the logarithm of p99 between runs, in percent, as `--run-sd` takes it. A run's latency is exponential
/// (Kleinrock (1975), Queueing Systems I, section 5), with a rate that is less by the utilisation than that of its service.
pub fn deviation_percent() -> f64 {
    let steps = 2000;
    let logarithms: Vec<(f64, f64)> = (0..=steps)
        .map(|step| -6.0 + 12.0 * f64::from(step) / f64::from(steps))
        .map(|deviate| {
            let rate = (-SPREAD * deviate).exp() - UTILISATION;
            (-rate.ln(), (-deviate * deviate / 2.0).exp())
        })
        .collect();
    let weight: f64 = logarithms.iter().map(|(_, weight)| weight).sum();
    let mean = logarithms
        .iter()
        .map(|(value, weight)| value * weight)
        .sum::<f64>()
        / weight;
    let squares = logarithms
        .iter()
        .map(|(value, weight)| (value - mean).powi(2) * weight);
    ((squares.sum::<f64>() / weight).sqrt().exp() - 1.0) * 100.0
}

/// Poisson arrivals, exponential service, one server; a speed of its own.
pub fn run(id: &str, random: &mut impl Rng) -> Value {
    let deviate: f64 = StandardNormal.sample(random);
    let slowness = (SPREAD * deviate).exp();
    let mut waiting = 0.0_f64;
    let mut next = || {
        let service: f64 = Exp1.sample(random);
        let latency = waiting + slowness * service;
        let between_arrivals: f64 = Exp1.sample(random);
        waiting = (latency - between_arrivals / UTILISATION).max(0.0);
        latency
    };
    (0..WARM_UP).for_each(|_| {
        next();
    });
    let latencies: Vec<f64> = (0..REQUESTS).map(|_| next()).collect();
    let slices: Vec<Distribution> = latencies
        .chunks(REQUESTS.div_ceil(SLICES))
        .map(|slice| Distribution::new(slice.iter().map(|latency| (*latency, 1))))
        .collect();
    let whole = Distribution::merged(&slices);
    let quantile = |quantile: f64| whole.quantile(quantile).unwrap();
    let interval = |quantile: f64| {
        let interval = sliced_interval(&slices, quantile).unwrap();
        json!({"low": interval.low, "high": interval.high})
    };
    json!({
        "schema_version": "1.0",
        "run": {"id": id, "interrupted": false},
        "scenarios": [{
            "name": "queue", "mode": "open",
            "latency": {
                "p50_ms": quantile(0.5), "p95_ms": quantile(0.95), "p99_ms": quantile(0.99), "samples": REQUESTS,
                "ci95": {"p50_ms": interval(0.5), "p95_ms": interval(0.95), "p99_ms": interval(0.99)}
            }
        }]
    })
}
