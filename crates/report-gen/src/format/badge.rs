use askama::Template;
use schema::evidence::{Measurements, Metric};
use toolkit::Screen;

use super::Format;
use crate::error::Error;
use crate::model::{Overall, Quantity, Report};

/// The verdict as a small picture for a page about the project: one SVG that needs nothing but itself.
pub(crate) struct Badge;

/// Lengths in pixels.
#[derive(Template)]
#[template(path = "badge.svg")]
struct Picture {
    label: &'static str,
    message: String,
    /// White letters on it have a contrast of at least 4.5, as WCAG 2 wants of small ones.
    colour: &'static str,
    margin: u32,
    left: u32,
    right: u32,
    width: u32,
}

const LABEL: &str = "performance";

/// Beside each text.
const MARGIN: u32 = 6;

impl Format for Badge {
    fn name(&self) -> &'static str {
        "badge"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["svg"]
    }

    fn render(&self, report: &Report<'_>, _: Option<Screen>) -> Result<String, Error> {
        let (message, colour) = match report.headline.verdict {
            Overall::Passed => (passed(report), "#1a7f37"),
            Overall::Failed => ("failed".to_owned(), "#c0261c"),
            Overall::NotJudged => ("not judged".to_owned(), "#59636e"),
        };
        let [left, right] = [LABEL, &message].map(|text| width_px(text) + 2 * MARGIN);
        let picture = Picture {
            label: LABEL,
            message,
            colour,
            margin: MARGIN,
            left,
            right,
            width: left + right,
        };
        Ok(picture.render()? + "\n")
    }
}

/// With the p95 of the run as a whole, where it was measured.
fn passed(report: &Report<'_>) -> String {
    let p95 = Metric::LatencyP95;
    let value = p95.value(Measurements::from(report.evidence));
    match value {
        Some(_) => format!("passed · p95 {}", Quantity::new(value, p95.unit())),
        None => "passed".to_owned(),
    }
}

/// About how wide a text is in Verdana of 11 pixels. Browsers with another font stretch or squeeze it to this.
fn width_px(text: &str) -> u32 {
    let tenths: u32 = text.chars().map(tenths_of_a_pixel).sum();
    tenths.div_ceil(10)
}

/// The advance of a character in Verdana of 11 pixels.
fn tenths_of_a_pixel(character: char) -> u32 {
    match character {
        'i' | 'l' => 30,
        'f' | ' ' | 'j' => 39,
        '.' | ',' | '·' => 40,
        't' => 43,
        'r' | '-' => 48,
        'c' | 's' | 'z' => 57,
        'a' | 'e' | 'k' | 'o' | 'v' | 'x' | 'y' => 66,
        'w' => 90,
        'm' => 107,
        // Digits are this wide, and so are most letters that are left.
        _ => 70,
    }
}
