use schema::Measured;
use schema::evidence::{Baseline, ComparedMetric, Comparison, Evidence, Verdict};
use toolkit::AllowedMissing;

use crate::guards::{Answer, Guard, fingerprint};
use crate::judge;

/// One run against one, without a between-run error: a change may be noise.
const UNGUARDED: &str = "unguarded";

/// The section: the metrics of two runs that may be compared, or that they may not.
pub(crate) fn of(
    baseline: &Evidence,
    current: &Evidence,
    threshold: Measured,
    allowed: &AllowedMissing,
    guard: &Guard,
) -> Comparison {
    let warning = guard.warning.as_ref().map(|warning| warning.code.clone());
    if guard.answer != Answer::Comparable {
        // A section that fails, not merely a warning: the next filter recomputes `overall_success` from sections.
        return Comparison {
            passed: false,
            verdict: Verdict::Incomparable,
            threshold_percent: threshold,
            strict: false,
            accepted: None,
            metrics: Vec::new(),
            baseline: identity(baseline),
            warnings: warning.into_iter().collect(),
        };
    }
    let metrics = judge::compare(baseline, current, threshold, allowed);
    Comparison {
        passed: metrics.iter().all(|metric| metric.passed),
        verdict: worst(&metrics),
        threshold_percent: threshold,
        strict: false,
        accepted: None,
        metrics,
        baseline: identity(baseline),
        warnings: [UNGUARDED.to_owned()].into_iter().chain(warning).collect(),
    }
}

/// What is missing by permission does not count, unless there is nothing else.
fn worst(metrics: &[ComparedMetric]) -> Verdict {
    metrics
        .iter()
        .filter(|metric| metric.verdict != Verdict::Missing || !metric.passed)
        .map(|metric| metric.verdict)
        .max()
        .unwrap_or(Verdict::Missing)
}

fn identity(evidence: &Evidence) -> Baseline {
    let run = evidence.run.as_ref();
    Baseline {
        run_id: run.and_then(|run| run.id.clone()),
        commit: run
            .and_then(|run| run.source.as_ref())
            .and_then(|source| source.commit.clone()),
        fingerprint: fingerprint(evidence).map(str::to_owned),
        runs: None,
    }
}
