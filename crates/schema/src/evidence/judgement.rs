use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check_value::CheckValue;
use super::{Interval, Run};
use crate::Measured;

/// One question that was asked of the evidence and its answer: the shape of every check in every section.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct Check {
    /// Unique within its section, as in `latency.p99_ms` or `scenarios.batch_4.latency.p99_ms`.
    pub name: String,
    /// The scenario; absent for the top level of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The key path of the metric in the document or scenario, as in `latency.p99_ms`; a JSON Pointer where the
    /// gates file asks for a place of its own.
    pub metric: String,
    /// `ms`, `rps`, `mb`, `percent`, `count`, `s`; `none` for what has no unit.
    pub unit: String,
    /// How `actual` must stand to `expected`.
    pub operator: Operator,
    /// The limit.
    pub expected: CheckValue,
    /// What was measured; absent if nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<CheckValue>,
    /// Two-sided 95 % confidence interval of `actual`, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci95: Option<Interval>,
    /// The answer.
    pub status: CheckStatus,
    /// Whether the answer lets the build pass.
    pub passed: bool,
    /// What a person should know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How a measured value must stand to its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum Operator {
    /// At most the limit.
    #[serde(rename = "<=")]
    AtMost,
    /// At least the limit.
    #[serde(rename = ">=")]
    AtLeast,
    /// Less than the limit.
    #[serde(rename = "<")]
    Below,
    /// More than the limit.
    #[serde(rename = ">")]
    Above,
    /// The same; numbers by value.
    #[serde(rename = "==")]
    Equal,
    /// Anything else.
    #[serde(rename = "!=")]
    NotEqual,
    /// A text that holds the other.
    #[serde(rename = "contains")]
    Contains,
}

impl Operator {
    /// Whether `actual` stands to `expected` as it must. A limit that is met exactly holds where the operator says so; what
    /// cannot be compared (a text with a number, an order of texts) does not hold, whichever the operator.
    pub fn holds(self, actual: &CheckValue, expected: &CheckValue) -> bool {
        use CheckValue::{Flag, Number, Text};
        match (actual, expected) {
            (Number(actual), Number(expected)) => match self {
                Operator::AtMost => actual <= expected,
                Operator::AtLeast => actual >= expected,
                Operator::Below => actual < expected,
                Operator::Above => actual > expected,
                Operator::Equal => actual == expected,
                Operator::NotEqual => actual != expected,
                Operator::Contains => false,
            },
            (Text(actual), Text(expected)) if self == Operator::Contains => {
                actual.contains(expected.as_str())
            }
            (Text(_), Text(_)) | (Flag(_), Flag(_)) => match self {
                Operator::Equal => actual == expected,
                Operator::NotEqual => actual != expected,
                _ => false,
            },
            _ => false,
        }
    }

    /// What a value tells of a limit together with the interval that the truth lies in: that it holds or does not, where
    /// the value and all of the interval say so. An end that is absent is as far away as can be. Only an order has a side:
    /// other operators are told by the value alone.
    fn answer(self, actual: &CheckValue, ci95: Interval, expected: &CheckValue) -> CheckStatus {
        let (best, worst) = match self {
            Operator::AtMost | Operator::Below => (ci95.low, ci95.high),
            Operator::AtLeast | Operator::Above => (ci95.high, ci95.low),
            Operator::Equal | Operator::NotEqual | Operator::Contains => {
                return CheckStatus::told(self.holds(actual, expected));
            }
        };
        let holds = |value: Measured| self.holds(&value.into(), expected);
        let value_holds = self.holds(actual, expected);
        // The nearer end too, though it should go without saying: an interval that contradicts itself proves nothing.
        if value_holds && worst.is_some_and(holds) && best.is_none_or(holds) {
            CheckStatus::Pass
        } else if !value_holds
            && best.is_some_and(|best| !holds(best))
            && worst.is_none_or(|worst| !holds(worst))
        {
            CheckStatus::Fail
        } else {
            CheckStatus::Inconclusive
        }
    }

    /// As written in documents and configurations: `<=`.
    pub fn symbol(self) -> &'static str {
        match self {
            Operator::AtMost => "<=",
            Operator::AtLeast => ">=",
            Operator::Below => "<",
            Operator::Above => ">",
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::Contains => "contains",
        }
    }

    /// As printed for people who look at a table: `≤`.
    pub fn sign(self) -> &'static str {
        match self {
            Operator::AtMost => "≤",
            Operator::AtLeast => "≥",
            Operator::Equal => "=",
            Operator::NotEqual => "≠",
            other => other.symbol(),
        }
    }
}

/// The answer to a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// The limit holds: the value says so, and all of its interval where it has one.
    Pass,
    /// It does not: the value says so, and all of its interval where it has one.
    Fail,
    /// The evidence does not decide: the interval lies on both sides of the limit.
    Inconclusive,
    /// There is no evidence.
    Missing,
}

impl CheckStatus {
    fn told(holds: bool) -> CheckStatus {
        if holds {
            CheckStatus::Pass
        } else {
            CheckStatus::Fail
        }
    }

    /// In words, for people.
    pub fn name(self) -> &'static str {
        match self {
            CheckStatus::Pass => "passed",
            CheckStatus::Fail => "failed",
            CheckStatus::Inconclusive => "inconclusive",
            CheckStatus::Missing => "missing",
        }
    }
}

impl Check {
    /// Judges one value against one limit. Missing evidence fails unless `missing_allowed`.
    pub fn judge(
        metric: &str,
        unit: &str,
        actual: Option<impl Into<CheckValue>>,
        operator: Operator,
        expected: impl Into<CheckValue>,
        missing_allowed: bool,
    ) -> Check {
        let (actual, expected) = (actual.map(Into::into), expected.into());
        let status = match &actual {
            Some(actual) => CheckStatus::told(operator.holds(actual, &expected)),
            None => CheckStatus::Missing,
        };
        let passed = match status {
            CheckStatus::Missing => missing_allowed,
            status => status == CheckStatus::Pass,
        };
        let allowed = status == CheckStatus::Missing && passed;
        Check {
            name: metric.to_owned(),
            scenario: None,
            metric: metric.to_owned(),
            unit: unit.to_owned(),
            operator,
            expected,
            actual,
            ci95: None,
            status,
            passed,
            note: allowed.then(|| "allowed to be missing".to_owned()),
        }
    }

    /// The same check, with the interval that its value is known to: inconclusive where that lies on both sides of the
    /// limit. Whether it passes stays as it was, so the value decides. A missing value has no interval.
    pub fn within(self, ci95: Interval) -> Check {
        match &self.actual {
            Some(actual) => Check {
                ci95: Some(ci95),
                status: self.operator.answer(actual, ci95, &self.expected),
                ..self
            },
            None => self,
        }
    }

    /// The failing check of a run that was broken off, which no other check makes good; a whole run has none.
    pub fn interrupted(run: Option<&Run>) -> Option<Check> {
        run.filter(|run| run.interrupted).map(|_| Check {
            note: Some("the run was broken off: what it measured decides nothing".to_owned()),
            ..Check::judge(
                "run.interrupted",
                "count",
                Some(Measured::from(1)),
                Operator::AtMost,
                Measured::ZERO,
                false,
            )
        })
    }

    /// The same check, of a scenario instead of the top level.
    pub fn of_scenario(self, scenario: &str) -> Check {
        Check {
            name: format!("scenarios.{scenario}.{}", self.metric),
            scenario: Some(scenario.to_owned()),
            ..self
        }
    }
}

/// perf-validate's verdict: the run against its thresholds.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct Validation {
    /// Whether every check passed.
    pub passed: bool,
    /// Each threshold of each scenario.
    pub checks: Vec<Check>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a value against a limit of 50, with an interval.
    fn judged(operator: Operator, actual: u32, low: Option<u32>, high: Option<u32>) -> Check {
        let limit = Measured::from(50);
        let actual = Some(Measured::from(actual));
        Check::judge("m", "ms", actual, operator, limit, false).within(Interval {
            low: low.map(Measured::from),
            high: high.map(Measured::from),
        })
    }

    #[test]
    fn an_interval_on_both_sides_of_the_limit_is_inconclusive_and_the_value_decides() {
        use CheckStatus::{Fail, Inconclusive, Pass};
        use Operator::{AtLeast, AtMost};
        for (operator, actual, low, high, status, passed) in [
            (AtMost, 45, Some(40), Some(49), Pass, true),
            (AtMost, 45, Some(40), Some(50), Pass, true),
            (AtMost, 45, Some(40), Some(51), Inconclusive, true),
            (AtMost, 55, Some(49), Some(60), Inconclusive, false),
            (AtMost, 55, Some(51), Some(60), Fail, false),
            (AtLeast, 55, Some(50), Some(60), Pass, true),
            (AtLeast, 55, Some(49), Some(60), Inconclusive, true),
            (AtLeast, 45, Some(40), Some(51), Inconclusive, false),
            (AtLeast, 45, Some(40), Some(49), Fail, false),
            // An open end reaches as far as can be, but matters on one side only.
            (AtMost, 45, None, Some(49), Pass, true),
            (AtMost, 45, Some(40), None, Inconclusive, true),
            (AtMost, 55, Some(51), None, Fail, false),
            (AtLeast, 55, Some(51), None, Pass, true),
            (AtLeast, 45, None, Some(49), Fail, false),
            (AtMost, 45, None, None, Inconclusive, true),
            // An interval that does not hold its own value proves nothing against it.
            (AtMost, 45, Some(51), Some(60), Inconclusive, true),
            (AtMost, 55, Some(40), Some(49), Inconclusive, false),
        ] {
            let check = judged(operator, actual, low, high);
            assert_eq!(
                (check.status, check.passed),
                (status, passed),
                "{operator:?} {actual} in {low:?} to {high:?}"
            );
        }
    }

    #[test]
    fn an_operator_holds_of_what_can_be_compared_and_of_nothing_else() {
        use CheckValue::{Flag, Number};
        let text = |text: &str| CheckValue::from(text);
        for (actual, symbol, expected, holds) in [
            (Number(1.0), "<=", Number(1.0), true),
            (Number(1.0), ">=", Number(1.0), true),
            (Number(1.0), "<", Number(1.0), false),
            (Number(0.9), "<", Number(1.0), true),
            (Number(1.0), ">", Number(1.0), false),
            (Number(-1.0), ">", Number(-2.0), true),
            (Number(1.0), "==", Number(1.0), true),
            (Number(1.0), "!=", Number(1.0), false),
            (Flag(true), "==", Flag(true), true),
            (Flag(true), "!=", Flag(true), false),
            (Flag(true), "<=", Flag(true), false),
            (text("1.2.0"), "==", text("1.2.0"), true),
            (text("1.2.0"), "!=", text("1.2.1"), true),
            (text("2"), "<=", text("3"), false),
            (text("service ok"), "contains", text("ok"), true),
            (text("ok"), "contains", text("service ok"), false),
            // Of two kinds, not even that they differ.
            (text("1"), "==", Number(1.0), false),
            (text("1"), "!=", Number(1.0), false),
            (Number(1.0), "contains", Number(1.0), false),
        ] {
            let operator: Operator = serde_json::from_value(symbol.into()).unwrap();
            assert_eq!(operator.symbol(), symbol);
            assert_eq!(
                operator.holds(&actual, &expected),
                holds,
                "{actual:?} {symbol} {expected:?}"
            );
        }
    }

    #[test]
    fn a_missing_value_stays_missing_whatever_its_interval() {
        let limit = Measured::from(50);
        let check = Check::judge("m", "ms", None::<Measured>, Operator::AtMost, limit, true);
        assert_eq!(check.clone().within(Interval::default()), check);
    }
}
