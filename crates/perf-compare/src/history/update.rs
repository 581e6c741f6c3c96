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
    /// Whether a line was added to it.
    appended: bool,
    /// Whether the run is the reference now.
    is_reference: bool,
    /// Whether there are runs but no reference.
    lost_reference: bool,
}

impl Updated {
    /// In words.
    pub(crate) fn words(&self, baseline: &str) -> String {
        let said = match (self.appended, self.is_reference) {
            (true, true) => format!("taken over into {baseline}, and the reference from now on"),
            (true, false) => format!("taken over into {baseline}"),
            (false, true) => format!("the reference of {baseline} from now on"),
            (false, false) => format!("{baseline} holds this run already"),
        };
        if self.lost_reference {
            format!("{said}; its reference is gone, and --accept would make a run the new one")
        } else {
            said
        }
    }
}

/// Adds a run to the history of a baseline, and makes it the reference if it is the first one or if it was accepted for a
/// `reason`. A reference that is lost while the history is not is no reason to accept whatever comes next.
///
/// Several processes may do so at once: each holds the history's lock while it looks and writes, so that nothing is lost and
/// no run is in it twice.
pub(crate) fn update(
    baseline: &str,
    incoming: &Incoming,
    reason: Option<&str>,
    streams: &mut Streams<'_>,
) -> Result<Updated, Error> {
    let places = Places::of(baseline).ok_or(Error::Usage(
        "--update takes over into a folder, or the latest.json or history.ndjson in it: name one as --baseline",
    ))?;
    let failed = |path: &Path| {
        let path = path.to_string_lossy().into_owned();
        move |source| ToolkitError::Write { path, source }
    };
    if let Some(folder) = places.history.parent() {
        std::fs::create_dir_all(folder).map_err(failed(folder))?;
    }
    // Until the file is closed at the end.
    let mut history = locked(&places.history).map_err(failed(&places.history))?;
    let id = incoming
        .evidence
        .run
        .as_ref()
        .and_then(|run| run.id.clone());
    let known = Known::read(&mut history, &places.history, id.as_deref())?;
    let has_reference = places.reference.exists();
    let is_first = known.runs == 0 && !has_reference;
    let reason = reason.or(is_first.then_some(FIRST));
    let acceptance = reason.map(|reason| Acceptance {
        reason: reason.to_owned(),
        time: clock::now(),
    });
    let appended = !known.this || (reason.is_some() && known.reason.as_deref() != reason);
    if appended {
        let entry = entry::of(&incoming.evidence, acceptance.clone());
        append(&mut history, &entry).map_err(failed(&places.history))?;
    }
    if acceptance.is_some() {
        let reference = places.reference.to_string_lossy();
        let document = incoming.document.to_string();
        files::write(&reference, document.as_bytes(), streams)?;
    }
    Ok(Updated {
        appended,
        is_reference: acceptance.is_some(),
        lost_reference: !has_reference && acceptance.is_none(),
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

/// What a history knows of a run.
#[derive(Default)]
struct Known {
    /// How many runs there are.
    runs: usize,
    /// Whether this one is among them.
    this: bool,
    /// For what reason it was accepted last.
    reason: Option<String>,
}

impl Known {
    /// That a history can be read to its end is found out here too: after half a line nothing that is appended could be.
    fn read(history: &mut File, path: &Path, id: Option<&str>) -> Result<Known, Error> {
        let name = path.to_string_lossy().into_owned();
        let mut content = Vec::new();
        history
            .seek(SeekFrom::Start(0))
            .and_then(|_| history.read_to_end(&mut content))
            .map_err(|source| ToolkitError::Read {
                path: name.clone(),
                source,
            })?;
        let mut known = Known::default();
        if content.iter().all(u8::is_ascii_whitespace) {
            return Ok(known);
        }
        let look = |evidence: Evidence| {
            known.runs += 1;
            let other = evidence.run.and_then(|run| run.id);
            if id.is_some() && other.as_deref() == id {
                known.this = true;
                known.reason = evidence.acceptance.map(|acceptance| acceptance.reason);
            }
        };
        Document::each_evidence(&content, look).map_err(|(number, source)| {
            ToolkitError::Document {
                path: format!("document {number} of {name}"),
                source,
            }
        })?;
        Ok(known)
    }
}

/// On the disk before the lock is given up, or not at all: half a line would make the rest unreadable.
fn append(history: &mut File, entry: &Evidence) -> io::Result<()> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    let length = history.metadata()?.len();
    let written = history.write_all(&line).and_then(|()| history.sync_all());
    if written.is_err() {
        // If that fails too, the first error is the one to tell.
        let _ = history.set_len(length);
    }
    written
}
