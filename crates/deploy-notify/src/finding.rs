use std::cmp::Reverse;
use std::collections::HashSet;

use schema::Section;
use schema::evidence::{
    Check, CheckStatus, ComparedMetric, Comparison, Evidence, Gates, HealthChecks, SmokeTests,
    Validation, Verdict, unit_symbol,
};
use toolkit::figure::figure;
use toolkit::summary::sentence;

use crate::judgement;

/// One thing for which the evidence says no, or would, were it not let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The section's key in the document.
    pub(crate) section: &'static str,
    /// The check's name in its section; of a comparison, the metric with its scenario.
    pub(crate) name: String,
    /// `failed`, `missing`, `regressed` and so on; `let through` where its section passes all the same.
    pub(crate) status: &'static str,
    /// What was found and what was expected, as a sentence.
    pub(crate) text: String,
    weight: Weight,
}

const LET_THROUGH: &str = "let through";

/// How much a finding says: what was measured and is bad before what nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    LetThrough,
    Undecided,
    Unknown,
    Bad,
}

/// What a document's checks came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// All that failed, the most important first: by how much it says, then what was asked of the deployed service before what was
    /// measured in advance; last, what a section let through. What two sections found alike is there once.
    pub(crate) failed: Vec<Finding>,
    /// How many checks there are, failed or not.
    pub(crate) checks: usize,
    /// How many of them let the build pass though nobody knows the answer.
    pub(crate) undecided: usize,
}

impl Findings {
    pub(crate) fn of(evidence: &Evidence) -> Findings {
        let mut findings = Findings::default();
        if let Some(section) = &evidence.health_checks {
            let checks = section.checks.iter().map(|probe| &probe.check);
            findings.add_checks(HealthChecks::NAME, checks);
        }
        if let Some(section) = &evidence.smoke_tests {
            let checks = section.tests.iter().map(|probe| &probe.check);
            findings.add_checks(SmokeTests::NAME, checks);
        }
        if let Some(section) = &evidence.gates {
            let checks = section.checks.iter().map(|gate| &gate.check);
            findings.add_checks(Gates::NAME, checks);
        }
        if let Some(section) = &evidence.validation {
            findings.add_checks(Validation::NAME, &section.checks);
        }
        if let Some(section) = &evidence.comparison {
            let decides = |metric: &&ComparedMetric| metric.verdict != Verdict::NotJudged;
            let unknown =
                |metric: &&ComparedMetric| metric.passed && metric.verdict > Verdict::NotJudged;
            findings.checks += section.metrics.iter().filter(decides).count();
            findings.undecided += section.metrics.iter().filter(unknown).count();
            let worse = section.metrics.iter().filter(|metric| !metric.passed);
            worse.for_each(|metric| findings.failed.push(of_metric(metric)));
        }
        let saying_no = judgement::who_says_no(evidence);
        for finding in &mut findings.failed {
            if !saying_no.contains(&finding.section) {
                finding.status = LET_THROUGH;
                finding.weight = Weight::LetThrough;
            }
        }
        for section in saying_no {
            let told = findings.failed.iter().any(|known| known.section == section);
            if !told {
                findings.failed.push(of_section(section));
            }
        }
        let by_weight = |finding: &Finding| Reverse(finding.weight);
        findings.failed.sort_by_key(by_weight);
        let mut texts = HashSet::new();
        findings
            .failed
            .retain(|finding| texts.insert(finding.text.clone()));
        findings
    }

    /// How many of those that failed a section let through.
    pub(crate) fn let_through(&self) -> usize {
        let failed = self.failed.iter();
        failed
            .filter(|finding| finding.weight == Weight::LetThrough)
            .count()
    }

    /// How many of all checks let the build pass without having passed.
    pub(crate) fn without_pass(&self) -> usize {
        self.let_through() + self.undecided
    }

    fn add_checks<'a>(
        &mut self,
        section: &'static str,
        checks: impl IntoIterator<Item = &'a Check>,
    ) {
        for check in checks {
            self.checks += 1;
            self.undecided += usize::from(check.passed && check.status != CheckStatus::Pass);
            if !check.passed {
                self.failed.push(of_check(section, check));
            }
        }
    }
}

fn of_check(section: &'static str, check: &Check) -> Finding {
    Finding {
        section,
        name: check.name.clone(),
        status: check.status.name(),
        text: sentence(check),
        weight: match check.status {
            CheckStatus::Pass | CheckStatus::Fail => Weight::Bad,
            CheckStatus::Missing => Weight::Unknown,
            CheckStatus::Inconclusive => Weight::Undecided,
        },
    }
}

fn of_metric(metric: &ComparedMetric) -> Finding {
    let name = match &metric.scenario {
        Some(scenario) => format!("{} of {scenario}", metric.metric),
        None => metric.metric.clone(),
    };
    let unit = unit_symbol(&metric.unit);
    let value = |value: Option<schema::Measured>| match value {
        Some(value) => format!("{} {unit}", figure(value.get()))
            .trim_end()
            .to_owned(),
        None => "missing".to_owned(),
    };
    let (before, now) = (value(metric.baseline), value(metric.current));
    Finding {
        section: Comparison::NAME,
        text: format!("{name} is {now}, {before} in the baseline"),
        name,
        status: metric.verdict.name(),
        weight: match metric.verdict {
            Verdict::Missing => Weight::Unknown,
            Verdict::Inconclusive | Verdict::NotJudged => Weight::Undecided,
            _ => Weight::Bad,
        },
    }
}

/// A section that says no without a check that says why.
fn of_section(section: &'static str) -> Finding {
    let text = match section {
        "run" => "the run was broken off".to_owned(),
        "capacity" => "there is no rate at which the condition holds".to_owned(),
        "overall_success" => {
            "the document says no, and no section says why that is known here".to_owned()
        }
        section => format!("{section} says no"),
    };
    Finding {
        section,
        name: section.to_owned(),
        status: CheckStatus::Fail.name(),
        text,
        weight: Weight::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(name: &str, status: &str) -> Value {
        json!({"name": name, "metric": name, "unit": "ms", "operator": "<=", "expected": 50, "actual": 61,
            "status": status, "passed": status == "pass"})
    }

    fn texts(evidence: Value) -> Vec<String> {
        let evidence = serde_json::from_value(evidence).unwrap();
        let failed = Findings::of(&evidence).failed.into_iter();
        failed.map(|finding| finding.text).collect()
    }

    #[test]
    fn what_is_bad_comes_before_what_nobody_knows_and_stands_there_once() {
        let same = [
            check("c", "inconclusive"),
            check("b", "missing"),
            check("a", "fail"),
        ];
        let evidence = json!({
            "validation": {"passed": false, "checks": same},
            "gates": {"passed": false, "checks": [{"group": "performance", "name": "a", "metric": "a", "unit": "ms",
                "operator": "<=", "expected": 50, "actual": 61, "status": "fail", "passed": false}]},
        });
        assert_eq!(
            texts(evidence),
            ["a", "b", "c"].map(|name| format!("{name} is 61 ms, expected <= 50 ms"))
        );
    }

    #[test]
    fn what_a_section_lets_through_is_called_so_and_comes_last() {
        let gate = |name| {
            let mut gate = check(name, "fail");
            gate["group"] = json!("performance");
            gate
        };
        let evidence = json!({
            "gates": {"passed": true, "checks": [gate("c"), gate("a")]},
            "validation": {"passed": false, "checks": [check("b", "fail"), check("a", "fail")]},
        });
        let evidence = serde_json::from_value(evidence).unwrap();
        let findings = Findings::of(&evidence);
        let told: Vec<(&str, &str)> = findings
            .failed
            .iter()
            .map(|finding| (finding.name.as_str(), finding.status))
            .collect();
        assert_eq!(
            told,
            [("b", "failed"), ("a", "failed"), ("c", "let through")]
        );
        assert_eq!((findings.let_through(), findings.without_pass()), (1, 1));
    }

    #[test]
    fn a_section_that_gives_no_reason_is_a_finding_all_the_same() {
        assert_eq!(
            texts(
                json!({"run": {"interrupted": true}, "smoke_tests": {"passed": false}, "capacity": {"steps": []}})
            ),
            [
                "the run was broken off",
                "there is no rate at which the condition holds",
                "smoke_tests says no"
            ]
        );
    }

    #[test]
    fn a_metric_that_became_worse_is_told_with_what_it_was() {
        let metric = json!({"scenario": "batch_4", "metric": "latency.p95_ms", "unit": "ms", "better": "lower",
            "baseline": 12, "current": 15.5, "verdict": "regressed", "passed": false});
        let comparison = json!({"passed": false, "verdict": "regressed", "threshold_percent": 10, "metrics": [metric],
            "baseline": {}});
        assert_eq!(
            texts(json!({"comparison": comparison})),
            ["latency.p95_ms of batch_4 is 15.5 ms, 12 ms in the baseline"]
        );
    }

    #[test]
    fn what_nobody_knows_is_let_through_and_what_decides_nothing_is_no_check() {
        let metric = |verdict: &str| json!({"metric": "latency.p99_ms", "unit": "ms", "better": "lower", "verdict": verdict, "passed": true});
        let mut allowed = check("a", "missing");
        allowed["passed"] = json!(true);
        let evidence = json!({
            "validation": {"passed": true, "checks": [check("b", "pass"), allowed]},
            "comparison": {"passed": true, "verdict": "inconclusive", "threshold_percent": 10, "baseline": {},
                "metrics": [metric("unchanged"), metric("inconclusive"), metric("not_judged")]},
        });
        let findings = Findings::of(&serde_json::from_value(evidence).unwrap());
        assert_eq!((findings.checks, findings.without_pass()), (4, 2));
        assert!(findings.failed.is_empty());
    }
}
