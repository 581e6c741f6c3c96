//! Where the documents go.

use schema::Document;
use toolkit::{Streams, files};

use crate::error::BenchError;

/// A finished document and its place.
pub struct Publication<'a> {
    /// What its service is called, where there are two.
    pub label: Option<&'static str>,
    /// A file; `-` is stdout.
    pub output: &'a str,
    /// What is to be written.
    pub document: Document,
}

/// Finds out before the work whether every document will have a place of its own.
pub fn check(outputs: &[&str]) -> Result<(), BenchError> {
    for output in outputs {
        files::check_writable(output)?;
    }
    for pair in outputs.windows(2) {
        if files::collide(pair[0], pair[1])? {
            let place = if files::is_stdout(pair[0]) {
                "stdout"
            } else {
                pair[0]
            };
            return Err(BenchError::SameOutput {
                place: place.to_owned(),
            });
        }
    }
    Ok(())
}

/// Writes every document, whatever becomes of the others.
pub fn publish(
    publications: &[Publication<'_>],
    streams: &mut Streams<'_>,
) -> Result<(), BenchError> {
    let failures: Vec<String> = publications
        .iter()
        .filter_map(|publication| publication.write(streams).err())
        .collect();
    if failures.is_empty() {
        Ok(())
    } else {
        Err(BenchError::Outputs(failures))
    }
}

impl Publication<'_> {
    /// What took minutes to measure is not to be lost with a file: what cannot go there goes to stdout.
    fn write(&self, streams: &mut Streams<'_>) -> Result<(), String> {
        let content = self.document.to_string();
        let Err(error) = files::write(self.output, content.as_bytes(), streams) else {
            return Ok(());
        };
        if files::is_stdout(self.output) {
            return Err(error.to_string());
        }
        Err(match files::write("-", content.as_bytes(), streams) {
            Ok(()) => {
                let of = self.label.map(|label| format!(" of {label}"));
                format!(
                    "{error}; the document{} is on stdout",
                    of.unwrap_or_default()
                )
            }
            Err(lost) => format!("{error}; {lost}"),
        })
    }
}
