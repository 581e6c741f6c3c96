//! What is compared with what, scenario by scenario, before the metrics know of each other.

use schema::evidence::{Method, Metric};

use super::method::{self, Compared, Wanted};
use super::primary;
use super::row::{ACHIEVED_PERCENT, Outcome, Row};
use crate::baseline::Baseline;
use crate::history::{self, Stretches};
use crate::options::Options;
use crate::run::{Part, Run};

/// Every metric that either side has.
pub(super) fn of<'a>(current: &'a Run, baseline: &'a Baseline, options: &Options) -> Vec<Row<'a>> {
    let wanted = Wanted {
        paired: options.paired,
        between_runs: options
            .run_sd
            .map(|percent| (percent.get() / 100.0).ln_1p()),
    };
    let mut rows = Vec::new();
    // A scenario that the baseline never had has nothing to be compared with: it is warned of elsewhere.
    for part in &current.parts {
        if let Some(theirs) = baseline.part(part.scenario.as_deref()) {
            rows.extend(rows_of(part, theirs, current, baseline, options, wanted));
        }
    }
    let gone = |scenario: &Option<&str>| current.part(*scenario).is_none();
    for scenario in baseline.scenarios().into_iter().filter(gone) {
        let mut known: Vec<Metric> = Metric::ALL
            .into_iter()
            .filter(|metric| baseline.knows(scenario, *metric))
            .collect();
        // As in a comparison, the mean counts only where there is no quantile; a scenario of nothing is gone all the same.
        let is_quantile = |metric: &Metric| metric.is_latency() && *metric != Metric::LatencyMean;
        if known.iter().any(is_quantile) {
            known.retain(|metric| *metric != Metric::LatencyMean);
        } else if known.is_empty() {
            known.push(Metric::LatencyMean);
        }
        rows.extend(known.into_iter().map(|metric| {
            Row {
                scenario,
                metric,
                primary: true,
                lost: (0, 0),
                outcome: Outcome::Missing(
                    "not measured in this run",
                    (
                        baseline
                            .part(scenario)
                            .and_then(|part| part.value(metric).whole),
                        None,
                    ),
                ),
                history: None,
                p_adjusted: None,
            }
        }));
    }
    rows
}

fn rows_of<'a>(
    part: &'a Part,
    theirs: &Part,
    current: &Run,
    baseline: &Baseline,
    options: &Options,
    wanted: Wanted,
) -> Vec<Row<'a>> {
    let scenario = part.scenario.as_deref();
    let ours = |metric: Metric| part.value(metric).is_known();
    let known = |metric: Metric| baseline.knows(scenario, metric);
    let history = |metric: Metric| {
        (baseline.runs.len() > 1).then(|| history::of_baseline(baseline, part, metric))
    };
    let mut compared: Vec<(Metric, Option<Compared>, Option<Stretches>)> = Metric::ALL
        .into_iter()
        .filter(|metric| ours(*metric) || known(*metric))
        .map(|metric| {
            let history = history(metric);
            let compared = method::compare(metric, part, baseline, history.as_ref(), wanted);
            (metric, compared, history)
        })
        .collect();
    let both = |metric: Metric| ours(metric) && known(metric);
    let saturated = current.saturated || baseline.is_saturated();
    // The point rule knows nothing of errors, so it has nothing to ask of the samples either.
    let fewest = compared
        .iter()
        .filter(|(metric, ..)| metric.is_latency())
        .filter_map(|(_, compared, _)| compared.as_ref())
        .filter(|compared| compared.method != Method::Point)
        .filter_map(|compared| compared.samples)
        .min();
    let latency = primary::latency(options.primary, both, fewest);
    if latency != Metric::LatencyMean {
        compared.retain(|(metric, ..)| *metric != Metric::LatencyMean);
    }
    compared
        .into_iter()
        .map(|(metric, compared, history)| {
            let outcome = match compared {
                Some(compared) => match why_not(metric, part, theirs, saturated, fewest) {
                    Some(why) => Outcome::NotJudged(compared, why),
                    None => Outcome::Compared(achieved(metric, compared, part, theirs)),
                },
                None => Outcome::Missing(
                    absence(known(metric), ours(metric)),
                    (theirs.value(metric).whole, part.value(metric).whole),
                ),
            };
            Row {
                scenario,
                metric,
                primary: metric == latency || primary::decides(metric, part),
                lost: lost(part, metric),
                outcome,
                history: history.and_then(|stretches| stretches.drawn),
                p_adjusted: None,
            }
        })
        .collect()
}

/// Of a metric that has a value in any of them.
fn lost(part: &Part, metric: Metric) -> (usize, usize) {
    match part.value(metric).repetitions.len() {
        0 => (0, part.repetitions),
        known => (part.repetitions - known, part.repetitions),
    }
}

fn absence(in_baseline: bool, in_run: bool) -> &'static str {
    match (in_baseline, in_run) {
        (false, true) => "not measured in the baseline",
        (true, false) => "not measured in this run",
        _ => "not measured in enough repetitions to be compared",
    }
}

/// Why two values that are there decide nothing.
fn why_not(
    metric: Metric,
    part: &Part,
    theirs: &Part,
    saturated: bool,
    fewest_samples: Option<u64>,
) -> Option<String> {
    let needed = primary::samples_needed(metric);
    match metric {
        _ if metric.is_latency() => {
            fewest_samples
                .filter(|samples| *samples < needed)
                .map(|samples| {
                    format!("too few samples: {samples} in a repetition, this needs {needed}")
                })
        }
        Metric::Throughput if saturated => Some("the generator may have been the limit".to_owned()),
        Metric::PeakMemory => part
            .memory_source
            .zip(theirs.memory_source)
            .filter(|(ours, theirs)| ours != theirs)
            .map(|(ours, theirs)| {
                let words = format!("it was read from {theirs:?} before and from {ours:?} now");
                words.to_lowercase()
            }),
        _ => None,
    }
}

/// In open loop the service is not asked how much it can do, only whether it kept up: with less than what was offered it
/// is compared where it did not keep up before either.
fn achieved(metric: Metric, compared: Compared, part: &Part, theirs: &Part) -> Compared {
    let percent = |part: &Part| {
        let rps = part.value(Metric::Throughput).whole?;
        Some(rps / part.offered_rps? * 100.0)
    };
    let kept_up = |percent: f64| percent >= ACHIEVED_PERCENT;
    match (metric, percent(part), percent(theirs)) {
        (Metric::Throughput, Some(now), Some(before)) if kept_up(now) || kept_up(before) => {
            let estimate = if kept_up(now) { 0.0 } else { f64::NEG_INFINITY };
            Compared {
                method: Method::Achieved,
                achieved_percent: Some(now),
                estimate,
                difference: None,
                p_permutation: None,
                ..compared
            }
        }
        _ => compared,
    }
}
