//! What a person reads of a verdict: one line if all is well, else a line for each check that is not.

use schema::Measured;
use schema::evidence::{Check, CheckStatus, Evidence, Interval, unit_symbol};

use crate::figure::{told_from, written};
use crate::{Streams, Tool, on_one_line};

/// Says each check that did not pass or is inconclusive, and the verdict over all of them.
pub fn say_checks<'a>(
    tool: &Tool,
    checks: impl IntoIterator<Item = &'a Check>,
    streams: &mut Streams<'_>,
) {
    let (mut all, mut failed, mut allowed, mut undecided) = (0, 0, 0, 0);
    for check in checks {
        all += 1;
        let inconclusive = check.status == CheckStatus::Inconclusive;
        undecided += u32::from(inconclusive);
        let status = match (check.passed, inconclusive) {
            (false, true) => streams.verdict(false, "failed, inconclusive"),
            (false, false) => streams.verdict(false, check.status.name()),
            (true, true) => check.status.name().to_owned(),
            (true, false) => {
                allowed += u32::from(check.status == CheckStatus::Missing);
                continue;
            }
        };
        failed += u32::from(!check.passed);
        let sentence = on_one_line(&sentence(check));
        streams.say(&format!("{}: {status}: {sentence}", tool.name));
    }
    let plural = if all == 1 { "" } else { "s" };
    let of_them = |count: u32, what: &str| match count {
        0 => String::new(),
        count => format!(", {count} of them {what}"),
    };
    let doubts = of_them(allowed, "missing, as allowed") + &of_them(undecided, "inconclusive");
    let line = if failed == 0 {
        let passed = streams.verdict(true, "passed");
        format!("{}: {passed}, {all} check{plural}{doubts}", tool.name)
    } else {
        let refused = streams.verdict(false, "failed");
        format!(
            "{}: {refused}, {failed} of {all} check{plural}{doubts}",
            tool.name
        )
    };
    streams.say(&line);
}

/// Says which sections other than `own` failed in the document that came in: the exit code is theirs too.
pub fn say_other_failures(tool: &Tool, own: &str, incoming: &Evidence, streams: &mut Streams<'_>) {
    let others: Vec<&str> = incoming
        .verdicts()
        .into_iter()
        .filter(|(section, passed)| !passed && *section != own)
        .map(|(section, _)| section)
        .collect();
    if !others.is_empty() {
        let failed = streams.verdict(false, "failed before");
        streams.say(&format!(
            "{}: {failed} in this document: {}",
            tool.name,
            others.join(", ")
        ));
    }
}

/// A check as a sentence: what it is about, what was found, what was expected.
pub fn sentence(check: &Check) -> String {
    let unit = match unit_symbol(&check.unit) {
        "" => String::new(),
        symbol => format!(" {symbol}"),
    };
    let actual = match &check.actual {
        Some(actual) => format!(
            " is {}{unit}{}",
            told_from(actual, &check.expected),
            range(check)
        ),
        None => String::new(),
    };
    let note = match &check.note {
        Some(note) => format!(" ({note})"),
        None => String::new(),
    };
    format!(
        "{}{actual}, expected {} {}{unit}{note}",
        subject(check),
        check.operator.symbol(),
        written(&check.expected)
    )
}

/// What a check is about: its metric, of which scenario, and its name where that is another.
fn subject(check: &Check) -> String {
    match &check.scenario {
        Some(scenario) => format!("{} of {scenario}", check.metric),
        None if check.name == check.metric => check.metric.clone(),
        None => format!("{} ({})", check.name, check.metric),
    }
}

/// The interval as people say it; nothing where it has no end.
fn range(check: &Check) -> String {
    let end = |value: Measured| told_from(&value.into(), &check.expected);
    match check.ci95 {
        Some(Interval {
            low: Some(low),
            high: Some(high),
        }) => format!(" (between {} and {})", end(low), end(high)),
        Some(Interval {
            low: Some(low),
            high: None,
        }) => format!(" (at least {})", end(low)),
        Some(Interval {
            low: None,
            high: Some(high),
        }) => format!(" (at most {})", end(high)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::evidence::Operator;

    fn judged(actual: Option<f64>) -> Check {
        Check::judge(
            "latency.p99_ms",
            "ms",
            actual.and_then(Measured::new),
            Operator::AtMost,
            Measured::from(50),
            false,
        )
    }

    #[test]
    fn a_failed_check_is_a_sentence_with_its_scenario() {
        assert_eq!(
            sentence(&judged(Some(61.234_567)).of_scenario("batch_4")),
            "latency.p99_ms of batch_4 is 61.235 ms, expected <= 50 ms"
        );
    }

    #[test]
    fn a_missing_value_says_why_where_that_is_known() {
        let mut check = judged(None);
        assert_eq!(sentence(&check), "latency.p99_ms, expected <= 50 ms");
        check.note = Some("too few samples: 99, p99 needs 100".to_owned());
        assert_eq!(
            sentence(&check),
            "latency.p99_ms, expected <= 50 ms (too few samples: 99, p99 needs 100)"
        );
    }

    #[test]
    fn rounding_never_makes_a_failed_check_look_met() {
        assert_eq!(
            sentence(&judged(Some(50.000_1))),
            "latency.p99_ms is 50.0001 ms, expected <= 50 ms"
        );
    }

    #[test]
    fn an_interval_is_said_as_far_as_it_is_known() {
        let (low, high) = (Measured::from(40), Measured::new(50.000_1));
        for (low, high, said) in [
            (Some(low), high, " (between 40 and 50.0001)"),
            (Some(low), None, " (at least 40)"),
            (None, high, " (at most 50.0001)"),
            (None, None, ""),
        ] {
            assert_eq!(
                sentence(&judged(Some(45.0)).within(Interval { low, high })),
                format!("latency.p99_ms is 45 ms{said}, expected <= 50 ms")
            );
        }
    }
}
