use std::path::Path;

use argh::FromArgs;

use crate::error::Error;
use crate::format::{self, Format};

/// Lay an evidence document out as a report for people. With --output the document goes on to stdout, so that
/// a pipe does not end here; without it the report itself does. The exit code is the document's verdict.
#[derive(Debug, FromArgs)]
pub(crate) struct Options {
    /// evidence document to report; `-` is stdin; may be given several times (default: stdin)
    #[argh(option, arg_name = "file")]
    pub(crate) results: Vec<String>,
    /// file to write the report to; `-` is stdout; may be given several times (default: stdout)
    #[argh(option, arg_name = "file")]
    output: Vec<String>,
    /// markdown or html (default: from the ending of --output; markdown on stdout)
    #[argh(option, arg_name = "name")]
    format: Option<String>,
}

/// One report to be written.
pub(crate) struct Output {
    /// `-` is stdout.
    pub(crate) path: String,
    pub(crate) format: &'static dyn Format,
}

impl Output {
    pub(crate) fn is_stdout(&self) -> bool {
        self.path == "-"
    }
}

impl Options {
    /// What was typed as what it means.
    pub(crate) fn outputs(&self) -> Result<Vec<Output>, Error> {
        let stdout = ["-".to_owned()];
        let paths = if self.output.is_empty() {
            &stdout
        } else {
            self.output.as_slice()
        };
        if let Some(path) = first_repeated(paths) {
            return Err(Error::OutputTwice { path: path.clone() });
        }
        paths
            .iter()
            .map(|path| {
                Ok(Output {
                    path: path.clone(),
                    format: self.format_of(path)?,
                })
            })
            .collect()
    }

    fn format_of(&self, path: &str) -> Result<&'static dyn Format, Error> {
        let known = || format::names().join(" or ");
        if let Some(name) = &self.format {
            return format::named(name).ok_or_else(|| Error::UnknownFormat {
                found: name.clone(),
                known: known(),
            });
        }
        if path == "-" {
            return Ok(format::DEFAULT);
        }
        let ending = Path::new(path)
            .extension()
            .map(|ending| ending.to_string_lossy().to_lowercase());
        ending
            .and_then(|ending| format::with_ending(&ending))
            .ok_or_else(|| Error::UnknownEnding {
                path: path.to_owned(),
                endings: format::endings()
                    .map(|ending| format!(".{ending}"))
                    .collect::<Vec<_>>()
                    .join(", "),
                known: known(),
            })
    }
}

fn first_repeated(paths: &[String]) -> Option<&String> {
    paths
        .iter()
        .enumerate()
        .find(|(index, path)| paths[..*index].contains(path))
        .map(|(_, path)| path)
}
