use super::drawing::{Anchor, Drawing, Share, Short};
use super::ink::Ink;
use super::mark::Mark;
use super::scale::Scale;
use super::ticks::{NARROWEST, Room, Tick, ticks};

// Heights in pixels.
const TOP: f64 = 26.0;
const NAME: f64 = 24.0;
const LANE: f64 = 19.0;
const GAP: f64 = 10.0;
const BOTTOM: f64 = 22.0;

/// Where values stand to the right of the lanes, in percent.
const RIGHT: f64 = 82.0;

/// How far an interval is drawn beyond its value where nothing bounds it, in percent of the width.
const OPEN_END: f64 = 6.0;

const QUIET: &str = " fill-opacity=\".75\"";

/// Many values below each other on one axis across, each on a line of its own.
pub(crate) struct Lanes {
    scale: Scale,
    ticks: Vec<Tick>,
    /// Where the axis begins, in percent; left of it stand labels.
    left: f64,
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
    /// With `left` percent of the width for labels.
    pub(crate) fn new(scale: Scale, left: f64) -> Lanes {
        let room = Room::Across((RIGHT - left) / 100.0 * NARROWEST);
        Lanes {
            ticks: ticks(&scale, room),
            scale,
            left,
            bottom: TOP,
        }
    }

    /// What the lanes below it are of.
    pub(crate) fn heading(&mut self, drawing: &mut Drawing, words: &str) {
        let gap = if self.bottom > TOP { GAP } else { 0.0 };
        self.bottom += gap + NAME;
        let look = " class=\"words\" font-weight=\"600\" font-size=\"13\"";
        drawing.text(0.0, self.bottom - 7.0, Anchor::Start, look, words);
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
        drawing.open("row", explanation);
        drawing.put(format_args!(
            "<rect class=\"lane\" width=\"100%\" y=\"{}\" height=\"18\" rx=\"3\" fill-opacity=\"0\"/>",
            Short(middle - 9.0)
        ));
        drawing.grid((self.left, middle), (RIGHT, middle));
        drawing.text(0.0, middle + 4.0, Anchor::Start, QUIET, label);
        draw(&mut Lane {
            lanes: self,
            drawing,
            middle,
        });
        drawing.text(100.0, middle + 4.0, Anchor::End, "", value);
        drawing.close();
    }

    /// The axis above and below all lanes, each tick with its label in `unit`; gives the height of the whole.
    pub(crate) fn finish(self, drawing: &mut Drawing, unit: &str) -> f64 {
        let height = self.bottom + BOTTOM + 4.0;
        let last = self.ticks.len().saturating_sub(1);
        for (index, tick) in self.ticks.iter().enumerate() {
            let x = self.left + (RIGHT - self.left) * tick.share;
            drawing.grid((x, 20.0), (x, height - 20.0));
            let unit = if index == last { unit } else { "" };
            let label = format!("{}{unit}", tick.label);
            for y in [14.0, height - 6.0] {
                drawing.text(x, y, Anchor::Middle, QUIET, &label);
            }
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
        Some(self.left + (RIGHT - self.left) * share)
    }
}

impl Lane<'_> {
    /// All from one value to another: what is allowed.
    pub(crate) fn band(&mut self, ink: Ink, (low, high): (f64, f64)) {
        if let (Some(from), Some(to)) = (self.lanes.place(low), self.lanes.place(high)) {
            self.drawing.put(format_args!(
                "<rect class=\"band\" x=\"{}%\" width=\"{}%\" y=\"{}\" height=\"17\" fill=\"{}\" fill-opacity=\".13\"/>",
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
        let dash = if from.is_none() || to.is_none() {
            " stroke-dasharray=\"3 3\""
        } else {
            ""
        };
        let open = |end: f64| end.clamp(self.lanes.left, RIGHT);
        self.drawing.line(
            (from.unwrap_or(open(point - OPEN_END)), self.middle),
            (to.unwrap_or(open(point + OPEN_END)), self.middle),
            format_args!(
                "class=\"interval\" stroke=\"{}\" stroke-opacity=\".4\" stroke-width=\"8\"{dash}",
                ink.colour
            ),
        );
    }

    /// The values that the one value is made of.
    pub(crate) fn parts(&mut self, ink: Ink, values: &[f64]) {
        if values.is_empty() {
            return;
        }
        self.drawing.put(format_args!(
            "<g class=\"repetition\" fill=\"none\" stroke=\"{}\">",
            ink.colour
        ));
        for x in values.iter().filter_map(|value| self.lanes.place(*value)) {
            self.drawing.put(format_args!(
                "<circle cx=\"{}%\" cy=\"{}\" r=\"3\"/>",
                Share(x),
                Short(self.middle)
            ));
        }
        self.drawing.close();
    }

    /// What the value must not cross.
    pub(crate) fn limit(&mut self, ink: Ink, value: f64) {
        if let Some(x) = self.lanes.place(value) {
            self.drawing.line(
                (x, self.middle - 8.0),
                (x, self.middle + 8.0),
                format_args!("{}", ink.stroke()),
            );
        }
    }

    /// The value itself; an arrow where it lies beyond the axis.
    pub(crate) fn point(&mut self, mark: Mark, ink: Ink, value: f64) {
        let Some(x) = self.lanes.place(value) else {
            return;
        };
        let place = (x, self.middle);
        if self.lanes.scale.holds(value) {
            mark.draw(self.drawing, ink, place);
        } else {
            let arrow = if value > self.lanes.scale.high() {
                "M-9 0H-1M-6-4-1 0-6 4"
            } else {
                "M9 0H1M6-4 1 0 6 4"
            };
            self.drawing
                .shape(place, arrow, format_args!("{}", ink.stroke()));
        }
    }
}
