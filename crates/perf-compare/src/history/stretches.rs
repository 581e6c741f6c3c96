use schema::evidence::{HistorySeries, MemorySource, Metric};
use stats::{ChangePoint, change_points};

use super::drawn::{self, MOST_DRAWN};
use crate::baseline::Baseline;
use crate::run::{Part, Run};

/// A run is held to the mean of so many runs from the last acceptance on: those after them, each like the one before,
/// must not carry it away.
const REFERENCE_RUNS: usize = 10;
/// From so many runs on, a stretch tells its scatter without the help of those before it.
const ENOUGH_RUNS: usize = 20;
/// No more runs than these are looked through on either side of an acceptance.
const MOST_RUNS: usize = 1_000;

/// What the runs of a history measured of one metric, cut where its level changed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stretches {
    /// What a run is held to: the runs that were accepted last, and the first after them, up to the first change that nobody
    /// accepted. So what becomes worse a little every night does not become the rule.
    pub(crate) reference: Vec<f64>,
    /// What tells how much runs scatter, each stretch around a level of its own.
    pub(crate) scatter: Vec<Vec<f64>>,
    /// The first change after the last acceptance.
    pub(crate) unaccepted: Option<Change>,
    /// What a report draws of the latest runs; `None` if they have not measured it.
    pub(crate) drawn: Option<HistorySeries>,
}

/// A change of level in a history.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    /// The place of the first run after it, among those that have the metric.
    pub(crate) place: usize,
    /// Its place among all runs.
    pub(crate) run: usize,
    /// Which run that is.
    pub(crate) run_id: Option<String>,
    /// Typical value before and after it, in the metric's unit.
    pub(crate) before: f64,
    pub(crate) after: f64,
    pub(crate) p_value: f64,
}

/// One metric of one scenario over the runs that have it.
pub(crate) struct Series<'a> {
    pub(super) all: &'a [Run],
    pub(super) scenario: Option<&'a str>,
    pub(super) metric: Metric,
    /// The places among all runs of those that have it, ascending.
    pub(crate) runs: Vec<usize>,
    /// What each of them measured.
    pub(crate) values: Vec<f64>,
    /// The places from which on a run had been made the reference, ascending.
    accepted: Vec<usize>,
}

impl<'a> Series<'a> {
    /// In the order of time. Figures of memory from another source than the one named are not of the series.
    pub(crate) fn of(
        all: &'a [Run],
        scenario: Option<&'a str>,
        metric: Metric,
        source: Option<MemorySource>,
    ) -> Series<'a> {
        let mut series = Series {
            all,
            scenario,
            metric,
            runs: Vec::new(),
            values: Vec::new(),
            accepted: Vec::new(),
        };
        for (place, run) in all.iter().enumerate() {
            // What was accepted in a run without the metric holds from the next one on that has it.
            if run.acceptance.is_some() && series.accepted.last() != Some(&series.runs.len()) {
                series.accepted.push(series.runs.len());
            }
            if let Some(value) = value(run, scenario, metric, source) {
                series.runs.push(place);
                series.values.push(value);
            }
        }
        series.accepted.retain(|place| *place < series.runs.len());
        series
    }

    /// All changes of level but those at an acceptance, where the level may change as it likes.
    pub(crate) fn changes(&self) -> Vec<Change> {
        self.changes_within(0, self.values.len())
    }

    fn changes_within(&self, start: usize, end: usize) -> Vec<Change> {
        let mut cuts = vec![start, end];
        cuts.extend(
            self.accepted
                .iter()
                .filter(|place| (start..end).contains(*place)),
        );
        cuts.sort_unstable();
        cuts.dedup();
        cuts.windows(2)
            .flat_map(|ends| {
                let found = change_points(&self.values[ends[0]..ends[1]]);
                found
                    .into_iter()
                    .map(|point| self.change(ends[0] + point.index, point))
            })
            .collect()
    }

    fn change(&self, place: usize, point: ChangePoint) -> Change {
        let run = self.runs[place];
        Change {
            place,
            run,
            run_id: self.all[run].identity.run_id.clone(),
            before: point.before,
            after: point.after,
            p_value: point.p_value,
        }
    }

    fn stretches(&self) -> Stretches {
        let accepted = self.accepted.last().copied().unwrap_or_default();
        let end = self.values.len().min(accepted + MOST_RUNS);
        let after = self.changes_within(accepted, end);
        let unaccepted = after.first().cloned();
        let cut = unaccepted.as_ref().map_or(end, |change| change.place);
        let stretch = &self.values[accepted..cut];
        let mut scatter = vec![stretch.to_vec()];
        // What is drawn has been looked through, even where nothing else depends on it.
        let drawn = self.values.len().saturating_sub(MOST_DRAWN);
        let is_short = stretch.len() < ENOUGH_RUNS;
        let start = if is_short {
            accepted.saturating_sub(MOST_RUNS)
        } else {
            accepted.min(drawn)
        };
        let mut changes = self.changes_within(start, accepted);
        if is_short {
            scatter.extend(self.levels(start, accepted, &changes));
        }
        changes.extend(after);
        changes.extend(self.changes_within(end.max(drawn), self.values.len()));
        Stretches {
            reference: stretch[..stretch.len().min(REFERENCE_RUNS)].to_vec(),
            scatter,
            unaccepted,
            drawn: drawn::series(self, &changes),
        }
    }

    /// The runs between two places, each level by itself, of which these are the changes.
    fn levels(&self, start: usize, end: usize, changes: &[Change]) -> Vec<Vec<f64>> {
        let mut cuts = vec![start, end];
        cuts.extend(
            self.accepted
                .iter()
                .filter(|place| (start..end).contains(*place)),
        );
        cuts.extend(changes.iter().map(|change| change.place));
        cuts.sort_unstable();
        cuts.dedup();
        cuts.windows(2)
            .map(|ends| self.values[ends[0]..ends[1]].to_vec())
            .collect()
    }
}

fn value(
    run: &Run,
    scenario: Option<&str>,
    metric: Metric,
    source: Option<MemorySource>,
) -> Option<f64> {
    let part = run.part(scenario)?;
    let other_source = part
        .memory_source
        .zip(source)
        .is_some_and(|(one, other)| one != other);
    part.value(metric)
        .whole
        .filter(|_| metric != Metric::PeakMemory || !other_source)
}

/// What a run's own value of a metric is held to.
pub(crate) fn of_baseline(baseline: &Baseline, ours: &Part, metric: Metric) -> Stretches {
    let scenario = ours.scenario.as_deref();
    Series::of(&baseline.runs, scenario, metric, ours.memory_source).stretches()
}
