use askama::Template;
use toolkit::Screen;

use super::Format;
use crate::error::Error;
use crate::figure::{self, Content, Figure};
use crate::model::Report;

/// One page that needs nothing but itself: no script, no font, no image, nothing from the network.
pub(crate) struct Html;

/// askama escapes every value for HTML unless the template says otherwise.
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
        let text = without_histograms(&self.report.document.to_string());
        text.replace('&', "&amp;").replace('<', "&lt;")
    }
}

/// Half of a document is the code of its histograms, which no person reads and every other part of the page is drawn from.
fn without_histograms(document: &str) -> String {
    let mut kept = String::with_capacity(document.len());
    let mut rest = document;
    // Within a text these quotes would be escaped, and the code itself holds none.
    while let Some((before, behind)) = rest.split_once("\"histogram\":") {
        kept.push_str(before);
        kept.push_str("\"histogram\":");
        let value = behind.trim_start();
        rest = match value
            .strip_prefix('"')
            .and_then(|code| code.split_once('"'))
        {
            Some((_, after)) => {
                kept.push_str("\"…\"");
                after
            }
            None => behind,
        };
    }
    kept + rest
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
        Ok(page.render()? + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_code_of_histograms_is_left_out() {
        let document =
            r#"{"a":{"histogram": "HIST+/=","p":1},"name":"\"histogram\":\"x\"","histogram":null}"#;
        assert_eq!(
            without_histograms(document),
            r#"{"a":{"histogram":"…","p":1},"name":"\"histogram\":\"x\"","histogram":null}"#
        );
    }
}
