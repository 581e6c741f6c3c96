use std::io::{self, BufRead, Read};

/// Longer than any assertion that a failed test puts into an attribute.
const LONGEST_TAG_BYTES: usize = 8 * 1024 * 1024;

/// The bytes of XML that make up the tags of elements. Text, CDATA, comments, processing instructions and the document type are
/// passed over as they come: a test's output of a gigabyte is never held.
pub(super) struct TagBytes<R> {
    inner: R,
    line: u64,
    place: Place,
}

#[derive(Clone, Copy)]
enum Place {
    BetweenTags,
    /// Its `<` has been taken from `inner` and is still to be given.
    BeforeTag,
    WithinTag {
        length: usize,
        quote: Option<u8>,
    },
}

impl<R: BufRead> TagBytes<R> {
    pub(super) fn new(inner: R) -> TagBytes<R> {
        TagBytes {
            inner,
            line: 1,
            place: Place::BetweenTags,
        }
    }

    /// The line that has been read to, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Goes to the next tag, or to the end.
    fn find_tag(&mut self) -> io::Result<()> {
        while self.skip_past(b"<")? {
            match self.peek()? {
                Some(b'?') => self.skip_whole(b"?>", "a processing instruction")?,
                Some(b'!') => {
                    self.expect(b"!")?;
                    match self.peek()? {
                        Some(b'-') => {
                            self.expect(b"--")?;
                            self.skip_whole(b"-->", "a comment")?;
                        }
                        Some(b'[') => {
                            self.expect(b"[CDATA[")?;
                            self.skip_whole(b"]]>", "CDATA")?;
                        }
                        _ => self.skip_document_type()?,
                    }
                }
                _ => {
                    self.place = Place::BeforeTag;
                    break;
                }
            }
        }
        Ok(())
    }

    fn skip_document_type(&mut self) -> io::Result<()> {
        self.expect(b"DOCTYPE")?;
        let mut quote = None;
        loop {
            let byte = self.peek()?.ok_or_else(|| cut_off("the document type"))?;
            if byte == b'[' && quote.is_none() {
                return Err(io::Error::other(
                    "the document type declares entities or elements, which no tool does and which can fill the memory",
                ));
            }
            self.take();
            if ends_tag(byte, &mut quote) {
                return Ok(());
            }
        }
    }

    fn skip_whole(&mut self, end: &[u8], what: &str) -> io::Result<()> {
        match self.skip_past(end)? {
            true => Ok(()),
            false => Err(cut_off(what)),
        }
    }

    /// Goes behind the next `end`, of at most three bytes. Returns whether there was one.
    fn skip_past(&mut self, end: &[u8]) -> io::Result<bool> {
        let as_number = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0, |number, byte| number << 8 | u32::from(*byte))
        };
        let (wanted, mask) = (
            as_number(end),
            as_number(&[0xff; 3]) >> (8 * (3 - end.len())),
        );
        let mut last = 0;
        loop {
            let buffered = self.inner.fill_buf()?;
            if buffered.is_empty() {
                return Ok(false);
            }
            let mut read = 0;
            for byte in buffered {
                read += 1;
                last = last << 8 | u32::from(*byte);
                self.line += u64::from(*byte == b'\n');
                if last & mask == wanted {
                    break;
                }
            }
            self.inner.consume(read);
            if last & mask == wanted {
                return Ok(true);
            }
        }
    }

    fn expect(&mut self, text: &[u8]) -> io::Result<()> {
        for expected in text {
            if self.peek()? != Some(*expected) {
                return Err(io::Error::other(
                    "found <! that begins neither a comment nor CDATA nor the document type",
                ));
            }
            self.take();
        }
        Ok(())
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.inner.fill_buf()?.first().copied())
    }

    /// Takes the byte that was peeked at.
    fn take(&mut self) {
        self.consume_and(1, |_| {});
    }

    /// Takes bytes that are in the buffer, each after `seen` has seen it.
    fn consume_and(&mut self, amount: usize, mut seen: impl FnMut(u8)) {
        // What is consumed has been filled in: nothing is read for it, and nothing fails.
        let buffered = self.inner.fill_buf().unwrap_or_default();
        for byte in buffered.iter().take(amount) {
            self.line += u64::from(*byte == b'\n');
            seen(*byte);
        }
        self.inner.consume(amount);
    }
}

impl<R: BufRead> BufRead for TagBytes<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Place::BetweenTags = self.place {
            self.find_tag()?;
        }
        match self.place {
            Place::BetweenTags => Ok(&[]),
            Place::BeforeTag => Ok(b"<"),
            Place::WithinTag { length, .. } if length > LONGEST_TAG_BYTES => Err(io::Error::other(
                format!("a tag is longer than {LONGEST_TAG_BYTES} bytes"),
            )),
            Place::WithinTag { mut quote, .. } => {
                let buffered = self.inner.fill_buf()?;
                let end = buffered
                    .iter()
                    .position(|byte| ends_tag(*byte, &mut quote))
                    .map_or(buffered.len(), |last| last + 1);
                Ok(buffered.get(..end).unwrap_or_default())
            }
        }
    }

    fn consume(&mut self, amount: usize) {
        match self.place {
            _ if amount == 0 => {}
            Place::BetweenTags => {}
            Place::BeforeTag => {
                self.place = Place::WithinTag {
                    length: amount,
                    quote: None,
                };
            }
            Place::WithinTag { length, mut quote } => {
                let mut ended = false;
                self.consume_and(amount, |byte| ended = ends_tag(byte, &mut quote));
                self.place = match ended {
                    true => Place::BetweenTags,
                    false => Place::WithinTag {
                        length: length.saturating_add(amount),
                        quote,
                    },
                };
            }
        }
    }
}

impl<R: BufRead> Read for TagBytes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

/// Whether a byte is the `>` of a tag and no part of an attribute.
fn ends_tag(byte: u8, quote: &mut Option<u8>) -> bool {
    match (byte, *quote) {
        (b'>', None) => return true,
        (b'"' | b'\'', None) => *quote = Some(byte),
        (_, Some(open)) if byte == open => *quote = None,
        _ => {}
    }
    false
}

fn cut_off(what: &str) -> io::Error {
    io::Error::other(format!("the file ends within {what}: it was cut off"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::BufReader;

    fn tags(text: &str, buffer_bytes: usize) -> Result<String, String> {
        let mut kept = String::new();
        TagBytes::new(BufReader::with_capacity(buffer_bytes, text.as_bytes()))
            .read_to_string(&mut kept)
            .map_err(|error| error.to_string())?;
        Ok(kept)
    }

    #[test]
    fn all_but_tags_is_passed_over_however_the_file_is_cut_into_reads() {
        let text =
            "<?xml version='1.0'?><!DOCTYPE r PUBLIC '-//A>//B' \"c>.dtd\">\n<!-- <a> -- > --->
            <r a='>' b=\"'/>\">text ] ]> -->\n<![CDATA[<b> ]] > ]]]><c/></r>\n";
        for buffer_bytes in 1..text.len() {
            assert_eq!(
                tags(text, buffer_bytes).as_deref(),
                Ok("<r a='>' b=\"'/>\"><c/></r>")
            );
        }
    }

    #[test]
    fn what_ends_within_is_cut_off() {
        for (text, said) in [
            ("<r><!-- a --", "within a comment"),
            ("<r><![CDATA[ a ]]", "within CDATA"),
            ("<?xml", "within a processing instruction"),
            ("<!DOCTYPE r '>", "within the document type"),
            ("<!DOCTYPE r [<!ENTITY a 'b'>]>", "declares entities"),
            ("<r><!>", "neither a comment"),
            ("<r><!-", "neither a comment"),
        ] {
            let refusal = tags(text, 16).unwrap_err();
            assert!(refusal.contains(said), "{text}: {refusal}");
        }
    }

    #[test]
    fn a_tag_without_an_end_is_refused_before_it_fills_the_memory() {
        let mut endless = BufReader::new(b"<a b='".chain(io::repeat(b'x')));
        let refusal = io::copy(&mut TagBytes::new(&mut endless), &mut io::sink()).unwrap_err();
        assert!(
            refusal.to_string().contains("a tag is longer than"),
            "{refusal}"
        );
    }

    proptest! {
        #[test]
        fn whatever_stands_between_two_tags_is_dropped(text in "[^<]{0,40}", comment in "[^-]{0,40}", data in "[^\\]]{0,40}") {
            let whole = format!("<a>{text}<!--{comment}-->{text}<![CDATA[{data}]]>{text}</a>");
            prop_assert_eq!(tags(&whole, 7), Ok("<a></a>".to_owned()));
        }
    }
}
