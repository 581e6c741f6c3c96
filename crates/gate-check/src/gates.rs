use schema::Measured;
use schema::configuration::GatesFile;
use schema::evidence::{Evidence, GateGroup, Operator};

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

macro_rules! operator {
    (<=) => {
        Operator::AtMost
    };
    (>=) => {
        Operator::AtLeast
    };
}

macro_rules! gates {
    ($($group:ident: $section:ident.$value:ident $operator:tt $gates:ident.$topic:ident.$limit:ident, $unit:literal;)*) => {
        /// Every gate that there can be, in the order in which it is judged.
        pub(crate) const GATES: &[Gate] = &[$(Gate {
            group: GateGroup::$group,
            metric: concat!(stringify!($section), ".", stringify!($value)),
            unit: $unit,
            operator: operator!($operator),
            limit: |file| file.$gates.as_ref()?.$topic.as_ref()?.$limit.map(Measured::from),
            value: |evidence| evidence.$section.as_ref()?.$value.map(Measured::from),
        },)*];
    };
}

gates! {
    Performance: latency.p50_ms <= performance_gates.latency.p50_max_ms, "ms";
    Performance: latency.p95_ms <= performance_gates.latency.p95_max_ms, "ms";
    Performance: latency.p99_ms <= performance_gates.latency.p99_max_ms, "ms";
    Performance: throughput.rps >= performance_gates.throughput.min_rps, "rps";
    Performance: memory.peak_mb <= performance_gates.memory.max_usage_mb, "mb";
    Performance: error_rate.percent <= performance_gates.error_rate.max_percent, "percent";
    Security: vulnerabilities.critical <= security_gates.vulnerabilities.max_critical, "count";
    Security: vulnerabilities.high <= security_gates.vulnerabilities.max_high, "count";
    Security: vulnerabilities.medium <= security_gates.vulnerabilities.max_medium, "count";
    Security: code_quality.coverage >= security_gates.code_quality.min_coverage, "percent";
    Security: code_quality.complexity <= security_gates.code_quality.max_complexity, "count";
    Security: code_quality.duplication <= security_gates.code_quality.max_duplication, "percent";
    Deployment: health_checks.failure_rate <= deployment_gates.health_checks.max_failure_rate, "percent";
    Deployment: health_checks.response_time_ms <= deployment_gates.health_checks.max_response_time_ms, "ms";
    Deployment: smoke_tests.failure_rate <= deployment_gates.smoke_tests.max_failure_rate, "percent";
    Deployment: smoke_tests.execution_time_s <= deployment_gates.smoke_tests.max_execution_time_s, "s";
}

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
