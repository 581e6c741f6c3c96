use schema::evidence::Metric;
use stats::{ChangePoint, change_points};

use crate::baseline::Baseline;
use crate::run::Run;

/// A run is held to no more runs than these: what a machine did years before tells nothing of today's.
const MOST_RUNS: usize = 1_000;

/// What the runs of a history measured of one metric, cut where its level changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Stretches {
    /// The runs that a run is held to: from the one that was accepted last on, up to the first change that nobody
    /// accepted. So what becomes worse a little every night does not become the rule.
    pub(crate) reference: Vec<f64>,
    /// The others, which tell only how much runs scatter.
    pub(crate) other: Vec<Vec<f64>>,
    /// The first change after the last acceptance.
    pub(crate) unaccepted: Option<Change>,
}

/// A change of level in a history.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    /// The place of the first run after it, among those that have the metric.
    pub(crate) place: usize,
    /// Which run that is.
    pub(crate) run_id: Option<String>,
    /// Typical value before and after it, in the metric's unit.
    pub(crate) before: f64,
    pub(crate) after: f64,
    pub(crate) p_value: f64,
}

/// One metric of one scenario over the runs that have it.
pub(crate) struct Series<'a> {
    pub(crate) runs: Vec<&'a Run>,
    pub(crate) values: Vec<f64>,
}

impl<'a> Series<'a> {
    pub(crate) fn of(runs: &'a [Run], scenario: Option<&str>, metric: Metric) -> Series<'a> {
        let value = |run: &Run| run.part(scenario)?.value(metric).whole;
        let (runs, values) = runs
            .iter()
            .filter_map(|run| Some((run, value(run)?)))
            .unzip();
        Series { runs, values }
    }

    /// Where runs were made the reference, in the order of time.
    fn accepted(&self) -> impl Iterator<Item = usize> {
        self.runs
            .iter()
            .enumerate()
            .filter(|(_, run)| run.acceptance.is_some())
            .map(|(place, _)| place)
    }

    /// The changes between acceptances: at one, the level may change as it likes.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let mut starts: Vec<usize> = std::iter::once(0).chain(self.accepted()).collect();
        starts.dedup();
        let ends = starts.iter().skip(1).copied().chain([self.values.len()]);
        starts
            .iter()
            .zip(ends)
            .flat_map(|(start, end)| {
                let found = change_points(&self.values[*start..end]);
                found
                    .into_iter()
                    .map(move |point| self.change(start + point.index, point))
            })
            .collect()
    }

    fn change(&self, place: usize, point: ChangePoint) -> Change {
        let run = self.runs.get(place);
        Change {
            place,
            run_id: run.and_then(|run| run.identity.run_id.clone()),
            before: point.before,
            after: point.after,
            p_value: point.p_value,
        }
    }

    fn stretches(&self) -> Stretches {
        let accepted = self.accepted().last().unwrap_or(0);
        let changes = self.changes();
        let mut cuts: Vec<usize> = changes.iter().map(|change| change.place).collect();
        cuts.extend(self.accepted());
        cuts.extend([0, self.values.len()]);
        cuts.sort_unstable();
        cuts.dedup();
        let mut stretches = Stretches {
            unaccepted: changes.into_iter().find(|change| change.place > accepted),
            ..Stretches::default()
        };
        for ends in cuts.windows(2) {
            let values = self.values[ends[0]..ends[1]].to_vec();
            if ends[0] == accepted {
                stretches.reference = values;
            } else {
                stretches.other.push(values);
            }
        }
        stretches
    }
}

/// The runs of a baseline in the order of time.
pub(crate) fn of_baseline(
    baseline: &Baseline,
    scenario: Option<&str>,
    metric: Metric,
) -> Stretches {
    let runs = &baseline.runs;
    let latest = runs.get(runs.len().saturating_sub(MOST_RUNS)..);
    Series::of(latest.unwrap_or_default(), scenario, metric).stretches()
}
