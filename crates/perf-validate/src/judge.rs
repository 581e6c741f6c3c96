use schema::Measured;
use schema::configuration::PerformanceThresholds;
use schema::evidence::{Check, Evidence, Measurements, Metric, Validation};
use toolkit::AllowedMissing;

use crate::{quantile, thresholds};

/// Every limit on the run and on each of its scenarios.
pub(crate) fn validate(
    evidence: &Evidence,
    of_run: &PerformanceThresholds,
    allowed: &AllowedMissing,
) -> Validation {
    let mut checks: Vec<Check> = Check::interrupted(evidence.run.as_ref())
        .into_iter()
        .collect();
    checks.extend(judge(None, evidence.into(), of_run, allowed));
    for scenario in &evidence.scenarios {
        let thresholds = thresholds::of_scenario(scenario, of_run);
        checks.extend(judge(
            Some(&scenario.name),
            scenario.into(),
            &thresholds,
            allowed,
        ));
    }
    Validation {
        passed: checks.iter().all(|check| check.passed),
        checks,
    }
}

/// The name of every check that this document could be asked for, whatever the thresholds.
pub(crate) fn possible_names(evidence: &Evidence) -> Vec<String> {
    let scenarios = evidence
        .scenarios
        .iter()
        .map(|scenario| Some(scenario.name.as_str()));
    std::iter::once(None)
        .chain(scenarios)
        .flat_map(|scenario| {
            Metric::ALL
                .into_iter()
                .map(move |metric| check_name(scenario, metric))
        })
        .collect()
}

fn judge(
    scenario: Option<&str>,
    measured: Measurements<'_>,
    thresholds: &PerformanceThresholds,
    allowed: &AllowedMissing,
) -> Vec<Check> {
    Metric::ALL
        .into_iter()
        .filter_map(|metric| thresholds::limit(metric, thresholds).map(|limit| (metric, limit)))
        .map(|(metric, limit)| check(scenario, measured, metric, limit, allowed))
        .collect()
}

fn check(
    scenario: Option<&str>,
    measured: Measurements<'_>,
    metric: Metric,
    limit: Measured,
    allowed: &AllowedMissing,
) -> Check {
    let may_be_missing =
        allowed.covers(metric.key()) || allowed.covers(&check_name(scenario, metric));
    let check = Check::judge(
        metric.key(),
        metric.unit(),
        metric.value(measured),
        metric.operator(),
        limit,
        may_be_missing,
    );
    let note = match (quantile::note(metric, measured), &check.note) {
        (Some(reason), Some(consequence)) => Some(format!("{reason}; {consequence}")),
        (reason, consequence) => reason.or_else(|| consequence.clone()),
    };
    let check = Check {
        ci95: metric.ci95(measured),
        note,
        ..check
    };
    match scenario {
        Some(scenario) => check.of_scenario(scenario),
        None => check,
    }
}

fn check_name(scenario: Option<&str>, metric: Metric) -> String {
    match scenario {
        Some(scenario) => format!("scenarios.{scenario}.{}", metric.key()),
        None => metric.key().to_owned(),
    }
}
