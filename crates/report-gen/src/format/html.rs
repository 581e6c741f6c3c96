use askama::Template;
use serde::de::IgnoredAny;
use toolkit::{Screen, on_one_line};

use super::Format;
use crate::error::Error;
use crate::figure::{self, Content, Figure};
use crate::model::Report;

/// One page that needs nothing but itself: no script, no font, no image, nothing from the network.
pub(crate) struct Html;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report<'a>,
    /// The scenario that the run as a whole is the same as.
    origin: Option<&'a str>,
    run: Vec<Figure>,
    /// Those of every other scenario, with its name.
    scenarios: Vec<(&'a str, Vec<Figure>)>,
    overview: Vec<Figure>,
    forest: Option<Figure>,
    trend: Vec<Figure>,
}

impl Page<'_> {
    /// The document as the text of an element. Only these two characters could end it: a document is full of quotes, and six
    /// characters for each would make the page a quarter longer.
    fn document(&self) -> String {
        let text = abridged(&self.report.document.to_string());
        let lines: Vec<String> = text.lines().map(on_one_line).collect();
        lines.join("\n").replace('&', "&amp;").replace('<', "&lt;")
    }
}

/// Two thirds of a document are the code of its histograms, the seconds of its timelines and the points of its history, which
/// no person reads and the charts are drawn from.
const LEFT_OUT: [&str; 3] = ["\"histogram\":", "\"timeline\":", "\"points\":"];

fn abridged(document: &str) -> String {
    let mut kept = String::with_capacity(document.len());
    let mut begun = 0;
    // Within a text these quotes would be escaped.
    let mut places: Vec<Key> = LEFT_OUT
        .iter()
        .map(|key| (key, document.find(key)))
        .collect();
    while let Some(end) = end_of_first(&places) {
        kept.push_str(&document[begun..end]);
        let behind = &document[end..];
        let mut values = serde_json::Deserializer::from_str(behind).into_iter::<IgnoredAny>();
        begun = match values.next() {
            Some(Ok(_)) => {
                kept.push_str("\"…\"");
                end + values.byte_offset()
            }
            _ => end,
        };
        for (key, place) in &mut places {
            if place.is_some_and(|place| place < begun) {
                *place = document[begun..].find(*key).map(|place| begun + place);
            }
        }
    }
    kept + &document[begun..]
}

/// A key and the next place where it stands.
type Key = (&'static &'static str, Option<usize>);

fn end_of_first(places: &[Key]) -> Option<usize> {
    let ends = places
        .iter()
        .filter_map(|(key, place)| Some((*place)? + key.len()));
    ends.min()
}

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["html", "htm"]
    }

    fn render(&self, report: &Report<'_>, _: Option<Screen>) -> Result<String, Error> {
        let origin = figure::origin(report);
        let others = report.scenarios.iter().enumerate();
        let page = Page {
            report,
            origin: origin
                .and_then(|place| report.scenarios.get(place))
                .map(|scenario| scenario.name),
            run: figure::of_run(report),
            scenarios: others
                .filter(|(place, _)| Some(*place) != origin)
                .filter_map(|(place, scenario)| {
                    Some((scenario.name, figure::of_scenario(report, place)?))
                })
                .collect(),
            overview: figure::scenarios(report),
            forest: figure::comparison(report),
            trend: figure::trend(report),
        };
        // The template's tags leave empty lines behind.
        let rendered = page.render()?;
        let lines = rendered.lines().filter(|line| !line.is_empty());
        let mut page = String::with_capacity(rendered.len());
        for line in lines {
            page.push_str(line);
            page.push('\n');
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_histograms_and_timelines_are_left_out() {
        let document = r#"{"a":{"histogram": "HIST+/=","p":1},"timeline":[{"t":"]"}],"name":"\"histogram\":\"x\""}"#;
        assert_eq!(
            abridged(document),
            r#"{"a":{"histogram":"…","p":1},"timeline":"…","name":"\"histogram\":\"x\""}"#
        );
    }
}
