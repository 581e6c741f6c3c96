use schema::evidence::{
    ComparedMetric, Comparison, Method, Metric, SignedInterval, Verdict, unit_symbol,
};
use toolkit::{Streams, on_one_line};

use crate::TOOL;

/// What a metric is called, and what it is when it has grown or shrunk.
struct Words<'a> {
    label: &'a str,
    grown: &'static str,
    shrunk: &'static str,
}

impl Words<'_> {
    fn of(key: &str) -> Words<'_> {
        let metric = Metric::ALL.into_iter().find(|metric| metric.key() == key);
        let (label, grown, shrunk) = match metric {
            Some(Metric::LatencyP50) => ("p50", "slower", "faster"),
            Some(Metric::LatencyP95) => ("p95", "slower", "faster"),
            Some(Metric::LatencyP99) => ("p99", "slower", "faster"),
            Some(Metric::LatencyMean) => ("mean latency", "slower", "faster"),
            Some(Metric::Throughput) => ("throughput", "higher", "lower"),
            Some(Metric::PeakMemory) => ("peak memory", "larger", "smaller"),
            Some(Metric::ErrorRate) => ("error rate", "higher", "lower"),
            None => (key, "higher", "lower"),
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
    let metrics = &comparison.metrics;
    let decides = |metric: &&ComparedMetric| metric.verdict != Verdict::NotJudged;
    for metric in metrics.iter().filter(decides) {
        let verdict = match (metric.verdict, metric.passed) {
            (Verdict::Missing, true) => "missing, as allowed",
            (Verdict::Regressed, true) => "regressed, which does not decide",
            (verdict, _) => verdict.name(),
        };
        let verdict = streams.verdict(metric.passed, verdict);
        let sentence = on_one_line(&sentence(metric));
        streams.say(&format!("{}: {sentence}: {verdict}", TOOL.name));
    }
    for (why, which) in not_judged(metrics) {
        let words = format!("{}: not judged, {why}: {which}", TOOL.name);
        streams.say(&on_one_line(&words));
    }
    if metrics.is_empty() && comparison.verdict == Verdict::Incomparable {
        return;
    }
    let word = if comparison.passed {
        "passed"
    } else {
        "failed"
    };
    streams.say(&format!(
        "{}: {}: {}, threshold {} %{}{}",
        TOOL.name,
        streams.verdict(comparison.passed, word),
        counted(metrics),
        comparison.threshold_percent,
        if comparison.strict { ", strict" } else { "" },
        compared_how(metrics)
    ));
}

/// Why metrics decide nothing, each reason with the metrics of each scenario: a line for each of them would hide those that
/// do decide.
fn not_judged(metrics: &[ComparedMetric]) -> Vec<(&str, String)> {
    let mut reasons: Vec<(&str, Vec<(&str, String)>)> = Vec::new();
    for metric in metrics
        .iter()
        .filter(|metric| metric.verdict == Verdict::NotJudged)
    {
        let why = metric
            .note
            .as_deref()
            .and_then(|note| note.split(':').next());
        let label = Words::of(&metric.metric).label;
        let scenarios = entry(&mut reasons, why.unwrap_or_default());
        let labels = entry(scenarios, metric.scenario.as_deref().unwrap_or("the run"));
        *labels += &format!(" {label}");
    }
    let listed = |scenarios: Vec<(&str, String)>| {
        let named = scenarios
            .iter()
            .map(|(scenario, labels)| format!("{scenario}{labels}"));
        named.collect::<Vec<_>>().join(", ")
    };
    reasons
        .into_iter()
        .map(|(why, scenarios)| (why, listed(scenarios)))
        .collect()
}

/// What stands under a key, in the order in which keys came.
fn entry<'a, 'key, T: Default>(entries: &'a mut Vec<(&'key str, T)>, key: &'key str) -> &'a mut T {
    let place = entries
        .iter()
        .position(|(known, _)| *known == key)
        .unwrap_or_else(|| {
            entries.push((key, T::default()));
            entries.len() - 1
        });
    &mut entries[place].1
}

/// `28 metrics: 1 regressed, 2 inconclusive, 25 unchanged`.
fn counted(metrics: &[ComparedMetric]) -> String {
    let mut verdicts: Vec<Verdict> = metrics.iter().map(|metric| metric.verdict).collect();
    verdicts.sort_unstable();
    let counts: Vec<String> = verdicts
        .chunk_by(|one, next| one == next)
        .rev()
        .map(|same| format!("{} {}", same.len(), same[0].name()))
        .collect();
    match (metrics.len(), counts.as_slice()) {
        (0, _) => "nothing was measured on both sides".to_owned(),
        (1, [only]) => format!("1 metric: {only}"),
        (all, _) => format!("{all} metrics: {}", counts.join(", ")),
    }
}

/// Against what, of the first metric that was compared.
fn compared_how(metrics: &[ComparedMetric]) -> String {
    let Some((metric, method)) = metrics
        .iter()
        .filter(|metric| metric.method != Some(Method::Achieved))
        .find_map(|metric| Some((metric, metric.method?)))
    else {
        return String::new();
    };
    let count = |count: Option<u64>| count.unwrap_or_default();
    let (ours, theirs) = (count(metric.current_count), count(metric.baseline_count));
    match method {
        Method::Welch => format!(" ({ours} repetitions against {theirs})"),
        Method::Paired => format!(" ({ours} pairs of repetitions)"),
        Method::History => format!(" (one run against {theirs} of the history)"),
        Method::OneAgainstOne => " (one run against one)".to_owned(),
        Method::Point | Method::Achieved => {
            " (one run against one: a change may be noise)".to_owned()
        }
    }
}

fn sentence(metric: &ComparedMetric) -> String {
    let scenario = match &metric.scenario {
        Some(scenario) => format!("{scenario}: "),
        None => String::new(),
    };
    let words = Words::of(&metric.metric);
    let note = match &metric.note {
        Some(note) => format!(" ({note})"),
        None => String::new(),
    };
    let Some((baseline, current)) = metric.baseline.zip(metric.current) else {
        let note = metric.note.as_deref().unwrap_or("not measured");
        return format!("{scenario}{} was {note}", words.label);
    };
    let decimals = decimals(baseline.get(), current.get());
    format!(
        "{scenario}{} is {}{}, {:.decimals$} → {:.decimals$} {}{note}",
        words.label,
        change(metric, &words),
        between(metric, &words),
        baseline.get(),
        current.get(),
        unit_symbol(&metric.unit)
    )
}

/// Two figures at least of the smaller value, lest a change between small ones disappear; two decimals at least.
fn decimals(one: f64, other: f64) -> usize {
    let positive = [one, other].into_iter().filter(|value| *value > 0.0);
    let smallest = positive.fold(f64::INFINITY, f64::min).min(1.0);
    (1.0 - smallest.log10().floor()).clamp(2.0, 12.0) as usize
}

fn change(metric: &ComparedMetric, words: &Words<'_>) -> String {
    let grown = metric.current > metric.baseline;
    let direction = if grown { words.grown } else { words.shrunk };
    let change = metric.change_points.or(metric.change_percent);
    match change.map(|change| amount(change, metric)) {
        Some(None) => "the same".to_owned(),
        Some(Some(amount)) => format!("{amount} {direction}"),
        None if metric.current == metric.baseline => "the same".to_owned(),
        None => direction.to_owned(),
    }
}

/// ` (between 9.0 % and 19.0 %)`; with the direction of either end where they differ.
fn between(metric: &ComparedMetric, words: &Words<'_>) -> String {
    let Some(SignedInterval { low, high }) = metric.change_ci95.filter(|ends| ends.low < ends.high)
    else {
        return String::new();
    };
    let amount = |change: f64| amount(change, metric).unwrap_or_else(|| amount_of_nothing(metric));
    if low >= 0.0 {
        format!(" (between {} and {})", amount(low), amount(high))
    } else if high <= 0.0 {
        format!(" (between {} and {})", amount(high), amount(low))
    } else {
        let (shrunk, grown) = (amount(low), amount(high));
        format!(
            " (between {shrunk} {} and {grown} {})",
            words.shrunk, words.grown
        )
    }
}

/// Without its direction; `None` for one that rounds to nothing.
fn amount(change: f64, metric: &ComparedMetric) -> Option<String> {
    let (decimals, unit) = match metric.change_points {
        Some(_) => (2, "points"),
        None => (1, "%"),
    };
    let figure = format!("{:.decimals$}", change.abs());
    let is_nothing = figure.bytes().all(|digit| matches!(digit, b'0' | b'.'));
    (!is_nothing).then(|| format!("{figure} {unit}"))
}

fn amount_of_nothing(metric: &ComparedMetric) -> String {
    match metric.change_points {
        Some(_) => "0 points".to_owned(),
        None => "0 %".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(metric: &str) -> String {
        sentence(&serde_json::from_str(metric).unwrap())
    }

    #[test]
    fn a_person_without_statistics_understands_each_line() {
        let p99 = r#"{"scenario": "batch_4", "metric": "latency.p99_ms", "unit": "ms", "better": "lower",
            "baseline": 12, "current": 13.7, "change_percent": 14.17, "change_ci95": {"low": 9.04, "high": 19.4},
            "verdict": "regressed", "passed": false}"#;
        assert_eq!(
            said(p99),
            "batch_4: p99 is 14.2 % slower (between 9.0 % and 19.4 %), 12.00 → 13.70 ms"
        );
        let wide = p99.replace("9.04", "-3.21");
        assert_eq!(
            said(&wide),
            "batch_4: p99 is 14.2 % slower (between 3.2 % faster and 19.4 % slower), 12.00 → 13.70 ms"
        );
    }

    #[test]
    fn small_values_keep_the_figures_in_which_they_differ() {
        assert_eq!(
            [
                decimals(12.0, 13.0),
                decimals(0.0, 0.5),
                decimals(0.061, 0.07)
            ],
            [2, 2, 3]
        );
        assert_eq!(decimals(0.000_26, 0.000_31), 5);
        assert_eq!(decimals(0.0, 0.0), 2);
    }

    #[test]
    fn the_smaller_end_of_a_gain_comes_first() {
        let faster = r#"{"metric": "throughput.rps", "unit": "rps", "better": "higher", "baseline": 1000, "current": 900,
            "change_percent": -10, "change_ci95": {"low": -15, "high": -4.5}, "verdict": "regressed", "passed": false}"#;
        assert_eq!(
            said(faster),
            "throughput is 10.0 % lower (between 4.5 % and 15.0 %), 1000.00 → 900.00 req/s"
        );
    }

    #[test]
    fn error_rates_are_told_in_points_and_what_rounds_to_nothing_is_the_same() {
        let errors = r#"{"metric": "error_rate.percent", "unit": "percent", "better": "lower", "baseline": 0,
            "current": 0.3, "change_points": 0.3, "change_ci95": {"low": 0, "high": 0.6}, "verdict": "inconclusive",
            "passed": true, "note": "2 more repetitions on either side would probably decide"}"#;
        assert_eq!(
            said(errors),
            "error rate is 0.30 points higher (between 0 points and 0.60 points), 0.00 → 0.30 % \
             (2 more repetitions on either side would probably decide)"
        );
        let same = r#"{"metric": "latency.p50_ms", "unit": "ms", "better": "lower", "baseline": 1, "current": 1.0001,
            "change_percent": 0.01, "verdict": "unchanged", "passed": true}"#;
        assert_eq!(said(same), "p50 is the same, 1.00 → 1.00 ms");
    }

    #[test]
    fn what_is_missing_is_said_to_be_and_a_baseline_of_nothing_has_no_percentage() {
        let missing = r#"{"metric": "memory.peak_mb", "unit": "mb", "better": "lower", "baseline": 10,
            "verdict": "missing", "passed": false, "note": "not measured in this run"}"#;
        assert_eq!(said(missing), "peak memory was not measured in this run");
        let nothing = r#"{"metric": "latency.p50_ms", "unit": "ms", "better": "lower", "baseline": 0, "current": 0.5,
            "verdict": "regressed", "passed": false}"#;
        assert_eq!(said(nothing), "p50 is slower, 0.00 → 0.50 ms");
    }
}
