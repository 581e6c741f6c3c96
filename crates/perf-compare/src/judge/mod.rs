//! The section: every metric of every scenario beside the same of the baseline, and what becomes of it.

pub(crate) mod margin;
mod method;
mod primary;
mod row;
mod rows;
mod verdict;

use schema::evidence::{ComparedMetric, Comparison, Verdict};
use stats::{benjamini_hochberg, holm};
use toolkit::AllowedMissing;

use crate::baseline::Baseline;
use crate::history;
use crate::options::Options;
use crate::run::Run;
use margin::Margins;
use row::Row;

/// Compares a run with a baseline whose runs may all be compared with it.
pub(crate) fn compare(
    current: &Run,
    baseline: &Baseline,
    margins: &Margins,
    options: &Options,
    allowed: &AllowedMissing,
) -> Comparison {
    let mut rows = rows::of(current, baseline, options);
    correct(&mut rows);
    let metrics: Vec<ComparedMetric> = rows
        .iter()
        .map(|row| row.judge(margins, options, allowed))
        .collect();
    let judged =
        |metric: &ComparedMetric| !matches!(metric.verdict, Verdict::NotJudged | Verdict::Missing);
    // A report draws what decides and what failed; of all metrics a document would be too long.
    let series = rows
        .into_iter()
        .zip(&metrics)
        .filter(|(_, metric)| metric.primary || !metric.passed)
        .filter_map(|(row, _)| row.history)
        .collect();
    let history = history::drawn(&baseline.runs, series);
    Comparison {
        passed: metrics.iter().all(|metric| metric.passed) && metrics.iter().any(judged),
        verdict: worst(&metrics),
        threshold_percent: margins.threshold,
        strict: options.strict,
        metrics,
        baseline: baseline.identity(),
        warnings: Vec::new(),
        accepted: None,
        history,
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
