use schema::Measured;
use schema::evidence::{ComparedMetric, Comparison, Metric, Verdict, unit_symbol};
use toolkit::Streams;

use crate::TOOL;
use crate::judge::{Scale, points, unmeasured};

/// What a metric is called, and what it is when it has grown or shrunk.
struct Words {
    label: &'static str,
    grown: &'static str,
    shrunk: &'static str,
}

impl Words {
    fn of(metric: Metric) -> Words {
        let (label, grown, shrunk) = match metric {
            Metric::LatencyP50 => ("p50 latency", "slower", "faster"),
            Metric::LatencyP95 => ("p95 latency", "slower", "faster"),
            Metric::LatencyP99 => ("p99 latency", "slower", "faster"),
            Metric::LatencyMean => ("mean latency", "slower", "faster"),
            Metric::Throughput => ("throughput", "higher", "lower"),
            Metric::PeakMemory => ("peak memory", "larger", "smaller"),
            Metric::ErrorRate => ("error rate", "higher", "lower"),
        };
        Words {
            label,
            grown,
            shrunk,
        }
    }
}

/// Says what became of each metric, and the verdict over all of them.
pub(crate) fn say(comparison: &Comparison, streams: &mut Streams<'_>) {
    for (metric, compared) in Metric::ALL
        .into_iter()
        .filter(|metric| *metric != Metric::LatencyMean)
        .zip(&comparison.metrics)
    {
        let verdict = match (compared.verdict, compared.passed) {
            (Verdict::Missing, true) => "missing, as allowed",
            (verdict, _) => verdict.name(),
        };
        let verdict = streams.verdict(compared.passed, verdict);
        let sentence = sentence(metric, compared);
        streams.say(&format!("{}: {sentence}: {verdict}", TOOL.name));
    }
    if comparison.metrics.is_empty() {
        return;
    }
    let all = comparison.metrics.len();
    let failed = comparison
        .metrics
        .iter()
        .filter(|metric| !metric.passed)
        .count();
    let (word, count) = if comparison.passed {
        ("passed", format!("{all} metrics"))
    } else {
        ("failed", format!("{failed} of {all} metrics"))
    };
    streams.say(&format!(
        "{}: {}, {count}, threshold {} % (one run against one: a change may be noise)",
        TOOL.name,
        streams.verdict(comparison.passed, word),
        comparison.threshold_percent
    ));
}

fn sentence(metric: Metric, compared: &ComparedMetric) -> String {
    let label = Words::of(metric).label;
    let Some((baseline, current)) = compared.baseline.zip(compared.current) else {
        let absence = unmeasured(compared.baseline, compared.current).unwrap_or_default();
        return format!("{label} was {absence}");
    };
    let change = change(metric, compared.change_percent, baseline, current);
    // Small values need a digit more, lest a change between them disappear.
    let decimals = if baseline.get().min(current.get()) < 1.0 {
        3
    } else {
        2
    };
    format!(
        "{label} is {change} ({:.decimals$} → {:.decimals$} {})",
        baseline.get(),
        current.get(),
        unit_symbol(metric.unit())
    )
}

fn change(metric: Metric, percent: Option<f64>, baseline: Measured, current: Measured) -> String {
    let (amount, decimals, of_what) = match Scale::of(metric) {
        Scale::Percent => (percent, 1, "%"),
        Scale::Points => (Some(points(baseline, current)), 2, "points"),
    };
    let amount = amount.map(|amount| format!("{:.decimals$}", amount.abs()));
    if amount
        .as_ref()
        .is_some_and(|digits| digits.bytes().all(|digit| matches!(digit, b'0' | b'.')))
    {
        return "the same".to_owned();
    }
    let words = Words::of(metric);
    let direction = if current > baseline {
        words.grown
    } else {
        words.shrunk
    };
    match amount {
        Some(amount) => format!("{amount} {of_what} {direction}"),
        None => direction.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge;
    use schema::evidence::Evidence;
    use toolkit::AllowedMissing;

    fn said(key: &str, baseline: &str, current: &str) -> (String, Verdict) {
        let evidence =
            |text: &str| serde_json::from_str::<Evidence>(text).expect("an evidence document");
        let compared = judge::compare(
            &evidence(baseline),
            &evidence(current),
            Measured::from(10),
            &AllowedMissing::default(),
        );
        Metric::ALL
            .into_iter()
            .filter(|metric| *metric != Metric::LatencyMean)
            .zip(&compared)
            .find(|(metric, _)| metric.key() == key)
            .map(|(metric, compared)| (sentence(metric, compared), compared.verdict))
            .expect("a metric")
    }

    #[test]
    fn a_person_without_statistics_understands_each_line() {
        assert_eq!(
            said(
                "latency.p99_ms",
                r#"{"latency":{"p99_ms":12.0}}"#,
                r#"{"latency":{"p99_ms":13.704}}"#
            ),
            (
                "p99 latency is 14.2 % slower (12.00 → 13.70 ms)".to_owned(),
                Verdict::Regressed
            )
        );
        assert_eq!(
            said(
                "error_rate.percent",
                r#"{"error_rate":{"percent":0}}"#,
                r#"{"error_rate":{"percent":0.3}}"#
            )
            .0,
            "error rate is 0.30 points higher (0.000 → 0.300 %)"
        );
        assert_eq!(
            said(
                "throughput.rps",
                r#"{"throughput":{"rps":1000}}"#,
                r#"{"throughput":{"rps":1000.1}}"#
            )
            .0,
            "throughput is the same (1000.00 → 1000.10 req/s)"
        );
    }

    #[test]
    fn what_is_missing_is_said_to_be() {
        assert_eq!(
            said("memory.peak_mb", r#"{"memory":{"peak_mb":10}}"#, "{}").0,
            "peak memory was not measured in this run"
        );
    }

    #[test]
    fn a_baseline_of_nothing_has_no_percentage() {
        assert_eq!(
            said(
                "latency.p50_ms",
                r#"{"latency":{"p50_ms":0}}"#,
                r#"{"latency":{"p50_ms":0.5}}"#
            )
            .0,
            "p50 latency is slower (0.000 → 0.500 ms)"
        );
    }
}
