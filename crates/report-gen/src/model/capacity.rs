use schema::Measured;
use schema::evidence::{Capacity, CapacityStep, Confirmation, unit_symbol};

use super::facts::known;
use super::judgement::Status;
use super::part::{Column, Part, Row, Table};
use super::quantity::{Quantity, Range, milliseconds};

/// The search for the highest rate at which a condition holds.
pub(crate) fn capacity(section: &Capacity) -> Option<Part> {
    let bound = section.bound.as_ref();
    let facts = known([
        ("Condition", Some(section.condition.clone())),
        ("Scenario", Some(section.scenario.clone())),
        (
            "Highest rate at which it holds",
            Some(rate(section.rate_rps)),
        ),
        (
            "95 % interval",
            Range::of(section.ci95).map(|range| format!("{range} {}", unit_symbol("rps"))),
        ),
        ("Confirmed", section.confirmation.map(confirmed)),
        (
            "Too much",
            bound.map(|bound| {
                format!(
                    "{}, {}",
                    rate(bound.rate_rps),
                    confirmed(bound.confirmation)
                )
            }),
        ),
        (
            "Limit",
            (section.generator_limited == Some(true))
                .then(|| "perhaps the load generator, not the service".to_owned()),
        ),
    ]);
    let columns = vec![
        Column::text("Condition"),
        Column::number("Rate"),
        Column::number("p50"),
        Column::number("p95"),
        Column::number("p99"),
        Column::number("Errors"),
        Column::text("Remark"),
    ];
    let rows = section.steps.iter().map(step).collect();
    let table = Table::new(
        "Every step of the search, in the order of time",
        columns,
        rows,
    );
    let found = section.rate_rps.is_some();
    Some(Part::of("Capacity", facts, Some(table))?.answered((!found).then_some(false)))
}

fn step(step: &CapacityStep) -> Row {
    let latency = step.latency.as_ref();
    let errors = step.error_rate.as_ref().and_then(|errors| errors.percent);
    let doubt = (!step.certain).then(|| "not beyond doubt".to_owned());
    let purpose = step.confirmation.then(|| "to confirm".to_owned());
    let remark: Vec<String> = [purpose, doubt, step.generator_limit.clone()]
        .into_iter()
        .flatten()
        .collect();
    Row {
        status: Some(Status::of_step(step.held, step.certain)),
        cells: vec![
            String::new(),
            rate(step.rate_rps),
            milliseconds(latency.and_then(|latency| latency.p50_ms)),
            milliseconds(latency.and_then(|latency| latency.p95_ms)),
            milliseconds(latency.and_then(|latency| latency.p99_ms)),
            Quantity::new(errors, "percent").to_string(),
            remark.join(", "),
        ],
    }
}

fn rate(rate: Option<Measured>) -> String {
    match rate {
        Some(_) => Quantity::new(rate, "rps").to_string(),
        None => "none".to_owned(),
    }
}

fn confirmed(confirmation: Confirmation) -> String {
    format!(
        "held in {} of {} repetitions",
        confirmation.held, confirmation.repetitions
    )
}
