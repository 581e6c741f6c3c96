use std::fmt::{self, Write};

use askama::Template;
use askama::filters::Escaper;
use toolkit::Screen;
use toolkit::markdown::write_escaped;

use super::Format;
use crate::error::Error;
use crate::model::{Overall, Report};

/// GitHub-flavoured markdown, fit for a comment on a pull request.
pub(crate) struct Markdown;

#[derive(Template)]
#[template(path = "report.md")]
struct Comment<'a> {
    report: &'a Report<'a>,
}

impl Comment<'_> {
    /// In colour, where a comment has no other.
    fn emblem(&self) -> &'static str {
        match self.report.headline.verdict {
            Overall::Passed => "✅",
            Overall::Failed => "❌",
            Overall::NotJudged => "❔",
        }
    }
}

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["md", "markdown"]
    }

    fn render(&self, report: &Report<'_>, _: Option<Screen>) -> Result<String, Error> {
        Ok(Comment { report }.render()? + "\n")
    }
}

/// Makes any text harmless. `askama.toml` applies it to every value in a `.md` template.
#[derive(Clone, Copy)]
pub(crate) struct Escape;

impl Escaper for Escape {
    fn write_escaped_str<W: Write>(&self, mut destination: W, text: &str) -> fmt::Result {
        write_escaped(&mut destination, text)
    }
}
