use schema::Measured;
use schema::configuration::GatesFile;
use schema::evidence::{Evidence, GateGroup, Metric, Operator};

/// One question of the gates file.
pub(crate) struct Gate {
    pub(crate) group: GateGroup,
    /// The key path of what is judged; its first part is the section.
    pub(crate) metric: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) operator: Operator,
    pub(crate) limit: fn(&GatesFile) -> Option<Measured>,
    pub(crate) value: fn(&Evidence) -> Option<Measured>,
}

macro_rules! gate {
    ($metric:ident, $topic:ident.$limit:ident) => {
        Gate {
            group: GateGroup::Performance,
            metric: Metric::$metric.key(),
            unit: Metric::$metric.unit(),
            operator: Metric::$metric.operator(),
            limit: |file| file.performance_gates.as_ref()?.$topic.as_ref()?.$limit,
            value: |evidence| Metric::$metric.value(evidence.into()),
        }
    };
    ($group:ident: $section:ident.$value:ident, $unit:literal, $operator:ident $gates:ident.$topic:ident.$limit:ident) => {
        Gate {
            group: GateGroup::$group,
            metric: concat!(stringify!($section), ".", stringify!($value)),
            unit: $unit,
            operator: Operator::$operator,
            limit: |file| {
                file.$gates
                    .as_ref()?
                    .$topic
                    .as_ref()?
                    .$limit
                    .map(Measured::from)
            },
            value: |evidence| evidence.$section.as_ref()?.$value.map(Measured::from),
        }
    };
}

/// Every gate that there can be, in the order in which it is judged.
#[rustfmt::skip] // A gate a line.
pub(crate) const GATES: [Gate; 16] = [
    gate!(LatencyP50, latency.p50_max_ms),
    gate!(LatencyP95, latency.p95_max_ms),
    gate!(LatencyP99, latency.p99_max_ms),
    gate!(Throughput, throughput.min_rps),
    gate!(PeakMemory, memory.max_usage_mb),
    gate!(ErrorRate, error_rate.max_percent),
    gate!(Security: vulnerabilities.critical, "count", AtMost security_gates.vulnerabilities.max_critical),
    gate!(Security: vulnerabilities.high, "count", AtMost security_gates.vulnerabilities.max_high),
    gate!(Security: vulnerabilities.medium, "count", AtMost security_gates.vulnerabilities.max_medium),
    gate!(Security: code_quality.coverage, "percent", AtLeast security_gates.code_quality.min_coverage),
    gate!(Security: code_quality.complexity, "count", AtMost security_gates.code_quality.max_complexity),
    gate!(Security: code_quality.duplication, "percent", AtMost security_gates.code_quality.max_duplication),
    gate!(Deployment: health_checks.failure_rate, "percent", AtMost deployment_gates.health_checks.max_failure_rate),
    gate!(Deployment: health_checks.response_time_ms, "ms", AtMost deployment_gates.health_checks.max_response_time_ms),
    gate!(Deployment: smoke_tests.failure_rate, "percent", AtMost deployment_gates.smoke_tests.max_failure_rate),
    gate!(Deployment: smoke_tests.execution_time_s, "s", AtMost deployment_gates.smoke_tests.max_execution_time_s),
];

/// Everything that can be missing: each metric and each group.
pub(crate) fn names() -> Vec<String> {
    let groups = GateGroup::ALL.iter().map(|group| group.name());
    GATES
        .iter()
        .map(|gate| gate.metric)
        .chain(groups)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads as the gates file says it, so that no line of the table is about another gate's limit.
    #[test]
    fn every_gate_of_the_published_file_has_its_line() {
        let file: GatesFile = serde_json::from_str(
            r#"{
                "performance_gates": {
                    "latency": {"p50_max_ms": 1, "p95_max_ms": 2, "p99_max_ms": 3},
                    "throughput": {"min_rps": 4},
                    "memory": {"max_usage_mb": 5},
                    "error_rate": {"max_percent": 6}
                },
                "security_gates": {
                    "vulnerabilities": {"max_critical": 7, "max_high": 8, "max_medium": 9},
                    "code_quality": {"min_coverage": 10, "max_complexity": 11, "max_duplication": 12}
                },
                "deployment_gates": {
                    "health_checks": {"max_failure_rate": 13, "max_response_time_ms": 14},
                    "smoke_tests": {"max_failure_rate": 15, "max_execution_time_s": 16}
                }
            }"#,
        )
        .unwrap();
        let evidence: Evidence = serde_json::from_str(
            r#"{
                "latency": {"p50_ms": 1, "p95_ms": 2, "p99_ms": 3},
                "throughput": {"rps": 4},
                "memory": {"peak_mb": 5},
                "error_rate": {"percent": 6},
                "vulnerabilities": {"critical": 7, "high": 8, "medium": 9},
                "code_quality": {"coverage": 10, "complexity": 11, "duplication": 12},
                "health_checks": {"failure_rate": 13, "response_time_ms": 14},
                "smoke_tests": {"failure_rate": 15, "execution_time_s": 16}
            }"#,
        )
        .unwrap();
        let expected: Vec<Option<Measured>> =
            (1..=16).map(|number: u32| Some(number.into())).collect();
        let limits: Vec<_> = GATES.iter().map(|gate| (gate.limit)(&file)).collect();
        let values: Vec<_> = GATES.iter().map(|gate| (gate.value)(&evidence)).collect();
        assert_eq!(limits, expected);
        assert_eq!(values, expected);
    }
}
