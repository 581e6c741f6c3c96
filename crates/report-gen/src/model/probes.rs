use schema::Measured;
use schema::evidence::{HealthChecks, ProbeCheck, SmokeTests};

use super::facts::known;
use super::judgement::Status;
use super::part::{Column, Part, Row, Table};
use super::quantity::Quantity;

/// What a deployed service answered to probes.
pub(crate) fn health_checks(section: &HealthChecks) -> Option<Part> {
    let facts = known([
        ("Address", section.target.clone()),
        ("Failed", said(section.failure_rate, "percent")),
        ("Slowest answer", said(section.response_time_ms, "ms")),
    ]);
    let table = table("Each probe of the service's health", &section.checks);
    Some(Part::of("Health checks", facts, Some(table))?.answered(section.passed))
}

/// What a deployed service did with real requests.
pub(crate) fn smoke_tests(section: &SmokeTests) -> Option<Part> {
    let facts = known([
        ("Address", section.target.clone()),
        ("Failed", said(section.failure_rate, "percent")),
        ("Took", said(section.execution_time_s, "s")),
    ]);
    let table = table("Each request of the smoke test", &section.tests);
    Some(Part::of("Smoke tests", facts, Some(table))?.answered(section.passed))
}

fn said(value: Option<Measured>, unit: &str) -> Option<String> {
    value.map(|value| Quantity::new(Some(value), unit).to_string())
}

fn table(caption: &str, probes: &[ProbeCheck]) -> Table {
    let columns = vec![
        Column::text("Status"),
        Column::text("Decided by"),
        Column::text("Request"),
        Column::number("Attempts"),
        Column::number("First byte"),
        Column::number("In all"),
    ];
    let rows = probes
        .iter()
        .map(|probe| Row {
            status: Some(Status::of_check(probe.check.status, probe.check.passed)),
            cells: vec![
                String::new(),
                probe.check.name.clone(),
                format!("{} {}", probe.method, probe.url),
                probe.attempts.to_string(),
                time(probe.timings.first_byte_ms),
                time(probe.timings.total_ms),
            ],
        })
        .collect();
    Table::new(caption, columns, rows)
}

fn time(value: Option<Measured>) -> String {
    Quantity::new(value, "ms").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_without_anything_is_no_part() {
        assert!(health_checks(&HealthChecks::default()).is_none());
    }

    #[test]
    fn a_request_that_was_never_answered_has_no_time() {
        assert_eq!(time(None), "not measured");
    }
}
