use schema::Measured;
use schema::evidence::{ErrorRate, Evidence, Measurements, Metric, Mode, Scenario, unit_symbol};

use super::judgement::Status;
use super::limits::Limits;
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
    pub(crate) quantiles: [Spread<'a>; 3],
    pub(crate) throughput: Spread<'a>,
    pub(crate) peak_memory: Spread<'a>,
    pub(crate) error_rate: Quantity<'a>,
    /// Each kind that occurred with its count.
    pub(crate) errors: String,
}

/// One metric of one scenario, with how much it differs from repetition to repetition.
pub(crate) struct Spread<'a> {
    /// Empty where there is one of its kind only.
    pub(crate) label: &'static str,
    pub(crate) measured: Quantity<'a>,
    pub(crate) interval: Option<Range>,
    /// The same of each repetition, in its unit.
    pub(crate) repetitions: Vec<f64>,
    /// Each limit that it was held to, in its unit, and the answer.
    pub(crate) limits: Vec<(f64, Status)>,
}

const QUANTILES: [(&str, Metric); 3] = [
    ("p50", Metric::LatencyP50),
    ("p95", Metric::LatencyP95),
    ("p99", Metric::LatencyP99),
];

/// Every scenario, in the document's order.
pub(crate) fn rows<'a>(evidence: &'a Evidence, limits: &Limits<'_>) -> Vec<ScenarioRow<'a>> {
    evidence
        .scenarios
        .iter()
        .map(|scenario| row(scenario, limits))
        .collect()
}

fn row<'a>(scenario: &'a Scenario, limits: &Limits<'_>) -> ScenarioRow<'a> {
    let measured = Measurements::from(scenario);
    let quantity = |metric: Metric| Quantity::new(metric.value(measured), metric.unit());
    ScenarioRow {
        name: &scenario.name,
        description: scenario.description.as_deref(),
        mode: mode(scenario),
        batch_size: count(scenario.batch_size),
        connections: count(scenario.concurrent_requests),
        quantiles: QUANTILES.map(|(label, metric)| spread(label, metric, scenario, limits)),
        throughput: spread("", Metric::Throughput, scenario, limits),
        peak_memory: spread("", Metric::PeakMemory, scenario, limits),
        error_rate: quantity(Metric::ErrorRate),
        errors: measured.error_rate.map(by_kind).unwrap_or_default(),
    }
}

fn spread<'a>(
    label: &'static str,
    metric: Metric,
    scenario: &'a Scenario,
    limits: &Limits<'_>,
) -> Spread<'a> {
    let measured = Measurements::from(scenario);
    Spread {
        label,
        measured: Quantity::new(metric.value(measured), metric.unit()),
        interval: Range::of(metric.ci95(measured)),
        repetitions: scenario
            .repetitions
            .iter()
            .filter_map(|repetition| metric.value(repetition.into()))
            .map(Measured::get)
            .collect(),
        limits: limits.on(Some(&scenario.name), metric.key()).to_vec(),
    }
}

fn mode(scenario: &Scenario) -> String {
    match (scenario.mode, scenario.arrival_rate_rps) {
        (Some(Mode::Closed), _) => "closed loop".to_owned(),
        (Some(Mode::Open), Some(rate)) => {
            format!(
                "open loop, {} {} due",
                number(rate.get()),
                unit_symbol("rps")
            )
        }
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
