//! From recordings to the evidence document.

mod latency;
mod repeated_times;
mod scenario;
mod starts;
mod timeline;

use schema::evidence::{Evidence, Run};

#[cfg(test)]
pub use latency::known;
pub use scenario::{Load, RepetitionFigures, ScenarioResults};

use crate::error::BenchError;
use crate::record::Tally;

/// The document of a run: every scenario that has a repetition, and the smallest batch size at the top.
pub fn evidence(
    run: Run,
    results: &[ScenarioResults],
    all: &Tally,
) -> Result<Evidence, BenchError> {
    let scenarios = results
        .iter()
        .filter(|results| results.has_repetitions())
        .map(ScenarioResults::section)
        .collect::<Result<Vec<_>, _>>()?;
    let smallest = scenarios
        .iter()
        .filter(|scenario| scenario.kind == Some(schema::evidence::ScenarioKind::BatchSize))
        .min_by_key(|scenario| scenario.batch_size);
    Ok(Evidence {
        run: Some(run),
        latency: smallest.and_then(|scenario| scenario.latency.clone()),
        service_time: smallest.and_then(|scenario| scenario.service_time.clone()),
        throughput: smallest.and_then(|scenario| scenario.throughput.clone()),
        memory: smallest.and_then(|scenario| scenario.memory.clone()),
        error_rate: scenario::error_rate(all),
        scenarios,
        ..Evidence::default()
    })
}
