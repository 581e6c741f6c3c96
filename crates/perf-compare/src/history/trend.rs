use schema::evidence::{Metric, unit_symbol};
use schema::{Trend, TrendPoint, TrendSeries, rounded};

use super::stretches::{Change, Series};
use crate::run::{Part, Run};

/// Every scenario's metrics of the latest run, over the runs of its host: another machine is no change of the service.
pub(crate) fn of(runs: &[Run]) -> Trend {
    let host = runs.last().and_then(|run| run.identity.fingerprint.clone());
    let same_host = |run: &&Run| run.identity.fingerprint == host;
    let runs: Vec<Run> = runs.iter().filter(same_host).cloned().collect();
    let parts = runs.last().map_or(&[][..], |latest| &latest.parts);
    let series = parts
        .iter()
        .flat_map(|part| Metric::ALL.into_iter().map(move |metric| (part, metric)));
    Trend {
        runs: runs.len() as u64,
        series: series
            .filter_map(|(part, metric)| series_of(&runs, part, metric))
            .collect(),
    }
}

fn series_of(runs: &[Run], part: &Part, metric: Metric) -> Option<TrendSeries> {
    let scenario = part.scenario.as_deref();
    let series = Series::of(runs, scenario, metric, part.memory_source);
    (!series.values.is_empty()).then(|| TrendSeries {
        scenario: scenario.map(str::to_owned),
        metric: metric.key().to_owned(),
        unit: metric.unit().to_owned(),
        runs: series.values.len() as u64,
        change_points: series
            .changes()
            .iter()
            .map(|change| point(change, &runs[change.run]))
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
    let counted = |count: u64, what: &str| match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    };
    let sum = format!(
        "{} in {}",
        counted(points as u64, "change"),
        counted(trend.runs, "run")
    );
    lines.chain([sum]).collect()
}
