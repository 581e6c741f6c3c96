use schema::evidence::{Measurements, Metric, Repetition};

/// How many standard errors lie between the middle and an end of a two-sided 95 % interval.
const STANDARD_ERRORS: f64 = 1.96;

/// What a run measured of one metric, in the metric's unit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Value {
    /// Over the whole run; `None` if it was not measured.
    pub(crate) whole: Option<f64>,
    /// Standard error of the logarithm of `whole`, as far as this run can know it.
    pub(crate) error: Option<f64>,
    /// How many latencies `whole` is made of; `None` if that is not known, or it is not made of latencies.
    pub(crate) samples: Option<u64>,
    /// Of each repetition that measured it.
    pub(crate) repetitions: Vec<Repeated>,
}

/// What one repetition measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeated {
    /// In the metric's unit.
    pub(crate) value: f64,
    /// How many latencies it is made of.
    pub(crate) samples: Option<u64>,
    /// The number of its pair in the other run.
    pub(crate) pair: Option<u64>,
}

impl Value {
    pub(crate) fn of(metric: Metric, whole: Measurements<'_>, repetitions: &[Repetition]) -> Value {
        Value {
            whole: metric.value(whole).map(|value| value.get()),
            error: error(metric, whole),
            samples: samples(metric, whole),
            repetitions: repetitions
                .iter()
                .filter_map(|repetition| {
                    Some(Repeated {
                        value: metric.value(repetition.into())?.get(),
                        samples: samples(metric, repetition.into()),
                        pair: repetition.pair,
                    })
                })
                .collect(),
        }
    }

    /// Whether anything was measured.
    pub(crate) fn is_known(&self) -> bool {
        self.whole.is_some() || !self.repetitions.is_empty()
    }
}

fn samples(metric: Metric, measured: Measurements<'_>) -> Option<u64> {
    metric.is_latency().then(|| measured.latency?.samples)?
}

/// Of the end that is there, where only one is.
fn error(metric: Metric, measured: Measurements<'_>) -> Option<f64> {
    let value = metric.value(measured)?.get();
    let interval = metric.ci95(measured)?;
    let end = |end: Option<schema::Measured>| end.map(schema::Measured::get);
    let (width, ends) = match (end(interval.low), end(interval.high)) {
        (Some(low), Some(high)) => ((high / low).ln(), 2.0),
        (Some(low), None) => ((value / low).ln(), 1.0),
        (None, Some(high)) => ((high / value).ln(), 1.0),
        (None, None) => return None,
    };
    Some(width / ends / STANDARD_ERRORS).filter(|error| error.is_finite())
}
