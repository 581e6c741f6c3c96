use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use super::scale::{Law, Scale, end_of_decade, round_number};

/// The width that labels are chosen for: a small telephone's, less the margins of a page. A wider chart has more room.
pub(super) const NARROWEST: f64 = 300.0;

/// Of an average letter in the font of labels, in pixels.
const LETTER: f64 = 6.6;

/// Between labels side by side, and from the middle of one to that of the next above it.
const GAP: f64 = 6.0;
const LINE: f64 = 20.0;

/// More would be a fence.
const MOST: usize = 10;

/// The longest label that fits beside an upright axis.
const LONGEST_BESIDE: usize = 5;

/// A labelled place on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    /// Of the axis, from its beginning.
    pub(crate) share: f64,
    pub(crate) label: String,
}

/// What labels have to fit into.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Room {
    /// An axis across, this many pixels long at the least.
    Across(f64),
    /// An upright one of this height.
    Upright(f64),
}

/// As many round numbers within the ends as there is room for, in ascending order.
pub(crate) fn ticks(scale: &Scale, room: Room) -> Vec<Tick> {
    candidates(scale)
        .map(|values| placed(scale, &values))
        .find(|ticks| fits(ticks, room))
        .unwrap_or_default()
}

/// How wide a label is, in pixels, give or take.
pub(super) fn width(label: &str) -> f64 {
    LETTER * label.width() as f64
}

/// As much of a text as is that wide when its letters are of `letter` pixels, with … in place of the rest.
pub(super) fn fitting(text: &str, letter: f64, width: f64) -> Cow<'_, str> {
    let room = (width / letter).max(1.0);
    if text.width() as f64 <= room {
        return text.into();
    }
    let mut kept = String::new();
    for character in text.chars() {
        kept.push(character);
        if kept.width() as f64 > room - 1.0 {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    kept.into()
}

/// Sets of round numbers, each sparser than the one before.
fn candidates(scale: &Scale) -> Box<dyn Iterator<Item = Vec<f64>> + '_> {
    match scale.law() {
        Law::Percentile => Box::new((0..6).map(|skipped| {
            let quantiles = [0.0, 0.5, 0.9, 0.99, 0.999, 0.9999];
            let dense = [0_usize, 1, 2, 3, 4, 5];
            let kept = dense.into_iter().filter(move |place| match skipped {
                0 => true,
                1 => *place != 0,
                skipped => *place >= skipped,
            });
            kept.map(|place| quantiles[place]).collect()
        })),
        Law::Linear => Box::new(linear(scale.low(), scale.high())),
        Law::Logarithmic => {
            let fine: Vec<f64> = round_numbers(scale);
            let few = fine.len() < 3;
            let decades: Vec<f64> = fine.iter().copied().filter(|one| is_power(*one)).collect();
            let thinned = (1..=decades.len().max(1))
                .map(move |stride| decades.iter().copied().step_by(stride).collect());
            let round = std::iter::once(fine).chain(thinned);
            if few {
                Box::new(linear(scale.low(), scale.high()).chain(round))
            } else {
                Box::new(round)
            }
        }
        Law::Symmetric(bend) => {
            let high = scale.high();
            let upper = Scale::logarithmic([bend / 4.0, high]);
            let above: Vec<f64> = upper
                .iter()
                .flat_map(round_numbers)
                .filter(|one| *one <= high)
                .collect();
            let powers: Vec<f64> = above.iter().copied().filter(|one| is_power(*one)).collect();
            // The outermost tell how far the axis reaches.
            let outer: Vec<Vec<f64>> = (0..=powers.len())
                .map(|skipped| powers.iter().skip(skipped).copied().collect())
                .collect();
            Box::new(std::iter::once(above).chain(outer).map(|kept| {
                let below = kept.iter().rev().map(|one| -one);
                below.chain([0.0]).chain(kept.iter().copied()).collect()
            }))
        }
    }
}

/// Multiples of 1, 2 or 5 and a power of ten.
fn linear(low: f64, high: f64) -> impl Iterator<Item = Vec<f64>> {
    let span = (high / 4.0 - low / 4.0).max(f64::MIN_POSITIVE);
    let first = end_of_decade(span) - 6;
    (first..first + 12)
        .map(round_number)
        .filter(|step| *step > 0.0 && step.is_finite())
        .map(move |step| multiples(step, low, high))
}

fn multiples(step: f64, low: f64, high: f64) -> Vec<f64> {
    let (first, last) = ((low / step).ceil(), (high / step).floor());
    let whole = 1.0 / step;
    let mut multiples: Vec<f64> = (0..=MOST)
        .map(|index| first + index as f64)
        .take_while(|index| *index <= last)
        // Divided where the step is a fraction, which most often has no exact f64.
        .map(|index| {
            if step < 1.0 {
                index / whole.round()
            } else {
                index * step
            }
        })
        .filter(|value| (low..=high).contains(value))
        .map(|value| value + 0.0)
        .collect();
    multiples.dedup();
    multiples
}

/// 1, 2 and 5 of every decade within the ends.
fn round_numbers(scale: &Scale) -> Vec<f64> {
    (end_of_decade(scale.low()) - 3..=end_of_decade(scale.high()))
        .map(round_number)
        .filter(|value| scale.holds(*value))
        .collect()
}

fn is_power(round: f64) -> bool {
    let exponent = round.log10();
    (exponent - exponent.round()).abs() < 1e-9
}

fn placed(scale: &Scale, values: &[f64]) -> Vec<Tick> {
    values
        .iter()
        .filter(|value| scale.holds(**value))
        .filter_map(|value| {
            Some(Tick {
                value: *value,
                share: scale.share(*value)?,
                label: match scale.law() {
                    Law::Percentile => percent(*value),
                    _ => short(*value),
                },
            })
        })
        .collect()
}

fn fits(ticks: &[Tick], room: Room) -> bool {
    let apart = |one: &Tick, other: &Tick| match room {
        Room::Across(length) => {
            (other.share - one.share) * length
                >= (width(&one.label) + width(&other.label)) / 2.0 + GAP
        }
        Room::Upright(height) => (other.share - one.share) * height >= LINE,
    };
    let narrow = |tick: &Tick| match room {
        Room::Across(_) => true,
        Room::Upright(_) => tick.label.chars().count() <= LONGEST_BESIDE,
    };
    !ticks.is_empty()
        && ticks.len() <= MOST
        && ticks.iter().all(narrow)
        && ticks.windows(2).all(|pair| match pair {
            [one, other] => one.value < other.value && apart(one, other),
            _ => true,
        })
}

/// A quantile as people write it.
fn percent(quantile: f64) -> String {
    let digits = (quantile * 1e6).round() / 1e4;
    format!("{digits} %")
}

/// A round number in few letters: 20k, 0.5, 3M.
pub(crate) fn short(value: f64) -> String {
    const FACTORS: [(f64, &str); 3] = [(1e9, "G"), (1e6, "M"), (1e4, "k")];
    let size = value.abs();
    let text = if size >= 1e12 || (size > 0.0 && size < 1e-4) {
        format!("{:e}", rounded(value))
    } else {
        let (factor, letter) = FACTORS
            .into_iter()
            .find(|(least, _)| size >= *least)
            .map_or((1.0, ""), |(least, letter)| {
                (if letter == "k" { 1e3 } else { least }, letter)
            });
        format!("{}{letter}", rounded(value / factor))
    };
    text.replace('-', "−")
}

/// Without the dust of binary fractions.
fn rounded(value: f64) -> f64 {
    format!("{value:.9e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::laws::{hostile, scales};
    use proptest::prelude::*;

    /// Whether it is a multiple of 1, 2 or 5 and a power of ten that is not much smaller than itself.
    fn is_round(value: f64) -> bool {
        let digits = format!("{:.8e}", value.abs());
        let mantissa = digits.split('e').next().unwrap_or_default();
        mantissa.trim_end_matches('0').len() <= 8
    }

    fn extents(tick: &Tick, length: f64) -> (f64, f64) {
        let (middle, half) = (tick.share * length, width(&tick.label) / 2.0);
        (middle - half, middle + half)
    }

    proptest! {
        #[test]
        fn ticks_are_round_and_inside_and_ascend(scale in scales(), length in 60.0..300.0) {
            for room in [Room::Across(length), Room::Upright(length)] {
                let ticks = ticks(&scale, room);
                prop_assert!(ticks.iter().all(|tick| scale.holds(tick.value) && is_round(tick.value)), "{ticks:?}");
                prop_assert!(ticks.windows(2).all(|pair| pair[0].value < pair[1].value), "{ticks:?}");
                prop_assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.share)), "{ticks:?}");
            }
        }

        #[test]
        fn no_two_labels_overlap_on_the_narrowest_page(scale in scales(), length in 60.0..300.0) {
            let ticks = ticks(&scale, Room::Across(length));
            for pair in ticks.windows(2) {
                prop_assert!(extents(&pair[0], length).1 < extents(&pair[1], length).0, "{ticks:?}");
            }
        }

        #[test]
        fn no_two_labels_are_alike(scale in scales()) {
            let ticks = ticks(&scale, Room::Across(300.0));
            for pair in ticks.windows(2) {
                prop_assert_ne!(&pair[0].label, &pair[1].label);
            }
        }

        #[test]
        fn an_ordinary_axis_has_at_least_two(low in 0.0..100.0, span in 0.01..1e6) {
            let scale = Scale::linear(low, low + span);
            prop_assert!(ticks(&scale, Room::Across(250.0)).len() >= 2);
        }

        #[test]
        fn a_cut_text_is_a_beginning_and_fits(text in "\\PC{0,60}", room in 1..40_u32) {
            let cut = fitting(&text, 8.0, 8.0 * f64::from(room));
            prop_assert!(cut.width() <= room as usize, "{cut}");
            prop_assert!(cut == text || text.starts_with(cut.trim_end_matches('…')), "{cut}");
            prop_assert_eq!(text.width() <= room as usize, matches!(cut, Cow::Borrowed(_)));
        }

        #[test]
        fn a_label_is_short_whatever_the_number(value in hostile()) {
            prop_assert!(short(value).chars().count() <= 18, "{}", short(value));
        }
    }

    #[test]
    fn percentiles_are_those_that_people_ask_for() {
        let labels = |most: f64| -> Vec<String> {
            let scale = Scale::percentiles(most);
            let ticks = ticks(&scale, Room::Across(260.0)).into_iter();
            ticks.map(|tick| tick.label).collect()
        };
        assert_eq!(
            labels(0.9999),
            ["50 %", "90 %", "99 %", "99.9 %", "99.99 %"]
        );
        assert_eq!(labels(0.99), ["0 %", "50 %", "90 %", "99 %"]);
    }

    #[test]
    fn large_numbers_are_written_short() {
        let shown = [0.0, 0.05, 5000.0, 20_000.0, 3e6, 5e9, -20.0, 1e15].map(short);
        assert_eq!(
            shown,
            ["0", "0.05", "5000", "20k", "3M", "5G", "−20", "1e15"]
        );
    }
}
