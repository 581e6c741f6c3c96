//! Writing the truth file beside the requests: they hand a record over, a thread writes it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{HEADER, TruthRecord};
use crate::error::Error;

/// A record is in the file about this long after its request, half of what is promised.
const GATHER: Duration = Duration::from_millis(50);

/// Where a request leaves its record.
pub(crate) type Recorder = Sender<TruthRecord>;

/// Takes records until every [`Recorder`] is gone, and appends them to the file.
#[derive(Debug)]
pub(crate) struct Writer {
    thread: JoinHandle<io::Result<()>>,
    path: PathBuf,
}

impl Writer {
    /// Opens the file to append to it; a file that is not a truth file is refused.
    pub(crate) fn open(path: &Path) -> Result<(Recorder, Self), Error> {
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(Error::write(path))?;
        if file.metadata().map_err(Error::read(path))?.len() == 0 {
            writeln!(file, "{HEADER}").map_err(Error::write(path))?;
        } else {
            check(&mut file, path)?;
        }
        let (recorder, records) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("truth".to_owned())
            .spawn(move || append(&records, file))
            .map_err(Error::system(
                "cannot start the thread that writes the truth file",
            ))?;
        let path = path.to_owned();
        Ok((recorder, Self { thread, path }))
    }

    /// Waits for the last record, and says whether everything could be written.
    pub(crate) fn close(self) -> Result<(), Error> {
        let died = |_| Err(io::Error::other("its thread died"));
        let written = self.thread.join().unwrap_or_else(died);
        written.map_err(Error::write(self.path))
    }
}

/// An existing file must begin with our header and end with a whole line.
fn check(file: &mut File, path: &Path) -> Result<(), Error> {
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

/// One call for all lines: a reader, or another server on the same file, never sees half of one.
fn append(records: &Receiver<TruthRecord>, mut file: File) -> io::Result<()> {
    while let Ok(first) = records.recv() {
        thread::sleep(GATHER);
        let lines = iter::once(first).chain(records.try_iter());
        let text: String = lines.map(|record| record.line()).collect();
        file.write_all(text.as_bytes())?;
    }
    Ok(())
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
            let (recorder, writer) = Writer::open(&path).unwrap();
            recorder.send(record(start)).unwrap();
            drop(recorder);
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
