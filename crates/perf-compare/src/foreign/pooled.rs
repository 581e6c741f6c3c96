use schema::Measured;
use schema::evidence::{ErrorRate, Latency, Repetition, Scenario, Throughput, Warning};

use super::{error_rate, warning};

/// A scenario with its repetitions in the order of time, and its own sections made from theirs: the mean of their
/// figures, the sum of their counts. A figure that only some have is that of those.
///
/// A mean of nothing is what a tool writes of a time shorter than it can tell. No ratio can be made of it, so that
/// there is no mean of such a scenario at all, with a warning: that of the other repetitions would be too long.
pub(super) fn scenario(
    name: String,
    mut repetitions: Vec<Repetition>,
    warnings: &mut Vec<Warning>,
) -> Scenario {
    if means(&repetitions).any(|mean| mean == Measured::ZERO) {
        let message =
            format!("{name}: took no time that the tool could tell; its mean is left out");
        warnings.push(warning("time_of_nothing", message));
        for latency in repetitions
            .iter_mut()
            .filter_map(|repetition| repetition.latency.as_mut())
        {
            latency.mean_ms = None;
        }
    }
    for (order, repetition) in (0..).zip(&mut repetitions) {
        repetition.order = order;
    }
    Scenario {
        name,
        latency: latency(&repetitions),
        throughput: throughput(&repetitions),
        error_rate: errors(&repetitions),
        repetitions,
        ..Scenario::default()
    }
}

fn means(repetitions: &[Repetition]) -> impl Iterator<Item = Measured> {
    repetitions
        .iter()
        .filter_map(|repetition| repetition.latency.as_ref()?.mean_ms)
}

fn latency(repetitions: &[Repetition]) -> Option<Latency> {
    let latencies: Vec<&Latency> = repetitions
        .iter()
        .filter_map(|repetition| repetition.latency.as_ref())
        .collect();
    let all = |figure: fn(&Latency) -> Option<Measured>| -> Vec<Measured> {
        latencies
            .iter()
            .filter_map(|latency| figure(latency))
            .collect()
    };
    let pooled = Latency {
        p50_ms: mean(&all(|latency| latency.p50_ms)),
        p90_ms: mean(&all(|latency| latency.p90_ms)),
        p95_ms: mean(&all(|latency| latency.p95_ms)),
        p99_ms: mean(&all(|latency| latency.p99_ms)),
        p999_ms: mean(&all(|latency| latency.p999_ms)),
        mean_ms: mean(&all(|latency| latency.mean_ms)),
        samples: latencies
            .iter()
            .map(|latency| latency.samples)
            .reduce(|sum, samples| sum?.checked_add(samples?))
            .flatten(),
        ..Latency::default()
    };
    (pooled != Latency::default()).then_some(pooled)
}

fn throughput(repetitions: &[Repetition]) -> Option<Throughput> {
    let rates: Vec<Measured> = repetitions
        .iter()
        .filter_map(|repetition| repetition.throughput.as_ref()?.rps)
        .collect();
    Some(Throughput {
        rps: Some(mean(&rates)?),
        ..Throughput::default()
    })
}

fn errors(repetitions: &[Repetition]) -> Option<ErrorRate> {
    let (failed, requests) = repetitions
        .iter()
        .filter_map(|repetition| {
            let errors = repetition.error_rate.as_ref()?;
            errors.failed.zip(errors.requests)
        })
        .reduce(|(failed, requests), (also_failed, more)| {
            (failed + also_failed, requests + more)
        })?;
    error_rate(failed, requests)
}

/// The arithmetic mean. Each value is divided first, so that no sum is beyond all numbers.
fn mean(values: &[Measured]) -> Option<Measured> {
    if values.is_empty() {
        return None;
    }
    let count = values.len() as f64;
    Measured::new(values.iter().map(|value| value.get() / count).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn repetition(mean_ms: f64) -> Repetition {
        Repetition {
            latency: Some(Latency {
                mean_ms: Measured::new(mean_ms),
                ..Latency::default()
            }),
            ..Repetition::default()
        }
    }

    fn pooled(repetitions: Vec<Repetition>) -> (Scenario, Vec<Warning>) {
        let mut warnings = Vec::new();
        let scenario = scenario("a".to_owned(), repetitions, &mut warnings);
        (scenario, warnings)
    }

    #[test]
    fn what_no_repetition_measured_the_scenario_has_not() {
        let (scenario, warnings) = pooled(vec![Repetition::default(); 3]);
        assert_eq!(scenario.latency, None);
        assert_eq!(scenario.throughput, None);
        assert_eq!(scenario.error_rate, None);
        assert_eq!(warnings, []);
    }

    #[test]
    fn a_time_of_nothing_leaves_no_mean_and_a_warning() {
        let (scenario, warnings) = pooled(vec![repetition(1.5), repetition(0.0)]);
        assert_eq!(scenario.latency, None);
        assert_eq!(means(&scenario.repetitions).count(), 0);
        assert_eq!(warnings[0].code, "time_of_nothing");
    }

    proptest! {
        #[test]
        fn the_mean_lies_among_the_repetitions(times in proptest::collection::vec(1e-9..1e300_f64, 1..20)) {
            let (scenario, _) = pooled(times.iter().map(|time| repetition(*time)).collect());
            let mean = scenario.latency.unwrap().mean_ms.unwrap().get();
            let least = times.iter().copied().fold(f64::INFINITY, f64::min);
            let greatest = times.iter().copied().fold(0.0, f64::max);
            prop_assert!(least * (1.0 - 1e-12) <= mean && mean <= greatest * (1.0 + 1e-12));
            let orders: Vec<u64> = scenario.repetitions.iter().map(|repetition| repetition.order).collect();
            prop_assert_eq!(orders, (0..times.len() as u64).collect::<Vec<_>>());
        }
    }
}
