/// What a series is drawn with: never told by its colour alone. Every colour has a contrast of at least 3 with white and with
/// the dark page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ink {
    /// For a style sheet.
    pub(super) class: &'static str,
    pub(super) colour: &'static str,
    /// Lengths of strokes and gaps in pixels; empty where the line is whole.
    pub(super) dash: &'static str,
    /// In pixels.
    pub(super) width: f64,
}

impl Ink {
    /// What it is all about.
    pub(crate) const MAIN: Ink = Ink::new("main", "#3b82d6", "", 2.0);
    /// Something of the same kind beside it.
    pub(crate) const SECOND: Ink = Ink::new("second", "#16926e", "7 3", 1.8);
    /// One more.
    pub(crate) const THIRD: Ink = Ink::new("third", "#9a63d8", "2 2.5", 1.8);
    /// What was before.
    pub(crate) const BASELINE: Ink = Ink::new("baseline", "currentColor", "5 4", 1.5);
    /// What it must not cross.
    pub(crate) const LIMIT: Ink = Ink::new("limit", "#c2571a", "", 2.0);
    /// What went wrong.
    pub(crate) const BAD: Ink = Ink::new("bad", "#d33", "", 2.0);

    /// What is neither good nor bad.
    pub(crate) const PLAIN: Ink = Ink::new("plain", "currentColor", "", 1.2);
    /// Where something begins or ends.
    pub(crate) const RULE: Ink = Ink::new("rule", "currentColor", "1 3", 1.0);

    const fn new(class: &'static str, colour: &'static str, dash: &'static str, width: f64) -> Ink {
        Ink {
            class,
            colour,
            dash,
            width,
        }
    }

    /// As attributes of a line.
    pub(super) fn stroke(self) -> String {
        let dash = match self.dash {
            "" => String::new(),
            dash => format!(" stroke-dasharray=\"{dash}\""),
        };
        format!(
            "class=\"stroke-{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{dash}",
            self.class, self.colour, self.width
        )
    }

    /// As attributes of a thin line, never dashed.
    pub(super) fn thin_stroke(self) -> String {
        format!(
            "class=\"stroke-{}\" fill=\"none\" stroke=\"{}\"",
            self.class, self.colour
        )
    }

    /// As attributes of a broad line that others are seen through: an interval, dashed where an end of it is open.
    pub(super) fn interval(self, open: bool) -> String {
        let dash = if open {
            " stroke-dasharray=\"3 3\""
        } else {
            ""
        };
        format!(
            "class=\"interval stroke-{}\" stroke=\"{}\" stroke-opacity=\".4\" stroke-width=\"8\"{dash}",
            self.class, self.colour
        )
    }

    /// As attributes of a surface.
    pub(super) fn fill(self, opacity: f64) -> String {
        format!(
            "class=\"fill-{}\" fill=\"{}\" fill-opacity=\"{opacity}\"",
            self.class, self.colour
        )
    }
}
