use std::fmt;

/// Where the plot begins and ends; left of it stand labels, right of it values.
const LEFT: f64 = 10.0;
const RIGHT: f64 = 83.0;

/// As many labels as fit a telephone's width.
const MOST_TICKS: usize = 8;

/// A position across the chart.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Across(f64);

impl Across {
    /// A little to the right, or to the left where `steps` is negative, but still in the plot.
    pub(crate) fn moved(self, steps: f64) -> Across {
        Across((self.0 + steps).clamp(LEFT, RIGHT))
    }
}

impl fmt::Display for Across {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.2}%", self.0)
    }
}

/// A logarithmic axis from one round number to another.
pub(crate) struct LogAxis {
    low: f64,
    high: f64,
    ticks: Vec<f64>,
}

impl LogAxis {
    /// That has room for every positive one of `values`; `None` if there is none.
    pub(crate) fn around(values: impl Iterator<Item = f64>) -> Option<LogAxis> {
        let (least, most) = values
            .filter(|value| value.is_finite() && *value > 0.0)
            .fold(None, |extent: Option<(f64, f64)>, value| match extent {
                Some((least, most)) => Some((least.min(value), most.max(value))),
                None => Some((value, value)),
            })?;
        let end = end_of_decade(least);
        let first = (end - 3..end)
            .rev()
            .find(|index| round_number(*index) <= least)
            .unwrap_or(end - 3);
        let end = end_of_decade(most);
        let last = (first + 1..end)
            .find(|index| round_number(*index) >= most)
            .unwrap_or(end);
        Some(LogAxis {
            low: round_number(first),
            high: round_number(last),
            ticks: thinned((first..=last).map(round_number).collect()),
        })
    }

    /// Round numbers, from left to right.
    pub(crate) fn ticks(&self) -> &[f64] {
        &self.ticks
    }

    /// Where a value stands; `None` where a logarithmic axis has no place for it.
    pub(crate) fn place(&self, value: f64) -> Option<Across> {
        let share = (value / self.low).ln() / (self.high / self.low).ln();
        (share.is_finite() && value > 0.0)
            .then(|| Across(LEFT + (RIGHT - LEFT) * share.clamp(0.0, 1.0)))
    }
}

/// 1, 2, 5, 10, 20, 50, …: number 0 is 1.
fn round_number(index: i32) -> f64 {
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
fn end_of_decade(value: f64) -> i32 {
    3 * (value.log10().floor() as i32 + 1)
}

/// All of them if there is room, else whole decades, else every second, third, … of those.
fn thinned(rounds: Vec<f64>) -> Vec<f64> {
    if rounds.len() <= MOST_TICKS {
        return rounds;
    }
    let decades: Vec<f64> = rounds
        .into_iter()
        .filter(|round| (round.log10() - round.log10().round()).abs() < 1e-9)
        .collect();
    let stride = decades.len().div_ceil(MOST_TICKS).max(1);
    decades.into_iter().step_by(stride).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(values: &[f64]) -> Vec<f64> {
        LogAxis::around(values.iter().copied())
            .unwrap()
            .ticks()
            .to_vec()
    }

    #[test]
    fn the_ends_are_round_numbers_around_all_values() {
        assert_eq!(ticks(&[0.31, 9.0]), [0.2, 0.5, 1.0, 2.0, 5.0, 10.0]);
        assert_eq!(ticks(&[3.0, 4.0]), [2.0, 5.0]);
        assert_eq!(ticks(&[1.0]), [1.0, 2.0]);
    }

    #[test]
    fn many_decades_are_thinned() {
        assert_eq!(ticks(&[0.31, 147.0]), [1.0, 10.0, 100.0]);
        let ticks = ticks(&[1e-6, 1e9]);
        assert!(ticks.len() <= MOST_TICKS, "{ticks:?}");
    }

    #[test]
    fn every_value_has_a_place_inside() {
        let values = [0.004, 0.31, 47.0, 50.0];
        let axis = LogAxis::around(values.into_iter()).unwrap();
        let places: Vec<Across> = values
            .iter()
            .filter_map(|value| axis.place(*value))
            .collect();
        assert_eq!(places.len(), values.len());
        assert!(places.is_sorted());
        assert!(
            places
                .iter()
                .all(|place| (Across(LEFT)..=Across(RIGHT)).contains(place))
        );
    }

    #[test]
    fn zero_has_no_place_and_nothing_no_axis() {
        assert!(LogAxis::around([0.0].into_iter()).is_none());
        let axis = LogAxis::around([1.0].into_iter()).unwrap();
        assert_eq!(axis.place(0.0), None);
    }
}
