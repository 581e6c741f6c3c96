//! The formats of a report, one a file. A format lays out; what is said is decided in [`crate::model`].

mod badge;
mod csv;
mod cut;
mod github;
mod html;
mod junit;
pub(crate) mod markdown;
mod openmetrics;
mod sarif;
mod terminal;

use toolkit::Screen;

use crate::error::Error;
use crate::model::Report;

/// A way to lay a report out.
pub(crate) trait Format: Sync {
    /// As given to `--format`.
    fn name(&self) -> &'static str;

    /// The endings of file names that ask for it, without the dot.
    fn endings(&self) -> &'static [&'static str];

    /// The whole report as text; for the terminal that it will be looked at on, if it is one.
    fn render(&self, report: &Report<'_>, screen: Option<Screen>) -> Result<String, Error>;
}

const ALL: [&dyn Format; 10] = [
    &markdown::Comment,
    &markdown::Summary,
    &html::Html,
    &terminal::Terminal,
    &github::Github,
    &junit::Junit,
    &sarif::Sarif,
    &openmetrics::OpenMetrics,
    &csv::Csv,
    &badge::Badge,
];

/// What stdout gets when nobody asks for a format.
pub(crate) fn for_stdout(is_terminal: bool) -> &'static dyn Format {
    if is_terminal {
        &terminal::Terminal
    } else {
        &markdown::Comment
    }
}

/// The names of all formats.
pub(crate) fn names() -> Vec<&'static str> {
    ALL.iter().map(|format| format.name()).collect()
}

/// The endings of all formats, without the dot.
pub(crate) fn endings() -> impl Iterator<Item = &'static str> {
    ALL.iter().flat_map(|format| format.endings()).copied()
}

/// The format of that name.
pub(crate) fn named(name: &str) -> Option<&'static dyn Format> {
    ALL.into_iter().find(|format| format.name() == name)
}

/// The format that a file of that ending holds.
pub(crate) fn with_ending(ending: &str) -> Option<&'static dyn Format> {
    ALL.into_iter()
        .find(|format| format.endings().contains(&ending))
}
