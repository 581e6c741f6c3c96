use std::path::Path;

use argh::FromArgs;
use toolkit::{ToolkitError, files};

use toolkit::suggest;

use crate::error::Error;
use crate::format::{self, Format};

/// Lay an evidence document out as a report for people or for a CI system. With --output the document goes on to stdout, so
/// that a pipe does not end here; without it the report itself does. The exit code is the document's verdict.
#[derive(Debug, FromArgs)]
pub(crate) struct Options {
    /// evidence document to report; `-` is stdin; may be given several times (default: stdin)
    #[argh(option, arg_name = "file")]
    pub(crate) results: Vec<String>,
    /// file to write the report to; `-` is stdout; may be given several times (default: stdout)
    #[argh(option, arg_name = "file")]
    output: Vec<String>,
    /// the format of every --output; given as often as --output, that of each in turn (default: from the ending; on stdout
    /// markdown, on a terminal a table)
    #[argh(option, arg_name = "name")]
    format: Vec<String>,
}

/// One report to be written.
pub(crate) struct Output {
    /// `-` is stdout.
    pub(crate) path: String,
    pub(crate) format: &'static dyn Format,
}

impl Output {
    pub(crate) fn is_stdout(&self) -> bool {
        files::is_stdout(&self.path)
    }
}

impl Options {
    /// What was typed as what it means; whether stdout is a terminal decides what is fit for it.
    pub(crate) fn outputs(&self, stdout_is_terminal: bool) -> Result<Vec<Output>, Error> {
        let stdout = ["-".to_owned()];
        let paths = if self.output.is_empty() {
            &stdout
        } else {
            self.output.as_slice()
        };
        if let Some(path) = first_repeated(paths)? {
            return Err(Error::OutputTwice { path: path.clone() });
        }
        let named = self
            .format
            .iter()
            .map(|name| format::named(name).ok_or_else(|| unknown_format(name)))
            .collect::<Result<Vec<&'static dyn Format>, Error>>()?;
        let formats = match named.as_slice() {
            [] => paths
                .iter()
                .map(|path| format_of(path, stdout_is_terminal))
                .collect::<Result<_, Error>>()?,
            [format] => vec![*format; paths.len()],
            _ if named.len() == paths.len() => named,
            _ => {
                return Err(Error::FormatsAndOutputs {
                    formats: named.len(),
                    outputs: paths.len(),
                });
            }
        };
        let outputs = paths.iter().zip(formats);
        Ok(outputs
            .map(|(path, format)| Output {
                path: path.clone(),
                format,
            })
            .collect())
    }
}

fn format_of(path: &str, stdout_is_terminal: bool) -> Result<&'static dyn Format, Error> {
    if files::is_stdout(path) {
        return Ok(format::for_stdout(stdout_is_terminal));
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
            known: known_formats(),
        })
}

fn unknown_format(name: &str) -> Error {
    Error::UnknownFormat {
        found: name.to_owned(),
        known: known_formats(),
        hint: suggest::hint(name, format::names()),
    }
}

fn known_formats() -> String {
    format::names().join(", ")
}

/// Whatever it is called the second time.
fn first_repeated(paths: &[String]) -> Result<Option<&String>, ToolkitError> {
    for (index, path) in paths.iter().enumerate() {
        for earlier in &paths[..index] {
            if earlier == path || files::collide(earlier, path)? {
                return Ok(Some(path));
            }
        }
    }
    Ok(None)
}
