//! The run in words, for people.

use schema::Measured;
use schema::evidence::{Capacity, Evidence, Scenario};
use toolkit::Streams;

/// Says a line for each scenario, or what came of the search for the capacity.
pub fn say(evidence: &Evidence, streams: &mut Streams<'_>) {
    match &evidence.capacity {
        None => say_scenarios(evidence, streams),
        Some(capacity) => streams.say(&of_capacity(capacity)),
    }
    let generator = evidence.run.as_ref().and_then(|run| run.generator.as_ref());
    let cost = generator
        .and_then(|generator| generator.cpu_us_per_request)
        .map(|cost| format!("{cost:.1} µs of processor time a request"));
    let busiest = generator
        .and_then(|generator| generator.cpu_percent)
        .map(|percent| format!("busiest core {percent:.0} % busy"));
    let known: Vec<String> = cost.into_iter().chain(busiest).collect();
    if !known.is_empty() {
        streams.say(&format!("load generator: {}", known.join(", ")));
    }
}

fn say_scenarios(evidence: &Evidence, streams: &mut Streams<'_>) {
    if evidence.scenarios.is_empty() {
        return;
    }
    let width = evidence
        .scenarios
        .iter()
        .map(|scenario| scenario.name.len())
        .max()
        .unwrap_or(0)
        .max(8);
    streams.say(&format!(
        "{:width$} {:>5} {:>5} {:>9} {:>9} {:>9} {:>10} {:>9} {:>8}",
        "scenario", "batch", "conn", "p50 ms", "p95 ms", "p99 ms", "rps", "peak MiB", "errors"
    ));
    for scenario in &evidence.scenarios {
        streams.say(&line(scenario, width));
    }
}

fn of_capacity(capacity: &Capacity) -> String {
    let condition = &capacity.condition;
    let (Some(_), Some(confirmation)) = (capacity.rate_rps, capacity.confirmation) else {
        return format!("capacity: no answer ({condition})");
    };
    let bound = capacity.bound.map(|bound| {
        format!(
            ", in {} of {} at {}",
            bound.confirmation.held,
            bound.confirmation.repetitions,
            figure(bound.rate_rps, 1)
        )
    });
    let ci95 = capacity.ci95.unwrap_or_default();
    let sure = match (ci95.low, ci95.high) {
        (Some(_), Some(_)) => format!(
            "between {} and {}",
            figure(ci95.low, 1),
            figure(ci95.high, 1)
        ),
        (Some(_), None) => format!("at least {}", figure(ci95.low, 1)),
        (None, Some(_)) => format!("below {}", figure(ci95.high, 1)),
        (None, None) => "nothing".to_owned(),
    };
    format!(
        "capacity: {} rps ({condition} held in {} of {} repetitions{}; {sure} for sure)",
        figure(capacity.rate_rps, 1),
        confirmation.held,
        confirmation.repetitions,
        bound.unwrap_or_default(),
    )
}

fn line(scenario: &Scenario, width: usize) -> String {
    let latency = scenario.latency.as_ref();
    let quantile = |pick: fn(&schema::evidence::Latency) -> Option<Measured>| {
        figure(latency.and_then(pick), 3)
    };
    let count = |count: Option<u64>| count.map_or("-".to_owned(), |count| count.to_string());
    format!(
        "{:width$} {:>5} {:>5} {:>9} {:>9} {:>9} {:>10} {:>9} {:>7}%",
        scenario.name,
        count(scenario.batch_size),
        count(scenario.concurrent_requests),
        quantile(|latency| latency.p50_ms),
        quantile(|latency| latency.p95_ms),
        quantile(|latency| latency.p99_ms),
        figure(
            scenario
                .throughput
                .as_ref()
                .and_then(|throughput| throughput.rps),
            0
        ),
        figure(
            scenario.memory.as_ref().and_then(|memory| memory.peak_mb),
            1
        ),
        figure(
            scenario
                .error_rate
                .as_ref()
                .and_then(|errors| errors.percent),
            2
        ),
    )
}

/// `-` for what was not measured.
fn figure(value: Option<Measured>, decimals: usize) -> String {
    value.map_or("-".to_owned(), |value| {
        format!("{:.decimals$}", value.get())
    })
}
