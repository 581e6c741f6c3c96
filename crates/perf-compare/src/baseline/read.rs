use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use schema::Document;
use schema::evidence::Metric;
use toolkit::files::{self, ReadFile};
use toolkit::{Streams, ToolkitError};

use super::Baseline;
use crate::error::Error;
use crate::foreign::{self, Translated};
use crate::history::{HISTORY, REFERENCE};
use crate::run::Run;

/// What `--allow-missing` calls the baseline itself.
pub(crate) const NAME: &str = "baseline";
/// What stands at the places that a person named.
pub(crate) enum Found {
    Runs(Box<Baseline>),
    /// One of them is not there, in words.
    Nothing(String),
}

/// The runs at all these places.
pub(crate) fn read(paths: &[String], streams: &mut Streams<'_>) -> Result<Found, Error> {
    let mut baseline = Baseline::default();
    for path in paths {
        if let Some(absence) = read_into(&mut baseline, path, streams)? {
            return Ok(Found::Nothing(absence));
        }
    }
    if baseline.runs.iter().all(|run| run.started_at.is_some()) {
        baseline
            .runs
            .sort_by(|one, other| one.started_at.cmp(&other.started_at));
    }
    Ok(Found::Runs(Box::new(baseline)))
}

/// Everything that can be missing: each metric, also of each scenario, and the baseline itself.
pub(crate) fn names(found: &Found, current: &Run) -> Vec<String> {
    let runs: Vec<&Run> = match found {
        Found::Runs(baseline) => baseline.latest().into_iter().chain([current]).collect(),
        Found::Nothing(_) => vec![current],
    };
    let parts = runs.iter().flat_map(|run| &run.parts);
    let scenarios = parts.filter_map(|part| part.scenario.as_deref());
    let of_scenarios = scenarios.flat_map(|scenario| {
        Metric::ALL.map(|metric| format!("scenarios.{scenario}.{}", metric.key()))
    });
    let of_any = Metric::ALL.map(|metric| metric.key().to_owned());
    of_any
        .into_iter()
        .chain([NAME.to_owned()])
        .chain(of_scenarios)
        .collect()
}

/// Adds what is found at one place; says what is not there.
fn read_into(
    baseline: &mut Baseline,
    path: &str,
    streams: &mut Streams<'_>,
) -> Result<Option<String>, Error> {
    if !Path::new(path).is_dir() {
        let file = match files::read(path, streams) {
            Ok(file) => file,
            Err(ToolkitError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => {
                return Ok(Some(format!("{path}: no such baseline")));
            }
            Err(other) => return Err(other.into()),
        };
        let runs = runs_of(&file, baseline)?;
        baseline.runs.extend(runs);
        return Ok(None);
    }
    let names = documents_in(path)?;
    let mut read = |name: &str| {
        let inside = Path::new(path).join(name);
        let file = files::read(&inside.to_string_lossy(), streams)?;
        runs_of(&file, baseline)
    };
    if names.iter().any(|name| name == HISTORY) {
        let history = read(HISTORY)?;
        let reference = names.iter().any(|name| name == REFERENCE);
        let reference = reference.then(|| read(REFERENCE)).transpose()?;
        baseline.runs.extend(history);
        baseline.reference = reference.and_then(|mut runs| runs.pop());
    } else {
        let runs: Vec<Vec<Run>> = names
            .iter()
            .map(|name| read(name))
            .collect::<Result<_, _>>()?;
        baseline.runs.extend(runs.into_iter().flatten());
    }
    Ok(names
        .is_empty()
        .then(|| format!("{path}: no baseline in this folder")))
}

/// Sorted by name, which is the order of time where runs do not tell it and names are dated.
fn documents_in(folder: &str) -> Result<Vec<String>, Error> {
    let failed = |source| ToolkitError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let name = name.to_string_lossy().into_owned();
        if name.ends_with(".json") || name.ends_with(".ndjson") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The runs that one file holds, in any format that is known.
fn runs_of(file: &ReadFile, baseline: &mut Baseline) -> Result<Vec<Run>, Error> {
    if !file.is_stdin {
        baseline.inputs.push(file.input());
    }
    if let Some(translated) = foreign::read(&file.name, &file.content) {
        let Translated { evidence, warnings } = translated?;
        baseline.warnings.extend(warnings);
        return Ok(vec![Run::of(&evidence)]);
    }
    let mut runs = Vec::new();
    Document::each_evidence(&file.content, |evidence| runs.push(Run::of(&evidence))).map_err(
        |(number, source)| ToolkitError::Document {
            path: match number {
                1 => file.name.clone(),
                _ => format!("document {number} of {}", file.name),
            },
            source,
        },
    )?;
    Ok(runs)
}
