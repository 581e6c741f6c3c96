use schema::Measured;
use schema::evidence::{ComparedMetric, Direction, Evidence, Metric, Verdict};
use toolkit::AllowedMissing;

/// How many percentage points worse an error rate may be.
const POINTS: f64 = 0.1;

/// In what a change is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Percent of the baseline.
    Percent,
    /// Percentage points: of almost no errors, a few more are many percent and still almost none.
    Points,
}

impl Scale {
    pub(crate) fn of(metric: Metric) -> Scale {
        match metric {
            Metric::ErrorRate => Scale::Points,
            _ => Scale::Percent,
        }
    }
}

/// Every metric of the run beside the same of the baseline, in the order of [`Metric::ALL`].
pub(crate) fn compare(
    baseline: &Evidence,
    current: &Evidence,
    threshold: Measured,
    allowed: &AllowedMissing,
) -> Vec<ComparedMetric> {
    Metric::ALL
        .into_iter()
        .filter(|metric| *metric != Metric::LatencyMean)
        .map(|metric| {
            let values = (metric.value(baseline.into()), metric.value(current.into()));
            judge(metric, values, threshold, allowed.covers(metric.key()))
        })
        .collect()
}

fn judge(
    metric: Metric,
    (baseline, current): (Option<Measured>, Option<Measured>),
    threshold: Measured,
    may_be_missing: bool,
) -> ComparedMetric {
    let both = baseline.zip(current);
    let verdict = both.map_or(Verdict::Missing, |(baseline, current)| {
        let (change, margin) = match Scale::of(metric) {
            Scale::Percent => (percent_or_infinite(baseline, current), threshold.get()),
            Scale::Points => (points(baseline, current), POINTS),
        };
        verdict(metric.better(), change, margin)
    });
    let missing = verdict == Verdict::Missing;
    ComparedMetric {
        scenario: None,
        primary: true,
        method: None,
        baseline_count: None,
        current_count: None,
        change_points: None,
        change_ci95: None,
        threshold: None,
        p_value: None,
        p_adjusted: None,
        p_permutation: None,
        more_repetitions: None,
        metric: metric.key().to_owned(),
        unit: metric.unit().to_owned(),
        better: metric.better(),
        baseline,
        current,
        change_percent: both
            .map(|(baseline, current)| percent_or_infinite(baseline, current))
            .filter(|change| change.is_finite()),
        verdict,
        passed: verdict < Verdict::Missing || (missing && may_be_missing),
        note: unmeasured(baseline, current).map(|absence| {
            if may_be_missing {
                format!("{absence}, and allowed to be missing")
            } else {
                absence.to_owned()
            }
        }),
    }
}

/// On which side there is no value, if there is none on one.
pub(crate) fn unmeasured(
    baseline: Option<Measured>,
    current: Option<Measured>,
) -> Option<&'static str> {
    match (baseline, current) {
        (Some(_), Some(_)) => None,
        (None, Some(_)) => Some("not measured in the baseline"),
        (Some(_), None) => Some("not measured in this run"),
        (None, None) => Some("measured neither in the baseline nor in this run"),
    }
}

fn verdict(better: Direction, change: f64, margin: f64) -> Verdict {
    let worse_by = match better {
        Direction::Lower => change,
        Direction::Higher => -change,
    };
    if worse_by > margin {
        Verdict::Regressed
    } else if worse_by < -margin {
        Verdict::Improved
    } else {
        Verdict::Unchanged
    }
}

/// Change in percent of the baseline; of nothing, anything is infinitely more.
fn percent_or_infinite(baseline: Measured, current: Measured) -> f64 {
    let difference = current.get() - baseline.get();
    if difference == 0.0 {
        0.0
    } else {
        rounded(difference / baseline.get() * 100.0)
    }
}

/// Change in the unit of the values themselves.
pub(crate) fn points(baseline: Measured, current: Measured) -> f64 {
    rounded(current.get() - baseline.get())
}

/// To a millionth, so that a change of exactly the threshold is not taken for more by the last bit of a double.
fn rounded(change: f64) -> f64 {
    (change * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(key: &str, baseline: f64, current: f64) -> ComparedMetric {
        let metric = Metric::ALL
            .into_iter()
            .find(|metric| metric.key() == key)
            .unwrap();
        let values = (Measured::new(baseline), Measured::new(current));
        judge(metric, values, Measured::from(10), false)
    }

    fn verdict_on(key: &str, baseline: f64, current: f64) -> Verdict {
        judged(key, baseline, current).verdict
    }

    #[test]
    fn latency_regresses_upwards_and_throughput_downwards() {
        assert_eq!(verdict_on("latency.p99_ms", 12.0, 13.7), Verdict::Regressed);
        assert_eq!(verdict_on("latency.p99_ms", 12.0, 10.0), Verdict::Improved);
        assert_eq!(
            verdict_on("throughput.rps", 1000.0, 890.0),
            Verdict::Regressed
        );
        assert_eq!(
            verdict_on("throughput.rps", 1000.0, 1110.0),
            Verdict::Improved
        );
    }

    #[test]
    fn a_change_of_exactly_the_threshold_is_none() {
        for baseline in [0.3, 1.1, 3.0, 7.7, 20.0, 1234.567] {
            assert_eq!(
                verdict_on("memory.peak_mb", baseline, baseline * 1.1),
                Verdict::Unchanged,
                "{baseline}"
            );
            assert_eq!(
                verdict_on("throughput.rps", baseline, baseline * 0.9),
                Verdict::Unchanged,
                "{baseline}"
            );
        }
    }

    #[test]
    fn error_rates_are_compared_in_points() {
        assert_eq!(
            verdict_on("error_rate.percent", 0.0, 0.1),
            Verdict::Unchanged
        );
        assert_eq!(
            verdict_on("error_rate.percent", 0.0, 0.11),
            Verdict::Regressed
        );
        assert_eq!(
            verdict_on("error_rate.percent", 0.5, 0.3),
            Verdict::Improved
        );
    }

    #[test]
    fn more_than_nothing_is_worse_by_more_than_any_threshold() {
        let grown = judged("latency.p50_ms", 0.0, 0.5);
        assert_eq!(
            (grown.verdict, grown.change_percent),
            (Verdict::Regressed, None)
        );
        assert_eq!(verdict_on("throughput.rps", 0.0, 0.5), Verdict::Improved);
        assert_eq!(verdict_on("latency.p50_ms", 0.0, 0.0), Verdict::Unchanged);
    }

    #[test]
    fn what_is_missing_on_one_side_says_on_which() {
        let metric = judged("latency.p50_ms", f64::NAN, 1.0);
        assert_eq!((metric.verdict, metric.passed), (Verdict::Missing, false));
        assert_eq!(metric.note.as_deref(), Some("not measured in the baseline"));
    }
}
