use super::drawing::{Drawing, Share, Short, put};
use super::ink::Ink;

/// The shape of a point: it tells what the colour tells, to whoever does not see the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Dot,
    Ring,
    Cross,
    Diamond,
    Square,
    /// Beside its place on the left, pointing at it: leaves room for another mark there.
    FromLeft,
    /// The same on the right, hollow.
    FromRight,
}

impl Mark {
    /// In pixels around its place; the round ones are circles.
    fn path(self) -> Option<&'static str> {
        match self {
            Mark::Dot | Mark::Ring => None,
            Mark::Cross => Some("M-4.5-4.5 4.5 4.5M-4.5 4.5 4.5-4.5"),
            Mark::Diamond => Some("M0-5.5 5.5 0 0 5.5-5.5 0Z"),
            Mark::Square => Some("M-3.5-3.5h7v7h-7Z"),
            Mark::FromLeft => Some("M-6 0-13-4.5V4.5Z"),
            Mark::FromRight => Some("M6 0 13-4.5V4.5Z"),
        }
    }

    fn look(self, ink: Ink) -> String {
        let width = if self == Mark::Cross { 2.5 } else { 1.6 };
        match self {
            Mark::Dot | Mark::Diamond | Mark::FromLeft => {
                format!("class=\"fill-{}\" fill=\"{}\"", ink.class, ink.colour)
            }
            Mark::Ring | Mark::Cross | Mark::Square | Mark::FromRight => format!(
                "class=\"stroke-{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"",
                ink.class, ink.colour
            ),
        }
    }

    /// At a place: percent across, pixels down.
    pub(super) fn draw(self, drawing: &mut Drawing, ink: Ink, (left, down): (f64, f64)) {
        let look = self.look(ink);
        match self.path() {
            Some(path) => drawing.shape((left, down), path, format_args!("{look}")),
            None => drawing.put(format_args!(
                "<circle cx=\"{}%\" cy=\"{}\" r=\"4.5\" {look}/>",
                Share(left),
                Short(down)
            )),
        }
    }

    /// That nothing is to be written over what stands beside its place; others leave no room for words anyway.
    pub(super) fn keep_free(self, drawing: &mut Drawing, (left, down): (f64, f64)) {
        let rows = (down - 3.5, down + 3.5);
        match self {
            Mark::FromLeft => drawing.keep_free((left - 4.4, left - 2.0), rows),
            Mark::FromRight => drawing.keep_free((left + 2.0, left + 4.4), rows),
            _ => {}
        }
    }

    /// For a legend.
    pub(crate) fn swatch(self, ink: Ink) -> String {
        let look = self.look(ink);
        let middle = match self {
            Mark::FromLeft => 16.0,
            Mark::FromRight => -2.0,
            _ => 7.0,
        };
        swatch(14.0, |svg| match self.path() {
            Some(path) => put(
                svg,
                format_args!("<path transform=\"translate({middle} 6)\" d=\"{path}\" {look}/>"),
            ),
            None => put(
                svg,
                format_args!("<circle cx=\"7\" cy=\"6\" r=\"4.5\" {look}/>"),
            ),
        })
    }
}

impl Ink {
    /// A piece of its line, for a legend.
    pub(crate) fn line_swatch(self) -> String {
        swatch(26.0, |svg| {
            put(svg, format_args!("<path d=\"M0 6H26\" {}/>", self.stroke()));
        })
    }

    /// A small ring, for a legend: one of the parts of a value.
    pub(crate) fn part_swatch(self) -> String {
        swatch(14.0, |svg| {
            put(
                svg,
                format_args!("<circle cx=\"7\" cy=\"6\" r=\"3\" {}/>", self.thin_stroke()),
            );
        })
    }

    /// A broad, pale piece of it, for a legend: an interval.
    pub(crate) fn interval_swatch(self) -> String {
        swatch(24.0, |svg| {
            put(
                svg,
                format_args!("<path d=\"M0 6H24\" {}/>", self.interval(false)),
            );
        })
    }

    /// A paler and higher piece of it, for a legend: what is allowed.
    pub(crate) fn band_swatch(self) -> String {
        swatch(24.0, |svg| {
            put(
                svg,
                format_args!(
                    "<rect width=\"24\" height=\"12\" fill=\"{}\" fill-opacity=\".13\"/>",
                    self.colour
                ),
            );
        })
    }

    /// A short upright line, for a legend.
    pub(crate) fn notch_swatch(self) -> String {
        swatch(12.0, |svg| {
            put(svg, format_args!("<path d=\"M6 0V12\" {}/>", self.stroke()));
        })
    }
}

fn swatch(width: f64, shape: impl FnOnce(&mut String)) -> String {
    let mut svg = String::new();
    put(
        &mut svg,
        format_args!(
            "<svg width=\"{}\" height=\"12\" aria-hidden=\"true\">",
            Short(width)
        ),
    );
    shape(&mut svg);
    svg += "</svg>";
    svg
}
