//! Writing the truth file beside the requests: they hand a record over, a thread writes it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{HEADER, TruthRecord};
use crate::error::Error;

/// A record is in the file at most this long after its request, half of what is promised.
const FLUSH_EVERY: Duration = Duration::from_millis(50);

/// Takes records and appends them to the file.
#[derive(Debug)]
pub(crate) struct Writer {
    shared: Arc<Shared>,
    thread: JoinHandle<io::Result<()>>,
    path: PathBuf,
}

/// Where a request leaves its record; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Recorder(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    pending: Mutex<Pending>,
    closed: Condvar,
}

#[derive(Debug, Default)]
struct Pending {
    records: Vec<TruthRecord>,
    closed: bool,
}

impl Writer {
    /// Opens the file to append to it; a file that is not a truth file is refused.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(Error::write(path))?;
        check(&mut file, path)?;
        if file.metadata().map_err(Error::read(path))?.len() == 0 {
            writeln!(file, "{HEADER}").map_err(Error::write(path))?;
        }
        let shared = Arc::new(Shared::default());
        let thread = thread::Builder::new()
            .name("truth".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || append(&shared, file)
            })
            .map_err(Error::system(
                "cannot start the thread that writes the truth file",
            ))?;
        Ok(Self {
            shared,
            thread,
            path: path.to_owned(),
        })
    }

    /// A handle for the requests.
    pub(crate) fn recorder(&self) -> Recorder {
        Recorder(Arc::clone(&self.shared))
    }

    /// Writes what is left, and says whether everything could be written.
    pub(crate) fn close(self) -> Result<(), Error> {
        self.shared.lock().closed = true;
        self.shared.closed.notify_one();
        let written = self
            .thread
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("writer died")));
        written.map_err(Error::write(self.path))
    }
}

impl Recorder {
    /// Hands one record over; a few nanoseconds, no call of the operating system.
    pub(crate) fn record(&self, record: TruthRecord) {
        self.0.lock().records.push(record);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An existing file must begin with our header and end with a whole line.
fn check(file: &mut File, path: &Path) -> Result<(), Error> {
    let length = file.metadata().map_err(Error::read(path))?.len();
    if length == 0 {
        return Ok(());
    }
    let expected = format!("{HEADER}\n");
    let mut start = Vec::new();
    file.take(expected.len() as u64)
        .read_to_end(&mut start)
        .map_err(Error::read(path))?;
    if start != expected.as_bytes() {
        let reason = "exists and does not begin with the header of a truth file";
        return Err(Error::invalid(path, reason));
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1)).map_err(Error::read(path))?;
    file.read_exact(&mut last).map_err(Error::read(path))?;
    if last != [b'\n'] {
        return Err(Error::invalid(
            path,
            "its last line was cut off; remove that line first",
        ));
    }
    Ok(())
}

fn append(shared: &Shared, mut file: File) -> io::Result<()> {
    let mut records = Vec::new();
    let mut text = Vec::new();
    let mut outcome = Ok(());
    loop {
        let closed = {
            let pending = shared.lock();
            let (mut pending, _) = shared
                .closed
                .wait_timeout_while(pending, FLUSH_EVERY, |pending| !pending.closed)
                .unwrap_or_else(PoisonError::into_inner);
            mem::swap(&mut records, &mut pending.records);
            pending.closed
        };
        // After an error records are still taken, and dropped: a full disk must not become a
        // full memory.
        if outcome.is_ok() {
            outcome = append_whole_lines(&mut file, &mut text, &records);
        }
        records.clear();
        if closed {
            return outcome;
        }
    }
}

/// One call for all lines: a reader, or another server on the same file, never sees half of one.
fn append_whole_lines(
    file: &mut File,
    text: &mut Vec<u8>,
    records: &[TruthRecord],
) -> io::Result<()> {
    text.clear();
    for record in records {
        write_line(text, record)?;
    }
    file.write_all(text)
}

fn write_line(text: &mut Vec<u8>, record: &TruthRecord) -> io::Result<()> {
    let TruthRecord {
        arrival_unix_ns,
        waited_us,
        service_us,
        total_us,
        batch_size,
        status,
        fault,
    } = record;
    writeln!(
        text,
        "{arrival_unix_ns},{waited_us:.1},{service_us:.1},{total_us:.1},{batch_size},{status},{fault}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Fault;
    use std::fs;

    fn record(arrival_unix_ns: u64) -> TruthRecord {
        TruthRecord {
            arrival_unix_ns,
            waited_us: 0.5,
            service_us: 12.5,
            total_us: 14.0,
            batch_size: 3,
            status: 200,
            fault: Fault::ShortBatch,
        }
    }

    #[test]
    fn records_of_several_starts_stand_under_one_header() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("truth.csv");
        for start in 0..2 {
            let writer = Writer::open(&path).unwrap();
            writer.recorder().record(record(start));
            writer.close().unwrap();
        }
        assert_eq!(crate::truth::read(&path).unwrap(), [record(0), record(1)]);
        assert_eq!(
            fs::read_to_string(&path)
                .unwrap()
                .matches("arrival")
                .count(),
            1
        );
    }

    #[test]
    fn a_file_of_something_else_is_left_alone() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (text, reason) in [
            ("my notes", "does not begin"),
            (&format!("{HEADER}\n1,2"), "cut off"),
        ] {
            fs::write(file.path(), text).unwrap();
            let error = Writer::open(file.path()).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
            assert_eq!(fs::read_to_string(file.path()).unwrap(), text);
        }
    }
}
