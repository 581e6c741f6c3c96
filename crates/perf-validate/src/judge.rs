use schema::Measured;
use schema::configuration::PerformanceThresholds;
use schema::evidence::{Check, CheckStatus, Evidence, Metric, Validation};
use toolkit::AllowedMissing;

use crate::doubts::Doubt;
use crate::interval::Known;
use crate::part::Part;
use crate::thresholds;

/// What a run is asked for.
pub(crate) struct Demand<'a> {
    /// The limits of the thresholds file.
    pub(crate) thresholds: &'a PerformanceThresholds,
    /// What may be missing.
    pub(crate) allowed: AllowedMissing,
    /// Whether the whole interval must be within the limit, and not only the value.
    pub(crate) whole_interval: bool,
    /// Whether what limits belief in the run is a failure.
    pub(crate) no_doubts: bool,
}

/// Every limit on the run and on each of its scenarios.
pub(crate) fn validate(evidence: &Evidence, doubts: &[Doubt], demand: &Demand<'_>) -> Validation {
    let mut checks: Vec<Check> = Check::interrupted(evidence.run.as_ref())
        .into_iter()
        .collect();
    if demand.no_doubts {
        checks.extend(doubts.iter().map(Doubt::check));
    }
    checks.extend(judge(&Part::of_run(evidence), demand.thresholds, demand));
    for scenario in &evidence.scenarios {
        let thresholds = thresholds::of_scenario(scenario, demand.thresholds);
        checks.extend(judge(&Part::of_scenario(scenario), &thresholds, demand));
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

fn judge(part: &Part<'_>, thresholds: &PerformanceThresholds, demand: &Demand<'_>) -> Vec<Check> {
    Metric::ALL
        .into_iter()
        .filter_map(|metric| thresholds::limit(metric, thresholds).map(|limit| (metric, limit)))
        .map(|(metric, limit)| check(part, metric, limit, demand))
        .collect()
}

fn check(part: &Part<'_>, metric: Metric, limit: Measured, demand: &Demand<'_>) -> Check {
    let may_be_missing = demand.allowed.covers(metric.key())
        || demand.allowed.covers(&check_name(part.scenario, metric));
    let check = Check::judge(
        metric.key(),
        metric.unit(),
        metric.value(part.measured),
        metric.operator(),
        limit,
        may_be_missing,
    );
    let Known { ci95, doubt } = Known::of(metric, part);
    let check = match ci95 {
        Some(ci95) => check.within(ci95),
        None => check,
    };
    let check = if demand.whole_interval {
        of_whole_interval(check)
    } else {
        by_value(check)
    };
    let note = match (doubt, &check.note) {
        (Some(doubt), Some(consequence)) => Some(format!("{doubt}; {consequence}")),
        (doubt, consequence) => doubt.or_else(|| consequence.clone()),
    };
    let check = Check { note, ..check };
    match part.scenario {
        Some(scenario) => check.of_scenario(scenario),
        None => check,
    }
}

/// The value decides, also where the interval does not.
fn by_value(check: Check) -> Check {
    if check.status != CheckStatus::Inconclusive {
        return check;
    }
    let ends = if check.passed { "passes" } else { "fails" };
    Check {
        note: Some(format!("{ends} by its value")),
        ..check
    }
}

/// The whole interval decides: without one, nothing is proven.
fn of_whole_interval(check: Check) -> Check {
    let proven = check.status == CheckStatus::Pass && check.ci95.is_some();
    if proven || matches!(check.status, CheckStatus::Fail | CheckStatus::Missing) {
        return check;
    }
    Check {
        status: CheckStatus::Inconclusive,
        passed: false,
        note: Some("--strict demands the whole interval".to_owned()),
        ..check
    }
}

fn check_name(scenario: Option<&str>, metric: Metric) -> String {
    match scenario {
        Some(scenario) => format!("scenarios.{scenario}.{}", metric.key()),
        None => metric.key().to_owned(),
    }
}
