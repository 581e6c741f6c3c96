use std::fmt;

use schema::Measured;
use schema::evidence::CodeQualitySource;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Findings, Format};
use crate::brief::brief;
use crate::error::Refusal;
use crate::input::Content;
use crate::most_complex::MostComplex;
use crate::read::json::{self, Each, EachEntry, Fold, FoldEntries};

/// What `radon cc --json` writes: the functions of each file, or why it could not be parsed. The complexity of a class is a mean
/// of its methods, and so not one of a function.
pub(super) const FORMAT: Format = Format {
    name: "radon",
    recognises: |head| head.has_keys(&["*[].complexity", "*[].rank"]),
    read,
};

/// As many files that were not parsed are named.
const MOST_NAMED: usize = 10;

#[derive(Default)]
struct Files {
    functions: MostComplex,
    unparsed: usize,
    /// The first of them.
    named: Vec<String>,
}

enum File {
    Parsed(Option<Function>),
    Unparsed(Unparsed),
}

#[derive(Deserialize)]
struct Unparsed {
    error: String,
}

/// The most complex function of some, with the closures in them.
#[derive(Default)]
struct Blocks(Option<Function>);

struct Function {
    name: String,
    line: u64,
    complexity: Measured,
}

#[derive(Deserialize)]
struct Block {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(rename = "lineno")]
    line: u64,
    complexity: Measured,
    #[serde(default)]
    closures: Each<Blocks>,
}

impl Fold for Blocks {
    type Element = Block;

    fn add(&mut self, block: Block) {
        if block.kind == "class" {
            return;
        }
        let Each(Blocks(closure)) = block.closures;
        let function = Function {
            name: block.name,
            line: block.line,
            complexity: block.complexity,
        };
        for function in [Some(function), closure].into_iter().flatten() {
            let higher = |highest: &Function| function.complexity > highest.complexity;
            if self.0.as_ref().is_none_or(higher) {
                self.0 = Some(function);
            }
        }
    }
}

impl FoldEntries for Files {
    type Value = File;

    fn add(&mut self, name: String, file: File) {
        match file {
            File::Parsed(None) => {}
            File::Parsed(Some(function)) => self.functions.add(function.complexity, || {
                format!(
                    "{} ({}:{})",
                    brief(&function.name),
                    brief(&name),
                    function.line
                )
            }),
            File::Unparsed(Unparsed { error }) => {
                self.unparsed += 1;
                if self.unparsed <= MOST_NAMED {
                    self.named
                        .push(format!("{} ({})", brief(&name), brief(&error)));
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for File {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<File, D::Error> {
        struct ListOrError;

        impl<'de> Visitor<'de> for ListOrError {
            type Value = File;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list of functions, or an object with `error`")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<File, A::Error> {
                let Each(Blocks(function)) = Each::deserialize(SeqAccessDeserializer::new(list))?;
                Ok(File::Parsed(function))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<File, A::Error> {
                Unparsed::deserialize(MapAccessDeserializer::new(map)).map(File::Unparsed)
            }
        }

        deserializer.deserialize_any(ListOrError)
    }
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let EachEntry(files): EachEntry<Files> = json::read(content)?;
    let more = match files.unparsed.saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let unparsed =
        (files.unparsed > 0).then(|| format!("not parsed: {}{more}", files.named.join(", ")));
    Ok(Findings::CodeQuality(CodeQualitySource {
        incomplete: unparsed,
        ..files.functions.found_by("radon")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{code_quality, read};

    fn block(kind: &str, name: &str, complexity: u32, closures: &str) -> String {
        format!(
            r#"{{"type":"{kind}","name":"{name}","lineno":7,"rank":"A","complexity":{complexity},"closures":[{closures}]}}"#
        )
    }

    #[test]
    fn the_highest_is_that_of_a_function_a_method_or_a_closure_and_never_of_a_class() {
        let closure = block("function", "inner", 9, "");
        let (function, class) = (
            block("function", "f", 4, &closure),
            block("class", "C", 30, ""),
        );
        let text = format!(r#"{{"a.py":[{class}],"b.py":[{function}]}}"#);
        let source = code_quality(read(&FORMAT, &text).unwrap());
        assert_eq!(source.complexity, Measured::new(9.0));
        assert_eq!(source.function.as_deref(), Some("inner (b.py:7)"));
        assert_eq!(source.incomplete, None);
    }

    #[test]
    fn a_file_that_could_not_be_parsed_makes_the_result_incomplete() {
        let text = format!(
            r#"{{"a.py":[{}],"b.py":{{"error":"invalid syntax"}}}}"#,
            block("function", "f", 4, "")
        );
        let source = code_quality(read(&FORMAT, &text).unwrap());
        assert_eq!(
            source.incomplete.as_deref(),
            Some("not parsed: b.py (invalid syntax)")
        );
    }

    #[test]
    fn of_many_files_that_could_not_be_parsed_the_first_are_named() {
        let files: Vec<String> = (0..12)
            .map(|number| format!(r#""{number}.py":{{"error":"e"}}"#))
            .collect();
        let source = code_quality(read(&FORMAT, &format!("{{{}}}", files.join(","))).unwrap());
        let incomplete = source.incomplete.unwrap();
        assert!(incomplete.ends_with("9.py (e) and 2 more"), "{incomplete}");
    }

    #[test]
    fn a_wrong_type_is_refused_with_its_path() {
        let wrong = r#"{"a.py":[{"type":"function","name":"f","lineno":1,"complexity":-1}]}"#;
        let refusal = read(&FORMAT, wrong).unwrap_err();
        assert!(refusal.starts_with("a.py[0].complexity: "), "{refusal}");
        let neither = read(&FORMAT, r#"{"a.py":5}"#).unwrap_err();
        assert!(
            neither.contains("expected a list of functions"),
            "{neither}"
        );
    }
}
