use schema::evidence::{
    ComparedMetric, Direction, HistorySeries, Method, Metric, SignedInterval, Verdict, unit_symbol,
};
use schema::rounded;
use stats::Difference;
use toolkit::AllowedMissing;

use super::margin::{Margins, Scale};
use super::method::Compared;
use super::verdict;
use crate::history::Change;
use crate::options::Options;
use crate::run::measured;

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
/// The same where that is known, but not how far off the figure itself is: there are too few samples.
const WITHOUT_INTERVAL: &str = "it has no interval of its own";
/// Why repetitions cannot be compared.
const OF_NOTHING: &str = "a repetition of 0 cannot be compared in percent";
/// What must be achieved of what was offered in open loop.
pub(super) const ACHIEVED_PERCENT: f64 = 99.0;

/// One metric of one scenario, before and after what the others say is known.
pub(super) struct Row<'a> {
    pub(super) scenario: Option<&'a str>,
    pub(super) metric: Metric,
    pub(super) primary: bool,
    /// In how many of the run's repetitions it was not measured, of how many.
    pub(super) lost: (usize, usize),
    pub(super) outcome: Outcome,
    /// What the runs that it was compared with measured, where those are several.
    pub(super) history: Option<HistorySeries>,
    pub(super) p_adjusted: Option<f64>,
}

pub(super) enum Outcome {
    /// Why it is not there, and what is there of each side (baseline, current).
    Missing(&'static str, (Option<f64>, Option<f64>)),
    /// Compared, and why it decides nothing.
    NotJudged(Compared, String),
    Compared(Compared),
}

impl Outcome {
    /// That decides, with its error.
    pub(super) fn difference(&self) -> Option<&Difference> {
        match self {
            Outcome::Compared(compared) => compared.difference.as_ref(),
            _ => None,
        }
    }
}

impl Row<'_> {
    pub(super) fn judge(
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
                _ if options.strict && options.run_sd.is_some() => {
                    (Verdict::Inconclusive, Some(WITHOUT_INTERVAL))
                }
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
