use super::drawing::{Drawing, Short, put};
use super::ink::Ink;

/// The shape of a point: it tells what the colour tells, to whoever does not see the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Dot,
    Ring,
    Cross,
    Diamond,
    Square,
}

impl Mark {
    fn path(self) -> &'static str {
        match self {
            Mark::Dot | Mark::Ring => "M-4 0a4 4 0 1 1 8 0a4 4 0 1 1-8 0Z",
            Mark::Cross => "M-4.5-4.5 4.5 4.5M-4.5 4.5 4.5-4.5",
            Mark::Diamond => "M0-5.5 5.5 0 0 5.5-5.5 0Z",
            Mark::Square => "M-3.5-3.5h7v7h-7Z",
        }
    }

    fn look(self, ink: Ink) -> String {
        let (fill, class) = match self {
            Mark::Dot | Mark::Diamond => (ink.colour, "point"),
            Mark::Ring | Mark::Square => ("none", "point"),
            Mark::Cross => ("none", "missed"),
        };
        let width = if self == Mark::Cross { 2.5 } else { 1.6 };
        format!(
            "class=\"{class} {}\" fill=\"{fill}\" stroke=\"{}\" stroke-width=\"{width}\"",
            ink.class, ink.colour
        )
    }

    /// At a place: percent across, pixels down.
    pub(super) fn draw(self, drawing: &mut Drawing, ink: Ink, place: (f64, f64)) {
        drawing.shape(place, self.path(), format_args!("{}", self.look(ink)));
    }

    /// For a legend.
    pub(crate) fn swatch(self, ink: Ink) -> String {
        swatch(14.0, |svg| {
            put(
                svg,
                format_args!(
                    "<path transform=\"translate(7 6)\" d=\"{}\" {}/>",
                    self.path(),
                    self.look(ink)
                ),
            );
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

    /// A broad, pale piece of it, for a legend: an interval or a margin.
    pub(crate) fn interval_swatch(self) -> String {
        swatch(24.0, |svg| {
            put(
                svg,
                format_args!(
                    "<path class=\"interval\" d=\"M0 6H24\" stroke=\"{}\" stroke-opacity=\".4\" stroke-width=\"8\"/>",
                    self.colour
                ),
            );
        })
    }

    /// A paler and higher piece of it, for a legend: what is allowed.
    pub(crate) fn band_swatch(self) -> String {
        swatch(24.0, |svg| {
            put(
                svg,
                format_args!(
                    "<rect class=\"band\" width=\"24\" height=\"12\" fill=\"{}\" fill-opacity=\".13\"/>",
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
