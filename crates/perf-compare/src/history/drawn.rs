use schema::evidence::{History, HistoryPoint, HistoryRun, HistorySeries};

use super::stretches::{Change, Series};
use crate::run::{Run, measured};

/// So many runs a curve of a report shows apart from each other, and of eight scenarios they are 100 kB of document.
pub(super) const MOST_DRAWN: usize = 100;

/// The latest runs, for the series that are drawn of them; `None` without any.
pub(crate) fn of(runs: &[Run], series: Vec<HistorySeries>) -> Option<History> {
    let identity = |run: &Run| HistoryRun {
        run_id: run.identity.run_id.clone(),
        commit: run.identity.commit.clone(),
        started_at: run.started_at.clone(),
    };
    (!series.is_empty()).then(|| History {
        runs: runs[first(runs)..].iter().map(identity).collect(),
        series,
    })
}

/// What the latest runs measured, and which of the changes is among them; `None` if they measured nothing.
pub(super) fn series(series: &Series<'_>, changes: &[Change]) -> Option<HistorySeries> {
    let first = first(series.all);
    let place = |run: usize| run.checked_sub(first).map(|place| place as u64);
    let points: Vec<HistoryPoint> = series
        .runs
        .iter()
        .zip(&series.values)
        .filter_map(|(run, value)| {
            Some(HistoryPoint {
                run: place(*run)?,
                value: measured(*value)?,
            })
        })
        .collect();
    (!points.is_empty()).then(|| HistorySeries {
        scenario: series.scenario.map(str::to_owned),
        metric: series.metric.key().to_owned(),
        unit: series.metric.unit().to_owned(),
        points,
        change_points: changes.iter().filter_map(|one| place(one.run)).collect(),
    })
}

/// The place of the first run that is drawn.
fn first(runs: &[Run]) -> usize {
    runs.len().saturating_sub(MOST_DRAWN)
}
