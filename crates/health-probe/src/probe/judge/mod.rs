//! Whether an answer is as expected: one kind of condition a file, in the order in which they are looked at.

mod body;
mod captured;
mod edge;
mod increase;
mod metrics;
mod served;
mod status;

use schema::evidence::{Check, CheckStatus, CheckValue, Operator};
use serde_json::Value;
use toolkit::figure::written;
use toolkit::http::Exchange;

use super::message::{HIDDEN, Secrets, message};
use super::prepared::Prepared;

/// A condition that does not hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unmet {
    /// What was looked at, as in `status`.
    what: String,
    unit: &'static str,
    operator: Operator,
    expected: CheckValue,
    actual: Option<CheckValue>,
    /// What is there instead, in words, where the value alone does not tell.
    found: Option<String>,
    /// Whether asking again could only hide it.
    pub(super) is_final: bool,
}

impl Unmet {
    fn new(
        what: impl Into<String>,
        operator: Operator,
        expected: impl Into<CheckValue>,
        actual: Option<CheckValue>,
    ) -> Unmet {
        Unmet {
            what: what.into(),
            unit: "none",
            operator,
            expected: expected.into(),
            actual,
            found: None,
            is_final: false,
        }
    }

    fn but_found(self, found: impl Into<String>) -> Unmet {
        Unmet {
            found: Some(found.into()),
            ..self
        }
    }
}

/// The first condition that an answer does not meet; `None` if it meets all.
pub(super) fn first_unmet(probe: &Prepared, exchange: &Exchange) -> Option<Unmet> {
    let expect = &probe.expect;
    if let Some(failure) = &exchange.failure {
        return Some(edge::unanswered(expect, exchange, failure));
    }
    status::unmet(expect, exchange.status)
        .or_else(|| served::unmet(expect, &exchange.body))
        .or_else(|| body::unmet(expect, &exchange.body))
        .or_else(|| metrics::unmet(expect, &exchange.body))
        .or_else(|| increase::unmet(&probe.increases, &exchange.body))
        .or_else(|| captured::unmet(&probe.captures, &exchange.body))
        .or_else(|| edge::too_slow(expect, exchange))
        .or_else(|| edge::certificate(expect, exchange))
}

/// Of a service that was asked how many sensor values its model takes, and did not say.
pub(super) fn no_metadata(exchange: &Exchange) -> Unmet {
    let unmet = Unmet::new("sensors", Operator::AtLeast, 1, None);
    match (&exchange.failure, exchange.status) {
        (Some(failure), _) => unmet.but_found(format!("no answer: {}", failure.message)),
        (None, Some(200)) => unmet.but_found("no `inputShape` that a model can have"),
        (None, status) => unmet.but_found(format!("status {}", status.unwrap_or_default())),
    }
}

/// The check of an answer that meets every condition: it tells the status.
pub(super) fn passed(probe: &Prepared, exchange: &Exchange) -> Check {
    let (operator, expected) = status::met(&probe.expect, exchange.status);
    let actual = exchange
        .status
        .map(|status| CheckValue::from(u32::from(status)));
    check(probe, "status", "none", operator, expected, actual)
}

/// What is captured of an answer whose check is this one: nothing of one that failed.
pub(super) fn captured(
    probe: &Prepared,
    check: &Check,
    exchange: &Exchange,
) -> Vec<(String, Value)> {
    if check.passed {
        captured::values(&probe.captures, &exchange.body)
    } else {
        Vec::new()
    }
}

/// The check of a condition that an answer to `request` does not meet.
pub(super) fn failed(probe: &Prepared, unmet: &Unmet, request: &str, exchange: &Exchange) -> Check {
    let secrets = probe.secrets();
    let may_show = !probe.captures.iter().any(|wanted| wanted.is_secret);
    let expected_value = printable(unmet.expected.clone(), secrets);
    let actual = unmet.actual.clone().map(|actual| match actual {
        CheckValue::Text(_) if !may_show => CheckValue::from(HIDDEN),
        other => printable(other, secrets),
    });
    let unit = match unmet.unit {
        "none" => String::new(),
        unit => format!(" {unit}"),
    };
    let expected = format!(
        "{} {} {}{unit}",
        unmet.what,
        unmet.operator.symbol(),
        written(&expected_value)
    );
    let found = match (&unmet.found, &actual) {
        (Some(_), _) if !may_show => HIDDEN.to_owned(),
        (Some(found), _) => secrets.hidden(found),
        (None, Some(actual)) => format!("{}{unit}", written(actual)),
        (None, None) => "nothing".to_owned(),
    };
    let answer = may_show.then_some(exchange);
    let note = message(request, &expected, &found, answer, secrets);
    let judged = check(
        probe,
        &unmet.what,
        unmet.unit,
        unmet.operator,
        expected_value,
        actual,
    );
    let status = match judged.status {
        CheckStatus::Missing => CheckStatus::Missing,
        _ => CheckStatus::Fail,
    };
    Check {
        status,
        passed: false,
        note: Some(note),
        ..judged
    }
}

fn check(
    probe: &Prepared,
    what: &str,
    unit: &str,
    operator: Operator,
    expected: CheckValue,
    actual: Option<CheckValue>,
) -> Check {
    let metric = format!("{}.{what}", probe.name);
    Check {
        name: probe.name.clone(),
        ..Check::judge(&metric, unit, actual, operator, expected, false)
    }
}

/// A text from an answer is as long as the service likes.
fn printable(value: CheckValue, secrets: &Secrets) -> CheckValue {
    match value {
        CheckValue::Text(text) => CheckValue::Text(secrets.excerpt(&text)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::served::Served;
    use schema::configuration::Probe;
    use serde_json::json;
    use std::env::VarError;
    use toolkit::outside::Outside;

    fn probe(expect: Value) -> Prepared {
        let probe = json!({"name": "a", "path": "/", "expect": expect});
        let probe: Probe = serde_json::from_value(probe).unwrap();
        let mut outside = Outside::with_variables("probes.yaml", |_| Err(VarError::NotPresent));
        Prepared::new(&probe, "checks[0]", &Served::default(), &mut outside).unwrap()
    }

    fn answer(status: u16, body: &str) -> Exchange {
        Exchange {
            status: Some(status),
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            failure: None,
            timings: Default::default(),
            certificate: None,
        }
    }

    /// What does not hold: metric, limit, value, and the words.
    fn judged(expect: Value, status: u16, body: &str) -> Option<(String, String, String)> {
        let probe = probe(expect);
        let answer = answer(status, body);
        let unmet = first_unmet(&probe, &answer)?;
        let check = failed(&probe, &unmet, "GET http://host/", &answer);
        assert!(!check.passed && check.status != CheckStatus::Pass);
        let actual = check.actual.as_ref().map_or("-".to_owned(), written);
        let limit = format!("{} {}", check.operator.symbol(), written(&check.expected));
        Some((
            format!("{} {limit}", check.metric),
            actual,
            check.note.unwrap(),
        ))
    }

    #[test]
    fn the_first_condition_that_does_not_hold_decides() {
        let page = "# TYPE up gauge\nup{zone=\"a\"} 1\nup{zone=\"b\"} 0\nodd NaN\n";
        let metric = |metric: Value| json!({"metrics": [metric]});
        for (expect, status, body, limit, actual) in [
            (json!({}), 500, "", "a.status <= 299", "500"),
            (json!({}), 302, "", "a.status <= 299", "302"),
            (json!({"status": 422}), 200, "", "a.status == 422", "200"),
            (
                json!({"status": [200, 204]}),
                503,
                "",
                "a.status == \"200 or 204\"",
                "503",
            ),
            (
                json!({"version": {"pointer": "/version"}}),
                200,
                r#"{"version": null}"#,
                "a.version != \"\"",
                "-",
            ),
            (
                json!({"version": {"pointer": "/version", "equals": "2"}}),
                200,
                r#"{"version": "1"}"#,
                "a.version == \"2\"",
                "\"1\"",
            ),
            (
                json!({"commit": {"pointer": "/c", "equals": "0123456789"}}),
                200,
                r#"{"c": "012345"}"#,
                "a.commit == \"0123456789\"",
                "\"012345\"",
            ),
            (
                json!({"body": [{"pointer": "/a", "at_most": 1}]}),
                200,
                r#"{"a": 1.5}"#,
                "a.body/a <= 1",
                "1.5",
            ),
            (
                json!({"body": [{"pointer": "/a", "length": 1}]}),
                200,
                r#"{"a": []}"#,
                "a.body/a.length == 1",
                "0",
            ),
            (
                json!({"body": [{"pointer": "/a", "exists": true}]}),
                200,
                "<html>",
                "a.body == \"JSON\"",
                "-",
            ),
            (
                json!({"contains": "up"}),
                200,
                "down",
                "a.body contains \"up\"",
                "\"down\"",
            ),
            (
                metric(json!({"name": "down"})),
                200,
                page,
                "a.metrics.down == true",
                "-",
            ),
            (
                metric(json!({"name": "up", "operator": "==", "value": 1})),
                200,
                page,
                "a.metrics.up == 1",
                "0",
            ),
            (
                metric(json!({"name": "up", "labels": {"zone": "c"}})),
                200,
                page,
                "a.metrics.up == true",
                "-",
            ),
            (
                metric(json!({"name": "odd", "operator": ">", "value": 0})),
                200,
                page,
                "a.metrics.odd > 0",
                "\"NaN\"",
            ),
            (
                metric(json!({"name": "up"})),
                200,
                "<html>",
                "a.metrics == \"Prometheus text\"",
                "-",
            ),
            (
                json!({"status": 404, "contains": "x"}),
                200,
                "",
                "a.status == 404",
                "200",
            ),
        ] {
            let told = judged(expect.clone(), status, body)
                .unwrap_or_else(|| panic!("all is met: {expect}"));
            assert_eq!(
                (told.0.as_str(), told.1.as_str()),
                (limit, actual),
                "{expect}"
            );
        }
    }

    #[test]
    fn what_is_as_expected_passes() {
        let page = "up{zone=\"a\"} 1\nup{zone=\"b\"} 0\n";
        for (expect, status, body) in [
            (json!({}), 204, ""),
            (json!({"status": [200, 404]}), 404, ""),
            (json!({"version": {"pointer": "/v"}}), 200, r#"{"v": "1"}"#),
            (
                json!({"commit": {"pointer": "/c", "equals": "0123456789"}}),
                200,
                r#"{"c": "0123456"}"#,
            ),
            (
                json!({"commit": {"pointer": "/c", "equals": "0123456"}}),
                200,
                r#"{"c": "0123456789"}"#,
            ),
            (
                json!({"metrics": [{"name": "up", "labels": {"zone": "a"}, "operator": "==", "value": 1},
                    {"name": "up", "operator": "<=", "value": 1}]}),
                200,
                page,
            ),
        ] {
            assert_eq!(judged(expect.clone(), status, body), None, "{expect}");
            let check = passed(&probe(expect), &answer(status, body));
            assert!(
                check.passed && check.status == CheckStatus::Pass,
                "{check:?}"
            );
        }
    }

    #[test]
    fn the_message_tells_what_was_asked_what_was_expected_and_what_came() {
        let told = judged(json!({"status": 200}), 503, "{\"a\":\n1}").unwrap();
        assert_eq!(
            told.2,
            "GET http://host/: expected status == 200, found 503; the body begins with {\"a\": 1}"
        );
    }
}
