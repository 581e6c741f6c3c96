//! The section: every metric of every scenario beside the same of the baseline, and what becomes of it.

pub(crate) mod margin;
mod method;
mod primary;
mod verdict;

use schema::evidence::{
    ComparedMetric, Comparison, Direction, Method, Metric, SignedInterval, Verdict, unit_symbol,
};
use schema::{Measured, rounded};
use stats::{Difference, benjamini_hochberg, holm};
use toolkit::AllowedMissing;

use crate::baseline::Baseline;
use crate::history::Change;
use crate::options::Options;
use crate::run::{Part, Run};
use margin::{Margins, Scale};
use method::{Compared, Wanted};

/// More repetitions than these nobody orders.
const MOST_REPETITIONS: u64 = 100;
/// What the corrected p-values of primary metrics are held to: half of it is the chance that a run without a change fails.
const LEVEL: f64 = 0.05;
/// The same of all others, which add to that chance: so it stays at 3 %.
const LEVEL_OF_OTHERS: f64 = 0.01;
/// Of fifty metrics of a history, one in a hundred changes by chance: what is told of it must be surer.
const SURELY: f64 = 0.001;
/// Why a bare change proves nothing.
const UNGUARDED: &str = "nothing is known of how much runs differ";
/// Why repetitions cannot be compared.
const OF_NOTHING: &str = "a repetition of 0 cannot be compared in percent";
/// What must be achieved of what was offered in open loop.
const ACHIEVED_PERCENT: f64 = 99.0;

/// Compares a run with a baseline whose runs may all be compared with it.
pub(crate) fn compare(
    current: &Run,
    baseline: &Baseline,
    margins: &Margins,
    options: &Options,
    allowed: &AllowedMissing,
) -> Comparison {
    let mut rows = rows(current, baseline, options);
    correct(&mut rows);
    let metrics: Vec<ComparedMetric> = rows
        .iter()
        .map(|row| row.judge(margins, options, allowed))
        .collect();
    let judged =
        |metric: &ComparedMetric| !matches!(metric.verdict, Verdict::NotJudged | Verdict::Missing);
    Comparison {
        passed: metrics.iter().all(|metric| metric.passed) && metrics.iter().any(judged),
        verdict: worst(&metrics),
        threshold_percent: margins.threshold,
        strict: options.strict,
        metrics,
        baseline: baseline.identity(),
        warnings: Vec::new(),
        accepted: None,
    }
}

/// What decides nothing does not count, nor what is missing by permission, unless there is nothing else.
fn worst(metrics: &[ComparedMetric]) -> Verdict {
    metrics
        .iter()
        .filter(|metric| metric.verdict != Verdict::NotJudged)
        .filter(|metric| !metric.passed || metric.verdict <= Verdict::Inconclusive)
        .map(|metric| metric.verdict)
        .max()
        .unwrap_or(Verdict::Missing)
}

/// One metric of one scenario, before and after what the others say is known.
struct Row<'a> {
    scenario: Option<&'a str>,
    metric: Metric,
    primary: bool,
    /// In how many of the run's repetitions it was not measured, of how many.
    lost: (usize, usize),
    outcome: Outcome,
    p_adjusted: Option<f64>,
}

enum Outcome {
    /// Why it is not there, and what is there of each side (baseline, current).
    Missing(&'static str, (Option<f64>, Option<f64>)),
    /// Compared, and why it decides nothing.
    NotJudged(Compared, String),
    Compared(Compared),
}

fn rows<'a>(current: &'a Run, baseline: &'a Baseline, options: &Options) -> Vec<Row<'a>> {
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
        let known = Metric::ALL
            .into_iter()
            .filter(|metric| *metric != Metric::LatencyMean && baseline.knows(scenario, *metric));
        rows.extend(known.map(|metric| {
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
    let mut compared: Vec<(Metric, Option<Compared>)> = Metric::ALL
        .into_iter()
        .filter(|metric| ours(*metric) || known(*metric))
        .map(|metric| (metric, method::compare(metric, part, baseline, wanted)))
        .collect();
    let both = |metric: Metric| ours(metric) && known(metric);
    let saturated = current.saturated || baseline.is_saturated();
    // The point rule knows nothing of errors, so it has nothing to ask of the samples either.
    let fewest = compared
        .iter()
        .filter(|(metric, _)| metric.is_latency())
        .filter_map(|(_, compared)| compared.as_ref())
        .filter(|compared| compared.method != Method::Point)
        .filter_map(|compared| compared.samples)
        .min();
    let latency = primary::latency(options.primary, both, fewest);
    if latency != Metric::LatencyMean {
        compared.retain(|(metric, _)| *metric != Metric::LatencyMean);
    }
    compared
        .into_iter()
        .map(|(metric, compared)| {
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

/// Those that decide are judged together, the others are looked through for what those did not show.
fn correct(rows: &mut [Row<'_>]) {
    for (primary, method) in [
        (true, holm as fn(&[f64]) -> Vec<f64>),
        (false, benjamini_hochberg),
    ] {
        let mut asked: Vec<(&mut Option<f64>, f64)> = rows
            .iter_mut()
            .filter(|row| row.primary == primary)
            .filter_map(|row| {
                let p = row.outcome.difference()?.p_value()?;
                Some((&mut row.p_adjusted, p))
            })
            .collect();
        let p_values: Vec<f64> = asked.iter().map(|(_, p)| *p).collect();
        for ((place, _), p) in asked.iter_mut().zip(method(&p_values)) {
            **place = Some(p);
        }
    }
}

impl Outcome {
    /// That decides, with its error.
    fn difference(&self) -> Option<&Difference> {
        match self {
            Outcome::Compared(compared) => compared.difference.as_ref(),
            _ => None,
        }
    }
}

impl Row<'_> {
    fn judge(
        &self,
        margins: &Margins,
        options: &Options,
        allowed: &AllowedMissing,
    ) -> ComparedMetric {
        let shown = self.shown(margins);
        match &self.outcome {
            Outcome::Missing(absence, _) => {
                let may_be = allowed.covers(self.metric.key()) || allowed.covers(&self.name());
                let note = if may_be {
                    format!("{absence}, and allowed to be missing")
                } else {
                    (*absence).to_owned()
                };
                ComparedMetric {
                    passed: may_be,
                    note: Some(note),
                    ..shown
                }
            }
            // A scenario whose latencies are known must not pass without a word because none can be judged.
            Outcome::NotJudged(_, why) if self.primary && self.metric.is_latency() => {
                ComparedMetric {
                    verdict: Verdict::Inconclusive,
                    passed: !options.strict,
                    note: Some(why.clone()),
                    ..shown
                }
            }
            Outcome::NotJudged(_, why) => ComparedMetric {
                verdict: Verdict::NotJudged,
                passed: true,
                note: Some(why.clone()),
                ..shown
            },
            Outcome::Compared(compared) => self.decide(compared, shown, margins, options),
        }
    }

    fn decide(
        &self,
        compared: &Compared,
        shown: ComparedMetric,
        margins: &Margins,
        options: &Options,
    ) -> ComparedMetric {
        let margin = margins.margin(self.metric);
        let worse = compared
            .difference
            .map(|difference| match self.metric.better() {
                Direction::Lower => difference,
                Direction::Higher => difference.reversed(),
            });
        let worse_by = match self.metric.better() {
            Direction::Lower => compared.estimate,
            Direction::Higher => -compared.estimate,
        };
        let (lost, all) = self.lost;
        let (verdict, why) = match (compared.method, &worse, self.p_adjusted) {
            (Method::Achieved, ..) => (verdict::point(worse_by, margin), None),
            (Method::Point, ..) => match verdict::point(worse_by, margin) {
                // As few failures as before are proof enough.
                sure if self.metric == Metric::ErrorRate && worse_by <= 0.0 => (sure, None),
                Verdict::Regressed => (Verdict::Regressed, None),
                _ if options.strict => (Verdict::Inconclusive, Some(UNGUARDED)),
                bare => (bare, None),
            },
            (_, Some(worse), Some(p_adjusted)) => {
                let sure = p_adjusted < self.level();
                (verdict::verdict(worse, margin, sure, options.strict), None)
            }
            _ => (Verdict::Inconclusive, Some(OF_NOTHING)),
        };
        let is_repeated = matches!(compared.method, Method::Welch | Method::Paired);
        let (verdict, why) = if is_repeated && lost > 0 && verdict < Verdict::Inconclusive {
            let why = format!("measured in only {} of {all} repetitions", all - lost);
            (Verdict::Inconclusive, Some(why))
        } else {
            (verdict, why.map(str::to_owned))
        };
        let undecided = verdict == Verdict::Inconclusive;
        let more = worse
            .filter(|_| undecided && why.is_none())
            .and_then(|worse| self.more_repetitions(compared, &worse, margin, options));
        let fails = match verdict {
            Verdict::Regressed => true,
            Verdict::Inconclusive => options.strict,
            _ => false,
        };
        ComparedMetric {
            verdict,
            passed: !fails || (options.primary_only && !self.primary),
            more_repetitions: more,
            note: why
                .or_else(|| undecided.then(|| why_undecided(compared.method, more)))
                .or_else(|| compared.achieved_percent.map(achieved_words))
                .or_else(|| unaccepted(self.metric, compared.unaccepted.as_ref()?)),
            ..shown
        }
    }

    /// At the level that this metric among the others is held to.
    fn more_repetitions(
        &self,
        compared: &Compared,
        worse: &Difference,
        margin: f64,
        options: &Options,
    ) -> Option<u64> {
        if !matches!(compared.method, Method::Welch | Method::Paired) {
            return None;
        }
        let p = worse.p_value()?;
        // That it is worse must be sure among all that were looked at; that it is not, needs its interval alone.
        let misses = match self.p_adjusted {
            Some(adjusted) if worse.estimate > margin && adjusted > 0.0 => {
                self.level() * p / adjusted
            }
            _ => LEVEL,
        };
        // To be beyond the margin for certain, it must lie as far from that as else from no difference.
        let (worse, margin) = if options.strict && worse.estimate > margin {
            let beyond = Difference {
                estimate: worse.estimate - margin,
                ..*worse
            };
            (beyond, 0.0)
        } else {
            (*worse, margin)
        };
        worse.more_repetitions(
            compared.current_count.min(compared.baseline_count) as u64,
            margin,
            misses,
            MOST_REPETITIONS,
        )
    }

    /// All of it but the judgement.
    fn shown(&self, margins: &Margins) -> ComparedMetric {
        let scale = Scale::of(self.metric);
        let compared = match &self.outcome {
            Outcome::Missing(..) => None,
            Outcome::NotJudged(compared, _) | Outcome::Compared(compared) => Some(compared),
        };
        let (baseline, current) = match &self.outcome {
            Outcome::Missing(_, sides) => *sides,
            Outcome::NotJudged(compared, _) | Outcome::Compared(compared) => {
                (Some(compared.baseline), Some(compared.current))
            }
        };
        let change_percent = compared
            .filter(|compared| compared.baseline > 0.0)
            .map(|compared| rounded((compared.current / compared.baseline - 1.0) * 100.0));
        let change_points = compared
            .filter(|_| scale == Scale::Points)
            .map(|compared| rounded(compared.current - compared.baseline));
        let difference = compared.and_then(|compared| compared.difference.as_ref());
        let count = |count: fn(&Compared) -> usize| compared.map(|compared| count(compared) as u64);
        ComparedMetric {
            scenario: self.scenario.map(str::to_owned),
            metric: self.metric.key().to_owned(),
            unit: self.metric.unit().to_owned(),
            better: self.metric.better(),
            primary: self.primary,
            method: compared.map(|compared| compared.method),
            baseline: baseline.and_then(measured),
            current: current.and_then(measured),
            baseline_count: count(|compared| compared.baseline_count),
            current_count: count(|compared| compared.current_count),
            change_percent,
            change_points,
            change_ci95: difference
                .and_then(Difference::interval)
                .map(|(low, high)| (scale.change(low), scale.change(high)))
                .filter(|(low, high)| low.is_finite() && high.is_finite())
                .map(|(low, high)| SignedInterval::rounded(low, high)),
            threshold: Some(margins.threshold(self.metric)),
            p_value: difference.and_then(Difference::p_value).map(rounded),
            p_adjusted: self.p_adjusted.map(rounded),
            p_permutation: compared
                .and_then(|compared| compared.p_permutation)
                .map(rounded),
            more_repetitions: None,
            verdict: Verdict::Missing,
            passed: false,
            note: None,
        }
    }

    fn level(&self) -> f64 {
        if self.primary { LEVEL } else { LEVEL_OF_OTHERS }
    }

    /// What `--allow-missing` calls it.
    fn name(&self) -> String {
        match self.scenario {
            Some(scenario) => format!("scenarios.{scenario}.{}", self.metric.key()),
            None => self.metric.key().to_owned(),
        }
    }
}

/// Rounded, unless rounding would leave little of it: a time of nanoseconds is one millionth of the unit.
fn measured(value: f64) -> Option<Measured> {
    if value < 0.001 {
        Measured::new(value)
    } else {
        Measured::rounded(value)
    }
}

fn achieved_words(percent: f64) -> String {
    format!("{percent:.1} % of what was offered, of which {ACHIEVED_PERCENT} % must be achieved")
}

/// What surely changed in the history itself while every run of it passed; `None` for all else.
fn unaccepted(metric: Metric, change: &Change) -> Option<String> {
    let unit = unit_symbol(metric.unit());
    let run = change.run_id.as_deref().unwrap_or("without a name");
    (change.p_value < SURELY).then(|| {
        format!(
            "the history went from {:.3} to {:.3} {unit} with run {run}, which nobody accepted",
            change.before, change.after
        )
    })
}

fn why_undecided(method: Method, more: Option<u64>) -> String {
    match (method, more) {
        (_, Some(1)) => "1 more repetition on either side would probably decide".to_owned(),
        (_, Some(more)) => format!("{more} more repetitions on either side would probably decide"),
        (Method::Welch | Method::Paired, None) => {
            "too close to the threshold, or too noisy, for 100 repetitions to decide".to_owned()
        }
        _ => "single runs differ too much to decide".to_owned(),
    }
}
