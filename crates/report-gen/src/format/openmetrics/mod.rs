mod base_unit;
mod exposition;
mod place;

use jiff::Timestamp;
use schema::evidence::{
    Check, CheckStatus, CheckValue, CodeQuality, Comparison, Evidence, Gates, HealthChecks,
    Interval, Run, SmokeTests, Validation, Verdict, Vulnerabilities,
};
use schema::{Measured, Section};
use toolkit::Screen;

use super::Format;
use crate::error::Error;
use crate::model::measurements::{self, Measurement};
use crate::model::{Asker, ComparisonTable, Report, Status};
use base_unit::BaseUnit;
use exposition::{Exposition, Labels};
use place::Place;

/// The figures of a run for a node exporter's textfile collector or a Pushgateway: base units, and no time but that in a value.
pub(crate) struct OpenMetrics;

impl Format for OpenMetrics {
    fn name(&self) -> &'static str {
        "openmetrics"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["prom", "om"]
    }

    fn render(&self, report: &Report<'_>, _: Option<Screen>) -> Result<String, Error> {
        let evidence = report.evidence;
        let mut page = Page::default();
        page.verdicts(evidence);
        page.run(evidence);
        page.measurements(evidence);
        page.checks(evidence);
        if let (Some(comparison), Some(table)) = (&evidence.comparison, &report.comparison) {
            page.comparison(comparison, table);
        }
        page.probes(evidence);
        page.scans(evidence);
        page.warnings(evidence);
        Ok(page.0.text())
    }
}

/// What becomes of each section; all names begin alike.
#[derive(Default)]
struct Page(Exposition);

impl Page {
    fn add(&mut self, name: &str, help: &str, labels: &Labels, value: Option<f64>) {
        self.0.add(&format!("perfpipe_{name}"), help, labels, value);
    }

    /// One of the run as a whole.
    fn single(&mut self, name: &str, help: &str, value: Option<f64>) {
        self.add(name, help, &Labels::default(), value);
    }

    /// In the base unit of `unit`, with which the name ends.
    fn quantity(&mut self, stem: &str, help: &str, labels: &Labels, unit: &str, value: f64) {
        let base = BaseUnit::of(unit);
        let name = format!("{stem}{}", base.ending);
        let labels = match base.ending {
            "" if !matches!(unit, "count" | "none") => &labels.clone().and("unit", unit),
            _ => labels,
        };
        self.add(&name, help, labels, Some((base.convert)(value)));
    }

    fn verdicts(&mut self, evidence: &Evidence) {
        self.single(
            "success",
            "Whether every section that judges has passed. Absent where nothing has judged.",
            evidence.success().map(flag),
        );
        for (section, passed) in evidence.verdicts() {
            self.add(
                "section_success",
                "Whether the section has passed.",
                &Labels::of("section", section),
                Some(flag(passed)),
            );
        }
    }

    fn run(&mut self, evidence: &Evidence) {
        let Some(run) = &evidence.run else {
            return;
        };
        self.add(
            "run_info",
            "Which run it is, of what.",
            &identity(run),
            Some(1.0),
        );
        let seconds = |time: &Option<String>| {
            let time: Timestamp = time.as_deref()?.parse().ok()?;
            Some(time.as_millisecond() as f64 / 1000.0)
        };
        self.single(
            "run_start_timestamp_seconds",
            "When the run began, in seconds since 1970.",
            seconds(&run.started_at),
        );
        self.single(
            "run_end_timestamp_seconds",
            "When the run ended, in seconds since 1970.",
            seconds(&run.finished_at),
        );
        self.single(
            "run_interrupted",
            "Whether the run was broken off.",
            Some(flag(run.interrupted)),
        );
        self.single(
            "run_requirements_met",
            "Whether the machine is what the configuration asks for.",
            run.requirements.as_ref().map(|required| flag(required.met)),
        );
        let generator = run.generator.as_ref();
        self.single(
            "generator_saturated",
            "Whether the load generator, not the service, may have been the limit.",
            generator
                .and_then(|generator| generator.saturated)
                .map(flag),
        );
        self.single(
            "generator_busy_ratio",
            "Processor time of the busiest worker of the load generator per time measured.",
            generator
                .and_then(|generator| generator.cpu_percent)
                .map(|percent| percent.get() / 100.0),
        );
    }

    /// Of the whole run without a scenario's label, then of each scenario.
    fn measurements(&mut self, evidence: &Evidence) {
        let scenarios = &evidence.scenarios;
        let names = scenarios
            .iter()
            .map(|scenario| Labels::of("scenario", &scenario.name));
        let labels = Labels::told_apart(std::iter::once(Labels::default()).chain(names));
        let measured = std::iter::once(measurements::of_run(evidence))
            .chain(scenarios.iter().map(measurements::of_scenario));
        for (labels, measured) in labels.iter().zip(measured) {
            for measurement in &measured {
                self.measurement(labels, measurement);
            }
        }
        let Some(capacity) = &evidence.capacity else {
            return;
        };
        let labels =
            Labels::of("scenario", &capacity.scenario).and("condition", &capacity.condition);
        let help = "The highest rate at which the condition holds.";
        if let Some(rate) = capacity.rate_rps {
            self.quantity("capacity", help, &labels, "rps", rate.get());
        }
        self.interval("capacity", help, &labels, "rps", ends(capacity.ci95));
    }

    fn measurement(&mut self, labels: &Labels, measurement: &Measurement) {
        let Some(place) = Place::of(&measurement.metric) else {
            return;
        };
        let Place { stem, help, label } = place;
        let labels = match label {
            Some((name, value)) => &labels.clone().and(name, value),
            None => labels,
        };
        let unit = measurement.unit;
        self.quantity(stem, help, labels, unit, measurement.value);
        let ends = measurement
            .ci95
            .map_or([None, None], |range| [range.low, range.high]);
        self.interval(stem, help, labels, unit, ends);
    }

    /// Each end by itself: one that the samples do not bound is absent.
    fn interval(
        &mut self,
        stem: &str,
        help: &str,
        labels: &Labels,
        unit: &str,
        ends: [Option<f64>; 2],
    ) {
        let stem = format!("{stem}_ci95");
        let help = format!("{help} Ends of the two-sided 95 % confidence interval.");
        for (bound, end) in ["low", "high"].into_iter().zip(ends) {
            let labels = labels.clone().and("bound", bound);
            if let Some(end) = end {
                self.quantity(&stem, &help, &labels, unit, end);
            }
        }
    }

    fn checks(&mut self, evidence: &Evidence) {
        let sections = sections(evidence);
        for (section, checks) in &sections {
            for status in [
                CheckStatus::Pass,
                CheckStatus::Fail,
                CheckStatus::Inconclusive,
                CheckStatus::Missing,
            ] {
                let count = checks.iter().filter(|(_, check)| check.status == status);
                self.add(
                    "checks",
                    "How many checks of the section had this answer.",
                    &Labels::of("section", section).and("status", status.name()),
                    Some(count.count() as f64),
                );
            }
        }
        let checks: Vec<(Labels, &Check, Status)> = sections
            .iter()
            .flat_map(|(section, checks)| {
                let asker = Asker::of(section, evidence);
                checks.iter().map(move |(group, check)| {
                    let status = asker.status(check);
                    (name_of(section, group, check), *check, status)
                })
            })
            .collect();
        let labels = Labels::told_apart(checks.iter().map(|(labels, ..)| labels.clone()));
        for (labels, (_, check, status)) in labels.iter().zip(checks) {
            self.check(labels, check, status);
        }
    }

    fn check(&mut self, labels: &Labels, check: &Check, status: Status) {
        self.add(
            "check_passed",
            "Whether the answer lets the build pass.",
            labels,
            Some(flag(!status.is_bad())),
        );
        if let Some(actual) = check.actual.as_ref().and_then(number) {
            let help = "What the check found.";
            self.quantity("check_actual", help, labels, &check.unit, actual);
        }
        if let Some(expected) = number(&check.expected) {
            let labels = labels.clone().and("operator", check.operator.symbol());
            let help = "The limit that the check holds what it found to.";
            self.quantity("check_expected", help, &labels, &check.unit, expected);
        }
    }

    fn comparison(&mut self, comparison: &Comparison, table: &ComparisonTable<'_>) {
        self.add(
            "comparison_overall_verdict",
            "The worst verdict over all metrics that decide: always 1, with the verdict as a label.",
            &verdict(Labels::default(), comparison.verdict),
            Some(1.0),
        );
        let labels = Labels::told_apart(comparison.metrics.iter().map(|metric| {
            Labels::of("scenario", metric.scenario.as_deref().unwrap_or_default())
                .and("metric", &metric.metric)
        }));
        let metrics = comparison.metrics.iter().zip(&table.rows);
        for (labels, (metric, row)) in labels.iter().zip(metrics) {
            self.add(
                "comparison_verdict",
                "What became of the metric: always 1, with the verdict as a label.",
                &verdict(labels.clone(), metric.verdict),
                Some(1.0),
            );
            self.add(
                "comparison_passed",
                "Whether the verdict on the metric lets the build pass.",
                labels,
                Some(flag(!row.status.is_bad())),
            );
            for (side, value) in [("baseline", metric.baseline), ("current", metric.current)] {
                if let Some(value) = value {
                    let stem = format!("comparison_{side}");
                    let help = "The metric on this side of the comparison.";
                    self.quantity(&stem, help, labels, &metric.unit, value.get());
                }
            }
            let (stem, help, change) = match metric.change_points {
                Some(points) => (
                    "comparison_difference",
                    "Difference from the baseline of a metric that is itself a ratio.",
                    Some(points),
                ),
                None => (
                    "comparison_change",
                    "Change as a ratio of the baseline, positive where the value grew.",
                    metric.change_percent,
                ),
            };
            if let Some(change) = change {
                self.quantity(stem, help, labels, "percent", change);
            }
            if let Some(ends) = metric.change_ci95 {
                let ends = [Some(ends.low), Some(ends.high)];
                self.interval(stem, help, labels, "percent", ends);
            }
        }
    }

    fn probes(&mut self, evidence: &Evidence) {
        let none = Labels::default();
        let health = evidence.health_checks.as_ref();
        let smoke = evidence.smoke_tests.as_ref();
        #[rustfmt::skip] // A figure a line.
        let figures = [
            ("health_checks_failed", "percent", "Failed probes per probe.", health.and_then(|one| one.failure_rate)),
            ("health_checks_slowest", "ms", "The slowest answer of all probes.", health.and_then(|one| one.response_time_ms)),
            ("smoke_tests_failed", "percent", "Failed smoke tests per smoke test.", smoke.and_then(|one| one.failure_rate)),
            ("smoke_tests_duration", "s", "How long all smoke tests took together.", smoke.and_then(|one| one.execution_time_s)),
        ];
        for (stem, unit, help, value) in figures {
            if let Some(value) = value {
                self.quantity(stem, help, &none, unit, value.get());
            }
        }
    }

    fn scans(&mut self, evidence: &Evidence) {
        if let Some(found) = &evidence.vulnerabilities {
            for (severity, count) in severities(found) {
                self.add(
                    "vulnerabilities",
                    "Findings of vulnerability scanners of this severity.",
                    &Labels::of("severity", severity),
                    count.map(f64::from),
                );
            }
        }
        if let Some(quality) = &evidence.code_quality {
            self.code_quality(quality);
        }
    }

    fn code_quality(&mut self, quality: &CodeQuality) {
        let ratio = |percent: Option<Measured>| percent.map(|percent| percent.get() / 100.0);
        self.single(
            "code_coverage_ratio",
            "Covered lines per line that could be.",
            ratio(quality.coverage),
        );
        self.single(
            "code_complexity",
            "Highest cyclomatic complexity of a function.",
            quality.complexity.map(Measured::get),
        );
        self.single(
            "code_duplication_ratio",
            "Duplicated lines per line.",
            ratio(quality.duplication),
        );
        let tests = quality.tests;
        self.single(
            "code_tests",
            "Tests of the code, skipped ones too.",
            tests.map(|tests| tests.total as f64),
        );
        self.single(
            "code_tests_failed",
            "Tests of the code that failed or could not be run to their end.",
            tests.map(|tests| tests.failed as f64),
        );
        self.single(
            "code_tests_skipped",
            "Tests of the code that were not run.",
            tests.map(|tests| tests.skipped as f64),
        );
    }

    fn warnings(&mut self, evidence: &Evidence) {
        let mut counts: Vec<(Labels, u32)> = Vec::new();
        for warning in &evidence.warnings {
            let labels = Labels::of("tool", &warning.tool).and("code", &warning.code);
            match counts.iter_mut().find(|(known, _)| *known == labels) {
                Some((_, count)) => *count += 1,
                None => counts.push((labels, 1)),
            }
        }
        for (labels, count) in counts {
            self.add(
                "warnings",
                "Warnings of this code: what a reader should know before believing the rest.",
                &labels,
                Some(count.into()),
            );
        }
    }
}

fn identity(run: &Run) -> Labels {
    let source = run.source.as_ref();
    let of_source = |text: Option<&Option<String>>| text.cloned().flatten().unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Labels::of("run_id", &text(&run.id))
        .and("commit", &of_source(source.map(|source| &source.commit)))
        .and("branch", &of_source(source.map(|source| &source.branch)))
        .and("environment", &text(&run.environment))
        .and("tool", &text(&run.tool))
        .and("version", &text(&run.version))
}

/// The checks of each section that has any, each with its group of gates, which is empty elsewhere.
fn sections(evidence: &Evidence) -> Vec<(&'static str, Vec<(&'static str, &Check)>)> {
    let validation = evidence.validation.iter().flat_map(|one| &one.checks);
    let health_checks = evidence.health_checks.iter().flat_map(|one| &one.checks);
    let smoke_tests = evidence.smoke_tests.iter().flat_map(|one| &one.tests);
    let gates = evidence.gates.iter().flat_map(|one| &one.checks);
    let sections: [(&str, Vec<(&str, &Check)>); 4] = [
        (Validation::NAME, validation.map(|one| ("", one)).collect()),
        (
            HealthChecks::NAME,
            health_checks.map(|one| ("", &one.check)).collect(),
        ),
        (
            SmokeTests::NAME,
            smoke_tests.map(|one| ("", &one.check)).collect(),
        ),
        (
            Gates::NAME,
            gates.map(|one| (one.group.name(), &one.check)).collect(),
        ),
    ];
    sections
        .into_iter()
        .filter(|(_, checks)| !checks.is_empty())
        .collect()
}

fn name_of(section: &str, group: &str, check: &Check) -> Labels {
    Labels::of("section", section)
        .and("group", group)
        .and("check", &check.name)
        .and("scenario", check.scenario.as_deref().unwrap_or_default())
        .and("metric", &check.metric)
}

fn severities(found: &Vulnerabilities) -> [(&'static str, Option<u32>); 5] {
    [
        ("critical", found.critical),
        ("high", found.high),
        ("medium", found.medium),
        ("low", found.low),
        ("unknown", found.unknown),
    ]
}

/// As documents write it.
fn verdict(labels: Labels, verdict: Verdict) -> Labels {
    labels.and("verdict", &verdict.name().replace(' ', "_"))
}

fn flag(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

/// `None` for a text: the answer to its check tells what can be told.
fn number(value: &CheckValue) -> Option<f64> {
    match value {
        CheckValue::Number(number) => Some(*number),
        CheckValue::Flag(yes) => Some(flag(*yes)),
        CheckValue::Text(_) => None,
    }
}

fn ends(interval: Option<Interval>) -> [Option<f64>; 2] {
    let interval = interval.unwrap_or_default();
    [interval.low, interval.high].map(|end| end.map(Measured::get))
}
