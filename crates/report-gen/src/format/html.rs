use askama::Template;
use toolkit::Screen;

use super::Format;
use crate::error::Error;
use crate::figure::{self, Content, Figure, RunFigures};
use crate::model::Report;

/// One page that needs nothing but itself: no script, no font, no image, nothing from the network.
pub(crate) struct Html;

/// askama escapes every value for HTML unless the template says otherwise.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report<'a>,
    run: RunFigures,
    scenarios: Vec<RunFigures>,
    overview: Vec<Figure>,
    forest: Option<Figure>,
    trend: Vec<Figure>,
}

impl Page<'_> {
    /// The document as the text of an element. Only these two characters could end it: a document is half quotes, and five
    /// characters for each would make the page a quarter longer.
    fn document(&self) -> String {
        let text = self.report.document.to_string();
        text.replace('&', "&amp;").replace('<', "&lt;")
    }
}

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["html", "htm"]
    }

    fn render(&self, report: &Report<'_>, _: Option<Screen>) -> Result<String, Error> {
        let page = Page {
            report,
            run: figure::of_run(report),
            scenarios: (0..report.scenarios.len())
                .filter_map(|place| figure::of_scenario(report, place))
                .collect(),
            overview: figure::scenarios(report),
            forest: figure::comparison(report),
            trend: figure::trend(report),
        };
        Ok(page.render()? + "\n")
    }
}
