use schema::Measured;
use schema::evidence::Evidence;

use super::facts::Fact;
use super::quantity::Quantity;

/// A label, a unit as documents write it, and where the value stands.
type Place = (
    &'static str,
    &'static str,
    fn(&Evidence) -> Option<Measured>,
);

#[rustfmt::skip] // A fact a line.
const PLACES: [Place; 15] = [
    ("Service time p50", "ms", |all| all.service_time.as_ref()?.p50_ms),
    ("Service time p95", "ms", |all| all.service_time.as_ref()?.p95_ms),
    ("Service time p99", "ms", |all| all.service_time.as_ref()?.p99_ms),
    ("Health checks failed", "percent", |all| all.health_checks.as_ref()?.failure_rate),
    ("Slowest health check", "ms", |all| all.health_checks.as_ref()?.response_time_ms),
    ("Smoke tests failed", "percent", |all| all.smoke_tests.as_ref()?.failure_rate),
    ("Smoke tests took", "s", |all| all.smoke_tests.as_ref()?.execution_time_s),
    ("Critical vulnerabilities", "count", |all| all.vulnerabilities.as_ref()?.critical.map(Measured::from)),
    ("High vulnerabilities", "count", |all| all.vulnerabilities.as_ref()?.high.map(Measured::from)),
    ("Medium vulnerabilities", "count", |all| all.vulnerabilities.as_ref()?.medium.map(Measured::from)),
    ("Low vulnerabilities", "count", |all| all.vulnerabilities.as_ref()?.low.map(Measured::from)),
    ("Vulnerabilities without a severity", "count", |all| all.vulnerabilities.as_ref()?.unknown.map(Measured::from)),
    ("Code coverage", "percent", |all| all.code_quality.as_ref()?.coverage),
    ("Highest complexity", "count", |all| all.code_quality.as_ref()?.complexity),
    ("Duplicated lines", "percent", |all| all.code_quality.as_ref()?.duplication),
];

/// What probes, scanners and coverage tools found; what none of them measured is left out.
pub(crate) fn facts(evidence: &Evidence) -> Vec<Fact> {
    PLACES
        .into_iter()
        .filter_map(|(label, unit, value)| {
            value(evidence).map(|value| Fact {
                label,
                text: Quantity::new(Some(value), unit).to_string(),
            })
        })
        .collect()
}
