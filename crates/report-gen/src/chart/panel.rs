use super::drawing::{Anchor, Drawing, Short};
use super::ink::Ink;
use super::path::{self, WIDTH};
use super::scale::Scale;
use super::ticks::{NARROWEST, Room, ticks};

/// Where panels begin and end, in percent: left of it stand labels.
const LEFT: f64 = 13.0;
const RIGHT: f64 = 98.0;

/// Below a panel with an axis across: its labels and its title.
const BELOW: f64 = 40.0;

const QUIET: &str = " fill-opacity=\".75\"";

/// A rectangle with an axis across and an upright one, on which marks are set. What its scales have no place for is left out.
pub(crate) struct Panel {
    pub(crate) across: Scale,
    pub(crate) upright: Scale,
    /// In pixels from the top of the drawing.
    pub(crate) top: f64,
    /// In pixels.
    pub(crate) height: f64,
}

impl Panel {
    /// Where it ends, with the labels of its axis across.
    pub(crate) fn bottom_with_labels(&self) -> f64 {
        self.bottom() + BELOW
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// The upright axis with its lines across, and what it is of, above it.
    pub(crate) fn upright_axis(&self, drawing: &mut Drawing, title: &str) {
        drawing.text(0.0, self.top - 10.0, Anchor::Start, QUIET, title);
        for tick in ticks(&self.upright, Room::Upright(self.height)) {
            let y = self.bottom() - tick.share * self.height;
            drawing.line((LEFT, y), (RIGHT, y), format_args!("{GRID}"));
            drawing.text(LEFT - 1.2, y + 4.0, Anchor::End, QUIET, &tick.label);
        }
        let ground = self.bottom();
        drawing.line(
            (LEFT, ground),
            (RIGHT, ground),
            format_args!("stroke=\"currentColor\" stroke-opacity=\".45\""),
        );
    }

    /// The axis across, with upright lines, and what it is of, below it.
    pub(crate) fn axis_across(&self, drawing: &mut Drawing, title: &str) {
        let room = Room::Across((RIGHT - LEFT) / 100.0 * NARROWEST);
        for tick in ticks(&self.across, room) {
            let x = LEFT + (RIGHT - LEFT) * tick.share;
            drawing.line((x, self.top), (x, self.bottom()), format_args!("{GRID}"));
            let (anchor, x) = if tick.share > 0.95 {
                (Anchor::End, 100.0)
            } else {
                (Anchor::Middle, x)
            };
            drawing.text(x, self.bottom() + 16.0, anchor, QUIET, &tick.label);
        }
        let place = self.bottom() + 33.0;
        drawing.text((LEFT + RIGHT) / 2.0, place, Anchor::Middle, QUIET, title);
    }

    /// A line through points from left to right.
    pub(crate) fn curve(
        &self,
        drawing: &mut Drawing,
        ink: Ink,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) {
        let data = path::line(points.into_iter().filter_map(|point| self.inside(point)));
        self.stretched(drawing, &data, format_args!("{}", ink.stroke()));
    }

    /// A dot, hollow where it is not the thing itself.
    pub(crate) fn dot(&self, drawing: &mut Drawing, ink: Ink, (x, y): (f64, f64), hollow: bool) {
        let Some((left, down)) = self.place((x, y)) else {
            return;
        };
        let fill = if hollow { "none" } else { ink.colour };
        drawing.put(format_args!(
            "<circle class=\"{}\" cx=\"{}%\" cy=\"{}\" r=\"3.5\" fill=\"{fill}\" stroke=\"{}\" stroke-width=\"1.5\"/>",
            ink.class,
            super::drawing::Share(left),
            Short(down),
            ink.colour
        ));
    }

    fn stretched(&self, drawing: &mut Drawing, data: &str, look: std::fmt::Arguments<'_>) {
        if data.is_empty() {
            return;
        }
        drawing.put(format_args!(
            "<svg x=\"{LEFT}%\" y=\"{}\" width=\"{}%\" height=\"{}\" viewBox=\"0 0 {WIDTH} {1}\" \
             preserveAspectRatio=\"none\" overflow=\"visible\"><path d=\"{data}\" vector-effect=\"non-scaling-stroke\" {look}/></svg>",
            Short(self.top),
            RIGHT - LEFT,
            Short(self.height),
        ));
    }

    /// In the panel's own coordinates.
    fn inside(&self, (x, y): (f64, f64)) -> Option<(f64, f64)> {
        let (across, up) = (self.across.share(x)?, self.upright.share(y)?);
        Some((across * WIDTH, (1.0 - up) * self.height))
    }

    /// In the drawing's: percent across, pixels down.
    fn place(&self, point: (f64, f64)) -> Option<(f64, f64)> {
        let (x, y) = self.inside(point)?;
        Some((LEFT + (RIGHT - LEFT) * x / WIDTH, self.top + y))
    }
}

const GRID: &str = "stroke=\"currentColor\" stroke-opacity=\".14\"";
