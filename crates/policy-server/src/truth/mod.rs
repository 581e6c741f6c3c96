//! `--truth FILE`: the server's own record of every /predict request, to hold a measurement
//! against. CSV with a header line; times in microseconds unless named otherwise.

mod writer;

use std::fs;
use std::path::Path;
use std::str::FromStr;

pub(crate) use writer::{Recorder, Writer};

use crate::error::Error;
use crate::faults::Fault;

/// The header line of the file, without its line end.
pub const HEADER: &str = "arrival_unix_ns,waited_us,service_us,total_us,batch_size,status,fault";

/// Status of a request that got none: reset, or hung.
pub const NO_STATUS: u16 = 0;
/// Status of a request whose client went away before its answer, as nginx has it.
pub const CLIENT_GONE: u16 = 499;

/// One request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TruthRecord {
    /// When its head had been read, in nanoseconds since 1970 (UTC).
    pub arrival_unix_ns: u64,
    /// Time in the queue and in stalls, in microseconds.
    pub waited_us: f64,
    /// Time from the start of its work until its answer was ready, stalls left out, in microseconds.
    pub service_us: f64,
    /// Time from its arrival until its answer was handed over to be written, in microseconds.
    pub total_us: f64,
    /// Observations in it; 0 if it could not be read.
    pub batch_size: u32,
    /// HTTP status, or [`NO_STATUS`], or [`CLIENT_GONE`].
    pub status: u16,
    /// What was done to it.
    pub fault: Fault,
}

impl TruthRecord {
    fn line(&self) -> String {
        format!(
            "{},{:.1},{:.1},{:.1},{},{},{}\n",
            self.arrival_unix_ns,
            self.waited_us,
            self.service_us,
            self.total_us,
            self.batch_size,
            self.status,
            self.fault.name()
        )
    }
}

/// Every record of the file, in the order of their answers.
pub fn read(path: &Path) -> Result<Vec<TruthRecord>, Error> {
    let text = fs::read_to_string(path).map_err(Error::read(path))?;
    let mut lines = text.lines().enumerate();
    match lines.next() {
        Some((_, HEADER)) => {}
        found => {
            let found = found.map_or("nothing", |(_, line)| line);
            let reason = format!("line 1: {found:?} found, {HEADER:?} expected");
            return Err(Error::invalid(path, reason));
        }
    }
    lines
        .map(|(index, line)| {
            parse(line)
                .map_err(|reason| Error::invalid(path, format!("line {}: {reason}", index + 1)))
        })
        .collect()
}

fn parse(line: &str) -> Result<TruthRecord, String> {
    let fields: Vec<&str> = line.split(',').collect();
    let &[arrival, waited, service, total, batch_size, status, fault] = fields.as_slice() else {
        return Err(format!("{} fields found, 7 expected", fields.len()));
    };
    Ok(TruthRecord {
        arrival_unix_ns: number(arrival, "arrival_unix_ns")?,
        waited_us: number(waited, "waited_us")?,
        service_us: number(service, "service_us")?,
        total_us: number(total, "total_us")?,
        batch_size: number(batch_size, "batch_size")?,
        status: number(status, "status")?,
        fault: Fault::ALL
            .into_iter()
            .find(|known| known.name() == fault)
            .ok_or_else(|| format!("fault: {fault:?} found, a known fault expected"))?,
    })
}

fn number<T: FromStr>(text: &str, field: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("{field}: {text:?} found, a number expected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        read(file.path()).unwrap_err().to_string()
    }

    #[test]
    fn an_error_names_line_and_field() {
        assert!(refusal("a,b\n").contains("line 1: \"a,b\" found"));
        assert!(refusal("").contains("line 1: \"nothing\" found"));
        assert!(refusal(&format!("{HEADER}\n1,2,3\n")).contains("line 2: 3 fields found, 7"));
        let line = format!("{HEADER}\n1,0.0,5.0,5.0,x,200,none\n");
        assert!(refusal(&line).contains("line 2: batch_size: \"x\" found"));
        let line = format!("{HEADER}\n1,0.0,5.0,5.0,1,200,odd\n");
        assert!(refusal(&line).contains("line 2: fault: \"odd\" found"));
    }
}
