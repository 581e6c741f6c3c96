use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use schema::Document;
use schema::evidence::{Acceptance, Evidence};
use toolkit::documents::Incoming;
use toolkit::{Streams, ToolkitError, clock, files};

use super::entry;
use super::places::Places;
use crate::error::Error;

/// Why the first run of a history is its reference.
const FIRST: &str = "the first run";

/// What became of a history.
pub(crate) struct Updated {
    /// Whether the run was new to it.
    pub(crate) appended: bool,
    /// Whether the run is the reference now.
    pub(crate) is_reference: bool,
}

impl Updated {
    /// In words.
    pub(crate) fn words(&self, baseline: &str) -> String {
        match (self.appended, self.is_reference) {
            (true, true) => format!("taken over into {baseline}, and the reference from now on"),
            (true, false) => format!("taken over into {baseline}"),
            (false, true) => format!("the reference of {baseline} from now on"),
            (false, false) => format!("{baseline} holds this run already"),
        }
    }
}

/// Adds a run to the history of a baseline, and makes it the reference if there was none or if it was accepted for a
/// `reason`.
///
/// Several processes may do so at once: each holds the history's lock while it looks and writes, so that nothing is lost and
/// no run is in it twice.
pub(crate) fn update(
    baseline: &str,
    incoming: &Incoming,
    reason: Option<&str>,
    streams: &mut Streams<'_>,
) -> Result<Updated, Error> {
    let places = Places::of(baseline);
    let failed = |path: &Path| {
        let path = path.to_string_lossy().into_owned();
        move |source| ToolkitError::Write { path, source }
    };
    if let Some(folder) = places.history.parent() {
        std::fs::create_dir_all(folder).map_err(failed(folder))?;
    }
    // Until the file is closed at the end.
    let mut history = locked(&places.history).map_err(failed(&places.history))?;
    let known = known(&mut history, &places.history, &incoming.evidence)?;
    let is_first = !places.reference.exists();
    let acceptance = reason
        .or(is_first.then_some(FIRST))
        .map(|reason| Acceptance {
            reason: reason.to_owned(),
            time: clock::now(),
        });
    let appended = !known || reason.is_some();
    if appended {
        let entry = entry::of(&incoming.evidence, acceptance.clone());
        append(&mut history, &entry).map_err(failed(&places.history))?;
    }
    if acceptance.is_some() {
        let reference = places.reference.to_string_lossy();
        files::write(
            &reference,
            incoming.document.to_string().as_bytes(),
            streams,
        )?;
    }
    Ok(Updated {
        appended,
        is_reference: acceptance.is_some(),
    })
}

fn locked(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)?;
    file.lock()?;
    Ok(file)
}

/// Whether the history holds this run. That it can be read to its end is found out here too: after half a line nothing
/// that is appended could be.
fn known(history: &mut File, path: &Path, evidence: &Evidence) -> Result<bool, Error> {
    let name = path.to_string_lossy().into_owned();
    let mut content = Vec::new();
    history
        .seek(SeekFrom::Start(0))
        .and_then(|_| history.read_to_end(&mut content))
        .map_err(|source| ToolkitError::Read {
            path: name.clone(),
            source,
        })?;
    let id = evidence.run.as_ref().and_then(|run| run.id.as_ref());
    let mut found = false;
    if !content.is_empty() {
        let is_this = |run: Evidence| {
            let other = run.run.and_then(|run| run.id);
            found |= id.is_some() && other.as_ref() == id;
        };
        Document::each_evidence(&content, is_this).map_err(|(number, source)| {
            ToolkitError::Document {
                path: format!("document {number} of {name}"),
                source,
            }
        })?;
    }
    Ok(found)
}

/// In one write, with its end of line, and on the disk before the lock is given up.
fn append(history: &mut File, entry: &Evidence) -> io::Result<()> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    history.write_all(&line)?;
    history.sync_all()
}
