//! What a person reads of a verdict: one line if all is well, else a line for each check that is not.

use schema::Measured;
use schema::evidence::{Check, CheckStatus, Evidence, unit_symbol};

use crate::{Streams, Tool};

/// Says each check that did not pass, and the verdict over all of them.
pub fn say_checks<'a>(
    tool: &Tool,
    checks: impl IntoIterator<Item = &'a Check>,
    streams: &mut Streams<'_>,
) {
    let (mut all, mut failed, mut allowed) = (0, 0, 0);
    for check in checks {
        all += 1;
        if !check.passed {
            failed += 1;
            let status = streams.verdict(false, check.status.name());
            streams.say(&format!("{}: {status}: {}", tool.name, sentence(check)));
        } else if check.status == CheckStatus::Missing {
            allowed += 1;
        }
    }
    let plural = if all == 1 { "" } else { "s" };
    let allowed = match allowed {
        0 => String::new(),
        count => format!(", {count} of them missing, as allowed"),
    };
    let line = if failed == 0 {
        let passed = streams.verdict(true, "passed");
        format!("{}: {passed}, {all} check{plural}{allowed}", tool.name)
    } else {
        let refused = streams.verdict(false, "failed");
        format!(
            "{}: {refused}, {failed} of {all} check{plural}{allowed}",
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

fn sentence(check: &Check) -> String {
    let scenario = match &check.scenario {
        Some(scenario) => format!(" of {scenario}"),
        None => String::new(),
    };
    let (actual, expected) = match check.actual {
        Some(actual) => distinct_figures(actual, check.expected),
        None => (String::new(), figure(check.expected)),
    };
    let unit = match unit_symbol(&check.unit) {
        "" => String::new(),
        symbol => format!(" {symbol}"),
    };
    let actual = match check.actual {
        Some(_) => format!(" is {actual}{unit}"),
        None => String::new(),
    };
    let note = match &check.note {
        Some(note) => format!(" ({note})"),
        None => String::new(),
    };
    format!(
        "{}{scenario}{actual}, expected {} {expected}{unit}{note}",
        check.metric,
        check.operator.symbol()
    )
}

/// Rounded, unless the two would then look equal although they differ.
fn distinct_figures(actual: Measured, expected: Measured) -> (String, String) {
    let rounded = (figure(actual), figure(expected));
    if rounded.0 == rounded.1 && actual != expected {
        (actual.to_string(), expected.to_string())
    } else {
        rounded
    }
}

/// At most three decimals, none of them a trailing zero.
fn figure(value: Measured) -> String {
    let fixed = format!("{:.3}", value.get());
    fixed.trim_end_matches('0').trim_end_matches('.').to_owned()
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
}
