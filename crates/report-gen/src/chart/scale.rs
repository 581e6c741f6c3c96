/// Larger ranges than this are told apart on a logarithmic scale only.
const LARGEST_LINEAR_RATIO: f64 = 10.0;

/// The smallest number that has a logarithm.
const LEAST_POSITIVE: f64 = f64::from_bits(1);

/// From values to shares of an axis: 0 is its beginning, 1 its end. Always from a lower number to a higher one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scale {
    law: Law,
    low: f64,
    high: f64,
}

/// How an axis is bent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Law {
    /// Evenly.
    Linear,
    /// By factors; of positive numbers only.
    Logarithmic,
    /// By how many are above it: 0, 0.9 and 0.99 are equally far apart. Of quantiles below 1.
    Percentile,
    /// Nearly evenly up to this distance from 0, by factors beyond it.
    Symmetric(f64),
}

impl Scale {
    /// From 0 to a little above the highest of `values`; `None` without any that is finite and not negative.
    pub(crate) fn from_zero(values: impl IntoIterator<Item = f64>) -> Option<Scale> {
        let (_, most) = extent(values.into_iter().filter(|value| *value >= 0.0))?;
        let high = if most > 0.0 { enlarged(most) } else { 1.0 };
        Some(Scale::between(Law::Linear, 0.0, high))
    }

    /// Not from 0 but near all of `values`, so that small changes are seen, and noise is not made large; `None` without any that
    /// is finite.
    pub(crate) fn near(values: impl IntoIterator<Item = f64>) -> Option<Scale> {
        let (least, most) = extent(values.into_iter())?;
        let margin = (most - least).max(most.abs() / 10.0) / 4.0;
        let low = if least >= 0.0 {
            (least - margin).max(0.0)
        } else {
            least - margin
        };
        Some(Scale::between(Law::Linear, low, most + margin))
    }

    /// All of `values` and a little more: logarithmic where they differ by so much that the small ones would not be seen,
    /// from 0 otherwise. `None` without any that is finite and not negative.
    pub(crate) fn around(values: impl IntoIterator<Item = f64>) -> Option<Scale> {
        let values: Vec<f64> = values.into_iter().filter(|value| *value >= 0.0).collect();
        let positive = extent(values.iter().copied().filter(|value| *value > 0.0));
        match positive {
            Some((least, most)) if most / least > LARGEST_LINEAR_RATIO => Some(Scale::between(
                Law::Logarithmic,
                least / 1.1,
                enlarged(most),
            )),
            _ => Scale::from_zero(values),
        }
    }

    /// Logarithmic, from one round number to another, around every positive one of `values`; `None` if there is none.
    pub(crate) fn logarithmic(values: impl IntoIterator<Item = f64>) -> Option<Scale> {
        let (least, most) = extent(values.into_iter().filter(|value| *value > 0.0))?;
        let end = end_of_decade(least);
        let first = (end - 3..end)
            .rev()
            .find(|index| round_number(*index) <= least)
            .unwrap_or(end - 3);
        let end = end_of_decade(most);
        let last = (first + 1..end)
            .find(|index| round_number(*index) >= most)
            .unwrap_or(end);
        Some(Scale::between(
            Law::Logarithmic,
            round_number(first),
            round_number(last),
        ))
    }

    /// By factors from one positive number to another.
    pub(crate) fn between_factors(low: f64, high: f64) -> Scale {
        Scale::between(Law::Logarithmic, low, high)
    }

    /// Evenly from one number to another.
    pub(crate) fn linear(low: f64, high: f64) -> Scale {
        Scale::between(Law::Linear, low, high)
    }

    /// Quantiles from 0 to `most`, which is below 1.
    pub(crate) fn percentiles(most: f64) -> Scale {
        let most = if most.is_nan() { 0.5 } else { most };
        Scale::between(Law::Percentile, 0.0, most.clamp(0.5, 0.999_999))
    }

    /// As far below 0 as above it, nearly evenly up to `bend` on either side.
    pub(crate) fn symmetric(bend: f64, most: f64) -> Scale {
        let bend = if bend.is_finite() && bend > 0.0 {
            bend
        } else {
            1.0
        };
        let most = if most.is_finite() {
            most.abs().max(bend)
        } else {
            bend
        };
        Scale::between(Law::Symmetric(bend), -most, most)
    }

    /// An axis without length is made one; whoever asks for another order gets the right one.
    fn between(law: Law, one: f64, other: f64) -> Scale {
        let least = match law {
            Law::Logarithmic => LEAST_POSITIVE,
            _ => f64::MIN,
        };
        let finite = |end: f64| {
            if end.is_nan() {
                least
            } else {
                end.clamp(least, f64::MAX)
            }
        };
        let (low, high) = (finite(one.min(other)), finite(one.max(other)));
        let high = if high > low {
            high
        } else {
            enlarged(low).max(low + 1.0)
        };
        Scale { law, low, high }
    }

    pub(crate) fn law(&self) -> Law {
        self.law
    }

    pub(crate) fn low(&self) -> f64 {
        self.low
    }

    pub(crate) fn high(&self) -> f64 {
        self.high
    }

    /// Where a value stands, at the nearer end if it lies outside; `None` where the axis has no place for it.
    pub(crate) fn share(&self, value: f64) -> Option<f64> {
        if !value.is_finite() || (self.law == Law::Logarithmic && value <= 0.0) {
            return None;
        }
        let bent = |value: f64| self.law.bend(value.clamp(self.low, self.high));
        let (low, high) = (bent(self.low), bent(self.high));
        let share = (bent(value) - low) / (high - low);
        Some(if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.5
        })
    }

    /// The value at a share of the axis.
    pub(crate) fn value(&self, share: f64) -> f64 {
        let (low, high) = (self.law.bend(self.low), self.law.bend(self.high));
        self.law
            .straighten(low + (high - low) * share)
            .clamp(self.low, self.high)
    }

    /// Whether a value lies within the ends.
    pub(crate) fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

impl Law {
    fn bend(self, value: f64) -> f64 {
        match self {
            // A quarter, so that the difference of two is finite whatever they are.
            Law::Linear => value / 4.0,
            Law::Logarithmic => value.ln(),
            Law::Percentile => -(1.0 - value).log10(),
            Law::Symmetric(bend) => (value / bend).asinh(),
        }
    }

    fn straighten(self, bent: f64) -> f64 {
        match self {
            Law::Linear => bent * 4.0,
            Law::Logarithmic => bent.exp(),
            Law::Percentile => 1.0 - 10_f64.powf(-bent),
            Law::Symmetric(bend) => bent.sinh() * bend,
        }
    }
}

/// A twentieth more, so that nothing touches the end; the largest number stays finite.
fn enlarged(value: f64) -> f64 {
    (value + value.abs() / 20.0).clamp(f64::MIN, f64::MAX)
}

/// The least and the largest finite value.
fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .filter(|value| value.is_finite())
        .fold(None, |extent: Option<(f64, f64)>, value| match extent {
            Some((least, most)) => Some((least.min(value), most.max(value))),
            None => Some((value, value)),
        })
}

/// 1, 2, 5, 10, 20, 50, …: number 0 is 1. Beyond what an f64 holds it is 0 or infinite.
pub(super) fn round_number(index: i32) -> f64 {
    let mantissa = match index.rem_euclid(3) {
        0 => 1.0,
        1 => 2.0,
        _ => 5.0,
    };
    let exponent = index.div_euclid(3);
    // Divided, not multiplied: 0.00001 has no exact factor.
    if exponent < 0 {
        mantissa / 10_f64.powi(-exponent)
    } else {
        mantissa * 10_f64.powi(exponent)
    }
}

/// The number of the round number that ends the decade of `value`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the logarithm of a finite f64 is between -324 and 309"
)]
pub(super) fn end_of_decade(value: f64) -> i32 {
    3 * (value.log10().floor() as i32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::laws::{hostile, scales};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_larger_value_never_stands_before_a_smaller_one(scale in scales(), one in hostile(), other in hostile()) {
            let (less, more) = (one.min(other), one.max(other));
            if let (Some(first), Some(second)) = (scale.share(less), scale.share(more)) {
                prop_assert!(first <= second);
                prop_assert!((0.0..=1.0).contains(&first) && (0.0..=1.0).contains(&second));
            }
        }

        #[test]
        fn every_value_that_an_axis_was_made_for_has_a_place_on_it(values in prop::collection::vec(hostile(), 0..6)) {
            for scale in [Scale::around(values.clone()), Scale::near(values.clone()), Scale::from_zero(values.clone()), Scale::logarithmic(values.clone())].into_iter().flatten() {
                prop_assert!(scale.low() < scale.high(), "{scale:?}");
                prop_assert!(scale.low().is_finite() && scale.high().is_finite(), "{scale:?}");
            }
            let measured = values.iter().copied().filter(|value| value.is_finite() && *value >= 0.0);
            if let Some(scale) = Scale::around(values.clone()) {
                for value in measured.filter(|value| scale.law() == Law::Linear || *value > 0.0) {
                    prop_assert!(scale.holds(value), "{value} on {scale:?}");
                }
            }
        }

        #[test]
        fn a_share_of_an_axis_is_where_its_value_stands(low in 0.001..1e3_f64, factor in 1.1..1e6, share in 0.0..1.0_f64) {
            let high = low * factor;
            for scale in [Scale::linear(low, high), Scale::between_factors(low, high), Scale::symmetric(low, high), Scale::percentiles(0.9999)] {
                let back = scale.share(scale.value(share)).unwrap();
                prop_assert!((back - share).abs() < 1e-6, "{scale:?}");
            }
        }
    }

    #[test]
    fn nines_are_equally_far_apart() {
        let scale = Scale::percentiles(0.9999);
        let shares = [0.0, 0.9, 0.99, 0.999, 0.9999].map(|quantile| scale.share(quantile).unwrap());
        for (nines, share) in shares.into_iter().enumerate() {
            assert!((share - nines as f64 / 4.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_logarithmic_axis_has_no_place_for_zero_and_goes_from_round_number_to_round_number() {
        let scale = Scale::logarithmic([0.31, 9.0]).unwrap();
        assert_eq!((scale.low(), scale.high()), (0.2, 10.0));
        assert_eq!(scale.share(0.0), None);
        assert_eq!(Scale::logarithmic([0.0]), None);
    }

    #[test]
    fn what_differs_by_factors_gets_a_logarithmic_axis_and_what_does_not_begins_at_zero() {
        assert_eq!(Scale::around([0.1, 50.0]).unwrap().law(), Law::Logarithmic);
        let linear = Scale::around([20.0, 22.0]).unwrap();
        assert_eq!((linear.law(), linear.low()), (Law::Linear, 0.0));
    }
}
