use std::fmt::{self, Display, Write};

use askama::filters::Escaper;

use super::ink::Ink;
use super::path::WIDTH;
use super::ticks::{NARROWEST, width};
use crate::markup::Escape;

/// An SVG under construction. What is written to it is escaped; what cannot be drawn is left out, never NaN.
pub(crate) struct Drawing {
    head: String,
    /// What lies below everything else.
    grid: String,
    /// What is read when all else has been seen.
    labels: String,
    body: String,
    /// The last stretched frame in the grid and in the body, and where it ends: what follows at once may join it.
    grid_frame: Option<(Frame, usize)>,
    frame: Option<(Frame, usize)>,
    /// Where words stand already, as they would on the narrowest page.
    taken: Vec<Area>,
}

/// From left to right in percent of the narrowest page's pixels, from top to bottom in pixels.
#[derive(Clone, Copy)]
struct Area {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// A rectangle whose content is stretched across: from the left in percent, from the top in pixels.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) width: f64,
    pub(super) top: f64,
    pub(super) height: f64,
}

const END_OF_FRAME: &str = "</svg>";

/// Which end of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn attribute(self) -> &'static str {
        match self {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        }
    }
}

impl Drawing {
    /// `id` is unique on the page; `title` says what is drawn and `description` what is to be seen.
    pub(crate) fn new(id: &str, title: &str, description: &str) -> Drawing {
        let mut head = String::new();
        put(
            &mut head,
            format_args!(
                "role=\"img\" aria-labelledby=\"{0}-title {0}-desc\" font-size=\"11\" fill=\"currentColor\">\
                 <title id=\"{0}-title\">{1}</title><desc id=\"{0}-desc\">{2}</desc>",
                Escaped(id),
                Escaped(title),
                Escaped(description)
            ),
        );
        Drawing {
            head,
            grid: String::new(),
            labels: String::new(),
            body: String::new(),
            grid_frame: None,
            frame: None,
            taken: Vec::new(),
        }
    }

    /// The whole of it, that many pixels high.
    pub(crate) fn finish(self, height: f64) -> String {
        let mut svg = String::with_capacity(
            self.head.len() + self.grid.len() + self.labels.len() + self.body.len() + 200,
        );
        put(
            &mut svg,
            format_args!(
                "<svg class=\"chart\" width=\"100%\" height=\"{}\" {}\
                 <g stroke=\"currentColor\" stroke-opacity=\".14\">{}</g>\
                 <g class=\"labels\" fill-opacity=\".75\">{}</g>{}</svg>",
                Short(height),
                self.head,
                self.grid,
                self.labels,
                self.body
            ),
        );
        svg
    }

    /// Adds markup as it is.
    pub(super) fn put(&mut self, markup: fmt::Arguments<'_>) {
        put(&mut self.body, markup);
    }

    /// A group that a pointer over it explains.
    pub(crate) fn explained(
        &mut self,
        class: &str,
        explanation: &str,
        draw: impl FnOnce(&mut Drawing),
    ) {
        self.put(format_args!(
            "<g class=\"{class}\"><title>{}</title>",
            Escaped(explanation)
        ));
        draw(self);
        self.close();
    }

    /// Closes the group.
    pub(super) fn close(&mut self) {
        self.body += "</g>";
    }

    /// The words of an axis, in percent from the left and pixels from the top.
    pub(super) fn label(&mut self, left: f64, y: f64, anchor: Anchor, words: &str) {
        self.labels(anchor, [(left, y, words)]);
    }

    /// The words of an axis, all with the same end at their places.
    pub(super) fn labels<'a>(
        &mut self,
        anchor: Anchor,
        labels: impl IntoIterator<Item = (f64, f64, &'a str)>,
    ) {
        let mut labels = labels.into_iter().filter(|label| !label.2.is_empty());
        let Some(first) = labels.next() else {
            return;
        };
        put(&mut self.labels, format_args!("<g{}>", anchor.attribute()));
        for (left, y, words) in std::iter::once(first).chain(labels) {
            self.taken.push(Area::of(left, y, anchor, words));
            let text = Text {
                left,
                y,
                anchor: Anchor::Start,
                look: "",
                words,
            };
            put(&mut self.labels, format_args!("{text}"));
        }
        self.labels += "</g>";
    }

    /// A path that is stretched across with its frame; its line is not.
    pub(super) fn stretched(&mut self, frame: Frame, data: &str, look: fmt::Arguments<'_>) {
        stretch(&mut self.body, &mut self.frame, frame, data, look);
    }

    /// Lines of the grid that are stretched across with their frame.
    pub(super) fn stretched_grid(&mut self, frame: Frame, data: &str) {
        let plain = format_args!("");
        stretch(&mut self.grid, &mut self.grid_frame, frame, data, plain);
    }

    /// That nothing is to be written between these places: in percent from the left, pixels from the top.
    pub(super) fn keep_free(&mut self, (left, right): (f64, f64), (top, bottom): (f64, f64)) {
        let pixels = |percent: f64| percent / 100.0 * NARROWEST;
        self.taken.push(Area {
            left: pixels(left),
            right: pixels(right),
            top,
            bottom,
        });
    }

    /// The same, unless something is written there already.
    pub(super) fn label_if_free(&mut self, left: f64, y: f64, anchor: Anchor, words: &str) {
        if self.is_free(Area::of(left, y, anchor, words)) {
            self.label(left, y, anchor, words);
        }
    }

    /// Words of their own look.
    pub(super) fn text(&mut self, left: f64, y: f64, anchor: Anchor, look: &str, words: &str) {
        self.taken.push(Area::of(left, y, anchor, words));
        let text = Text {
            left,
            y,
            anchor,
            look,
            words,
        };
        self.put(format_args!("{text}"));
    }

    /// Words about a mark, at the first of these places where nothing is written yet and that is on the narrowest page; says
    /// whether there is one.
    pub(super) fn words(&mut self, places: &[(f64, f64, Anchor)], words: &str) -> bool {
        let free = places
            .iter()
            .find(|(left, y, anchor)| self.is_free(Area::of(*left, *y, *anchor, words)));
        if let Some((left, y, anchor)) = free {
            self.text(*left, *y, *anchor, " font-weight=\"600\"", words);
        }
        free.is_some()
    }

    fn is_free(&self, wanted: Area) -> bool {
        let inside = wanted.left >= 0.0 && wanted.right <= NARROWEST;
        inside && !self.taken.iter().any(|taken| taken.overlaps(wanted))
    }

    /// A line from one place to another: in percent across, in pixels down.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), look: fmt::Arguments<'_>) {
        self.put(format_args!("{}", Line { from, to, look }));
    }

    /// Small dots in percent across and pixels down.
    pub(super) fn dots(&mut self, ink: Ink, places: impl Iterator<Item = (f64, f64)>) {
        self.put(format_args!(
            "<g class=\"fill-{}\" fill=\"{}\">",
            ink.class, ink.colour
        ));
        for (left, down) in places {
            self.put(format_args!(
                "<circle cx=\"{}%\" cy=\"{}\" r=\"2.5\"/>",
                Share(left),
                Short(down)
            ));
        }
        self.close();
    }

    /// A shape around a place, in pixels from it.
    pub(super) fn shape(&mut self, place: (f64, f64), path: &str, look: fmt::Arguments<'_>) {
        self.put(format_args!(
            "<svg x=\"{}%\" y=\"{}\" overflow=\"visible\"><path d=\"{path}\" {look}/></svg>",
            Share(place.0),
            Short(place.1)
        ));
    }
}

struct Line<'a> {
    from: (f64, f64),
    to: (f64, f64),
    look: fmt::Arguments<'a>,
}

impl Display for Line<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "<line x1=\"{}%\" y1=\"{}\" x2=\"{}%\" y2=\"{}\" {}/>",
            Share(self.from.0),
            Short(self.from.1),
            Share(self.to.0),
            Short(self.to.1),
            self.look
        )
    }
}

impl Display for Frame {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "<svg x=\"{}%\" y=\"{}\" width=\"{}%\" height=\"{3}\" viewBox=\"0 0 {WIDTH} {3}\" \
             preserveAspectRatio=\"none\" overflow=\"visible\">",
            Share(self.left),
            Short(self.top),
            Share(self.width),
            Short(self.height)
        )
    }
}

struct Text<'a> {
    left: f64,
    y: f64,
    anchor: Anchor,
    look: &'a str,
    words: &'a str,
}

impl Display for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "<text x=\"{}%\" y=\"{}\"{}{}>{}</text>",
            Share(self.left),
            Short(self.y),
            self.anchor.attribute(),
            self.look,
            Escaped(self.words)
        )
    }
}

impl Area {
    fn of(left: f64, y: f64, anchor: Anchor, words: &str) -> Area {
        let (middle, width) = (left / 100.0 * NARROWEST, width(words));
        let left = match anchor {
            Anchor::Start => middle,
            Anchor::Middle => middle - width / 2.0,
            Anchor::End => middle - width,
        };
        Area {
            left,
            right: left + width,
            top: y - 10.0,
            bottom: y + 3.0,
        }
    }

    fn overlaps(self, other: Area) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

fn stretch(
    layer: &mut String,
    last: &mut Option<(Frame, usize)>,
    frame: Frame,
    data: &str,
    look: fmt::Arguments<'_>,
) {
    if data.is_empty() {
        return;
    }
    if *last == Some((frame, layer.len())) {
        layer.truncate(layer.len() - END_OF_FRAME.len());
    } else {
        put(layer, format_args!("{frame}"));
    }
    put(
        layer,
        format_args!(
            "<path vector-effect=\"non-scaling-stroke\" d=\"{data}\" {look}/>{END_OF_FRAME}"
        ),
    );
    *last = Some((frame, layer.len()));
}

/// Writing to a string cannot fail.
pub(super) fn put(text: &mut String, markup: fmt::Arguments<'_>) {
    let _ = text.write_fmt(markup);
}

/// Text that is only text, in an element or an attribute.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escape.write_escaped_str(formatter, self.0)
    }
}

/// A coordinate in pixels: one decimal, where it has any.
#[derive(Clone, Copy)]
pub(super) struct Short(pub(super) f64);

impl Display for Short {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(formatter, self.0, 10.0)
    }
}

/// A coordinate in percent: two decimals, where it has any.
#[derive(Clone, Copy)]
pub(super) struct Share(pub(super) f64);

impl Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(formatter, self.0, 100.0)
    }
}

fn write_decimal(formatter: &mut fmt::Formatter<'_>, value: f64, parts: f64) -> fmt::Result {
    // Not −0.
    let rounded = (value * parts).round() / parts + 0.0;
    write!(formatter, "{rounded}")
}
