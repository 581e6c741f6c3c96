use schema::Section;
use schema::evidence::{Evidence, HealthChecks, ProbeCheck, SmokeTests};

use super::facts::known;
use super::judgement::Asker;
use super::part::{Column, Part, Row, Table};
use super::quantity::{milliseconds, said};

/// What a deployed service answered to probes.
pub(crate) fn health_checks(evidence: &Evidence) -> Option<Part> {
    let section = evidence.health_checks.as_ref()?;
    let facts = known([
        ("Address", section.target.clone()),
        ("Failed", said(section.failure_rate, "percent")),
        ("Slowest answer", said(section.response_time_ms, "ms")),
    ]);
    let asker = Asker::of(HealthChecks::NAME, evidence);
    let table = table("Each probe of the service's health", asker, &section.checks);
    Some(Part::of("Health checks", facts, Some(table))?.answered(section.passed))
}

/// What a deployed service did with real requests.
pub(crate) fn smoke_tests(evidence: &Evidence) -> Option<Part> {
    let section = evidence.smoke_tests.as_ref()?;
    let facts = known([
        ("Address", section.target.clone()),
        ("Failed", said(section.failure_rate, "percent")),
        ("Took", said(section.execution_time_s, "s")),
    ]);
    let asker = Asker::of(SmokeTests::NAME, evidence);
    let table = table("Each request of the smoke test", asker, &section.tests);
    Some(Part::of("Smoke tests", facts, Some(table))?.answered(section.passed))
}

fn table(caption: &str, asker: Asker<'_>, probes: &[ProbeCheck]) -> Table {
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
            status: Some(asker.status(&probe.check)),
            cells: vec![
                String::new(),
                probe.check.name.clone(),
                format!("{} {}", probe.method, probe.url),
                probe.attempts.to_string(),
                milliseconds(probe.timings.first_byte_ms),
                milliseconds(probe.timings.total_ms),
            ],
        })
        .collect();
    Table::new(caption, columns, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_without_anything_is_no_part() {
        let evidence = Evidence {
            health_checks: Some(HealthChecks::default()),
            ..Evidence::default()
        };
        assert!(health_checks(&evidence).is_none());
    }
}
