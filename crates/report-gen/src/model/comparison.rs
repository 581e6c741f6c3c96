use schema::evidence::{Baseline, ComparedMetric, Comparison};

use super::facts::short_commit;
use super::judgement::{CheckRow, Status};
use super::quantity::{NOT_MEASURED, Quantity, number, written};

/// The run beside its baseline.
pub(crate) struct ComparisonTable<'a> {
    pub(crate) status: Status,
    /// How much worse a metric may become, in words.
    pub(crate) threshold: String,
    /// Which run it was compared with.
    pub(crate) baseline: String,
    pub(crate) rows: Vec<ComparisonRow<'a>>,
    pub(crate) warnings: &'a [String],
}

/// One metric on both sides.
pub(crate) struct ComparisonRow<'a> {
    pub(crate) metric: &'a str,
    pub(crate) baseline: Quantity<'a>,
    pub(crate) current: Quantity<'a>,
    /// Change in percent of the baseline, with its sign.
    pub(crate) change: String,
    pub(crate) status: Status,
    pub(crate) note: Option<&'a str>,
}

impl<'a> ComparisonTable<'a> {
    pub(crate) fn of(comparison: &'a Comparison) -> ComparisonTable<'a> {
        ComparisonTable {
            status: Status::of_verdict(comparison.verdict, comparison.passed),
            threshold: written(comparison.threshold_percent, "percent"),
            baseline: name_of(&comparison.baseline),
            rows: comparison.metrics.iter().map(ComparisonRow::of).collect(),
            warnings: &comparison.warnings,
        }
    }

    /// Its metrics in the shape of checks, to stand among what failed.
    pub(crate) fn checks(&self) -> impl Iterator<Item = CheckRow<'a>> {
        self.rows.iter().map(|row| CheckRow {
            section: "Comparison".to_owned(),
            scenario: None,
            metric: row.metric,
            measured: row.current,
            interval: None,
            expected: format!("≤ {} worse than {}", self.threshold, row.baseline),
            limit: None,
            distance: row.current.value().map(|_| row.change.clone()),
            status: row.status,
            note: row.note,
        })
    }
}

impl<'a> ComparisonRow<'a> {
    fn of(metric: &'a ComparedMetric) -> ComparisonRow<'a> {
        ComparisonRow {
            metric: &metric.metric,
            baseline: Quantity::new(metric.baseline, &metric.unit),
            current: Quantity::new(metric.current, &metric.unit),
            change: change(metric),
            status: Status::of_verdict(metric.verdict, metric.passed),
            note: metric.note.as_deref(),
        }
    }
}

fn change(metric: &ComparedMetric) -> String {
    match (metric.change_percent, metric.baseline, metric.current) {
        (Some(percent), ..) if percent > 0.0 => format!("+{} %", number(percent)),
        (Some(percent), ..) => format!("{} %", number(percent).replace('-', "−")),
        (None, Some(_), Some(_)) => "no percentage of 0".to_owned(),
        (None, ..) => NOT_MEASURED.to_owned(),
    }
}

fn name_of(baseline: &Baseline) -> String {
    let run = baseline.run_id.as_deref().map(|run| format!("run {run}"));
    let commit = baseline
        .commit
        .as_deref()
        .map(|commit| format!("commit {}", short_commit(commit)));
    let parts: Vec<String> = run.into_iter().chain(commit).collect();
    if parts.is_empty() {
        "a baseline without a name".to_owned()
    } else {
        parts.join(", ")
    }
}
