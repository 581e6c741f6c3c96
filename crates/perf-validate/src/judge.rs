use schema::Measured;
use schema::configuration::PerformanceThresholds;
use schema::evidence::{Check, Evidence, Validation};
use toolkit::AllowedMissing;

use crate::metrics::{METRICS, Measurements, Metric};
use crate::thresholds;

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
            METRICS
                .iter()
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
    METRICS
        .iter()
        .filter_map(|metric| (metric.limit)(thresholds).map(|limit| (metric, limit)))
        .map(|(metric, limit)| check(scenario, measured, metric, limit, allowed))
        .collect()
}

fn check(
    scenario: Option<&str>,
    measured: Measurements<'_>,
    metric: &Metric,
    limit: Measured,
    allowed: &AllowedMissing,
) -> Check {
    let reading = (metric.read)(measured);
    let may_be_missing =
        allowed.covers(metric.key) || allowed.covers(&check_name(scenario, metric));
    let check = Check::judge(
        metric.key,
        metric.unit,
        reading.value,
        metric.operator,
        limit,
        may_be_missing,
    );
    let note = match (reading.note, &check.note) {
        (Some(reason), Some(consequence)) => Some(format!("{reason}; {consequence}")),
        (reason, consequence) => reason.or_else(|| consequence.clone()),
    };
    let check = Check {
        ci95: reading.ci95,
        note,
        ..check
    };
    match scenario {
        Some(scenario) => check.of_scenario(scenario),
        None => check,
    }
}

fn check_name(scenario: Option<&str>, metric: &Metric) -> String {
    match scenario {
        Some(scenario) => format!("scenarios.{scenario}.{}", metric.key),
        None => metric.key.to_owned(),
    }
}
