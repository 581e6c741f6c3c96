//! perf-compare: one run against a baseline.
//!
//! `run` is what a document says as comparisons look at it, `baseline` where it comes from, `foreign` what other tools wrote,
//! `guards` whether two runs may be compared at all, `judge` what becomes of each metric, `outcome` what becomes of the whole,
//! `history` the runs that were taken over, `words` what a person reads.

mod baseline;
mod error;
mod foreign;
mod guards;
mod history;
mod judge;
mod options;
mod outcome;
mod run;
mod words;

use schema::configuration::ThresholdsFile;
use schema::evidence::{Comparison, Evidence, InputFile};
use schema::{Document, SchemaError, Section};
use schemars::schema_for;
use toolkit::documents::{self, Incoming};
use toolkit::{AllowedMissing, Exit, Streams, Tool, ToolkitError};
use toolkit::{configuration, files, summary};

use baseline::Found;
use error::Error;
use foreign::Translated;
use judge::margin::Margins;
use options::Options;
use outcome::Outcome;
use run::Run;

const TOOL: Tool = Tool {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    schema: || schema_for!(Evidence),
};

/// Reads a document, compares it, writes it on with the section `comparison`; or takes it over into a history, or tells
/// where a history changed.
pub fn run(arguments: &[String], streams: &mut Streams<'_>) -> Exit {
    TOOL.run(arguments, streams, |options: Options, streams| {
        options.check()?;
        if options.trend {
            tell_trend(&options, streams)
        } else if options.update {
            take_over(&options, streams)
        } else {
            compare(&options, streams)
        }
    })
}

fn compare(options: &Options, streams: &mut Streams<'_>) -> Result<Exit, Error> {
    let mut incoming = read_current(options, streams)?;
    let run = Run::of(&incoming.evidence);
    let (margins, mut inputs) = margins(options, streams)?;
    let baseline = baseline::read(&options.baseline, streams)?;
    let allowed = AllowedMissing::new(&options.allow_missing, &baseline::names(&baseline, &run))?;

    let outcome = match baseline {
        Found::Nothing(absence) if allowed.covers(baseline::NAME) => Outcome::first_run(absence),
        Found::Nothing(absence) => return Err(Error::NoBaseline(absence)),
        Found::Runs(mut baseline) => {
            inputs.append(&mut baseline.inputs);
            outcome::of(*baseline, &run, &margins, options, &allowed)?
        }
    };
    for warning in &outcome.warnings {
        // A refusal is said by the error that the document is followed by.
        if outcome.refusal.is_none() {
            streams.warn(warning);
        }
        incoming
            .document
            .add_warning(warning)
            .map_err(ToolkitError::from)?;
    }
    if let Some(comparison) = &outcome.comparison {
        words::say(comparison, streams);
        incoming.add(&TOOL, comparison, inputs)?;
    }
    summary::say_other_failures(&TOOL, Comparison::NAME, &incoming.evidence, streams);
    let exit = incoming.pass_on(options.output.as_deref(), streams)?;
    outcome
        .refusal
        .map_or(Ok(exit), |reason| Err(Error::Incomparable(reason)))
}

/// Takes a run over into the history of its baseline, if all that judged it let it pass, or if a person accepted what the
/// comparison found. What later runs would not be compared with is not taken over either.
fn take_over(options: &Options, streams: &mut Streams<'_>) -> Result<Exit, Error> {
    let mut incoming = read_current(options, streams)?;
    let reason = options.accept.as_deref();
    let comparison = incoming.evidence.comparison.as_ref();
    if let (Some(reason), Some(comparison)) = (reason, comparison.filter(|one| !one.passed)) {
        let accepted = Comparison {
            passed: true,
            accepted: Some(reason.to_owned()),
            ..comparison.clone()
        };
        incoming.add(&TOOL, &accepted, Vec::new())?;
    }
    let success = incoming.document.judge().map_err(ToolkitError::from)?;
    let unfit = match success {
        Some(true) => guards::of_taking_over(&Run::of(&incoming.evidence), options),
        Some(false) => Some("the run has not passed"),
        None => Some("nothing has judged this run"),
    };
    let said = match (unfit, options.baseline.as_slice()) {
        (None, [baseline]) => {
            history::update(baseline, &incoming, reason, streams)?.words(baseline)
        }
        (unfit, _) => format!("not taken over: {}", unfit.unwrap_or_default()),
    };
    streams.say(&format!("{}: {said}", TOOL.name));
    let exit = incoming.pass_on(options.output.as_deref(), streams)?;
    Ok(match unfit {
        None => exit,
        Some(_) => Exit::Failed,
    })
}

fn tell_trend(options: &Options, streams: &mut Streams<'_>) -> Result<Exit, Error> {
    let baseline = match baseline::read(&options.baseline, streams)? {
        Found::Runs(baseline) => baseline,
        Found::Nothing(absence) => return Err(Error::NoHistory(absence)),
    };
    let trend = history::trend::of(&baseline.runs);
    let others = baseline.runs.len() - trend.runs as usize;
    if others > 0 {
        streams.say(&format!(
            "{}: {others} runs of other hosts are left out",
            TOOL.name
        ));
    }
    for line in history::trend::words(&trend) {
        streams.say(&format!("{}: {line}", TOOL.name));
    }
    let text = serde_json::to_string(&trend).map_err(|source| SchemaError::Write {
        section: "trend".to_owned(),
        source,
    });
    let text = text.map_err(ToolkitError::from)? + "\n";
    files::write(
        options.output.as_deref().unwrap_or("-"),
        text.as_bytes(),
        streams,
    )?;
    Ok(Exit::Passed)
}

/// The run, in whatever format it came.
fn read_current(options: &Options, streams: &mut Streams<'_>) -> Result<Incoming, Error> {
    let current: Vec<String> = options.current.iter().cloned().collect();
    for path in &options.baseline {
        documents::refuse_stdin_twice(&current, "--baseline", path)?;
    }
    let mut of_translation = Vec::new();
    let mut incoming = documents::read_translated(&current, "--current", streams, |file| {
        let Some(translated) = foreign::read(&file.name, &file.content) else {
            return Ok(None);
        };
        let Translated { evidence, warnings } = translated?;
        of_translation.extend(warnings);
        let document = Document::from_evidence(&evidence).map_err(ToolkitError::from)?;
        Ok::<_, Error>(Some(document))
    })?;
    for warning in &of_translation {
        incoming.warn(warning, streams)?;
    }
    Ok(incoming)
}

/// How much worse each metric may become, and the file that says so.
fn margins(
    options: &Options,
    streams: &mut Streams<'_>,
) -> Result<(Margins, Vec<InputFile>), Error> {
    let (file, inputs) = match &options.thresholds {
        Some(path) => {
            let (file, read) = configuration::read::<ThresholdsFile>(path, streams)?;
            let own = file.regression_thresholds;
            let own = own.ok_or_else(|| Error::NoRegressionThresholds(read.name.clone()))?;
            (own, vec![read.input()])
        }
        None => Default::default(),
    };
    let margins = Margins {
        threshold: options.threshold,
        file,
    };
    Ok((margins, inputs))
}
