//! The gates that the file can ask for by a key of its own, as a table.

use schema::Measured;
use schema::configuration::GatesFile;
use schema::evidence::{Evidence, GateGroup, GateLevel, Interval, Metric, Operator};

use crate::error::Error;
use crate::imported;
use crate::question::Question;

/// One line of the gates file.
pub(crate) struct Gate {
    pub(crate) group: GateGroup,
    /// Where the limit stands in the gates file.
    pub(crate) key: &'static str,
    /// The key path of what is judged; its first part is the section.
    pub(crate) metric: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) operator: Operator,
    /// What it asks, for people.
    pub(crate) about: &'static str,
    limit: fn(&GatesFile) -> Option<Measured>,
    value: fn(&Evidence, &GatesFile) -> Found,
}

/// What the evidence says.
#[derive(Default)]
struct Found {
    value: Option<Measured>,
    ci95: Option<Interval>,
    note: Option<String>,
}

impl Gate {
    /// What is to be judged; `None` where the file leaves the gate out. More than 100 percent are an error.
    pub(crate) fn ask(
        &self,
        file: &GatesFile,
        evidence: &Evidence,
    ) -> Result<Option<Question>, Error> {
        let Some(limit) = self.limit_in(file) else {
            return Ok(None);
        };
        let found = (self.value)(evidence, file);
        let is_more_than_all = |value: &Measured| self.unit == "percent" && value.get() > 100.0;
        if let Some(value) = found.value.filter(is_more_than_all) {
            return Err(Error::MoreThanAll {
                metric: self.metric,
                found: value.get(),
            });
        }
        Ok(Some(Question {
            group: self.group,
            name: self.metric.to_owned(),
            metric: self.metric.to_owned(),
            section: self.section().to_owned(),
            unit: self.unit.to_owned(),
            operator: self.operator,
            limit: limit.into(),
            value: found.value.map(Into::into),
            ci95: found.ci95,
            level: GateLevel::Error,
            note: found.note,
            unfit: imported::why_missing(self.metric, evidence).filter(|_| found.value.is_none()),
        }))
    }

    /// The section of the document that its value stands in.
    pub(crate) fn section(&self) -> &'static str {
        self.metric.split('.').next().unwrap_or(self.metric)
    }

    /// Whether the file asks for it.
    pub(crate) fn is_in(&self, file: &GatesFile) -> bool {
        self.limit_in(file).is_some()
    }

    /// Its limit; `None` where the file leaves the gate out.
    pub(crate) fn limit_in(&self, file: &GatesFile) -> Option<Measured> {
        (self.limit)(file)
    }
}

macro_rules! gate {
    ($metric:ident, $topic:ident.$limit:ident, $about:literal) => {
        Gate {
            group: GateGroup::Performance,
            key: concat!("performance_gates.", stringify!($topic), ".", stringify!($limit)),
            metric: Metric::$metric.key(),
            unit: Metric::$metric.unit(),
            operator: Metric::$metric.operator(),
            about: $about,
            limit: |file| file.performance_gates.as_ref()?.$topic.as_ref()?.$limit,
            value: |evidence, _| Found {
                value: Metric::$metric.value(evidence.into()),
                ci95: Metric::$metric.ci95(evidence.into()),
                note: None,
            },
        }
    };
    ($group:ident: $section:ident.$value:ident, $unit:literal, $operator:ident $gates:ident.$topic:ident.$limit:ident, $about:literal) => {
        gate!($group: $section.$value, $unit, $operator $gates.$topic.$limit, $about, |evidence, _| {
            let section = evidence.$section.as_ref();
            Found {
                value: section.and_then(|section| section.$value).map(Measured::from),
                ..Found::default()
            }
        })
    };
    ($group:ident: $section:ident.$($value:ident).+, $unit:literal, $operator:ident $gates:ident.$topic:ident.$limit:ident, $about:literal, $found:expr) => {
        Gate {
            group: GateGroup::$group,
            key: concat!(stringify!($gates), ".", stringify!($topic), ".", stringify!($limit)),
            metric: concat!(stringify!($section) $(, ".", stringify!($value))+),
            unit: $unit,
            operator: Operator::$operator,
            about: $about,
            limit: |file| {
                file.$gates
                    .as_ref()?
                    .$topic
                    .as_ref()?
                    .$limit
                    .map(Measured::from)
            },
            value: $found,
        }
    };
}

/// Every gate that there can be, in the order in which it is judged.
#[rustfmt::skip] // A gate a line.
pub(crate) const GATES: [Gate; 19] = [
    gate!(LatencyP50, latency.p50_max_ms, "half of the requests, one at a time, take no longer"),
    gate!(LatencyP95, latency.p95_max_ms, "95 of 100 requests, one at a time, take no longer"),
    gate!(LatencyP99, latency.p99_max_ms, "99 of 100 requests, one at a time, take no longer"),
    gate!(Throughput, throughput.min_rps, "successful responses per second under load"),
    gate!(PeakMemory, memory.max_usage_mb, "the most memory that the service held under load"),
    gate!(ErrorRate, error_rate.max_percent, "failed requests of all that were recorded"),
    gate!(Security: vulnerabilities.critical, "count", AtMost security_gates.vulnerabilities.max_critical, "critical findings of all scanners together"),
    gate!(Security: vulnerabilities.high, "count", AtMost security_gates.vulnerabilities.max_high, "high findings of all scanners together; findings without a severity count as high unless max_unknown is in the file", high),
    gate!(Security: vulnerabilities.medium, "count", AtMost security_gates.vulnerabilities.max_medium, "medium findings of all scanners together"),
    gate!(Security: vulnerabilities.low, "count", AtMost security_gates.vulnerabilities.max_low, "low findings of all scanners together"),
    gate!(Security: vulnerabilities.unknown, "count", AtMost security_gates.vulnerabilities.max_unknown, "findings without a severity, which count as high where this gate is left out"),
    gate!(Security: code_quality.coverage, "percent", AtLeast security_gates.code_quality.min_coverage, "lines that the tests run, of all that could be"),
    gate!(Security: code_quality.complexity, "count", AtMost security_gates.code_quality.max_complexity, "complexity of the most complex function"),
    gate!(Security: code_quality.duplication, "percent", AtMost security_gates.code_quality.max_duplication, "lines that stand in the code more than once"),
    gate!(Security: code_quality.tests.failed, "count", AtMost security_gates.code_quality.max_failed_tests, "tests that failed or could not be run to their end", failed_tests),
    gate!(Deployment: health_checks.failure_rate, "percent", AtMost deployment_gates.health_checks.max_failure_rate, "probes of the deployed service that failed"),
    gate!(Deployment: health_checks.response_time_ms, "ms", AtMost deployment_gates.health_checks.max_response_time_ms, "the slowest probe of the deployed service"),
    gate!(Deployment: smoke_tests.failure_rate, "percent", AtMost deployment_gates.smoke_tests.max_failure_rate, "smoke tests of the deployed service that failed"),
    gate!(Deployment: smoke_tests.execution_time_s, "s", AtMost deployment_gates.smoke_tests.max_execution_time_s, "all smoke tests together"),
];

/// A finding whose severity nobody knows may be a high one, so it is taken for one, unless the file has a limit for such.
fn high(evidence: &Evidence, file: &GatesFile) -> Found {
    let Some(section) = &evidence.vulnerabilities else {
        return Found::default();
    };
    let limited = file
        .security_gates
        .as_ref()
        .and_then(|gates| gates.vulnerabilities.as_ref())
        .is_some_and(|gates| gates.max_unknown.is_some());
    let unknown = section.unknown.filter(|unknown| *unknown > 0 && !limited);
    let high = section
        .high
        .map(|high| high.saturating_add(unknown.unwrap_or(0)));
    Found {
        value: high.map(Measured::from),
        ci95: None,
        note: unknown.map(|unknown| format!("{unknown} of them of unknown severity")),
    }
}

fn failed_tests(evidence: &Evidence, _: &GatesFile) -> Found {
    let section = evidence.code_quality.as_ref();
    let tests = section
        .and_then(|section| section.tests)
        .filter(|tests| tests.total > tests.skipped);
    Found {
        value: tests.and_then(|tests| Measured::new(tests.failed as f64)),
        ..Found::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads as the gates file says it, so that no line of the table is about another gate's limit.
    #[test]
    fn every_gate_that_the_file_can_ask_for_has_its_line() {
        let file = r#"{
            "performance_gates": {
                "latency": {"p50_max_ms": 1, "p95_max_ms": 2, "p99_max_ms": 3},
                "throughput": {"min_rps": 4},
                "memory": {"max_usage_mb": 5},
                "error_rate": {"max_percent": 6}
            },
            "security_gates": {
                "vulnerabilities": {"max_critical": 7, "max_high": 8, "max_medium": 9, "max_low": 10, "max_unknown": 11},
                "code_quality": {"min_coverage": 12, "max_complexity": 13, "max_duplication": 14, "max_failed_tests": 15}
            },
            "deployment_gates": {
                "health_checks": {"max_failure_rate": 16, "max_response_time_ms": 17},
                "smoke_tests": {"max_failure_rate": 18, "max_execution_time_s": 19}
            }
        }"#;
        let as_written: serde_json::Value = serde_json::from_str(file).unwrap();
        let file: GatesFile = serde_json::from_str(file).unwrap();
        let evidence: Evidence = serde_json::from_str(
            r#"{
                "latency": {"p50_ms": 1, "p95_ms": 2, "p99_ms": 3},
                "throughput": {"rps": 4},
                "memory": {"peak_mb": 5},
                "error_rate": {"percent": 6},
                "vulnerabilities": {"critical": 7, "high": 8, "medium": 9, "low": 10, "unknown": 11},
                "code_quality": {"coverage": 12, "complexity": 13, "duplication": 14, "tests": {"total": 40, "failed": 15, "skipped": 20}},
                "health_checks": {"failure_rate": 16, "response_time_ms": 17},
                "smoke_tests": {"failure_rate": 18, "execution_time_s": 19}
            }"#,
        )
        .unwrap();
        let expected: Vec<Option<Measured>> =
            (1..=19).map(|number: u32| Some(number.into())).collect();
        let limits: Vec<_> = GATES.iter().map(|gate| (gate.limit)(&file)).collect();
        let values: Vec<_> = GATES
            .iter()
            .map(|gate| (gate.value)(&evidence, &file).value)
            .collect();
        assert_eq!(limits, expected);
        assert_eq!(values, expected);
        for (gate, limit) in GATES.iter().zip(1..) {
            let place = format!("/{}", gate.key.replace('.', "/"));
            assert_eq!(as_written.pointer(&place), Some(&limit.into()), "{place}");
        }
    }
}
