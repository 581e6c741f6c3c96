use std::io::{self, Read};

use csv::StringRecord;
use schema::Measured;

use super::{Findings, Format};
use crate::brief::brief;
use crate::error::Refusal;
use crate::input::Content;
use crate::most_complex::MostComplex;

/// What `lizard --csv` writes, a function a record. Only `--verbose` puts names over its columns, and extensions of lizard put
/// columns behind them, so that it is recognised by the kinds of its first record's fields.
pub(super) const FORMAT: Format = Format {
    name: "lizard",
    recognises: |head| {
        let first = head.lines().iter().find(|line| !line.trim().is_empty());
        first
            .and_then(|line| records(line.as_bytes()).records().next()?.ok())
            .is_some_and(|record| is_header(&record) || Function::of(&record).is_some())
    },
    read,
};

const COLUMNS: [&str; 11] = [
    "NLOC",
    "CCN",
    "token",
    "PARAM",
    "length",
    "location",
    "file",
    "function",
    "long_name",
    "start",
    "end",
];

/// Of these kinds are all of a record's columns but its names.
const COUNTS: [usize; 7] = [0, 1, 2, 3, 4, 9, 10];

/// No function has a longer signature. Of nothing but commas, it needs sixteen times as much memory.
const LONGEST_RECORD_BYTES: usize = 1024 * 1024;

struct Function<'a> {
    complexity: u32,
    file: &'a str,
    name: &'a str,
    start: &'a str,
}

impl Function<'_> {
    fn of(record: &StringRecord) -> Option<Function<'_>> {
        for column in COUNTS {
            record.get(column)?.parse::<u32>().ok()?;
        }
        record.get(5).filter(|location| location.contains('@'))?;
        Some(Function {
            complexity: record.get(1)?.parse().ok()?,
            file: record.get(6)?,
            name: record.get(7)?,
            start: record.get(9)?,
        })
    }
}

fn is_header(record: &StringRecord) -> bool {
    record.iter().take(COLUMNS.len()).eq(COLUMNS)
}

fn records<R: Read>(source: R) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(source)
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let mut records = records(Allowance {
        inner: content,
        left: 0,
        last: b'\n',
    });
    let mut functions = MostComplex::default();
    let mut record = StringRecord::new();
    let mut found = false;
    loop {
        records.get_mut().left = LONGEST_RECORD_BYTES;
        let more = records
            .read_record(&mut record)
            .map_err(|error| Refusal::new(error.to_string()))?;
        if !more {
            break;
        }
        let line = record.position().map_or(0, |position| position.line());
        if !found && is_header(&record) {
            found = true;
            continue;
        }
        found = true;
        let function = Function::of(&record).ok_or_else(|| {
            let columns = COLUMNS.join(",");
            let fields: Vec<&str> = record.iter().take(COLUMNS.len()).collect();
            Refusal::at_line(
                line,
                format!(
                    "found {}, expected a function: {columns}",
                    brief(&fields.join(","))
                ),
            )
        })?;
        functions.add(Measured::from(function.complexity), || {
            format!(
                "{} ({}:{})",
                brief(function.name),
                brief(function.file),
                function.start
            )
        });
    }
    if !found {
        return Err(Refusal::new("found no record, expected functions"));
    }
    if records.get_ref().last != b'\n' {
        return Err(Refusal::new("the file ends within a line: it was cut off"));
    }
    Ok(Findings::CodeQuality(functions.found_by("lizard")))
}

/// Lets so many bytes through, and remembers the last: a quote that is never closed would make one record of a whole file.
struct Allowance<R> {
    inner: R,
    left: usize,
    last: u8,
}

impl<R: Read> Read for Allowance<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(length).ok_or_else(|| {
            io::Error::other(format!(
                "a record is longer than {LONGEST_RECORD_BYTES} bytes"
            ))
        })?;
        if let Some(last) = buffer.get(..length).and_then(<[u8]>::last) {
            self.last = *last;
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{code_quality, read};
    use crate::head::Head;
    use schema::evidence::CodeQualitySource;

    const HEADER: &str = "NLOC,CCN,token,PARAM,length,location,file,function,long_name,start,end\n";
    const PRICE: &str = "19,7,90,3,19,\"price@2-20@src/price.rs\",\"src/price.rs\",\"price\",\"price a , b\",2,20\n";
    const TOTAL: &str =
        "9,12,57,1,9,\"total@4-12@a.py\",\"a.py\",\"total\",\"total( a = 'x\ny' )\",4,12\n";

    fn source(text: &str) -> CodeQualitySource {
        code_quality(read(&FORMAT, text).unwrap())
    }

    fn recognised(text: &str) -> bool {
        (FORMAT.recognises)(&Head::of(text.as_bytes()))
    }

    #[test]
    fn the_second_column_is_the_complexity_with_a_header_or_without() {
        for text in [format!("{PRICE}{TOTAL}"), format!("{HEADER}{TOTAL}{PRICE}")] {
            let source = source(&text);
            assert_eq!(source.complexity, Measured::new(12.0));
            assert_eq!(source.function.as_deref(), Some("total (a.py:4)"));
        }
    }

    #[test]
    fn columns_of_extensions_are_passed_over() {
        let text = PRICE.replace(",20\n", ",20,3,x\r\n");
        assert!(recognised(&text));
        assert_eq!(source(&text).complexity, Measured::new(7.0));
    }

    #[test]
    fn a_header_alone_has_no_functions() {
        assert!(recognised(HEADER));
        assert_eq!(source(HEADER).complexity, None);
    }

    #[test]
    fn other_tables_are_not_recognised() {
        for text in [
            "1,2,3,4,5,6,7,8,9,10,11\n",
            "a,b,c\n",
            "1,2,3,4,5,\"f@1-2@a\",\"a\",\"f\",\"f\",one,2\n",
            "NLOC,CCN,token\n",
            "\n",
        ] {
            assert!(!recognised(text), "{text}");
        }
    }

    #[test]
    fn what_is_cut_off_or_wrong_is_refused() {
        for end in 1..PRICE.len() {
            assert!(read(&FORMAT, &PRICE[..end]).is_err(), "{}", &PRICE[..end]);
        }
        for (text, said) in [
            (PRICE.replace(",7,", ",-7,"), "line 1: found 19,-7,90"),
            (format!("{PRICE}{HEADER}"), "line 2: found NLOC"),
            (String::new(), "found no record"),
        ] {
            let refusal = read(&FORMAT, &text).unwrap_err();
            assert!(refusal.starts_with(said), "{text}: {refusal}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_refused_before_it_fills_the_memory() {
        let mut endless = b"1,\"".chain(io::repeat(b'x'));
        let refusal = (FORMAT.read)(Content::new(&mut endless))
            .unwrap_err()
            .to_string();
        assert!(refusal.contains("a record is longer than"), "{refusal}");
    }
}
