use schema::evidence::{Method, Metric};
use stats::{
    Difference, known_difference, paired_difference, paired_permutation_test, permutation_test,
    predicted_difference, welch_difference,
};

use super::margin::Scale;
use crate::baseline::Baseline;
use crate::history::{self, Change, Stretches};
use crate::run::{Part, Repeated, Value};

/// Fewer runs than this know too little of how much runs scatter: degrees of freedom of their variance.
const FEWEST_DEGREES: f64 = 4.0;
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
    /// The fewest latencies that any of the values compared is made of.
    pub(crate) samples: Option<u64>,
    /// That a history has changed since the runs that are compared with, and nobody accepted it.
    pub(crate) unaccepted: Option<Change>,
}

/// Compares in the way that knows most of the error: pairs, then a history, then repetitions against repetitions, then one
/// run against one with what is known between runs; the bare change where nothing is known. `None` if a side has no value.
pub(crate) fn compare(
    metric: Metric,
    ours: &Part,
    baseline: &Baseline,
    wanted: Wanted,
) -> Option<Compared> {
    let scenario = ours.scenario.as_deref();
    let values = |runs: &'_ [crate::run::Run]| -> Vec<Value> {
        runs.iter()
            .filter_map(|run| run.part(scenario))
            .map(|part| part.value(metric).clone())
            .filter(Value::is_known)
            .collect()
    };
    let sides = Sides {
        scale: Scale::of(metric),
        resolution: match metric {
            Metric::Throughput | Metric::ErrorRate => 0.0,
            _ => RESOLUTION,
        },
        ours: ours.value(metric),
        repeated: values(baseline.repeated()),
    };
    if wanted.paired {
        return sides.paired();
    }
    let history = || history::of_baseline(baseline, scenario, metric);
    (baseline.runs.len() > 1)
        .then(|| sides.history(&history()))
        .flatten()
        .or_else(|| sides.repetitions())
        .or_else(|| sides.one_against_one(wanted.between_runs?))
        .or_else(|| sides.point())
}

struct Sides<'a> {
    scale: Scale,
    /// On the scale.
    resolution: f64,
    ours: &'a Value,
    /// Of each run whose repetitions may be compared.
    repeated: Vec<Value>,
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
        let difference = paired_difference(&places, self.resolution)?;
        Some(Compared {
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
        let difference = welch_difference(&ours_placed, &theirs_placed, self.resolution)?;
        Some(Compared {
            p_permutation: permutation_test(&ours_placed, &theirs_placed),
            ..self.repeated(Method::Welch, ours, &theirs, difference)
        })
    }

    fn repeated(
        &self,
        method: Method,
        ours: &[Repeated],
        theirs: &[Repeated],
        difference: Difference,
    ) -> Compared {
        let samples = ours.iter().chain(theirs).filter_map(|one| one.samples);
        Compared {
            method,
            baseline: self.typical(&self.placed(theirs)),
            current: self.typical(&self.placed(ours)),
            baseline_count: theirs.len(),
            current_count: ours.len(),
            estimate: difference.estimate,
            difference: Some(difference),
            p_permutation: None,
            samples: samples.min(),
            unaccepted: None,
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
        let earlier: Vec<Vec<f64>> = stretches.other.iter().map(|values| place(values)).collect();
        let difference = predicted_difference(
            self.scale.place(current),
            &reference,
            earlier.iter().map(Vec::as_slice),
            self.resolution,
        )
        .filter(|difference| difference.degrees >= FEWEST_DEGREES)?;
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
            unaccepted: stretches.unaccepted.clone(),
        })
    }

    fn one_against_one(&self, between_runs: f64) -> Option<Compared> {
        let point = self.point().filter(|_| self.scale == Scale::Percent)?;
        let theirs = self.repeated.last()?;
        let side = |value: f64, error: Option<f64>| (self.scale.place(value), error.unwrap_or(0.0));
        let difference = known_difference(
            side(point.current, self.ours.error),
            side(point.baseline, theirs.error),
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
