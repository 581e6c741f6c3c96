use std::fmt;

use indexmap::IndexMap;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::evidence::{Evidence, Provenance, Warning};
use crate::{SchemaError, Section};

/// The version that this build writes.
pub(crate) const SCHEMA_VERSION: &str = "1.0";
pub(crate) const SCHEMA_MAJOR: &str = "1";

/// An evidence document as text, section by section.
///
/// A tool types what it reads ([`Document::evidence`]) and replaces what it writes ([`Document::set`]);
/// every other section, every unknown key and every number stays as it was written, to the byte.
#[derive(Clone, Debug, Default)]
pub struct Document {
    sections: IndexMap<String, Box<RawValue>>,
}

impl Document {
    /// A document that holds `evidence` and nothing else.
    pub fn from_evidence(evidence: &Evidence) -> Result<Document, SchemaError> {
        let text = serde_json::to_string(evidence).map_err(|source| SchemaError::Write {
            section: "document".to_owned(),
            source,
        })?;
        let mut document: Document = serde_json::from_str(&text).map_err(SchemaError::of_json)?;
        document.put("schema_version", &SCHEMA_VERSION)?;
        Ok(document)
    }

    /// Every document that stands in `text`, one after another. None at all is an error.
    pub fn parse_all(text: &[u8]) -> Result<Vec<Document>, SchemaError> {
        // Some editors and shells begin a file with a byte order mark.
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let documents: Vec<Document> = serde_json::Deserializer::from_slice(text)
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(SchemaError::of_json)?;
        if documents.is_empty() {
            return Err(SchemaError::Empty);
        }
        for document in &documents {
            document.check_version()?;
            document.check_texts()?;
        }
        Ok(documents)
    }

    /// Refuses escapes that stand for no character, which other readers of JSON refuse too: sections that are only passed on
    /// are not looked into otherwise.
    fn check_texts(&self) -> Result<(), SchemaError> {
        let has_surrogates = |text: &str| text.contains("\\ud") || text.contains("\\uD");
        self.sections
            .iter()
            .filter(|(_, text)| has_surrogates(text.get()))
            .try_for_each(|(section, text)| typed::<Value>(section, text.get()).map(drop))
    }

    fn check_version(&self) -> Result<(), SchemaError> {
        let Some(raw) = self.sections.get("schema_version") else {
            return Ok(());
        };
        let found: String = typed("schema_version", raw.get())?;
        if is_known(&found) {
            Ok(())
        } else {
            Err(SchemaError::Version { found })
        }
    }

    /// Every known section as types. A wrong type anywhere in one is an error that names the place.
    pub fn evidence(&self) -> Result<Evidence, SchemaError> {
        typed("", &self.to_string())
    }

    /// Every known section, as types, of each document that stands in `text`, one after another: a history of thousands is
    /// gone through without being kept. None at all is an error, as is whatever [`Document::evidence`] would refuse; with
    /// it comes which document it is, from 1.
    pub fn each_evidence(
        text: &[u8],
        mut visit: impl FnMut(Evidence),
    ) -> Result<(), (usize, SchemaError)> {
        let mut documents = serde_json::Deserializer::from_slice(text).into_iter::<Evidence>();
        let (mut start, mut number) = (0, 1);
        loop {
            let refused = match documents.next() {
                None if number == 1 => SchemaError::Empty,
                None => return Ok(()),
                Some(Err(error)) => SchemaError::of_json(error),
                Some(Ok(evidence)) => match evidence.schema_version.as_deref() {
                    Some(version) if !is_known(version) => SchemaError::Version {
                        found: version.to_owned(),
                    },
                    _ => {
                        visit(evidence);
                        (start, number) = (documents.byte_offset(), number + 1);
                        continue;
                    }
                },
            };
            // Once more in the slow way, which knows where in a document an error is.
            let document = text.get(start..).unwrap_or_default();
            return Err((number, Document::refusal(document).unwrap_or(refused)));
        }
    }

    /// Why a text is refused that begins with a section of the wrong type; `None` where that is not why.
    fn refusal(text: &[u8]) -> Option<SchemaError> {
        let first = serde_json::Deserializer::from_slice(text)
            .into_iter::<Document>()
            .next()?;
        first.ok()?.evidence().err()
    }

    /// What stands at a JSON Pointer (RFC 6901), which begins with the name of a section; `None` where nothing does. A section
    /// with a number or a depth that cannot be read is an error.
    pub fn value_at(&self, pointer: &str) -> Result<Option<Value>, SchemaError> {
        let path = pointer.strip_prefix('/').unwrap_or(pointer);
        let (section, _) = path.split_once('/').unwrap_or((path, ""));
        let within = &path[section.len()..];
        let name = section.replace("~1", "/").replace("~0", "~");
        let Some(text) = self.sections.get(&name) else {
            return Ok(None);
        };
        let value: Value = typed(&name, text.get())?;
        Ok(value.pointer(within).cloned())
    }

    /// Whether there is a section of that name.
    pub fn has(&self, section: &str) -> bool {
        self.sections.contains_key(section)
    }

    /// Writes a section, in the place of an earlier one of the same name.
    pub fn set<S: Section>(&mut self, section: &S) -> Result<(), SchemaError> {
        self.put(S::NAME, section)
    }

    /// Takes out what `provenance` says of a section: it is written anew.
    pub fn forget_provenance(&mut self, section: &str) -> Result<(), SchemaError> {
        let Some(entries) = self.sections.get("provenance") else {
            return Ok(());
        };
        let mut kept = Vec::new();
        for entry in list("provenance", entries)? {
            let provenance: Provenance = typed("provenance", entry.get())?;
            if provenance.section != section {
                kept.push(entry);
            }
        }
        self.put("provenance", &kept)
    }

    /// Adds to `provenance`.
    pub fn add_provenance(&mut self, provenance: &Provenance) -> Result<(), SchemaError> {
        self.extend_list("provenance", [raw("provenance", provenance)?])
    }

    /// Adds to `warnings`, unless the same warning stands there.
    pub fn add_warning(&mut self, warning: &Warning) -> Result<(), SchemaError> {
        self.extend_list("warnings", [raw("warnings", warning)?])
    }

    /// Recomputes `overall_success` from every section that judges and returns it; the key goes if nothing has judged.
    pub fn judge(&mut self) -> Result<Option<bool>, SchemaError> {
        let success = self.without_scenarios().evidence()?.success();
        self.sections.shift_remove("overall_success");
        if let Some(success) = success {
            self.put("overall_success", &success)?;
        }
        if !self.sections.contains_key("schema_version") {
            let version = raw("schema_version", &SCHEMA_VERSION)?;
            self.sections
                .shift_insert(0, "schema_version".to_owned(), version);
        }
        Ok(success)
    }

    /// All that may judge: scenarios do not, are nearly all of a document, and were typed when it was read.
    fn without_scenarios(&self) -> Document {
        let kept = self
            .sections
            .iter()
            .filter(|(section, _)| *section != "scenarios");
        Document {
            sections: kept
                .map(|(section, text)| (section.clone(), text.clone()))
                .collect(),
        }
    }

    /// Takes the sections of `other` into this document. Lists of provenance and warnings are concatenated;
    /// the same section twice with different content is an error that names both documents.
    pub fn merge(&mut self, other: Document, names: (&str, &str)) -> Result<(), SchemaError> {
        for (section, theirs) in other.sections {
            match section.as_str() {
                "provenance" | "warnings" => {
                    self.extend_list(&section, list(&section, &theirs)?)?
                }
                "overall_success" | "schema_version" => {
                    self.sections.entry(section).or_insert(theirs);
                }
                _ => match self.sections.get(&section) {
                    Some(ours) if !same_value(ours, &theirs) => {
                        return Err(SchemaError::Conflict {
                            section,
                            first: names.0.to_owned(),
                            second: names.1.to_owned(),
                        });
                    }
                    Some(_) => {}
                    None => {
                        self.sections.insert(section, theirs);
                    }
                },
            }
        }
        Ok(())
    }

    fn put(&mut self, section: &str, value: &impl Serialize) -> Result<(), SchemaError> {
        self.sections
            .insert(section.to_owned(), raw(section, value)?);
        Ok(())
    }

    fn extend_list(
        &mut self,
        section: &str,
        additions: impl IntoIterator<Item = Box<RawValue>>,
    ) -> Result<(), SchemaError> {
        let mut entries = match self.sections.get(section) {
            Some(existing) => list(section, existing)?,
            None => Vec::new(),
        };
        for addition in additions {
            if !entries.iter().any(|entry| same_value(entry, &addition)) {
                entries.push(addition);
            }
        }
        self.put(section, &entries)
    }
}

/// One section a line: a document can be read by eye and compared line by line.
impl fmt::Display for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("{")?;
        for (index, (section, text)) in self.sections.iter().enumerate() {
            let key = serde_json::to_string(section).map_err(|_| fmt::Error)?;
            let separator = if index == 0 { "" } else { "," };
            write!(formatter, "{separator}\n{key}:{}", text.get())?;
        }
        formatter.write_str("\n}\n")
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Document, D::Error> {
        struct Sections;

        impl<'de> Visitor<'de> for Sections {
            type Value = Document;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an evidence document (a JSON object)")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
                let mut sections = IndexMap::new();
                while let Some((section, text)) = map.next_entry::<String, Box<RawValue>>()? {
                    if sections.contains_key(&section) {
                        return Err(de::Error::custom(format!(
                            "section `{section}` stands twice in one document"
                        )));
                    }
                    sections.insert(section, text);
                }
                Ok(Document { sections })
            }
        }

        deserializer.deserialize_map(Sections)
    }
}

fn is_known(version: &str) -> bool {
    version.split_once('.').is_some_and(|(major, minor)| {
        major == SCHEMA_MAJOR
            && !minor.is_empty()
            && minor.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn typed<T: for<'de> Deserialize<'de>>(section: &str, text: &str) -> Result<T, SchemaError> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(
        |error| {
            let inner = error.path().to_string();
            let path = match (section, inner.as_str()) {
                ("", _) => inner,
                (_, ".") => section.to_owned(),
                _ => format!("{section}.{inner}"),
            };
            SchemaError::Section {
                path,
                message: without_position(&error.into_inner().to_string()),
            }
        },
    )
}

/// Lines of the document as rearranged here say nothing about the file that was read; the path does.
fn without_position(message: &str) -> String {
    match message.rfind(" at line ") {
        Some(position) => message[..position].to_owned(),
        None => message.to_owned(),
    }
}

fn raw(section: &str, value: &impl Serialize) -> Result<Box<RawValue>, SchemaError> {
    to_raw_value(value).map_err(|source| SchemaError::Write {
        section: section.to_owned(),
        source,
    })
}

fn list(section: &str, text: &RawValue) -> Result<Vec<Box<RawValue>>, SchemaError> {
    typed(section, text.get())
}

fn same_value(one: &RawValue, other: &RawValue) -> bool {
    let value = |raw: &RawValue| serde_json::from_str::<Value>(raw.get());
    one.get() == other.get()
        || matches!((value(one), value(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Validation;
    use proptest::prelude::*;

    fn parse(text: &str) -> Document {
        let mut documents = Document::parse_all(text.as_bytes()).unwrap();
        assert_eq!(documents.len(), 1);
        documents.remove(0)
    }

    fn refusal(text: &str) -> String {
        match Document::parse_all(text.as_bytes()) {
            Err(error) => error.to_string(),
            Ok(documents) => documents[0].evidence().unwrap_err().to_string(),
        }
    }

    #[test]
    fn unknown_sections_and_numbers_survive_to_the_byte() {
        let unknown =
            r#"{"huge":123456789012345678901234567890,"one":1.0,"tiny":1e-400,"text":"\u00e9"}"#;
        let mut document = parse(&format!(
            r#"{{"theirs":{unknown},"latency":{{"p50_ms":1.50,"new":7}}}}"#
        ));
        document
            .set(&Validation {
                passed: true,
                checks: Vec::new(),
            })
            .unwrap();
        document.judge().unwrap();
        let written = document.to_string();
        assert!(written.contains(unknown), "{written}");
        assert!(
            written.contains(r#""latency":{"p50_ms":1.50,"new":7}"#),
            "{written}"
        );
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let documents = Document::parse_all(b"\xef\xbb\xbf{\"latency\":{}}").unwrap();
        assert!(documents[0].has("latency"));
    }

    #[test]
    fn what_stands_at_a_place_is_found_missing_or_unreadable() {
        let document = parse(r#"{"a/b":{"c":[1]},"huge":{"x":1e400}}"#);
        assert_eq!(document.value_at("/a~1b/c/0").unwrap(), Some(1.into()));
        assert_eq!(document.value_at("/a~1b/d").unwrap(), None);
        assert_eq!(document.value_at("/nowhere/d").unwrap(), None);
        assert!(document.value_at("/huge/x").is_err());
    }

    #[test]
    fn an_escape_that_is_no_character_is_refused_in_unknown_places_too() {
        for text in [r"\ud800", r"\uD800x", r"\udc00\ud800"] {
            let refused = refusal(&format!(r#"{{"theirs":{{"a":["{text}"]}}}}"#));
            assert!(refused.starts_with("theirs.a[0]: "), "{refused}");
        }
        parse(r#"{"theirs":["\ud83d\ude00","\\udder"]}"#);
    }

    #[test]
    fn a_wrong_type_is_refused_with_its_path() {
        assert_eq!(
            refusal(r#"{"latency":{"p50_ms":"fast"}}"#),
            r#"latency.p50_ms: invalid type: string "fast", expected f64"#
        );
        assert!(
            refusal(r#"{"scenarios":[{"name":"a"},{"name":5}]}"#)
                .starts_with("scenarios[1].name: ")
        );
        assert!(
            refusal(r#"{"latency":{"p50_ms":-1}}"#)
                .contains("expected a finite number of at least 0")
        );
    }

    #[test]
    fn what_is_no_document_is_refused() {
        assert_eq!(
            refusal(" \n"),
            "empty: expected a JSON document, found nothing"
        );
        assert_eq!(
            refusal("{\"latency\":{\n\"p50_ms\":1"),
            "ends in the middle of a document, at line 2 column 10: what wrote it was stopped, or not all of it arrived"
        );
        assert!(refusal("[1]").contains("expected an evidence document (a JSON object)"));
        assert!(refusal(r#"{"latency":{"p50_ms":NaN}}"#).contains("expected value at line 1"));
        assert!(refusal(r#"{"memory":{},"memory":{}}"#).contains("section `memory` stands twice"));
    }

    #[test]
    fn a_higher_minor_version_is_read_and_another_major_refused() {
        assert!(parse(r#"{"schema_version":"1.7"}"#).evidence().is_ok());
        for wrong in ["2.0", "1", "1.x", "10.0", ""] {
            let text = format!(r#"{{"schema_version":"{wrong}"}}"#);
            assert_eq!(
                refusal(&text),
                format!(r#"schema_version: found "{wrong}", expected "1.x""#)
            );
        }
    }

    #[test]
    fn merging_takes_sections_and_concatenates_lists_without_repeating() {
        let mut ours =
            parse(r#"{"latency":{"p50_ms":1},"warnings":[{"code":"a"}],"overall_success":true}"#);
        let theirs = parse(
            r#"{"latency":{ "p50_ms": 1 },"gates":{"passed":false,"checks":[]},"warnings":[{"code":"b"},{"code":"a"}]}"#,
        );
        ours.merge(theirs, ("a.json", "b.json")).unwrap();
        assert_eq!(ours.judge().unwrap(), Some(false));
        let evidence = ours.evidence().unwrap();
        assert_eq!(evidence.warnings.len(), 2);
        assert_eq!(evidence.overall_success, Some(false));
    }

    #[test]
    fn the_same_section_with_different_content_names_both_documents() {
        let mut ours = parse(r#"{"latency":{"p50_ms":1}}"#);
        let conflict = ours
            .merge(parse(r#"{"latency":{"p50_ms":2}}"#), ("a.json", "b.json"))
            .unwrap_err();
        assert_eq!(
            conflict.to_string(),
            "section `latency` stands in a.json and in b.json, with different content"
        );
    }

    #[test]
    fn nothing_judged_is_no_success_and_an_interrupted_run_is_a_failure() {
        assert_eq!(parse("{}").judge().unwrap(), None);
        assert_eq!(parse(r#"{"overall_success":true}"#).judge().unwrap(), None);
        assert_eq!(
            parse(r#"{"run":{"interrupted":true}}"#).judge().unwrap(),
            Some(false)
        );
    }

    proptest! {
        #[test]
        fn a_document_survives_any_number_of_round_trips(
            keys in proptest::collection::btree_set("[a-z_\"\\\\é ]{1,12}", 0..6),
            number in any::<f64>().prop_filter("JSON has no NaN", |number| number.is_finite()),
            text in ".{0,20}",
        ) {
            let sections: serde_json::Map<String, Value> = keys
                .iter()
                .map(|key| (format!("x_{key}"), serde_json::json!({"number": number, "text": text})))
                .collect();
            let original = Value::Object(sections);
            let once = parse(&original.to_string()).to_string();
            let twice = parse(&once).to_string();
            prop_assert_eq!(&once, &twice);
            prop_assert_eq!(serde_json::from_str::<Value>(&twice).unwrap(), original);
        }
    }
}
