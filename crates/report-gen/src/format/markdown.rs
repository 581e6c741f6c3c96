use std::fmt::{self, Write};

use askama::Template;
use askama::filters::Escaper;
use toolkit::Screen;
use toolkit::markdown::write_escaped;

use super::Format;
use super::cut::{Limit, cut};
use crate::error::Error;
use crate::model::{Overall, Report};

/// GitHub-flavoured markdown.
#[derive(Template)]
#[template(path = "report.md")]
struct Text<'a> {
    report: &'a Report<'a>,
}

impl Text<'_> {
    /// In colour, where markdown has no other.
    fn emblem(&self) -> &'static str {
        match self.report.headline.verdict {
            Overall::Passed => "✅",
            Overall::Failed => "❌",
            Overall::NotJudged => "❔",
        }
    }
}

/// Short enough for a comment on a pull request.
pub(crate) struct Comment;

impl Format for Comment {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["md", "markdown"]
    }

    fn render(&self, report: &Report<'_>, _: Option<Screen>) -> Result<String, Error> {
        Ok(cut(&Text { report }.render()?, Limit::COMMENT))
    }
}

/// Short enough for the summary of a job, which holds sixteen times as much.
pub(crate) struct Summary;

impl Format for Summary {
    fn name(&self) -> &'static str {
        "summary"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[]
    }

    fn render(&self, report: &Report<'_>, _: Option<Screen>) -> Result<String, Error> {
        Ok(cut(&Text { report }.render()?, Limit::SUMMARY))
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
