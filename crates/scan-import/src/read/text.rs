use std::io::{BufRead, Read};

use crate::error::Refusal;
use crate::input::Content;

/// No tool writes longer lines: what has them is no text.
const LONGEST_LINE_BYTES: u64 = 16 * 1024 * 1024;

/// Text, line by line.
pub(crate) struct Lines<'a> {
    content: Content<'a>,
    line: Vec<u8>,
    number: u64,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(content: Content<'a>) -> Lines<'a> {
        Lines {
            content,
            line: Vec::new(),
            number: 0,
        }
    }

    /// The next line, without its end; `None` behind the last.
    pub(crate) fn next(&mut self) -> Result<Option<&str>, Refusal> {
        self.line.clear();
        self.number += 1;
        let read = (&mut self.content)
            .take(LONGEST_LINE_BYTES)
            .read_until(b'\n', &mut self.line);
        match read {
            Err(error) => return Err(self.refuse(error)),
            Ok(0) => return Ok(None),
            Ok(length) if length as u64 == LONGEST_LINE_BYTES => {
                return Err(self.refuse("longer than 16 MiB, expected a line of text"));
            }
            Ok(_) => {}
        }
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match std::str::from_utf8(line) {
            Ok(line) => Ok(Some(line)),
            Err(error) => Err(self.refuse(format!("not UTF-8: {error}"))),
        }
    }

    /// Refuses the line that was read last.
    pub(crate) fn refuse(&self, problem: impl std::fmt::Display) -> Refusal {
        Refusal::at_line(self.number, problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_without_their_ends_and_one_that_is_no_text_is_refused() {
        let mut bytes = &b"one\r\n\ntwo\n\xff"[..];
        let mut lines = Lines::new(Content::new(&mut bytes));
        for expected in ["one", "", "two"] {
            assert_eq!(lines.next().unwrap(), Some(expected));
        }
        let refusal = lines.next().unwrap_err().to_string();
        assert!(refusal.starts_with("line 4: not UTF-8"), "{refusal}");
    }
}
