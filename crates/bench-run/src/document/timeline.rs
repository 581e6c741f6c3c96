use std::time::Duration;

use schema::Measured;
use schema::evidence::TimelineEntry;

use super::latency::{known, milliseconds};
use crate::drive::PhaseResult;
use crate::record::Times;
use crate::service::MemoryFigures;

const SECOND: Duration = Duration::from_secs(1);

/// A phase second by second; in longer steps where it lasted for more than a minute.
pub fn of_phase(
    repetition: u64,
    phase: &PhaseResult,
    memory: Option<&MemoryFigures>,
) -> Vec<TimelineEntry> {
    let slices = phase.recording.slices.clone().at_least(SECOND);
    let width = slices.width();
    let memory = memory.map(|memory| memory.slices().clone().at_least(width));
    let starts = (0_u32..).map(|index| width * index);
    let entries = starts.zip(slices.iter()).map(|(start, slice)| {
        // What ends after the measured time has no rate.
        let duration = phase.duration.saturating_sub(start).min(width);
        TimelineEntry {
            repetition,
            second: start.as_secs(),
            duration_s: (!duration.is_zero())
                .then(|| Measured::rounded(duration.as_secs_f64()))
                .flatten(),
            rps: Measured::rounded(slice.ok_in_time as f64 / duration.as_secs_f64()),
            errors: slice.failed,
            p50_ms: quantile_ms(&slice.latency, 0.50),
            p95_ms: quantile_ms(&slice.latency, 0.95),
            p99_ms: quantile_ms(&slice.latency, 0.99),
            memory_mb: memory
                .as_ref()
                .and_then(|memory| memory.get(start)?.mean_mb())
                .and_then(Measured::rounded),
        }
    });
    entries.collect()
}

fn quantile_ms(times: &Times, quantile: f64) -> Option<Measured> {
    if !known(quantile, times.len()) {
        return None;
    }
    milliseconds(times.quantile(quantile)?.as_nanos() as f64)
}
