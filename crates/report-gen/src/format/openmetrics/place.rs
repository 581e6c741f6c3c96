/// Where a measurement stands among the metrics.
pub(super) struct Place<'a> {
    /// The name without prefix and unit.
    pub(super) stem: &'a str,
    /// What tells it from others of that name.
    pub(super) label: Option<(&'static str, &'a str)>,
    pub(super) help: &'a str,
}

const ERRORS_BY_KIND: &str = "error_rate.by_kind.";

const TIMES: &str = "Latency of successful requests; of open loop, from when they were due.";
const SERVICE_TIMES: &str = "Latency from when requests were sent, in open loop.";

/// `quantile` is a label that summaries only may have, and a summary always has a count and a sum, which would be 0 where
/// the document has none.
const PERCENTILE: &str = "percentile";

#[rustfmt::skip] // A metric a line.
const PLACES: [(&str, &str, Option<&str>, &str); 30] = [
    ("latency.p50_ms", "latency", Some("50"), TIMES),
    ("latency.p90_ms", "latency", Some("90"), TIMES),
    ("latency.p95_ms", "latency", Some("95"), TIMES),
    ("latency.p99_ms", "latency", Some("99"), TIMES),
    ("latency.p999_ms", "latency", Some("99.9"), TIMES),
    ("latency.mean_ms", "latency_mean", None, "Mean latency."),
    ("latency.std_ms", "latency_standard_deviation", None, "Standard deviation of latency."),
    ("latency.min_ms", "latency_lowest", None, "Shortest latency."),
    ("latency.max_ms", "latency_highest", None, "Longest latency."),
    ("service_time.p50_ms", "service_time", Some("50"), SERVICE_TIMES),
    ("service_time.p90_ms", "service_time", Some("90"), SERVICE_TIMES),
    ("service_time.p95_ms", "service_time", Some("95"), SERVICE_TIMES),
    ("service_time.p99_ms", "service_time", Some("99"), SERVICE_TIMES),
    ("service_time.p999_ms", "service_time", Some("99.9"), SERVICE_TIMES),
    ("service_time.mean_ms", "service_time_mean", None, "Mean service time."),
    ("service_time.std_ms", "service_time_standard_deviation", None, "Standard deviation of service time."),
    ("service_time.min_ms", "service_time_lowest", None, "Shortest service time."),
    ("service_time.max_ms", "service_time_highest", None, "Longest service time."),
    ("throughput.rps", "throughput", None, "Successful responses per second."),
    ("throughput.predictions_per_second", "predictions", None, "Successful predictions per second."),
    ("throughput.requests", "load_requests", None, "Requests that were due in the load phase."),
    ("throughput.duration_s", "load_duration", None, "Measured time of the load phase."),
    ("throughput.offered_rps", "offered", None, "Requests per second that were due, in open loop."),
    ("memory.peak_mb", "memory_peak", None, "The most memory that the service held."),
    ("memory.average_mb", "memory_average", None, "Mean memory of the service."),
    ("memory.growth_mb_per_minute", "memory_growth", None, "How fast the memory of the service grew."),
    ("error_rate.percent", "error", None, "Failed requests per recorded request."),
    ("error_rate.requests", "requests", None, "All recorded requests."),
    ("error_rate.ok", "requests_succeeded", None, "Requests that were answered as expected."),
    ("error_rate.failed", "requests_failed", None, "Requests that were not."),
];

impl<'a> Place<'a> {
    /// `None` of what has none.
    pub(super) fn of(metric: &'a str) -> Option<Place<'a>> {
        let by_kind = || {
            Some(Place {
                stem: "errors",
                label: Some(("kind", metric.strip_prefix(ERRORS_BY_KIND)?)),
                help: "Failed requests of this kind.",
            })
        };
        PLACES
            .iter()
            .find(|(key, ..)| *key == metric)
            .map(|(_, stem, percentile, help)| Place {
                stem,
                label: percentile.map(|percentile| (PERCENTILE, percentile)),
                help,
            })
            .or_else(by_kind)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use schema::evidence::{ErrorRate, Evidence, Latency, Memory, Throughput};
    use schemars::schema_for;
    use serde_json::Value;

    use super::*;
    use crate::model::measurements;

    fn places() -> BTreeSet<String> {
        PLACES.iter().map(|(key, ..)| (*key).to_owned()).collect()
    }

    #[test]
    fn every_number_that_a_document_can_hold_of_a_scenario_has_its_place() {
        let mut numbers = BTreeSet::new();
        for (section, schema) in [
            ("latency", schema_for!(Latency)),
            ("service_time", schema_for!(Latency)),
            ("throughput", schema_for!(Throughput)),
            ("memory", schema_for!(Memory)),
            ("error_rate", schema_for!(ErrorRate)),
        ] {
            let is_number = |about: &Value| {
                let kinds = ["\"number\"", "\"integer\"", "/Measured\""];
                kinds.iter().any(|kind| about.to_string().contains(kind))
            };
            let keys = schema.as_value()["properties"].as_object().unwrap();
            // How many samples a number is made of is no number of its own.
            let keys = keys
                .iter()
                .filter(|(key, about)| *key != "samples" && is_number(about));
            numbers.extend(keys.map(|(key, _)| format!("{section}.{key}")));
        }
        assert_eq!(numbers, places());
    }

    #[test]
    fn everything_that_is_measured_has_its_place_and_every_place_is_of_something() {
        let full = include_str!("../../../tests/documents/full.json");
        let evidence: Evidence = serde_json::from_str(full).unwrap();
        let measured = measurements::of_scenario(&evidence.scenarios[0]);
        let (by_kind, others): (BTreeSet<String>, BTreeSet<String>) = measured
            .into_iter()
            .map(|one| one.metric)
            .partition(|metric| metric.starts_with(ERRORS_BY_KIND));
        assert!(!by_kind.is_empty());
        assert!(by_kind.iter().all(|metric| Place::of(metric).is_some()));
        assert_eq!(others, places());
    }
}
