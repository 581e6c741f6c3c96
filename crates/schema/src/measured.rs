use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A measured or limiting quantity: finite and not negative.
///
/// A value that was not measured is `Option::None` and absent from the document; NaN, infinity and
/// negative durations cannot be built, and so can pass no gate.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(with = "f64", extend("minimum" = 0))]
pub struct Measured(f64);

impl Measured {
    /// Zero, for sums.
    pub const ZERO: Measured = Measured(0.0);

    /// `None` for NaN, infinities and negative numbers.
    pub fn new(value: f64) -> Option<Measured> {
        (value.is_finite() && value >= 0.0).then_some(Measured(value))
    }

    /// As [`Measured::new`], rounded to a millionth: a nanosecond where the unit is the millisecond.
    pub fn rounded(value: f64) -> Option<Measured> {
        Measured::new(rounded(value))
    }

    /// The number itself.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// A number, negative ones too, rounded to a millionth; as it is where that cannot be told.
pub fn rounded(value: f64) -> f64 {
    // Not −0, which JSON knows and nobody expects.
    let rounded = (value * 1e6).round() / 1e6 + 0.0;
    if rounded.is_finite() { rounded } else { value }
}

impl From<Measured> for f64 {
    fn from(measured: Measured) -> f64 {
        measured.0
    }
}

impl From<u32> for Measured {
    fn from(count: u32) -> Measured {
        Measured(f64::from(count))
    }
}

impl TryFrom<f64> for Measured {
    type Error = String;

    fn try_from(value: f64) -> Result<Measured, String> {
        Measured::new(value)
            .ok_or_else(|| format!("found {value}, expected a finite number of at least 0"))
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_keeps_signs_and_what_cannot_be_rounded_and_makes_no_negative_zero() {
        assert_eq!(rounded(-1.234_567_89), -1.234_568);
        assert_eq!(rounded(f64::MAX), f64::MAX);
        assert!(rounded(-1e-9).is_sign_positive());
    }

    #[test]
    fn impossible_numbers_cannot_be_built() {
        for impossible in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.1] {
            assert_eq!(Measured::new(impossible), None);
            assert_eq!(Measured::rounded(impossible), None);
        }
    }

    #[test]
    fn rounding_keeps_a_nanosecond_of_a_millisecond() {
        assert_eq!(
            Measured::rounded(0.123_456_789).map(Measured::get),
            Some(0.123_457)
        );
        assert_eq!(
            Measured::rounded(f64::MAX).map(Measured::get),
            Some(f64::MAX)
        );
    }

    #[test]
    fn an_impossible_number_in_json_is_refused_with_what_was_expected() {
        let refusal = serde_json::from_str::<Measured>("-3")
            .unwrap_err()
            .to_string();
        assert!(
            refusal.contains("found -3, expected a finite number of at least 0"),
            "{refusal}"
        );
    }
}
