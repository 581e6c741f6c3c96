use schema::Measured;
use schema::evidence::{
    ErrorRate, Evidence, Interval, Latency, Measurements, Memory, Repetition, Scenario, Throughput,
};

use super::quantity::Range;

/// One number that was measured of the whole run, of a scenario or of a repetition, for programs.
pub(crate) struct Measurement {
    /// Key path, as in `latency.p95_ms`.
    pub(crate) metric: String,
    /// As documents write it: `ms`, `s`, `rps`, `mb`, `percent`, `count`, `per second`, `mb per minute`.
    pub(crate) unit: &'static str,
    /// Negative only where memory shrinks.
    pub(crate) value: f64,
    /// Its 95 % interval, in the same unit.
    pub(crate) ci95: Option<Range>,
    /// How many requests or samples it is made of, where the document says so.
    pub(crate) samples: Option<u64>,
}

/// Everything that was measured of the whole run; what was not is left out.
pub(crate) fn of_run(evidence: &Evidence) -> Vec<Measurement> {
    all(evidence.into(), evidence.service_time.as_ref())
}

/// The same of a scenario, over all its repetitions.
pub(crate) fn of_scenario(scenario: &Scenario) -> Vec<Measurement> {
    all(scenario.into(), scenario.service_time.as_ref())
}

/// The same of a repetition.
pub(crate) fn of_repetition(repetition: &Repetition) -> Vec<Measurement> {
    all(repetition.into(), repetition.service_time.as_ref())
}

fn all(measured: Measurements<'_>, service_time: Option<&Latency>) -> Vec<Measurement> {
    let mut found = Vec::new();
    for (section, latency) in [
        ("latency", measured.latency),
        ("service_time", service_time),
    ] {
        found.extend(latency.iter().flat_map(|latency| times(section, latency)));
    }
    found.extend(measured.throughput.iter().flat_map(|one| throughput(one)));
    found.extend(measured.memory.iter().flat_map(|one| memory(one)));
    found.extend(measured.error_rate.iter().flat_map(|one| errors(one)));
    found
}

fn times(section: &str, latency: &Latency) -> Vec<Measurement> {
    let ci95 = latency.ci95.unwrap_or_default();
    #[rustfmt::skip] // A key a line.
    let places: [(&str, Option<Measured>, Option<Interval>); 9] = [
        ("p50_ms", latency.p50_ms, ci95.p50_ms),
        ("p90_ms", latency.p90_ms, ci95.p90_ms),
        ("p95_ms", latency.p95_ms, ci95.p95_ms),
        ("p99_ms", latency.p99_ms, ci95.p99_ms),
        ("p999_ms", latency.p999_ms, ci95.p999_ms),
        ("mean_ms", latency.mean_ms, None),
        ("std_ms", latency.std_ms, None),
        ("min_ms", latency.min_ms, None),
        ("max_ms", latency.max_ms, None),
    ];
    let measurement = |(key, value, ci95): (&str, Option<Measured>, Option<Interval>)| {
        Some(Measurement {
            metric: format!("{section}.{key}"),
            unit: "ms",
            value: value?.get(),
            ci95: Range::of(ci95),
            samples: latency.samples,
        })
    };
    places.into_iter().filter_map(measurement).collect()
}

fn throughput(throughput: &Throughput) -> Vec<Measurement> {
    let rps = quantity("throughput.rps", "rps", throughput.rps).map(|rps| Measurement {
        ci95: Range::of(throughput.ci95),
        ..rps
    });
    let predictions = throughput.predictions_per_second;
    known([
        rps,
        quantity(
            "throughput.predictions_per_second",
            "per second",
            predictions,
        ),
        count("throughput.requests", throughput.requests),
        quantity("throughput.duration_s", "s", throughput.duration_s),
        quantity("throughput.offered_rps", "rps", throughput.offered_rps),
    ])
}

fn memory(memory: &Memory) -> Vec<Measurement> {
    let growth = memory.growth_mb_per_minute.map(|growth| Measurement {
        ci95: memory.growth_ci95.map(|ends| Range {
            low: Some(ends.low),
            high: Some(ends.high),
        }),
        ..measurement("memory.growth_mb_per_minute", "mb per minute", growth)
    });
    known([
        quantity("memory.peak_mb", "mb", memory.peak_mb),
        quantity("memory.average_mb", "mb", memory.average_mb),
        growth,
    ])
    .into_iter()
    .map(|one| Measurement {
        samples: memory.samples,
        ..one
    })
    .collect()
}

fn errors(errors: &ErrorRate) -> Vec<Measurement> {
    // Of no requests at all there is no share.
    let percent = errors.percent.filter(|_| errors.requests != Some(0));
    let percent = quantity("error_rate.percent", "percent", percent).map(|percent| Measurement {
        samples: errors.requests,
        ..percent
    });
    let totals = known([
        percent,
        count("error_rate.requests", errors.requests),
        count("error_rate.ok", errors.ok),
        count("error_rate.failed", errors.failed),
    ]);
    let kinds = errors.by_kind.iter().flat_map(|kinds| kinds.named());
    let kinds = kinds
        .filter(|(_, failed)| *failed > 0)
        .filter_map(|(kind, failed)| count(&format!("error_rate.by_kind.{kind}"), Some(failed)));
    totals.into_iter().chain(kinds).collect()
}

fn known<const COUNT: usize>(found: [Option<Measurement>; COUNT]) -> Vec<Measurement> {
    found.into_iter().flatten().collect()
}

fn quantity(metric: &str, unit: &'static str, value: Option<Measured>) -> Option<Measurement> {
    value.map(|value| measurement(metric, unit, value.get()))
}

fn count(metric: &str, value: Option<u64>) -> Option<Measurement> {
    value.map(|value| measurement(metric, "count", value as f64))
}

fn measurement(metric: &str, unit: &'static str, value: f64) -> Measurement {
    Measurement {
        metric: metric.to_owned(),
        unit,
        value,
        ci95: None,
        samples: None,
    }
}
