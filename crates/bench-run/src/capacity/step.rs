use std::time::Duration;

use schema::Measured;
use schema::evidence::{CapacityStep, Latency};

use super::condition::{Condition, Finding};
use crate::document::{RepetitionFigures, ScenarioResults};
use crate::drive::PhaseResult;
use crate::effort::Limit;
use crate::error::BenchError;
use crate::plan::ScenarioPlan;

/// From this share of what was due on, what was answered well is all of it.
const ACHIEVED_SHARE: f64 = 0.99;
/// The part of a repetition in whose arrivals a queue at its end may consist.
const LONGEST_QUEUE: f64 = 0.02;

/// Judges a repetition of a scenario at `rate_rps`.
pub fn judge(
    condition: &Condition,
    scenario: &ScenarioPlan,
    rate_rps: f64,
    confirmation: bool,
    figures: &RepetitionFigures,
) -> Result<CapacityStep, BenchError> {
    let mut results = ScenarioResults::new(scenario);
    results.add(figures)?;
    let repetitions = results.section()?.repetitions;
    let measured = repetitions.into_iter().next().unwrap_or_default();
    let errors = measured.error_rate.as_ref();
    let Finding { held, certain } = condition.judge(measured.latency.as_ref(), errors);
    let phase = &figures.latency;
    let kept_up = kept_up(phase, rate_rps, condition.latency_limit());
    let limit = (!held || !kept_up)
        .then(|| Limit::of(phase))
        .flatten()
        .filter(|limit| match limit {
            // All connections are busy under every overload. If even what was sent at once took too long, more of
            // them would have helped nothing.
            Limit::Connections(_) => condition.judge(measured.service_time.as_ref(), errors).held,
            _ => true,
        });
    Ok(CapacityStep {
        rate_rps: Measured::rounded(rate_rps),
        started_at: measured.started_at,
        held: held && kept_up,
        // Of the share that was answered there is no interval.
        certain: certain && (!held || kept_up),
        confirmation,
        generator_limit: limit.map(|limit| limit.to_string()),
        latency: measured.latency.map(without_histogram),
        service_time: measured.service_time.map(without_histogram),
        throughput: measured.throughput,
        memory: measured.memory,
        error_rate: measured.error_rate,
    })
}

/// Whether all but a hundredth of what was due was answered well in time. What was due just before the end is answered
/// after it however fast the service is: by Little's law, the rate times the time that a request takes. The time is the
/// median from when requests were sent, and not from when they were due: a queue that grows must not excuse itself. But
/// a queue comes and goes too, and of one at the end that a limit on latency allows that limit is the judge, unless it is so long
/// that the repetition is too short for it to judge.
fn kept_up(phase: &PhaseResult, rate_rps: f64, latency_limit: Option<Duration>) -> bool {
    let under_way = |time: Duration| rate_rps * time.as_secs_f64();
    let service_time = phase.recording.service_time().quantile(0.5);
    let sent = under_way(service_time.unwrap_or_default()).min(phase.connections as f64);
    let allowed = latency_limit.unwrap_or_default();
    let queued = under_way(allowed.min(phase.duration.mul_f64(LONGEST_QUEUE)));
    let tally = &phase.recording.tally;
    // Of what failed nothing was under way: it is not to be made up for by that.
    let answered = (tally.ok_in_time as f64 + sent.max(queued)).min(tally.ok as f64);
    answered >= ACHIEVED_SHARE * tally.requests() as f64
}

fn without_histogram(latency: Latency) -> Latency {
    Latency {
        histogram: None,
        ..latency
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Failure, Recorder, Spent};
    use std::time::Instant;

    /// A second at 1000 requests per second over ten connections: so many answered in time, so many after it, and the rest
    /// not sent; each took 5 ms from when it was sent, and so long from when it was due.
    fn second(in_time: u64, late: u64, latency: Duration) -> PhaseResult {
        let start = Instant::now();
        let mut recorder = Recorder::new(start, Duration::from_secs(10));
        let spent = |service_time| Spent {
            latency,
            service_time,
        };
        for number in 0..1000 {
            if number < in_time + late {
                let took = Some(Duration::from_millis(5));
                recorder.succeed(start, spent(took), number < in_time);
            } else {
                recorder.fail(start, Failure::NotSent, spent(None));
            }
        }
        PhaseResult {
            recording: recorder.finish(),
            duration: Duration::from_secs(1),
            elapsed: Duration::from_secs(1),
            connections: 10,
            ..PhaseResult::default()
        }
    }

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn what_is_under_way_at_the_end_is_not_held_against_the_service() {
        assert!(kept_up(&second(995, 5, 5 * MS), 1000.0, None));
        assert!(kept_up(&second(985, 15, 5 * MS), 1000.0, None));
    }

    #[test]
    fn a_queue_at_the_end_is() {
        assert!(!kept_up(&second(984, 16, 16 * MS), 1000.0, None));
        assert!(!kept_up(&second(900, 100, 100 * MS), 1000.0, None));
    }

    #[test]
    fn a_queue_that_the_limit_allows_is_not_unless_it_is_a_large_part_of_the_repetition() {
        let queue = |length: u64, limit_ms: u32| {
            let phase = second(1000 - length, length, 5 * MS);
            kept_up(&phase, 1000.0, Some(limit_ms * MS))
        };
        assert!(queue(20, 10) && queue(30, 20) && queue(30, 1000));
        assert!(!queue(21, 10) && !queue(31, 20) && !queue(31, 1000));
    }

    #[test]
    fn what_was_not_sent_is_not_made_up_for_by_what_is_under_way() {
        assert!(kept_up(&second(990, 0, 5 * MS), 1000.0, None));
        assert!(!kept_up(&second(989, 0, 5 * MS), 1000.0, Some(50 * MS)));
    }
}
