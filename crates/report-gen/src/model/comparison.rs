use schema::Section;
use schema::evidence::{Baseline, ComparedMetric, Comparison, Evidence, Verdict};

use super::facts::short_commit;
use super::judgement::{Asker, CheckGroup, CheckRow, Status};
use super::quantity::{NOT_MEASURED, Quantity, number, written};

const TITLE: &str = "Comparison";

/// The run beside its baseline.
pub(crate) struct ComparisonTable<'a> {
    pub(crate) status: Status,
    /// How much worse a metric may become, in words.
    pub(crate) threshold: String,
    /// Which run it was compared with.
    pub(crate) baseline: String,
    pub(crate) rows: Vec<ComparisonRow<'a>>,
    /// Why the run was made the reference all the same, in the words of whoever accepted it.
    pub(crate) accepted: Option<&'a str>,
    /// What limits the comparison, in words.
    pub(crate) limits: Vec<&'a str>,
    asker: Asker<'a>,
}

/// One metric on both sides.
pub(crate) struct ComparisonRow<'a> {
    /// Absent for the run as a whole.
    pub(crate) scenario: Option<&'a str>,
    pub(crate) metric: &'a str,
    pub(crate) baseline: Quantity<'a>,
    pub(crate) current: Quantity<'a>,
    /// Change in percent of the baseline or in percentage points, with its sign.
    pub(crate) change: String,
    /// Its 95 % interval, in the same unit.
    pub(crate) interval: Option<String>,
    /// How much worse it may become, in words; that of the whole comparison where it is absent.
    pub(crate) threshold: Option<String>,
    decides: bool,
    pub(crate) status: Status,
    pub(crate) note: Option<&'a str>,
}

impl<'a> ComparisonTable<'a> {
    /// Absent where the document holds none.
    pub(crate) fn of(evidence: &'a Evidence) -> Option<ComparisonTable<'a>> {
        let comparison = evidence.comparison.as_ref()?;
        let asker = Asker::of(Comparison::NAME, evidence);
        let rows = comparison.metrics.iter();
        Some(ComparisonTable {
            status: Status::of_verdict(comparison.verdict, comparison.passed),
            threshold: written(&comparison.threshold_percent.into(), "percent"),
            baseline: name_of(&comparison.baseline),
            rows: rows
                .map(|metric| ComparisonRow {
                    status: Status::of_verdict(metric.verdict, metric.passed || !asker.refuses),
                    ..ComparisonRow::of(metric)
                })
                .collect(),
            accepted: comparison.accepted.as_deref(),
            limits: limits(comparison, evidence),
            asker,
        })
    }

    /// The answer of each metric that decides.
    pub(crate) fn answers(&self) -> impl Iterator<Item = Status> {
        let rows = self.rows.iter().filter(|row| row.decides);
        rows.map(|row| row.status)
    }

    /// Its metrics in the shape of checks, to stand among what failed; those that decide nothing are none.
    pub(crate) fn checks(&self) -> CheckGroup<'a> {
        let rows = self
            .rows
            .iter()
            .filter(|row| row.decides)
            .map(|row| CheckRow {
                section: TITLE.to_owned(),
                name: format!("{}.{}", Comparison::NAME, row.metric),
                scenario: row.scenario,
                metric: row.metric,
                measured: row.current,
                interval: None,
                expected: format!(
                    "≤ {} worse than {}",
                    row.threshold.as_ref().unwrap_or(&self.threshold),
                    row.baseline
                ),
                limit: None,
                distance: row.current.value().map(|_| match &row.interval {
                    Some(interval) => format!("{}, 95 % interval {interval}", row.change),
                    None => row.change.clone(),
                }),
                status: row.status,
                note: row.note,
                hint: self.accepted.filter(|_| !row.status.is_good()),
                took_ms: None,
                limit_file: self.asker.limit_file,
            });
        CheckGroup {
            title: TITLE,
            section: Comparison::NAME,
            rows: rows.collect(),
        }
    }
}

impl<'a> ComparisonRow<'a> {
    pub(crate) fn of(metric: &'a ComparedMetric) -> ComparisonRow<'a> {
        ComparisonRow {
            scenario: metric.scenario.as_deref(),
            metric: &metric.metric,
            baseline: Quantity::new(metric.baseline, &metric.unit),
            current: Quantity::new(metric.current, &metric.unit),
            change: change(metric),
            interval: metric
                .change_ci95
                .map(|ends| format!("{} – {}", signed(ends.low), signed(ends.high))),
            threshold: metric
                .threshold
                .map(|threshold| match metric.change_points {
                    Some(_) => format!("{threshold} points"),
                    None => written(&threshold.into(), "percent"),
                }),
            decides: metric.verdict != Verdict::NotJudged,
            status: Status::of_verdict(metric.verdict, metric.passed),
            note: metric.note.as_deref(),
        }
    }
}

/// The comparison names them by the codes of the document's warnings, which hold the words.
pub(super) fn limits<'a>(comparison: &'a Comparison, evidence: &'a Evidence) -> Vec<&'a str> {
    let words = |code: &'a String| {
        let mut warnings = evidence.warnings.iter();
        let told = warnings.find(|warning| warning.code == *code);
        told.map_or(code.as_str(), |warning| warning.message.as_str())
    };
    let mut said: Vec<&str> = Vec::new();
    for limit in comparison.warnings.iter().map(words) {
        if !said.contains(&limit) {
            said.push(limit);
        }
    }
    said
}

fn change(metric: &ComparedMetric) -> String {
    match (metric.change_points, metric.change_percent) {
        (Some(points), _) => format!("{} points", signed(points)),
        (None, Some(percent)) => format!("{} %", signed(percent)),
        (None, None) if metric.baseline.is_some() && metric.current.is_some() => {
            "no percentage of 0".to_owned()
        }
        (None, None) => NOT_MEASURED.to_owned(),
    }
}

fn signed(change: f64) -> String {
    if change > 0.0 {
        format!("+{}", number(change))
    } else {
        number(change).replace('-', "−")
    }
}

fn name_of(baseline: &Baseline) -> String {
    let run = baseline.run_id.as_deref().map(|run| format!("run {run}"));
    let commit = baseline
        .commit
        .as_deref()
        .map(|commit| format!("commit {}", short_commit(commit)));
    let parts: Vec<String> = run.into_iter().chain(commit).collect();
    let latest = if parts.is_empty() {
        "a baseline without a name".to_owned()
    } else {
        parts.join(", ")
    };
    match baseline.runs {
        Some(runs) => format!("{runs} runs, the reference of which is {latest}"),
        None => latest,
    }
}
