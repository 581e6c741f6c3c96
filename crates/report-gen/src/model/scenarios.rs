use schema::Measured;
use schema::evidence::{ErrorRate, Evidence, Interval, Latency, Mode, QuantileIntervals, Scenario};

use super::judgement::{CheckGroup, Status};
use super::quantity::{NOT_MEASURED, Quantity, Range, number};

/// One batch size or test scenario, over all its repetitions.
pub(crate) struct ScenarioRow<'a> {
    pub(crate) name: &'a str,
    pub(crate) description: Option<&'a str>,
    /// Closed or open loop, and at which rate.
    pub(crate) mode: String,
    pub(crate) batch_size: String,
    pub(crate) connections: String,
    /// p50, p95 and p99.
    pub(crate) quantiles: [Quantile<'a>; 3],
    pub(crate) throughput: Quantity<'a>,
    pub(crate) throughput_interval: Option<Range>,
    pub(crate) peak_memory: Quantity<'a>,
    pub(crate) error_rate: Quantity<'a>,
    /// Each kind that occurred with its count.
    pub(crate) errors: String,
}

/// One quantile of one scenario's latency.
pub(crate) struct Quantile<'a> {
    pub(crate) label: &'static str,
    pub(crate) measured: Quantity<'a>,
    pub(crate) interval: Option<Range>,
    /// The same of each repetition, in ms.
    pub(crate) repetitions: Vec<f64>,
    /// Each limit that it was held to, in ms, and the answer.
    pub(crate) limits: Vec<(f64, Status)>,
}

/// Where a quantile stands in the document.
struct Place {
    label: &'static str,
    metric: &'static str,
    value: fn(&Latency) -> Option<Measured>,
    interval: fn(&QuantileIntervals) -> Option<Interval>,
}

const QUANTILES: [Place; 3] = [
    Place {
        label: "p50",
        metric: "latency.p50_ms",
        value: |latency| latency.p50_ms,
        interval: |ci95| ci95.p50_ms,
    },
    Place {
        label: "p95",
        metric: "latency.p95_ms",
        value: |latency| latency.p95_ms,
        interval: |ci95| ci95.p95_ms,
    },
    Place {
        label: "p99",
        metric: "latency.p99_ms",
        value: |latency| latency.p99_ms,
        interval: |ci95| ci95.p99_ms,
    },
];

/// Every scenario, in the document's order.
pub(crate) fn rows<'a>(evidence: &'a Evidence, groups: &[CheckGroup<'_>]) -> Vec<ScenarioRow<'a>> {
    evidence
        .scenarios
        .iter()
        .map(|scenario| row(scenario, groups))
        .collect()
}

fn row<'a>(scenario: &'a Scenario, groups: &[CheckGroup<'_>]) -> ScenarioRow<'a> {
    let throughput = scenario.throughput.as_ref();
    let memory = scenario.memory.as_ref();
    let errors = scenario.error_rate.as_ref();
    ScenarioRow {
        name: &scenario.name,
        description: scenario.description.as_deref(),
        mode: mode(scenario),
        batch_size: count(scenario.batch_size),
        connections: count(scenario.concurrent_requests),
        quantiles: QUANTILES.map(|place| quantile(&place, scenario, groups)),
        throughput: Quantity::new(throughput.and_then(|throughput| throughput.rps), "rps"),
        throughput_interval: Range::of(throughput.and_then(|throughput| throughput.ci95)),
        peak_memory: Quantity::new(memory.and_then(|memory| memory.peak_mb), "mb"),
        error_rate: Quantity::new(errors.and_then(|errors| errors.percent), "percent"),
        errors: errors.map(by_kind).unwrap_or_default(),
    }
}

fn quantile<'a>(place: &Place, scenario: &Scenario, groups: &[CheckGroup<'_>]) -> Quantile<'a> {
    let latency = scenario.latency.as_ref();
    let ci95 = latency.and_then(|latency| latency.ci95.as_ref());
    let mut limits: Vec<(f64, Status)> = groups
        .iter()
        .flat_map(|group| &group.rows)
        .filter(|row| row.scenario == Some(scenario.name.as_str()) && row.metric == place.metric)
        .filter_map(|row| row.limit.map(|limit| (limit, row.status)))
        .collect();
    limits.dedup();
    Quantile {
        label: place.label,
        measured: Quantity::new(latency.and_then(place.value), "ms"),
        interval: Range::of(ci95.and_then(place.interval)),
        repetitions: scenario
            .repetitions
            .iter()
            .filter_map(|repetition| repetition.latency.as_ref().and_then(place.value))
            .map(Measured::get)
            .collect(),
        limits,
    }
}

fn mode(scenario: &Scenario) -> String {
    match (scenario.mode, scenario.arrival_rate_rps) {
        (Some(Mode::Closed), _) => "closed loop".to_owned(),
        (Some(Mode::Open), Some(rate)) => format!("open loop, {} req/s due", number(rate.get())),
        (Some(Mode::Open), None) => "open loop".to_owned(),
        (None, _) => "not recorded".to_owned(),
    }
}

fn count(value: Option<u64>) -> String {
    value.map_or_else(|| "not recorded".to_owned(), |value| value.to_string())
}

fn by_kind(errors: &ErrorRate) -> String {
    let kinds: Vec<String> = errors
        .by_kind
        .iter()
        .flat_map(|kinds| kinds.named())
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    match (errors.failed, kinds.is_empty()) {
        (Some(0), true) => "none".to_owned(),
        (Some(failed), true) => format!("{failed} of an unknown kind"),
        (None, true) => format!("kinds {NOT_MEASURED}"),
        (_, false) => kinds.join(", "),
    }
}
