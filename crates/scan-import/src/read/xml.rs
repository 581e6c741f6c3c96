use std::str::FromStr;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::DEEPEST;
use super::tag_bytes::TagBytes;
use crate::brief::brief;
use crate::error::Refusal;
use crate::input::Content;

/// Elements have about ten. Each is compared with all before it.
const MOST_ATTRIBUTES: usize = 256;

/// Names are kept as long as their elements are open.
const LONGEST_NAME_BYTES: usize = 1024;

/// XML, tag by tag: elements and their attributes, no text. Entities cannot be declared.
pub(crate) struct Tags<'a> {
    reader: Reader<TagBytes<Content<'a>>>,
    buffer: Vec<u8>,
    open: Vec<String>,
    seen_root: bool,
}

/// A tag. An empty element is opened and closed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// `<name attribute="value">`
    Open(Element),
    /// `</name>`
    Close(String),
}

/// An element without its content.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    line: u64,
}

impl<'a> Tags<'a> {
    pub(crate) fn new(content: Content<'a>) -> Tags<'a> {
        let mut reader = Reader::from_reader(TagBytes::new(content));
        reader.config_mut().expand_empty_elements = true;
        Tags {
            reader,
            buffer: Vec::new(),
            open: Vec::new(),
            seen_root: false,
        }
    }

    /// How many elements are open: 1 within the root.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next tag; `None` behind the root's end.
    pub(crate) fn next(&mut self) -> Result<Option<Tag>, Refusal> {
        loop {
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer);
            let line = self.reader.get_ref().line();
            let event = event.map_err(|error| match error {
                quick_xml::Error::Io(error) => Refusal::at_line(line, error),
                error => Refusal::at_line(line, error),
            })?;
            match event {
                Event::Start(start) => {
                    if self.open.is_empty() && self.seen_root {
                        return Err(Refusal::at_line(line, "found a second root element"));
                    }
                    if self.open.len() >= DEEPEST {
                        let deep = format!("nested deeper than {DEEPEST} levels");
                        return Err(Refusal::at_line(line, deep));
                    }
                    self.seen_root = true;
                    let element = Element::of(&start, line)?;
                    self.open.push(element.name.clone());
                    return Ok(Some(Tag::Open(element)));
                }
                Event::End(_) => {
                    if let Some(name) = self.open.pop() {
                        return Ok(Some(Tag::Close(name)));
                    }
                }
                Event::Eof => {
                    return match self.open.last() {
                        Some(open) => Err(Refusal::at_line(
                            line,
                            format!("the file ends within <{open}>: it was cut off"),
                        )),
                        None if self.seen_root => Ok(None),
                        None => Err(Refusal::at_line(line, "found no element, expected XML")),
                    };
                }
                _ => {}
            }
        }
    }
}

impl Element {
    fn of(start: &BytesStart<'_>, line: u64) -> Result<Element, Refusal> {
        if start.name().as_ref().len() > LONGEST_NAME_BYTES {
            let long = format!("an element's name is longer than {LONGEST_NAME_BYTES} bytes");
            return Err(Refusal::at_line(line, long));
        }
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            if attributes.len() >= MOST_ATTRIBUTES {
                let many = format!("more than {MOST_ATTRIBUTES} attributes");
                return Err(Refusal::at_line(line, many));
            }
            let attribute = attribute.map_err(|error| Refusal::at_line(line, error))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| Refusal::at_line(line, error))?;
            attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        Ok(Element {
            name: start.name().as_ref().to_owned(),
            attributes,
            line,
        })
    }

    /// An attribute's text; `None` where there is no such attribute.
    pub(crate) fn text(&self, attribute: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(name, _)| name == attribute)
            .map(|(_, value)| value.as_str())
    }

    /// An attribute's value; `None` where there is no such attribute.
    pub(crate) fn value<T: FromStr>(
        &self,
        attribute: &str,
        expected: &str,
    ) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(attribute) else {
            return Ok(None);
        };
        let wrong = || self.refuse(&format!("{attribute}=\"{text}\", expected {expected}"));
        text.trim().parse().map(Some).map_err(|_| wrong())
    }

    /// An attribute's value, which must be there.
    pub(crate) fn required<T: FromStr>(
        &self,
        attribute: &str,
        expected: &str,
    ) -> Result<T, Refusal> {
        self.value(attribute, expected)?
            .ok_or_else(|| self.refuse(&format!("no {attribute}, expected {expected}")))
    }

    /// Refuses it.
    pub(crate) fn refuse(&self, found: &str) -> Refusal {
        Refusal::at_line(
            self.line,
            format!("<{}>: found {}", self.name, brief(found)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Result<Vec<String>, String> {
        let mut bytes = text.as_bytes();
        let mut tags = Tags::new(Content::new(&mut bytes));
        let mut seen = Vec::new();
        while let Some(tag) = tags.next().map_err(|refusal| refusal.to_string())? {
            seen.push(match tag {
                Tag::Open(element) => {
                    format!("{}{}", element.name, element.text("a").unwrap_or(""))
                }
                Tag::Close(name) => format!("/{name}"),
            });
        }
        Ok(seen)
    }

    #[test]
    fn an_empty_element_is_opened_and_closed() {
        assert_eq!(
            tags("<?xml version='1.0'?><!DOCTYPE r SYSTEM 'x.dtd'>\n<r a='&lt;'><b/>text</r>\n"),
            Ok(["r<", "b", "/b", "/r"].map(str::to_owned).to_vec())
        );
    }

    #[test]
    fn what_is_cut_off_is_refused_with_its_line() {
        let whole = "<r>\n<b a='1'>\n</b></r>";
        for end in 0..whole.len() {
            assert!(tags(&whole[..end]).is_err(), "{}", &whole[..end]);
        }
        assert_eq!(
            tags("<r>\n<b>\n").unwrap_err(),
            "line 3: the file ends within <b>: it was cut off"
        );
        assert!(tags("<r></b>").unwrap_err().starts_with("line 1: "));
        assert!(tags("<r></r><r></r>").unwrap_err().contains("second root"));
    }

    #[test]
    fn entities_are_refused_be_they_declared_or_not() {
        let bomb = "<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><r a='&b;'/>";
        assert!(tags(bomb).unwrap_err().contains("declares entities"));
        assert!(tags("<r a='&b;'/>").is_err());
    }

    #[test]
    fn depth_is_refused() {
        assert!(
            tags(&"<r>".repeat(10_000))
                .unwrap_err()
                .contains("nested deeper")
        );
    }

    #[test]
    fn attributes_without_number_and_names_without_end_are_refused() {
        let long = "r".repeat(2000);
        assert!(
            tags(&format!("<{long}/>"))
                .unwrap_err()
                .contains("name is longer than 1024")
        );
        let many: String = (0..300).map(|number| format!(" a{number}=''")).collect();
        assert!(
            tags(&format!("<r{many}/>"))
                .unwrap_err()
                .contains("more than 256 attributes")
        );
    }

    #[test]
    fn an_attribute_of_the_wrong_type_names_element_and_line() {
        let mut bytes = &b"<r>\n<line hits='many'/></r>"[..];
        let mut tags = Tags::new(Content::new(&mut bytes));
        tags.next().unwrap();
        let Some(Tag::Open(line)) = tags.next().unwrap() else {
            panic!("a line");
        };
        assert_eq!(
            line.required::<u64>("hits", "a count")
                .unwrap_err()
                .to_string(),
            "line 2: <line>: found hits=\"many\", expected a count"
        );
        assert_eq!(
            line.required::<u64>("number", "a count")
                .unwrap_err()
                .to_string(),
            "line 2: <line>: found no number, expected a count"
        );
    }
}
