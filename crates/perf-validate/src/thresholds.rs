use schema::Measured;
use schema::configuration::PerformanceThresholds;
use schema::evidence::{Metric, Scenario, ScenarioKind};

/// The limit on a metric, if there is one.
pub(crate) fn limit(metric: Metric, thresholds: &PerformanceThresholds) -> Option<Measured> {
    match metric {
        Metric::LatencyP50 => thresholds.p50_latency_ms,
        Metric::LatencyP95 => thresholds.p95_latency_ms,
        Metric::LatencyP99 => thresholds.p99_latency_ms,
        Metric::LatencyMean => None,
        Metric::Throughput => thresholds.throughput_rps,
        Metric::PeakMemory => thresholds.memory_usage_mb,
        Metric::ErrorRate => thresholds.error_rate_percent,
    }
}

/// What a scenario is held to: a batch size to the thresholds of the run, any other scenario to its own limits
/// and to the error rate of the run. Of two limits on the same metric both hold, which is to say the stricter one.
pub(crate) fn of_scenario(
    scenario: &Scenario,
    of_run: &PerformanceThresholds,
) -> PerformanceThresholds {
    if scenario.kind == Some(ScenarioKind::BatchSize) {
        return of_run.clone();
    }
    let limits = scenario.limits.clone().unwrap_or_default();
    let own = limits.thresholds.unwrap_or_default();
    PerformanceThresholds {
        memory_usage_mb: lower(own.memory_usage_mb, limits.memory_limit_mb),
        error_rate_percent: lower(own.error_rate_percent, of_run.error_rate_percent),
        ..own
    }
}

fn lower(one: Option<Measured>, other: Option<Measured>) -> Option<Measured> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other < one { other } else { one }),
        _ => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::evidence::Limits;

    fn measured(value: u32) -> Option<Measured> {
        Some(Measured::from(value))
    }

    fn of_run() -> PerformanceThresholds {
        PerformanceThresholds {
            p50_latency_ms: measured(10),
            memory_usage_mb: measured(1024),
            error_rate_percent: measured(1),
            ..PerformanceThresholds::default()
        }
    }

    #[test]
    fn a_batch_size_is_held_to_the_thresholds_of_the_run() {
        let scenario = Scenario {
            kind: Some(ScenarioKind::BatchSize),
            ..Scenario::default()
        };
        assert_eq!(of_scenario(&scenario, &of_run()), of_run());
    }

    #[test]
    fn a_test_scenario_without_limits_is_held_to_the_error_rate_alone() {
        let only_errors = PerformanceThresholds {
            error_rate_percent: measured(1),
            ..PerformanceThresholds::default()
        };
        assert_eq!(of_scenario(&Scenario::default(), &of_run()), only_errors);
    }

    #[test]
    fn of_two_limits_the_stricter_one_holds() {
        let scenario = Scenario {
            kind: Some(ScenarioKind::TestScenario),
            limits: Some(Limits {
                memory_limit_mb: measured(2048),
                thresholds: Some(PerformanceThresholds {
                    memory_usage_mb: measured(4096),
                    error_rate_percent: measured(5),
                    throughput_rps: measured(7),
                    ..PerformanceThresholds::default()
                }),
            }),
            ..Scenario::default()
        };
        assert_eq!(
            of_scenario(&scenario, &of_run()),
            PerformanceThresholds {
                memory_usage_mb: measured(2048),
                error_rate_percent: measured(1),
                throughput_rps: measured(7),
                ..PerformanceThresholds::default()
            }
        );
    }
}
