//! Reading a truth file back.

use std::fs;
use std::path::Path;
use std::str::FromStr;

use super::{HEADER, TruthRecord};
use crate::error::Error;
use crate::faults::Fault;

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
