//! Documents as bench-run writes them, of systems that are known.

use rand::Rng;
use rand_distr::{Distribution, Poisson, StandardNormal};
use serde_json::{Value, json};

/// Of a repetition, and how many of them fail in the mean.
const REQUESTS: u32 = 5_000;
const FAILURES: f64 = 2.5;

/// A system: how its repetitions scatter, and how many times as slow it is as another.
#[derive(Clone, Copy, Debug)]
pub struct System {
    /// Standard deviation of the logarithm from repetition to repetition.
    pub deviation: f64,
    /// 1 for none.
    pub slowness: f64,
}

/// A run of one scenario after another, each with so many repetitions; every metric scatters by itself.
pub fn run(
    id: &str,
    system: System,
    scenarios: usize,
    repetitions: usize,
    random: &mut impl Rng,
) -> Value {
    let scenarios: Vec<Value> = (0..scenarios)
        .map(|scenario| {
            let repetitions: Vec<Value> = (0..repetitions)
                .map(|order| with_order(measured(system, random), order))
                .collect();
            let mut whole = measured(system, random);
            whole["name"] = json!(format!("scenario_{scenario}"));
            whole["mode"] = json!("closed");
            whole["concurrent_requests"] = json!(4);
            whole["repetitions"] = json!(repetitions);
            whole
        })
        .collect();
    json!({"schema_version": "1.0", "run": {"id": id, "interrupted": false}, "scenarios": scenarios})
}

/// A run as a history keeps it, with the p95 of its latency alone: with more, the correction for many hides what one does.
pub fn entry(id: &str, system: System, random: &mut impl Rng) -> Value {
    let whole = measured(system, random);
    let latency = json!({"p95_ms": whole["latency"]["p95_ms"], "samples": 5000});
    json!({
        "schema_version": "1.0",
        "run": {"id": id, "interrupted": false},
        "scenarios": [{"name": "scenario_0", "mode": "closed", "concurrent_requests": 4, "latency": latency}]
    })
}

fn with_order(mut repetition: Value, order: usize) -> Value {
    repetition["order"] = json!(order);
    repetition
}

fn measured(system: System, random: &mut impl Rng) -> Value {
    let failed: f64 = Poisson::new(FAILURES).unwrap().sample(random);
    let mut scattered = |middle: f64| -> f64 {
        let deviate: f64 = StandardNormal.sample(random);
        middle * (system.deviation * deviate).exp()
    };
    let slower = system.slowness;
    json!({
        "latency": {
            "p50_ms": scattered(5.0 * slower), "p95_ms": scattered(8.0 * slower), "p99_ms": scattered(12.0 * slower),
            "samples": 5000
        },
        "throughput": {"rps": scattered(800.0 / slower)},
        "memory": {"peak_mb": scattered(100.0)},
        "error_rate": {
            "percent": failed / f64::from(REQUESTS) * 100.0, "requests": REQUESTS, "ok": REQUESTS - failed as u32,
            "failed": failed as u32
        },
    })
}
