use super::drawing::{Anchor, Drawing, Frame};
use super::ink::Ink;
use super::mark::Mark;
use super::path::{self, WIDTH};
use super::scale::Scale;
use super::ticks::{NARROWEST, Room, Tick, ticks, width};

/// Where panels begin and end, in percent: left of it stand labels.
const LEFT: f64 = 13.0;
const RIGHT: f64 = 98.0;

/// Below a panel with an axis across: its labels and its title.
const BELOW: f64 = 40.0;

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
        drawing.label(LEFT, self.top - 18.0, Anchor::Start, title);
        let ticks = ticks(&self.upright, Room::Upright(self.height));
        let down = |share: f64| (1.0 - share) * self.height;
        let lines: String = ticks
            .iter()
            .map(|tick| path::across(down(tick.share)))
            .collect();
        drawing.stretched_grid(self.frame(), &lines);
        let places = ticks.iter().map(|tick| {
            (
                LEFT - 1.2,
                self.top + down(tick.share) + 4.0,
                tick.label.as_str(),
            )
        });
        drawing.labels(Anchor::End, places);
        let ground = path::across(self.height);
        drawing.stretched(
            self.frame(),
            &ground,
            format_args!("stroke=\"currentColor\" stroke-opacity=\".45\""),
        );
    }

    /// The axis across, with upright lines, and what it is of, below it.
    pub(crate) fn axis_across(&self, drawing: &mut Drawing, title: &str) {
        let ticks = ticks(
            &self.across,
            Room::Across((RIGHT - LEFT) / 100.0 * NARROWEST),
        );
        let lines: String = ticks
            .iter()
            .map(|tick| path::upright(tick.share * WIDTH, self.height))
            .collect();
        drawing.stretched_grid(self.frame(), &lines);
        let y = self.bottom() + 16.0;
        let place = |tick: &Tick| LEFT + (RIGHT - LEFT) * tick.share;
        // The last one must not leave the narrowest page.
        let beyond =
            |tick: &&Tick| place(tick) / 100.0 * NARROWEST + width(&tick.label) / 2.0 > NARROWEST;
        let inside = ticks.iter().filter(|tick| !beyond(tick));
        drawing.labels(
            Anchor::Middle,
            inside.map(|tick| (place(tick), y, tick.label.as_str())),
        );
        for tick in ticks.iter().filter(beyond) {
            drawing.label(100.0, y, Anchor::End, &tick.label);
        }
        let middle = f64::midpoint(LEFT, RIGHT);
        drawing.label(middle, self.bottom() + 33.0, Anchor::Middle, title);
    }

    fn frame(&self) -> Frame {
        Frame {
            left: LEFT,
            width: RIGHT - LEFT,
            top: self.top,
            height: self.height,
        }
    }

    /// Lines through points from left to right, with a gap between one and the next.
    pub(crate) fn curves<Points: IntoIterator<Item = (f64, f64)>>(
        &self,
        drawing: &mut Drawing,
        ink: Ink,
        strands: impl IntoIterator<Item = Points>,
    ) {
        let data: String = strands
            .into_iter()
            .map(|points| path::line(self.inside(points)))
            .collect();
        drawing.stretched(self.frame(), &data, format_args!("{}", ink.stroke()));
    }

    /// What lies between a line and the ground.
    pub(crate) fn areas<Points: IntoIterator<Item = (f64, f64)>>(
        &self,
        drawing: &mut Drawing,
        ink: Ink,
        strands: impl IntoIterator<Item = Points>,
    ) {
        let data: String = strands
            .into_iter()
            .map(|points| path::area(self.inside(points), self.height))
            .collect();
        drawing.stretched(self.frame(), &data, format_args!("{}", ink.fill(0.16)));
    }

    /// A bar over each stretch: where it begins, where it ends, how high it is.
    pub(crate) fn bars(
        &self,
        drawing: &mut Drawing,
        ink: Ink,
        bars: impl IntoIterator<Item = (f64, f64, f64)>,
    ) {
        let data: String = bars
            .into_iter()
            .filter_map(|(from, to, high)| {
                let (left, top) = self.inner((from, high))?;
                let (right, _) = self.inner((to, high))?;
                Some(path::bar(left, right, top, self.height))
            })
            .collect();
        drawing.stretched(self.frame(), &data, format_args!("{}", ink.fill(0.85)));
    }

    /// A point.
    pub(crate) fn point(&self, drawing: &mut Drawing, mark: Mark, ink: Ink, point: (f64, f64)) {
        if let Some(place) = self.place(point) {
            mark.draw(drawing, ink, place);
            mark.keep_free(drawing, place);
        }
    }

    /// Small dots, all alike.
    pub(crate) fn dots(
        &self,
        drawing: &mut Drawing,
        ink: Ink,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) {
        let places = points.into_iter().filter_map(|point| self.place(point));
        drawing.dots(ink, places);
    }

    /// An upright bar from `low` to `high`; an end that is absent is drawn as far as the panel goes, and dashed.
    pub(crate) fn span(
        &self,
        drawing: &mut Drawing,
        ink: Ink,
        x: f64,
        (low, high): (Option<f64>, Option<f64>),
    ) {
        let ends = (
            low.unwrap_or(self.upright.low()),
            high.unwrap_or(self.upright.high()),
        );
        let (Some(from), Some(to)) = (self.place((x, ends.0)), self.place((x, ends.1))) else {
            return;
        };
        let open = low.is_none() || high.is_none();
        drawing.line(from, to, format_args!("{}", ink.interval(open)));
        drawing.keep_free((from.0 - 1.5, from.0 + 1.5), (to.1, from.1));
    }

    /// A line across all of the panel with words on it; where it lies beyond the panel, an arrow says so.
    pub(crate) fn level(&self, drawing: &mut Drawing, ink: Ink, y: f64, words: &str) {
        if let Some((_, down)) = self.place((self.across.low(), y)) {
            drawing.line(
                (LEFT, down),
                (RIGHT, down),
                format_args!("{}", ink.stroke()),
            );
            let places = [
                (RIGHT, down - 4.0, Anchor::End),
                (RIGHT, down + 12.0, Anchor::End),
                (LEFT + 1.0, down - 4.0, Anchor::Start),
            ];
            drawing.words(&places, words);
        } else if y.is_finite() {
            let arrow = if y > self.upright.high() {
                '↑'
            } else {
                '↓'
            };
            let places = [18.0, 4.0].map(|above| (RIGHT, self.top - above, Anchor::End));
            drawing.words(&places, &format!("{arrow} {words}"));
        }
    }

    /// A line from top to bottom with words above it.
    pub(crate) fn divider(&self, drawing: &mut Drawing, ink: Ink, x: f64, words: &str) {
        if let Some((left, _)) = self.place((x, self.upright.low())) {
            drawing.line(
                (left, self.top),
                (left, self.bottom()),
                format_args!("{}", ink.stroke()),
            );
            drawing.label_if_free(left, self.top - 4.0, Anchor::Middle, words);
        }
    }

    /// Lines from top to bottom that only part what is on their sides.
    pub(crate) fn partings(&self, drawing: &mut Drawing, places: impl IntoIterator<Item = f64>) {
        let data: String = places
            .into_iter()
            .filter(|x| self.across.holds(*x))
            .filter_map(|x| self.across.share(x))
            .map(|share| path::upright(share * WIDTH, self.height))
            .collect();
        drawing.stretched(self.frame(), &data, format_args!("{}", Ink::RULE.stroke()));
    }

    /// A short line across at one place, with words beside it.
    pub(crate) fn notch(&self, drawing: &mut Drawing, ink: Ink, point: (f64, f64), words: &str) {
        if let Some((left, down)) = self.place(point) {
            drawing.shape((left, down), "M-12 0H12", format_args!("{}", ink.stroke()));
            let places = [
                (left - 4.5, down + 4.0, Anchor::End),
                (left + 4.5, down + 4.0, Anchor::Start),
                (left - 4.0, down - 5.0, Anchor::Start),
            ];
            drawing.words(&places, words);
        }
    }

    /// Words left above a point, or right of it.
    pub(crate) fn words(&self, drawing: &mut Drawing, point: (f64, f64), words: &str) {
        if let Some((left, down)) = self.place(point) {
            let places = [
                (left - 1.8, down - 7.0, Anchor::End),
                (left + 2.0, down + 14.0, Anchor::Start),
                (left + 2.0, down - 7.0, Anchor::Start),
            ];
            drawing.words(&places, words);
        }
    }

    /// Words above a point; says whether there was room for them.
    pub(crate) fn words_above(
        &self,
        drawing: &mut Drawing,
        point: (f64, f64),
        words: &str,
    ) -> bool {
        self.place(point)
            .is_some_and(|(left, down)| drawing.words(&[(left, down - 8.0, Anchor::Middle)], words))
    }

    /// Words at the right end, above a height or below it.
    pub(crate) fn words_at_end(&self, drawing: &mut Drawing, y: f64, words: &str) {
        if let Some((_, down)) = self.place((self.across.high(), y)) {
            let places = [
                (100.0, down - 8.0, Anchor::End),
                (100.0, down + 17.0, Anchor::End),
            ];
            drawing.words(&places, words);
        }
    }

    fn inside(
        &self,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> impl Iterator<Item = (f64, f64)> {
        points.into_iter().filter_map(|point| self.inner(point))
    }

    /// In the panel's own coordinates; `None` of what lies outside, which would seem to be at the edge.
    fn inner(&self, (x, y): (f64, f64)) -> Option<(f64, f64)> {
        if !self.across.holds(x) || !self.upright.holds(y) {
            return None;
        }
        let (across, up) = (self.across.share(x)?, self.upright.share(y)?);
        Some((across * WIDTH, (1.0 - up) * self.height))
    }

    /// In the drawing's: percent across, pixels down.
    fn place(&self, point: (f64, f64)) -> Option<(f64, f64)> {
        let (x, y) = self.inner(point)?;
        Some((LEFT + (RIGHT - LEFT) * x / WIDTH, self.top + y))
    }
}
