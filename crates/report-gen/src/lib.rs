//! report-gen: an evidence document in, a report for people out.
//!
//! It judges nothing and computes no statistics: it shows what stands in the document. What is absent was
//! not measured, and the report says so.

mod chart;
mod error;
mod figure;
mod format;
mod markup;
mod model;
mod options;

use schema::evidence::Evidence;
use toolkit::{Exit, Streams, Tool, documents, files};

use error::Error;
use model::Report;
use options::{Options, Output};

const TOOL: Tool = Tool {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    schema: || schemars::schema_for!(Evidence),
};

/// The whole tool: reads the document, writes the reports, and ends with the document's verdict.
pub fn run(arguments: &[String], streams: &mut Streams<'_>) -> Exit {
    TOOL.run(arguments, streams, report)
}

fn report(options: Options, streams: &mut Streams<'_>) -> Result<Exit, Error> {
    let outputs = options.outputs(streams.screen.is_some())?;
    let incoming = documents::read(&options.results, "--results", streams)?;
    let report = Report::of(&incoming.document, &incoming.evidence);
    // All are laid out before the first is written, and written all or none: half of the reports is no result.
    let texts = outputs
        .iter()
        .map(|output| {
            output
                .format
                .render(&report, streams.screen.filter(|_| output.is_stdout()))
        })
        .collect::<Result<Vec<String>, _>>()?;
    let written = outputs.iter().zip(&texts);
    let written = written.map(|(output, text)| (output.path.as_str(), text.as_bytes()));
    files::write_all(written, streams)?;
    let headline = &report.headline;
    let verdict = streams.verdict(headline.verdict.is_good(), headline.verdict.words());
    let line = format!("{}: {verdict}: {}", TOOL.name, headline.summary);
    streams.say(&line);
    if outputs.iter().any(Output::is_stdout) {
        Ok(Exit::of_verdict(incoming.evidence.success()))
    } else {
        Ok(incoming.pass_on(None, streams)?)
    }
}
