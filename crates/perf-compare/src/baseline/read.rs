use std::collections::HashMap;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use schema::Document;
use schema::evidence::Metric;
use toolkit::files::{self, ReadFile};
use toolkit::{Streams, ToolkitError};

use super::Baseline;
use crate::error::Error;
use crate::foreign::{self, Translated};
use crate::guards::warning;
use crate::history::Places;
use crate::run::Run;

/// What `--allow-missing` calls the baseline itself.
pub(crate) const NAME: &str = "baseline";

/// What stands at the places that a person named.
pub(crate) enum Found {
    Runs(Box<Baseline>),
    /// Nothing at any of them, in words.
    Nothing(String),
}

/// The runs at all these places; what is not there is warned of, unless nothing is.
pub(crate) fn read(paths: &[String], streams: &mut Streams<'_>) -> Result<Found, Error> {
    let mut baseline = Baseline::default();
    let mut absences = Vec::new();
    for path in paths {
        absences.extend(read_into(&mut baseline, path, streams)?);
    }
    if baseline.runs.is_empty() {
        return Ok(Found::Nothing(absences.join(", ")));
    }
    let of_absences = absences
        .into_iter()
        .map(|absence| warning("baseline_absent", absence));
    baseline.warnings.extend(of_absences);
    baseline.runs = each_once(baseline.runs);
    if baseline.runs.iter().all(|run| run.started_at.is_some()) {
        baseline
            .runs
            .sort_by(|one, other| one.started_at.cmp(&other.started_at));
    }
    Ok(Found::Runs(Box::new(baseline)))
}

/// A run that was read twice says no more than once; that it was accepted once is not forgotten.
fn each_once(runs: Vec<Run>) -> Vec<Run> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs {
        let known = run.identity.run_id.as_ref().and_then(|id| places.get(id));
        match known {
            Some(place) => {
                kept[*place].acceptance = run.acceptance.or(kept[*place].acceptance.take())
            }
            None => {
                places.extend(run.identity.run_id.clone().map(|id| (id, kept.len())));
                kept.push(run);
            }
        }
    }
    kept
}

/// Everything that can be missing: each metric, also of each scenario, and the baseline itself.
pub(crate) fn names(found: &Found, current: &Run) -> Vec<String> {
    let runs: Vec<&Run> = match found {
        Found::Runs(baseline) => baseline.newest().chain([current]).collect(),
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
    if let Some(places) = Places::of(path) {
        let history = read_history(&places, baseline, streams)?;
        let mut reference = Vec::new();
        if places.reference.exists() {
            let file = files::read(&places.reference.to_string_lossy(), streams)?;
            reference = runs_of(&file, baseline)?;
        }
        if !history.is_empty() {
            baseline.runs.extend(history);
            baseline.reference = reference.pop();
            return Ok(None);
        }
        if !reference.is_empty() {
            baseline.runs.extend(reference);
            return Ok(None);
        }
    }
    if Path::new(path).is_dir() {
        let names = documents_in(path)?;
        for name in &names {
            let file = files::read(&Path::new(path).join(name).to_string_lossy(), streams)?;
            let runs = runs_of(&file, baseline)?;
            baseline.runs.extend(runs);
        }
        return Ok(names
            .is_empty()
            .then(|| format!("{path}: no baseline in this folder")));
    }
    match files::read(path, streams) {
        Ok(file) => {
            let runs = runs_of(&file, baseline)?;
            baseline.runs.extend(runs);
            Ok(None)
        }
        Err(ToolkitError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => {
            Ok(Some(format!("{path}: no such baseline")))
        }
        Err(other) => Err(other.into()),
    }
}

/// While nobody writes it; nothing if it is not there, or empty, as before the first run was written.
fn read_history(
    places: &Places,
    baseline: &mut Baseline,
    streams: &mut Streams<'_>,
) -> Result<Vec<Run>, Error> {
    let name = places.history.to_string_lossy();
    let failed = |source| ToolkitError::Read {
        path: name.clone().into_owned(),
        source,
    };
    let lock = match File::open(&places.history) {
        Ok(file) => file,
        Err(source) if source.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source).into()),
    };
    lock.lock_shared().map_err(failed)?;
    let file = files::read(&name, streams)?;
    if file.content.iter().all(u8::is_ascii_whitespace) {
        return Ok(Vec::new());
    }
    runs_of(&file, baseline)
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
        if name.ends_with(".json") {
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
