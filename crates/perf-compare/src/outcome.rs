use schema::evidence::{
    self, ComparedMetric, Comparison, Method, Metric, PairingRole, Verdict, Warning,
};
use toolkit::AllowedMissing;

use crate::baseline::{self, Baseline};
use crate::error::Error;
use crate::guards::{self, warning};
use crate::judge::{self, margin::Margins};
use crate::options::Options;
use crate::run::Run;

/// What becomes of a run.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// `None` where there was nothing to compare with.
    pub(crate) comparison: Option<Comparison>,
    /// What a reader should know of it.
    pub(crate) warnings: Vec<Warning>,
    /// Why nothing may be compared, which is no verdict on the run.
    pub(crate) refusal: Option<String>,
}

impl Outcome {
    /// Nothing to compare with, by permission.
    pub(crate) fn first_run(absence: String) -> Outcome {
        let message = format!("{absence}, nothing is compared");
        Outcome {
            warnings: vec![warning("no_baseline", message)],
            ..Outcome::default()
        }
    }
}

/// Compares a run with a baseline, or says why it may not be compared.
pub(crate) fn of(
    baseline: Baseline,
    run: &Run,
    margins: &Margins,
    options: &Options,
    allowed: &AllowedMissing,
) -> Result<Outcome, Error> {
    if options.paired && baseline.runs.len() > 1 {
        return Err(Error::SeveralForPairs(baseline.runs.len()));
    }
    let identity = baseline.identity();
    // A section that fails, not merely a warning: the next filter recomputes `overall_success` from sections.
    let nothing_compared = |code: &str| Comparison {
        passed: false,
        verdict: Verdict::Incomparable,
        threshold_percent: margins.threshold,
        strict: options.strict,
        metrics: Vec::new(),
        baseline: identity.clone(),
        warnings: vec![code.to_owned()],
        accepted: None,
        history: None,
    };
    if run.interrupted {
        // A finding about the run, not about the baseline.
        let message = "the run was broken off: it is not compared".to_owned();
        return Ok(Outcome {
            comparison: Some(nothing_compared("interrupted")),
            warnings: vec![warning("interrupted", message)],
            refusal: None,
        });
    }
    let incomparable = |words: String| Outcome {
        comparison: Some(nothing_compared("incomparable")),
        warnings: vec![warning("incomparable", words.clone())],
        refusal: Some(words),
    };
    if let Some(words) = guards::of_current(run, options) {
        return Ok(incomparable(words));
    }
    let (baseline, mut warnings) = match baseline.comparable_with(run, options) {
        Ok(comparable) => comparable,
        Err(refusal) if refusal.only_other_hosts && allowed.covers(baseline::NAME) => {
            return Ok(Outcome::first_run(refusal.words));
        }
        Err(refusal) => return Ok(incomparable(refusal.words)),
    };
    if options.paired {
        refuse_unpaired(&baseline, run)?;
    }
    let comparison = judge::compare(run, &baseline, margins, options, allowed);
    warnings.extend(of_comparison(&comparison, &baseline, run, options));
    let codes = warnings.iter().map(|warning| warning.code.clone());
    Ok(Outcome {
        comparison: Some(Comparison {
            warnings: codes.collect(),
            ..comparison
        }),
        warnings,
        refusal: None,
    })
}

fn refuse_unpaired(baseline: &Baseline, run: &Run) -> Result<(), Error> {
    let newest: Vec<&Run> = baseline.newest().collect();
    match newest.as_slice() {
        [theirs] if were_paired(theirs, run) => Ok(()),
        _ => Err(Error::NotPaired),
    }
}

/// Whether two runs were measured in turn, the current one as the one to be judged.
fn were_paired(baseline: &Run, current: &Run) -> bool {
    let names = |one: &Run, role: PairingRole, other: &evidence::Baseline| {
        let pairing = one.pairing.as_ref();
        pairing.is_some_and(|pairing| {
            pairing.role == role && Some(&pairing.with) == other.run_id.as_ref()
        })
    };
    names(baseline, PairingRole::Baseline, &current.identity)
        && names(current, PairingRole::Current, &baseline.identity)
}

fn of_comparison(
    comparison: &Comparison,
    baseline: &Baseline,
    run: &Run,
    options: &Options,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let metrics = &comparison.metrics;
    let is_bare = |metric: &ComparedMetric| {
        // As few failures as before need no guard.
        let guarded = metric.metric == Metric::ErrorRate.key() && metric.current <= metric.baseline;
        metric.method == Some(Method::Point) && !guarded && metric.verdict != Verdict::NotJudged
    };
    if metrics.iter().any(is_bare) {
        // How far off too few samples are nobody knows; how much runs differ is only the rest of that.
        let unknown = match options.run_sd {
            None => "with nothing known of how much runs differ",
            Some(_) => {
                "and a figure without an interval of its own is off by more than --run-sd tells"
            }
        };
        let message = format!("one run against one, {unknown}: a change may be noise");
        warnings.push(warning("unguarded", message));
    }
    let undecided = metrics
        .iter()
        .filter(|metric| metric.verdict == Verdict::Inconclusive)
        .count();
    if undecided > 0 {
        let are = if undecided == 1 { "is" } else { "are" };
        let message = format!(
            "{undecided} of {} metrics {are} inconclusive",
            metrics.len()
        );
        warnings.push(warning("inconclusive", message));
    }
    let new: Vec<&str> = run
        .parts
        .iter()
        .filter(|part| baseline.part(part.scenario.as_deref()).is_none())
        .filter_map(|part| part.scenario.as_deref())
        .collect();
    if !new.is_empty() {
        let message = format!(
            "not in the baseline, and so not compared: {}",
            new.join(", ")
        );
        warnings.push(warning("new_scenario", message));
    }
    let compared_by = |method: Method| metrics.iter().any(|metric| metric.method == Some(method));
    if baseline.newest().any(|theirs| were_paired(theirs, run))
        && compared_by(Method::Welch)
        && !compared_by(Method::Paired)
    {
        let message = "the two runs were measured in turn: --paired compares them pair by pair, which is surer";
        warnings.push(warning("paired_runs", message.to_owned()));
    }
    warnings
}
