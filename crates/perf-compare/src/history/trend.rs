use schema::evidence::{Metric, unit_symbol};
use schema::rounded;
use schemars::JsonSchema;
use serde::Serialize;

use super::stretches::{Change, Series};
use crate::baseline::Baseline;
use crate::run::Run;

/// Where a history changed: what `--trend` writes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Trend {
    /// How many runs were looked at.
    pub runs: u64,
    /// Every metric of every scenario that changed, or was accepted anew.
    pub series: Vec<TrendSeries>,
}

/// One metric of one scenario.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TrendSeries {
    /// The scenario; absent for the top level of documents without scenarios.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The key path in the document or scenario.
    pub metric: String,
    /// `ms`, `rps`, `mb`, `percent`.
    pub unit: String,
    /// How many runs have it.
    pub runs: u64,
    /// In the order of time; empty where nothing changed.
    pub change_points: Vec<TrendPoint>,
}

/// A change of level.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TrendPoint {
    /// The place of the first run after it, from 0, among those that have the metric.
    pub index: u64,
    /// That run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The commit that it measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// When it began, RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// Typical value of the runs before it, in `unit`.
    pub before: f64,
    /// Typical value of the runs from it on, in `unit`.
    pub after: f64,
    /// Change in percent, positive where the value grew; absent where it was 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<f64>,
    /// How often as clear a change would be found where there is none.
    pub p_value: f64,
}

/// Every scenario's metrics of the latest run.
pub(crate) fn of(baseline: &Baseline) -> Trend {
    let series = baseline.scenarios().into_iter().flat_map(|scenario| {
        Metric::ALL
            .into_iter()
            .map(move |metric| (scenario, metric))
    });
    Trend {
        runs: baseline.runs.len() as u64,
        series: series
            .filter_map(|(scenario, metric)| series_of(baseline, scenario, metric))
            .collect(),
    }
}

fn series_of(baseline: &Baseline, scenario: Option<&str>, metric: Metric) -> Option<TrendSeries> {
    let series = Series::of(&baseline.runs, scenario, metric);
    (!series.values.is_empty()).then(|| TrendSeries {
        scenario: scenario.map(str::to_owned),
        metric: metric.key().to_owned(),
        unit: metric.unit().to_owned(),
        runs: series.values.len() as u64,
        change_points: series
            .changes()
            .into_iter()
            .map(|change| point(&change, series.runs[change.place]))
            .collect(),
    })
}

fn point(change: &Change, run: &Run) -> TrendPoint {
    let percent = (change.after / change.before - 1.0) * 100.0;
    TrendPoint {
        index: change.place as u64,
        run_id: change.run_id.clone(),
        commit: run.identity.commit.clone(),
        started_at: run.started_at.clone(),
        before: rounded(change.before),
        after: rounded(change.after),
        change_percent: Some(rounded(percent)).filter(|percent| percent.is_finite()),
        p_value: rounded(change.p_value),
    }
}

/// What a person reads of it: a line for each change.
pub(crate) fn words(trend: &Trend) -> Vec<String> {
    let lines = trend.series.iter().flat_map(|series| {
        series.change_points.iter().map(move |point| {
            let scenario = series
                .scenario
                .as_deref()
                .map_or_else(String::new, |name| format!("{name}: "));
            let commit = point
                .commit
                .as_deref()
                .map_or_else(String::new, |commit| format!(", commit {commit}"));
            let run = point.run_id.as_deref().unwrap_or("a run without a name");
            format!(
                "{scenario}{} went from {} to {} {} with run {run}{commit}",
                series.metric,
                point.before,
                point.after,
                unit_symbol(&series.unit),
            )
        })
    });
    let points: usize = trend
        .series
        .iter()
        .map(|series| series.change_points.len())
        .sum();
    let plural = if points == 1 { "" } else { "s" };
    lines
        .chain([format!("{points} change{plural} in {} runs", trend.runs)])
        .collect()
}
