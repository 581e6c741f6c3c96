use std::collections::HashMap;

use schema::evidence::{CodeQualityMetric, CodeQualitySource};

use super::{Findings, Format};
use crate::covered_lines::CoveredLines;
use crate::error::Refusal;
use crate::fingerprint::Fingerprint;
use crate::input::Content;
use crate::read::text::Lines;

/// LCOV's tracefile, as geninfo's manual has it: records from `SF:` to `end_of_record`. Lines (`DA:`) count, merged over all
/// records of a file; `LF:` and `LH:` only for files without.
pub(super) const FORMAT: Format = Format {
    name: "lcov",
    recognises: |head| {
        head.lines()
            .iter()
            .map(|line| line.trim())
            .find(|line| !line.is_empty() && !line.starts_with('#'))
            .is_some_and(|line| line.starts_with("TN:") || line.starts_with("SF:"))
    },
    read,
};

#[derive(Default)]
struct Tracefile {
    lines: CoveredLines,
    /// What files say of themselves, executed lines and all: those that have no `DA:`.
    summaries: HashMap<Fingerprint, Summary>,
    records: u64,
}

#[derive(Clone, Copy, Default)]
struct Summary {
    hit: u64,
    found: u64,
    /// Of how many records.
    records: u64,
}

/// A record that has been begun.
struct Record {
    file: Fingerprint,
    hit: Option<u64>,
    found: Option<u64>,
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let mut lines = Lines::new(content);
    let mut tracefile = Tracefile::default();
    let mut open: Option<Record> = None;
    while let Some(line) = lines.next()? {
        let read = tracefile.take(line.trim(), &mut open);
        read.map_err(|problem| lines.refuse(problem))?;
    }
    if open.is_some() {
        return Err(
            lines.refuse("the file ends within a record, expected end_of_record: it was cut off")
        );
    }
    if tracefile.records == 0 {
        return Err(lines.refuse("found no record, expected SF: and end_of_record"));
    }
    Ok(Findings::CodeQuality(tracefile.source()))
}

impl Tracefile {
    fn take(&mut self, line: &str, open: &mut Option<Record>) -> Result<(), String> {
        if line == "end_of_record" {
            let record = open
                .take()
                .ok_or("found end_of_record, expected SF: before it")?;
            self.records += 1;
            self.summarise(&record);
            return Ok(());
        }
        let (key, value) = line.split_once(':').unwrap_or((line, ""));
        match (key, open) {
            ("SF", Some(_)) => return Err("found SF:, expected end_of_record before it".to_owned()),
            ("SF", open @ None) => {
                *open = Some(Record {
                    file: Fingerprint::of(&[value]),
                    hit: None,
                    found: None,
                });
            }
            ("DA", Some(record)) => {
                let (line, covered) = executed(value)?;
                self.lines.add(record.file, line, covered)?;
            }
            ("LF", Some(record)) => record.found = Some(count(value)?),
            ("LH", Some(record)) => record.hit = Some(count(value)?),
            ("DA" | "LF" | "LH", None) => {
                return Err(format!("found {key}:, expected SF: before it"));
            }
            // Functions, branches, names, comments.
            _ => {}
        }
        Ok(())
    }

    fn summarise(&mut self, record: &Record) {
        if let Some((hit, found)) = record.hit.zip(record.found).filter(|(_, found)| *found > 0) {
            let summary = self.summaries.entry(record.file).or_default();
            summary.hit += hit;
            summary.found += found;
            summary.records += 1;
        }
    }

    fn source(self) -> CodeQualitySource {
        let (mut covered, mut valid) = self.lines.counts();
        let mut repeated = false;
        for (file, summary) in &self.summaries {
            if !self.lines.knows(*file) {
                covered = covered.saturating_add(summary.hit);
                valid = valid.saturating_add(summary.found);
                repeated |= summary.records > 1;
            }
        }
        CodeQualitySource {
            covered_lines: Some(covered),
            valid_lines: Some(valid),
            incomplete: repeated.then(|| {
                "a file has several records without DA: lines, which cannot be merged".to_owned()
            }),
            ..CodeQualitySource::new(CodeQualityMetric::Coverage, "lcov")
        }
    }
}

/// `number,executions[,checksum]`. Executions may be huge, and in old versions of gcov negative.
fn executed(value: &str) -> Result<(u32, bool), String> {
    let mut parts = value.split(',').map(str::trim);
    let number = parts.next().and_then(|number| number.parse().ok());
    let executions = parts.next().and_then(|count| count.parse::<f64>().ok());
    number
        .zip(executions.filter(|count| count.is_finite()))
        .map(|(number, executions)| (number, executions > 0.0))
        .ok_or_else(|| {
            format!("found DA:{value}, expected a line's number and how often it was executed")
        })
}

fn count(value: &str) -> Result<u64, String> {
    // More lines than bytes that a file can have.
    value
        .trim()
        .parse::<u32>()
        .map(u64::from)
        .map_err(|_| format!("found {value}, expected a count of lines"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{code_quality, read};

    fn counts(text: &str) -> (Option<u64>, Option<u64>) {
        let source = code_quality(read(&FORMAT, text).unwrap());
        (source.covered_lines, source.valid_lines)
    }

    #[test]
    fn lines_count_and_not_what_the_record_says_of_them() {
        let text =
            "TN:\nSF:a.c\nFN:1,main\nDA:1,5\nDA:2,0\nDA:3,1,abc=\nLF:9\nLH:9\nend_of_record\n";
        assert_eq!(counts(text), (Some(2), Some(3)));
    }

    #[test]
    fn records_of_one_file_are_merged_line_by_line() {
        let text = "SF:a.c\nDA:1,1\nDA:2,0\nend_of_record\nSF:a.c\nDA:1,0\nDA:2,3\nDA:3,0\nend_of_record\nSF:b.c\nDA:1,0\nend_of_record\n";
        assert_eq!(counts(text), (Some(2), Some(4)));
    }

    #[test]
    fn a_file_without_lines_is_taken_at_its_word_unless_it_comes_twice() {
        let record = "SF:a.c\nLF:10\nLH:4\nend_of_record\n";
        assert_eq!(counts(record), (Some(4), Some(10)));
        let twice = code_quality(read(&FORMAT, &record.repeat(2)).unwrap());
        assert!(twice.incomplete.unwrap().contains("several records"));
        let lines_elsewhere = format!("{record}SF:a.c\nDA:1,1\nend_of_record\n");
        assert_eq!(counts(&lines_elsewhere), (Some(1), Some(1)));
    }

    #[test]
    fn huge_and_negative_executions_are_read() {
        assert_eq!(
            counts("SF:a\nDA:1,99999999999999999999\nDA:2,-3\nend_of_record\n"),
            (Some(1), Some(2))
        );
    }

    #[test]
    fn what_is_cut_off_or_wrong_is_refused_with_its_line() {
        for (text, said) in [
            ("SF:a\nDA:1,1\n", "line 3: the file ends within a record"),
            (
                "SF:a\nDA:1\nend_of_record\n",
                "line 2: found DA:1, expected a line's number",
            ),
            ("SF:a\nDA:1,nan\nend_of_record\n", "line 2: found DA:1,nan"),
            (
                "SF:a\nLF:-1\nend_of_record\n",
                "line 2: found -1, expected a count",
            ),
            ("SF:a\nSF:b\n", "line 2: found SF:, expected end_of_record"),
            ("DA:1,1\n", "line 1: found DA:, expected SF: before it"),
            ("TN:\n", "line 2: found no record"),
        ] {
            let refusal = read(&FORMAT, text).unwrap_err();
            assert!(refusal.starts_with(said), "{text}: {refusal}");
        }
    }
}
