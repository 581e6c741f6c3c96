use schema::Measured;
use schema::evidence::{ErrorRate, Measurements, Metric, Repetition};

/// How many standard errors lie between the middle and an end of a two-sided 95 % interval.
const STANDARD_ERRORS: f64 = 1.96;

/// What a run measured of one metric, in the metric's unit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Value {
    /// Over the whole run; `None` if it was not measured.
    pub(crate) whole: Option<f64>,
    /// Standard error of `whole` as far as this run can know it: of its logarithm, of an error rate in points.
    pub(crate) error: Option<f64>,
    /// How many requests `whole` is made of, of a latency or an error rate; `None` if that is not known.
    pub(crate) samples: Option<u64>,
    /// Of each repetition that measured it.
    pub(crate) repetitions: Vec<Repeated>,
}

/// What one repetition measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeated {
    /// In the metric's unit.
    pub(crate) value: f64,
    /// How many requests it is made of.
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

/// Rounded, unless rounding would leave little of it: a time of nanoseconds is one millionth of the unit.
pub(crate) fn measured(value: f64) -> Option<Measured> {
    if value < 0.001 {
        Measured::new(value)
    } else {
        Measured::rounded(value)
    }
}

fn samples(metric: Metric, measured: Measurements<'_>) -> Option<u64> {
    match metric {
        Metric::ErrorRate => measured.error_rate?.requests,
        _ if metric.is_latency() => measured.latency?.samples,
        _ => None,
    }
}

fn error(metric: Metric, measured: Measurements<'_>) -> Option<f64> {
    match metric {
        Metric::ErrorRate => counting_error(measured.error_rate?),
        _ => interval_error(metric, measured),
    }
}

/// Of a share that was counted, in points: with a success and a failure more, so that no failure at all is not taken for
/// none ever. Source: Laplace's rule of succession; Agresti and Coull (1998), The American Statistician 52.
fn counting_error(errors: &ErrorRate) -> Option<f64> {
    let (failed, requests) = (errors.failed? as f64, errors.requests? as f64);
    let share = (failed + 1.0) / (requests + 2.0);
    (requests > 0.0).then(|| (share * (1.0 - share) / requests).sqrt() * 100.0)
}

/// Of the end that is there, where only one is.
fn interval_error(metric: Metric, measured: Measurements<'_>) -> Option<f64> {
    let value = metric.value(measured)?.get();
    let interval = metric.ci95(measured)?;
    let end = |end: Option<Measured>| end.map(Measured::get);
    let (width, ends) = match (end(interval.low), end(interval.high)) {
        (Some(low), Some(high)) => ((high / low).ln(), 2.0),
        (Some(low), None) => ((value / low).ln(), 1.0),
        (None, Some(high)) => ((high / value).ln(), 1.0),
        (None, None) => return None,
    };
    Some(width / ends / STANDARD_ERRORS).filter(|error| error.is_finite())
}
