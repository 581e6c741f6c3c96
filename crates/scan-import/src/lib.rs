//! scan-import: what scanners, coverage and test tools write, as evidence.
//!
//! `input` opens a file once, `head` tells its format by its beginning, `read` goes through JSON, XML and text as streams,
//! `format` knows what tools write, `section` adds it to what the document holds.

mod brief;
mod counted_once;
mod covered_lines;
mod error;
mod fingerprint;
mod format;
mod head;
mod input;
mod moment;
mod most_complex;
mod options;
mod read;
mod reasons;
mod section;
mod severity;
mod words;

use schema::evidence::{CodeQualitySource, Evidence, InputFile, VulnerabilitySource};
use schemars::schema_for;
use toolkit::{Exit, Streams, Tool, ToolkitError, documents};

use error::Error;
use format::{FORMATS, Findings, Format};
use head::Head;
use input::Input;
use options::Options;

const TOOL: Tool = Tool {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    schema: || schema_for!(Evidence),
};

/// Reads files of other tools, writes the document on with the sections `vulnerabilities` and `code_quality`.
pub fn run(arguments: &[String], streams: &mut Streams<'_>) -> Exit {
    TOOL.run(arguments, streams, import)
}

fn import(options: Options, streams: &mut Streams<'_>) -> Result<Exit, Error> {
    if options.files.is_empty() {
        return Err(Error::NoFiles);
    }
    for file in &options.files {
        documents::refuse_stdin_twice(&[], "FILE", file)?;
    }
    let format = options.format.as_deref().map(named).transpose()?;
    let mut incoming = documents::read_begun(streams)?.unwrap_or_default();
    // A report may be of another commit than the run beside it.
    incoming.commit = options.commit;
    let mut imported = Imported::default();
    for file in &options.files {
        imported.add(file, format)?;
    }
    section::add(imported.vulnerabilities, &mut incoming, streams)?;
    section::add(imported.code_quality, &mut incoming, streams)?;
    Ok(incoming.pass_on(options.output.as_deref(), streams)?)
}

/// What all files say, by the section that it belongs to, each with its file.
#[derive(Default)]
struct Imported {
    vulnerabilities: Vec<(VulnerabilitySource, InputFile)>,
    code_quality: Vec<(CodeQualitySource, InputFile)>,
}

impl Imported {
    fn add(&mut self, file: &str, format: Option<&'static Format>) -> Result<(), Error> {
        let mut input = Input::open(file)?;
        let format = match format {
            Some(format) => format,
            None => recognised(file, &input.head())?,
        };
        let findings = (format.read)(input.content()).map_err(|refusal| Error::Refused {
            file: file.to_owned(),
            format: format.name,
            refusal,
        })?;
        let read = input.finish()?;
        let (name, sha256) = (format.name.to_owned(), Some(read.sha256.clone()));
        match findings {
            Findings::Vulnerabilities(source) => self.vulnerabilities.push((
                VulnerabilitySource {
                    format: name,
                    file: file.to_owned(),
                    sha256,
                    ..source
                },
                read,
            )),
            Findings::CodeQuality(source) => self.code_quality.push((
                CodeQualitySource {
                    format: name,
                    file: file.to_owned(),
                    sha256,
                    ..source
                },
                read,
            )),
        }
        Ok(())
    }
}

fn named(name: &str) -> Result<&'static Format, ToolkitError> {
    FORMATS
        .iter()
        .find(|format| format.name == name)
        .ok_or_else(|| {
            let known = FORMATS.iter().map(|format| format.name);
            ToolkitError::unknown_name("--format", name, known)
        })
}

fn recognised(file: &str, head: &Head) -> Result<&'static Format, Error> {
    FORMATS
        .iter()
        .find(|format| (format.recognises)(head))
        .ok_or_else(|| {
            let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
            Error::UnknownFormat {
                file: file.to_owned(),
                found: head.describe(),
                formats: names.join(", "),
            }
        })
}
