use schema::evidence::{History, HistoryPoint, HistoryRun, HistorySeries};

use super::stretches::{Change, Series};
use crate::run::{Run, measured};

/// So many runs can be told apart in the curve of a report; with eight scenarios they are about 100 kB of a document.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::Baseline;
    use crate::history::of_baseline;
    use proptest::prelude::*;
    use schema::evidence::{Evidence, Metric};
    use serde_json::json;

    /// A run that took so long, or did not measure it, and perhaps was accepted.
    fn run(number: usize, ms: Option<f64>, accepted: bool) -> Run {
        let evidence: Evidence = serde_json::from_value(json!({
            "run": {"id": number.to_string()},
            "latency": {"p95_ms": ms},
            "acceptance": accepted.then(|| json!({"reason": "it is better"}))
        }))
        .unwrap();
        Run::of(&evidence)
    }

    fn drawn(runs: Vec<Run>) -> Option<History> {
        let ours = run(runs.len(), Some(1.0), false);
        let baseline = Baseline {
            runs,
            ..Baseline::default()
        };
        let metric = Metric::LatencyP95;
        let series = of_baseline(&baseline, &ours.parts[0], metric).drawn;
        of(&baseline.runs, series.into_iter().collect())
    }

    /// Levels of so many runs each, around which they scatter by a little.
    fn levels(levels: &[(f64, usize)]) -> Vec<f64> {
        let level = levels
            .iter()
            .flat_map(|(level, runs)| std::iter::repeat_n(*level, *runs));
        level
            .enumerate()
            .map(|(place, level)| level * (1.0 + 0.02 * ((place * 7919 % 101) as f64 / 100.0)))
            .collect()
    }

    fn changes(values: &[f64], accepted: usize) -> Vec<u64> {
        let runs = values
            .iter()
            .enumerate()
            .map(|(number, ms)| run(number, Some(*ms), number == accepted));
        let history = drawn(runs.collect()).unwrap();
        history.series[0].change_points.clone()
    }

    #[test]
    fn what_changed_before_an_acceptance_is_drawn_however_many_runs_came_after_it() {
        for after in [5, 19, 20, 60] {
            let values = levels(&[(10.0, 20), (15.0, 20), (8.0, after)]);
            assert_eq!(changes(&values, 40), [20], "{after} runs after it");
        }
    }

    #[test]
    fn what_changed_more_than_a_thousand_runs_after_the_acceptance_is_drawn() {
        let values = levels(&[(10.0, 1050), (15.0, 30)]);
        assert_eq!(changes(&values, 0), [70]);
    }

    #[test]
    fn runs_that_measured_nothing_draw_nothing() {
        let silent = (0..MOST_DRAWN).map(|number| run(number, None, false));
        let runs = [run(1000, Some(10.0), true)].into_iter().chain(silent);
        assert_eq!(drawn(runs.collect()), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_point_and_change_is_of_a_run_that_measured_it_in_the_order_of_time(
            measured in prop::collection::vec((prop::option::weighted(0.9, 0.9..1.1_f64), prop::bool::weighted(0.02)), 1..250),
            steps in prop::collection::vec(0.5..2.0_f64, 5),
        ) {
            let runs: Vec<Run> = measured
                .iter()
                .enumerate()
                .map(|(number, (ms, accepted))| run(number, ms.map(|ms| ms * steps[number / 50]), *accepted))
                .collect();
            let left_out = runs.len().saturating_sub(MOST_DRAWN);
            let Some(history) = drawn(runs) else {
                prop_assert!(measured[left_out..].iter().all(|(ms, _)| ms.is_none()));
                return Ok(());
            };
            prop_assert_eq!(history.runs.len(), measured.len().min(MOST_DRAWN));
            let series = &history.series[0];
            let points: Vec<u64> = series.points.iter().map(|point| point.run).collect();
            prop_assert!(points.is_sorted_by(|one, next| one < next));
            for point in &series.points {
                let number = left_out + point.run as usize;
                prop_assert_eq!(history.runs[point.run as usize].run_id.clone(), Some(number.to_string()));
                prop_assert!(measured[number].0.is_some());
            }
            prop_assert!(series.change_points.is_sorted_by(|one, next| one < next));
            prop_assert!(series.change_points.iter().all(|change| points.contains(change)));
        }
    }
}
