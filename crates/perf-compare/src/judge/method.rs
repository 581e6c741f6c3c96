use schema::evidence::{Method, Metric};
use stats::{
    Difference, known_difference, paired_difference, paired_permutation_test, permutation_test,
    predicted_difference, welch_difference,
};

use super::margin::Scale;
use crate::baseline::Baseline;
use crate::history::{Change, Stretches};
use crate::run::{Part, Repeated, Value};

/// Fewer runs than this know too little of how much runs scatter: degrees of freedom of their variance.
const FEWEST_DEGREES: f64 = 4.0;
/// Fewer repetitions on a side tell nothing of how much they differ.
const FEWEST_REPETITIONS: usize = 2;
/// To how much of itself a time in a histogram of three digits, or a size in whole pages, is known.
const RESOLUTION: f64 = 0.001;

/// What a person asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// Repetitions that were measured in turn, pair by pair.
    pub(crate) paired: bool,
    /// Standard deviation of the logarithm between runs of one build.
    pub(crate) between_runs: Option<f64>,
}

/// Two sides of one metric.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    pub(crate) method: Method,
    /// Typical value, in the metric's unit.
    pub(crate) baseline: f64,
    /// The same of the run.
    pub(crate) current: f64,
    /// Of how many repetitions or runs.
    pub(crate) baseline_count: usize,
    pub(crate) current_count: usize,
    /// Current less baseline, on the metric's scale.
    pub(crate) estimate: f64,
    /// The same with its error; `None` where that is not known.
    pub(crate) difference: Option<Difference>,
    /// How often exchanging repetitions gives as much; of few repetitions only.
    pub(crate) p_permutation: Option<f64>,
    /// The fewest requests that any of the values compared is made of.
    pub(crate) samples: Option<u64>,
    /// What was achieved of what was offered, where that was asked.
    pub(crate) achieved_percent: Option<f64>,
    /// That a history has changed since the runs that are compared with, and nobody accepted it.
    pub(crate) unaccepted: Option<Change>,
}

/// Compares in the way that knows most of the error: pairs, then a `history` of several runs, then repetitions against
/// repetitions, then one run against one with what is known between runs; the bare change where nothing is known. `None` if a
/// side has no value.
///
/// Also where pairs were asked for: a high quantile may be known of the whole run and of none of its short repetitions.
pub(crate) fn compare(
    metric: Metric,
    ours: &Part,
    baseline: &Baseline,
    history: Option<&Stretches>,
    wanted: Wanted,
) -> Option<Compared> {
    let repeated = baseline.repeated(ours.scenario.as_deref());
    let theirs: Vec<&Value> = repeated
        .iter()
        .filter_map(|run| run.part(ours.scenario.as_deref()))
        .map(|part| part.value(metric))
        .filter(|value| value.is_known())
        .collect();
    let sides = Sides {
        metric,
        scale: Scale::of(metric),
        ours: ours.value(metric),
        repeated: theirs,
    };
    let pairs = || wanted.paired.then(|| sides.paired()).flatten();
    pairs()
        .or_else(|| history.and_then(|stretches| sides.history(stretches)))
        .or_else(|| sides.repetitions())
        .or_else(|| sides.one_against_one(wanted.between_runs))
        .or_else(|| sides.point())
}

struct Sides<'a> {
    metric: Metric,
    scale: Scale,
    ours: &'a Value,
    /// Of each run whose repetitions may be compared.
    repeated: Vec<&'a Value>,
}

impl Sides<'_> {
    fn paired(&self) -> Option<Compared> {
        let [theirs] = self.repeated.as_slice() else {
            return None;
        };
        let pair_of = |one: &Repeated| {
            let same = |other: &&Repeated| one.pair.is_some() && other.pair == one.pair;
            theirs.repetitions.iter().find(same).copied()
        };
        let pairs: Vec<(Repeated, Repeated)> = self
            .ours
            .repetitions
            .iter()
            .filter_map(|one| Some((*one, pair_of(one)?)))
            .collect();
        let (ours, theirs): (Vec<Repeated>, Vec<Repeated>) = pairs.into_iter().unzip();
        let (ours_placed, theirs_placed) = (self.placed(&ours), self.placed(&theirs));
        let places: Vec<(f64, f64)> = ours_placed.into_iter().zip(theirs_placed).collect();
        let difference = paired_difference(&places, self.resolution(&ours, &theirs));
        (places.len() >= FEWEST_REPETITIONS).then(|| Compared {
            p_permutation: paired_permutation_test(&places),
            ..self.repeated(Method::Paired, &ours, &theirs, difference)
        })
    }

    fn repetitions(&self) -> Option<Compared> {
        let theirs: Vec<Repeated> = self
            .repeated
            .iter()
            .flat_map(|value| value.repetitions.iter().copied())
            .collect();
        let ours = &self.ours.repetitions;
        let (ours_placed, theirs_placed) = (self.placed(ours), self.placed(&theirs));
        let resolution = self.resolution(ours, &theirs);
        let difference = welch_difference(&ours_placed, &theirs_placed, resolution);
        (ours.len().min(theirs.len()) >= FEWEST_REPETITIONS).then(|| Compared {
            p_permutation: permutation_test(&ours_placed, &theirs_placed),
            ..self.repeated(Method::Welch, ours, &theirs, difference)
        })
    }

    /// Without a difference where a repetition of 0 has no place on a logarithmic scale.
    fn repeated(
        &self,
        method: Method,
        ours: &[Repeated],
        theirs: &[Repeated],
        difference: Option<Difference>,
    ) -> Compared {
        let samples = ours.iter().chain(theirs).filter_map(|one| one.samples);
        Compared {
            method,
            baseline: self.typical(&self.placed(theirs)),
            current: self.typical(&self.placed(ours)),
            baseline_count: theirs.len(),
            current_count: ours.len(),
            estimate: difference.map_or(0.0, |difference| difference.estimate),
            difference,
            p_permutation: None,
            samples: samples.min(),
            achieved_percent: None,
            unaccepted: None,
        }
    }

    /// In what steps values were recorded: what was counted, in single requests. As few failures as before are no reason
    /// to doubt how they were counted.
    fn resolution(&self, ours: &[Repeated], theirs: &[Repeated]) -> f64 {
        match self.metric {
            Metric::Throughput => 0.0,
            Metric::ErrorRate => {
                let more = self.typical(&self.placed(ours)) > self.typical(&self.placed(theirs));
                let requests = ours
                    .iter()
                    .chain(theirs)
                    .filter_map(|one| one.samples)
                    .min();
                match requests {
                    Some(requests) if more && requests > 0 => 100.0 / requests as f64,
                    _ => 0.0,
                }
            }
            _ => RESOLUTION,
        }
    }

    fn history(&self, stretches: &Stretches) -> Option<Compared> {
        let current = self.whole(self.ours)?;
        let place = |values: &[f64]| -> Vec<f64> {
            values
                .iter()
                .map(|value| self.scale.place(*value))
                .collect()
        };
        let reference = place(&stretches.reference);
        let scatter: Vec<Vec<f64>> = stretches
            .scatter
            .iter()
            .map(|values| place(values))
            .collect();
        let difference = predicted_difference(
            self.scale.place(current),
            &reference,
            scatter.iter().map(Vec::as_slice),
            self.resolution(&[], &[]),
        )
        .filter(|difference| difference.degrees >= FEWEST_DEGREES)?;
        // Runs that never saw a failure know nothing of the error with which failures are counted.
        let counted = self.scale == Scale::Points && difference.estimate > 0.0;
        let counting = self.ours.error.filter(|_| counted);
        let difference = Difference {
            error: difference.error.max(counting.unwrap_or(0.0)),
            ..difference
        };
        Some(Compared {
            method: Method::History,
            baseline: self.typical(&reference),
            current,
            baseline_count: reference.len(),
            current_count: 1,
            estimate: difference.estimate,
            difference: Some(difference),
            p_permutation: None,
            samples: self.ours.samples,
            achieved_percent: None,
            unaccepted: stretches.unaccepted.clone(),
        })
    }

    /// What was counted tells its own error, and that of an error rate is all there is; of anything else it must be known
    /// how much runs differ.
    fn one_against_one(&self, between_runs: Option<f64>) -> Option<Compared> {
        let point = self.point()?;
        let (ours, theirs) = (self.ours.error, self.repeated.last()?.error);
        let (ours, theirs, between_runs) = match self.scale {
            // As few failures as before are no reason to doubt.
            Scale::Points if point.estimate <= 0.0 => return None,
            Scale::Points => (ours?, theirs?, 0.0),
            // Too few samples for an error of its own: nothing guards it.
            Scale::Percent if self.metric.is_latency() => (ours?, theirs?, between_runs?),
            Scale::Percent => (ours.unwrap_or(0.0), theirs.unwrap_or(0.0), between_runs?),
        };
        let difference = known_difference(
            (self.scale.place(point.current), ours),
            (self.scale.place(point.baseline), theirs),
            between_runs,
        )?;
        Some(Compared {
            method: Method::OneAgainstOne,
            difference: Some(difference),
            estimate: difference.estimate,
            ..point
        })
    }

    fn point(&self) -> Option<Compared> {
        let theirs = self.repeated.last()?;
        let (current, baseline) = (self.whole(self.ours)?, self.whole(theirs)?);
        let estimate = if current == baseline {
            // Of nothing too, of which there is no logarithm.
            0.0
        } else {
            self.scale.place(current) - self.scale.place(baseline)
        };
        let samples = [self.ours.samples, theirs.samples];
        Some(Compared {
            method: Method::Point,
            baseline,
            current,
            baseline_count: 1,
            current_count: 1,
            estimate,
            difference: None,
            p_permutation: None,
            samples: samples.into_iter().flatten().min(),
            achieved_percent: None,
            unaccepted: None,
        })
    }

    /// Over the whole run, or typically where only repetitions are known.
    fn whole(&self, value: &Value) -> Option<f64> {
        value.whole.or_else(|| {
            let placed = self.placed(&value.repetitions);
            (!placed.is_empty()).then(|| self.typical(&placed))
        })
    }

    fn placed(&self, repetitions: &[Repeated]) -> Vec<f64> {
        repetitions
            .iter()
            .map(|one| self.scale.place(one.value))
            .collect()
    }

    /// The value whose place is the mean: the geometric mean of percentages.
    fn typical(&self, places: &[f64]) -> f64 {
        self.scale
            .value(places.iter().sum::<f64>() / places.len() as f64)
    }
}
