use schema::Measured;
use schema::evidence::Evidence;

use super::facts::{Fact, known};
use super::quantity::Quantity;

/// What probes, scanners and coverage tools found; what none of them measured is left out.
pub(crate) fn facts(evidence: &Evidence) -> Vec<Fact> {
    let service = evidence.service_time.as_ref();
    let health = evidence.health_checks.as_ref();
    let smoke = evidence.smoke_tests.as_ref();
    let vulnerabilities = evidence.vulnerabilities.as_ref();
    let quality = evidence.code_quality.as_ref();
    let text = |value: Option<Measured>, unit: &str| {
        value.map(|value| Quantity::new(Some(value), unit).to_string())
    };
    let count = |value: Option<u32>| value.map(|value| value.to_string());
    known([
        (
            "Service time p50",
            text(service.and_then(|service| service.p50_ms), "ms"),
        ),
        (
            "Service time p95",
            text(service.and_then(|service| service.p95_ms), "ms"),
        ),
        (
            "Service time p99",
            text(service.and_then(|service| service.p99_ms), "ms"),
        ),
        (
            "Health checks failed",
            text(health.and_then(|health| health.failure_rate), "percent"),
        ),
        (
            "Slowest health check",
            text(health.and_then(|health| health.response_time_ms), "ms"),
        ),
        (
            "Smoke tests failed",
            text(smoke.and_then(|smoke| smoke.failure_rate), "percent"),
        ),
        (
            "Smoke tests took",
            text(smoke.and_then(|smoke| smoke.execution_time_s), "s"),
        ),
        (
            "Critical vulnerabilities",
            count(vulnerabilities.and_then(|found| found.critical)),
        ),
        (
            "High vulnerabilities",
            count(vulnerabilities.and_then(|found| found.high)),
        ),
        (
            "Medium vulnerabilities",
            count(vulnerabilities.and_then(|found| found.medium)),
        ),
        (
            "Low vulnerabilities",
            count(vulnerabilities.and_then(|found| found.low)),
        ),
        (
            "Vulnerabilities without a severity",
            count(vulnerabilities.and_then(|found| found.unknown)),
        ),
        (
            "Code coverage",
            text(quality.and_then(|quality| quality.coverage), "percent"),
        ),
        (
            "Highest complexity",
            text(quality.and_then(|quality| quality.complexity), "count"),
        ),
        (
            "Duplicated lines",
            text(quality.and_then(|quality| quality.duplication), "percent"),
        ),
    ])
}
