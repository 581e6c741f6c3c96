use std::borrow::Cow;

use super::drawing::{Anchor, Drawing, Frame, Share, Short};
use super::ink::Ink;
use super::mark::Mark;
use super::path::{self, WIDTH};
use super::scale::Scale;
use super::ticks::{NARROWEST, Room, Tick, fitting, ticks};

// Heights in pixels.
const TOP: f64 = 26.0;
const NAME: f64 = 24.0;
const LANE: f64 = 19.0;
const GAP: f64 = 10.0;
const BOTTOM: f64 = 22.0;
/// Above and below the grid stands the axis.
const GRID: f64 = 20.0;

/// Of an average letter of a heading, in pixels.
const HEADING_LETTER: f64 = 8.2;

/// How far an interval is drawn beyond its value where nothing bounds it, in percent of the width.
const OPEN_END: f64 = 6.0;

/// Many values below each other on one axis across, each on a line of its own.
pub(crate) struct Lanes {
    scale: Scale,
    ticks: Vec<Tick>,
    /// A line below each lane, as a path.
    grid: String,
    /// Where the axis begins, in percent; left of it stand labels.
    left: f64,
    /// Where it ends; right of it stand values.
    right: f64,
    /// How far the drawing has come, in pixels.
    bottom: f64,
}

/// One value with all that is known around it.
pub(crate) struct Lane<'a> {
    lanes: &'a Lanes,
    drawing: &'a mut Drawing,
    middle: f64,
}

impl Lanes {
    /// Between labels on the left and values on the right, in percent of the width.
    pub(crate) fn new(scale: Scale, (left, right): (f64, f64)) -> Lanes {
        let room = Room::Across((right - left) / 100.0 * NARROWEST);
        Lanes {
            ticks: ticks(&scale, room),
            scale,
            grid: String::new(),
            left,
            right,
            bottom: TOP,
        }
    }

    /// What the lanes below it are of; a pointer over it tells all of what there is no room for.
    pub(crate) fn heading(&mut self, drawing: &mut Drawing, words: &str) {
        let gap = if self.bottom > TOP { GAP } else { 0.0 };
        self.bottom += gap + NAME;
        let y = self.bottom - 7.0;
        let look = " font-weight=\"600\" font-size=\"13\"";
        match fitting(words, HEADING_LETTER, NARROWEST) {
            Cow::Borrowed(words) => drawing.text(0.0, y, Anchor::Start, look, words),
            Cow::Owned(cut) => drawing.explained("heading", words, |drawing| {
                drawing.text(0.0, y, Anchor::Start, look, &cut);
            }),
        }
    }

    /// A lane between its label and its value, both in words; a pointer over it tells all of it in words.
    pub(crate) fn lane(
        &mut self,
        drawing: &mut Drawing,
        (label, value): (&str, &str),
        explanation: &str,
        draw: impl FnOnce(&mut Lane<'_>),
    ) {
        let middle = self.bottom + LANE / 2.0;
        self.bottom += LANE;
        self.grid += &path::across(middle - GRID);
        drawing.label(0.0, middle + 4.0, Anchor::Start, label);
        drawing.explained("row", explanation, |drawing| {
            draw(&mut Lane {
                lanes: self,
                drawing,
                middle,
            });
            drawing.text(100.0, middle + 4.0, Anchor::End, "", value);
        });
    }

    /// The axis above and below all lanes, with words at its beginning and its end; gives the height of the whole.
    pub(crate) fn finish(mut self, drawing: &mut Drawing, (beginning, end): (&str, &str)) -> f64 {
        let height = self.bottom + BOTTOM + 4.0;
        for tick in &self.ticks {
            self.grid += &path::upright(tick.share * WIDTH, height - 2.0 * GRID);
        }
        let frame = Frame {
            left: self.left,
            width: self.right - self.left,
            top: GRID,
            height: height - 2.0 * GRID,
        };
        drawing.stretched_grid(frame, &self.grid);
        let place = |tick: &Tick| self.left + (self.right - self.left) * tick.share;
        for y in [14.0, height - 6.0] {
            drawing.label(0.0, y, Anchor::Start, beginning);
            drawing.label(100.0, y, Anchor::End, end);
            let ticks = self.ticks.iter();
            let labels = ticks.map(|tick| (place(tick), y, tick.label.as_str()));
            drawing.labels(Anchor::Middle, labels);
        }
        height
    }

    /// A line through all lanes so far.
    pub(crate) fn rule(&self, drawing: &mut Drawing, ink: Ink, value: f64) {
        if let Some(x) = self.place(value) {
            drawing.line(
                (x, 20.0),
                (x, self.bottom + 4.0),
                format_args!("{}", ink.stroke()),
            );
        }
    }

    fn place(&self, value: f64) -> Option<f64> {
        let share = self.scale.share(value)?;
        Some(self.left + (self.right - self.left) * share)
    }
}

impl Lane<'_> {
    /// All from one value to another: what is allowed.
    pub(crate) fn band(&mut self, ink: Ink, (low, high): (f64, f64)) {
        if let (Some(from), Some(to)) = (self.lanes.place(low), self.lanes.place(high)) {
            self.drawing.put(format_args!(
                "<rect x=\"{}%\" width=\"{}%\" y=\"{}\" height=\"17\" fill=\"{}\" fill-opacity=\".13\"/>",
                Share(from.min(to)),
                Share((to - from).abs()),
                Short(self.middle - 8.5),
                ink.colour
            ));
        }
    }

    /// An interval around a value; where an end is absent it is dashed.
    pub(crate) fn interval(
        &mut self,
        ink: Ink,
        value: f64,
        (low, high): (Option<f64>, Option<f64>),
    ) {
        let Some(point) = self.lanes.place(value) else {
            return;
        };
        let (from, to) = (
            low.and_then(|low| self.lanes.place(low)),
            high.and_then(|high| self.lanes.place(high)),
        );
        let is_open = from.is_none() || to.is_none();
        let open = |end: f64| end.clamp(self.lanes.left, self.lanes.right);
        self.drawing.line(
            (from.unwrap_or(open(point - OPEN_END)), self.middle),
            (to.unwrap_or(open(point + OPEN_END)), self.middle),
            format_args!("{}", ink.interval(is_open)),
        );
        for end in [low, high].into_iter().flatten() {
            self.arrow_beyond(ink, end);
        }
    }

    /// The values that the one value is made of.
    pub(crate) fn parts(&mut self, ink: Ink, values: &[f64]) {
        if values.is_empty() {
            return;
        }
        self.drawing.put(format_args!("<g {}>", ink.thin_stroke()));
        let scale = &self.lanes.scale;
        let held = values.iter().filter(|value| scale.holds(**value));
        for x in held.filter_map(|value| self.lanes.place(*value)) {
            self.drawing.put(format_args!(
                "<circle cx=\"{}%\" cy=\"{}\" r=\"3\"/>",
                Share(x),
                Short(self.middle)
            ));
        }
        self.drawing.close();
    }

    /// What the value must not cross; an arrow where it lies beyond the axis.
    pub(crate) fn limit(&mut self, ink: Ink, value: f64) {
        if !self.lanes.scale.holds(value) {
            self.arrow_beyond(ink, value);
        } else if let Some(x) = self.lanes.place(value) {
            self.drawing.line(
                (x, self.middle - 8.0),
                (x, self.middle + 8.0),
                format_args!("{}", ink.stroke()),
            );
        }
    }

    /// The value itself; an arrow where it lies beyond the axis.
    pub(crate) fn point(&mut self, mark: Mark, ink: Ink, value: f64) {
        if !self.lanes.scale.holds(value) {
            self.arrow_beyond(ink, value);
        } else if let Some(x) = self.lanes.place(value) {
            mark.draw(self.drawing, ink, (x, self.middle));
        }
    }

    /// An arrow at the end of the axis, if that is where the value lies beyond it.
    fn arrow_beyond(&mut self, ink: Ink, value: f64) {
        let scale = &self.lanes.scale;
        let (x, arrow) = if value > scale.high() {
            (self.lanes.right, "M-9 0H0M-5-4 0 0-5 4")
        } else if value < scale.low() {
            (self.lanes.left, "M9 0H0M5-4 0 0 5 4")
        } else {
            return;
        };
        let look = ink.stroke();
        self.drawing
            .shape((x, self.middle), arrow, format_args!("{look}"));
    }
}
