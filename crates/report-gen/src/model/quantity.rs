use std::fmt;

use schema::Measured;
use schema::evidence::{CheckValue, Interval, unit_symbol};

/// Said of every value that is absent: never 0, never an empty cell.
pub(crate) const NOT_MEASURED: &str = "not measured";

/// Enough to compare by eye; the document holds the rest.
const DIGITS: i32 = 3;

/// Decimals of an f64 end here.
const MOST_DIGITS: i32 = 17;

/// A value with its unit, or its absence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quantity<'a> {
    value: Option<f64>,
    /// What was found in place of a number.
    word: Option<&'a str>,
    unit: &'a str,
    digits: i32,
}

impl<'a> Quantity<'a> {
    /// `unit` as in documents: `ms`, `rps`, `mb`, `percent`, `count`, `s`, or any other word.
    pub(crate) fn new(value: Option<Measured>, unit: &'a str) -> Quantity<'a> {
        Quantity {
            value: value.map(Measured::get),
            word: None,
            unit,
            digits: DIGITS,
        }
    }

    /// What a check found or expects.
    pub(crate) fn found(value: Option<&'a CheckValue>, unit: &'a str) -> Quantity<'a> {
        Quantity {
            value: value.and_then(CheckValue::number),
            word: value.and_then(word),
            unit,
            digits: DIGITS,
        }
    }

    /// With as many digits as it takes to tell it from `limit`: a miss by a hair must not look like a hit.
    pub(crate) fn told_from(self, limit: f64) -> Quantity<'a> {
        let Some(value) = self.value.filter(|value| *value != limit) else {
            return self;
        };
        let digits = (self.digits..MOST_DIGITS)
            .find(|digits| rounded(value, *digits) != rounded(limit, *digits))
            .unwrap_or(MOST_DIGITS);
        Quantity { digits, ..self }
    }

    /// The number itself.
    pub(crate) fn value(&self) -> Option<f64> {
        self.value
    }

    /// Whether there is nothing to show.
    pub(crate) fn is_absent(&self) -> bool {
        self.value.is_none() && self.word.is_none()
    }

    /// The number without its unit, for tiles that set them apart.
    pub(crate) fn amount(&self) -> String {
        match self.value {
            Some(value) => number_in(value, self.digits),
            None => self.word.unwrap_or(NOT_MEASURED).to_owned(),
        }
    }

    /// The unit as people write it; empty where there is no value to have one.
    pub(crate) fn unit(&self) -> &'a str {
        self.value.map_or("", |_| unit_symbol(self.unit))
    }
}

impl fmt::Display for Quantity<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.amount())?;
        match self.unit() {
            "" => Ok(()),
            unit => write!(formatter, " {unit}"),
        }
    }
}

/// A value with its unit, for a list of what is known; `None` where it was not measured.
pub(crate) fn said(value: Option<Measured>, unit: &str) -> Option<String> {
    value.map(|_| Quantity::new(value, unit).to_string())
}

/// A time for a cell, which says so where it was not measured.
pub(crate) fn milliseconds(value: Option<Measured>) -> String {
    Quantity::new(value, "ms").to_string()
}

fn word(value: &CheckValue) -> Option<&str> {
    match value {
        CheckValue::Number(_) => None,
        CheckValue::Flag(true) => Some("true"),
        CheckValue::Flag(false) => Some("false"),
        CheckValue::Text(text) => Some(text),
    }
}

/// A 95 % confidence interval without its unit. An end that the samples do not bound is open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    /// Lower end.
    pub(crate) low: Option<f64>,
    /// Upper end.
    pub(crate) high: Option<f64>,
}

impl Range {
    /// `None` for an interval without any end.
    pub(crate) fn of(interval: Option<Interval>) -> Option<Range> {
        let interval = interval?;
        let range = Range {
            low: interval.low.map(Measured::get),
            high: interval.high.map(Measured::get),
        };
        (range.low.is_some() || range.high.is_some()).then_some(range)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.low, self.high) {
            (Some(low), Some(high)) => write!(formatter, "{} – {}", number(low), number(high)),
            (Some(low), None) => write!(formatter, "≥ {}", number(low)),
            (None, Some(high)) => write!(formatter, "≤ {}", number(high)),
            (None, None) => formatter.write_str("open"),
        }
    }
}

/// A number in the digits that people compare by.
pub(crate) fn number(value: f64) -> String {
    number_in(value, DIGITS)
}

/// A limit as somebody wrote it down: every digit of it.
pub(crate) fn written(value: &CheckValue, unit: &str) -> String {
    let Some(number) = value.number() else {
        return word(value).unwrap_or_default().to_owned();
    };
    match unit_symbol(unit) {
        "" => every_digit(number),
        unit => format!("{} {unit}", every_digit(number)),
    }
}

/// A number in as many digits as it has.
pub(crate) fn every_digit(value: f64) -> String {
    if is_unwieldy(value) {
        format!("{value:e}")
    } else {
        grouped(&value.to_string())
    }
}

fn number_in(value: f64, digits: i32) -> String {
    if is_unwieldy(value) {
        return format!("{:.*e}", places(digits - 1), value);
    }
    if value.fract() == 0.0 {
        return grouped(&format!("{value:.0}"));
    }
    grouped(&format!("{:.*}", decimals(value, digits), value))
}

fn rounded(value: f64, digits: i32) -> String {
    format!("{:.*}", decimals(value, digits), value)
}

/// Nobody reads fifteen digits before the point or six zeros behind it.
fn is_unwieldy(value: f64) -> bool {
    value != 0.0 && !(1e-6..1e15).contains(&value.abs())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the logarithm of a finite f64 is between -324 and 309"
)]
fn decimals(value: f64, digits: i32) -> usize {
    let magnitude = if value == 0.0 {
        0
    } else {
        value.abs().log10().floor() as i32
    };
    places(digits - 1 - magnitude)
}

fn places(count: i32) -> usize {
    usize::try_from(count).unwrap_or(0)
}

/// A comma between thousands.
fn grouped(plain: &str) -> String {
    let (whole, fraction) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let mut text = String::with_capacity(plain.len() + whole.len() / 3);
    let digits = whole.trim_start_matches('-').len();
    for (index, character) in whole.chars().enumerate() {
        let left = whole.len() - index;
        if left < digits && left % 3 == 0 {
            text.push(',');
        }
        text.push(character);
    }
    text + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(value: f64) -> Quantity<'static> {
        Quantity::new(Measured::new(value), "ms")
    }

    #[test]
    fn numbers_are_written_for_people() {
        let shown: Vec<String> = [0.0, 0.031_24, 3.217_3, 20.0, 41.66, 987.6, 8_432.71, 1e6]
            .into_iter()
            .map(number)
            .collect();
        assert_eq!(
            shown,
            [
                "0",
                "0.0312",
                "3.22",
                "20",
                "41.7",
                "988",
                "8,433",
                "1,000,000"
            ]
        );
        assert_eq!(
            (number(1e-9), number(1e300)),
            ("1.00e-9".into(), "1.00e300".into())
        );
        assert_eq!(
            (number(-12.34), number(-1234.5)),
            ("-12.3".into(), "-1,234".into())
        );
    }

    #[test]
    fn what_is_absent_is_never_zero() {
        assert_eq!(milliseconds(None), "not measured");
        assert_eq!(said(None, "mb"), None);
        assert_eq!(time(0.0).to_string(), "0 ms");
    }

    #[test]
    fn a_miss_by_a_hair_does_not_look_like_a_hit() {
        let limit = Measured::new(50.0).unwrap();
        assert_eq!(
            time(50.000_4).told_from(limit.get()).to_string(),
            "50.0004 ms"
        );
        assert_eq!(time(50.0).told_from(limit.get()).to_string(), "50 ms");
        assert_eq!(time(3.217).told_from(limit.get()).to_string(), "3.22 ms");
    }

    #[test]
    fn a_limit_keeps_every_digit() {
        assert_eq!(
            written(&CheckValue::Number(1024.125), "mb"),
            "1,024.125 MiB"
        );
        assert_eq!(written(&CheckValue::Number(0.0), "count"), "0");
    }
}
