use schema::Measured;
use schema::evidence::{CodeQualityMetric, CodeQualitySource};
use serde::Deserialize;

use super::{Findings, Format};
use crate::error::Refusal;
use crate::input::Content;
use crate::read::json::{self, EachEntry, FoldEntries};

/// What `radon cc --json` writes: the functions of each file, or why it could not be parsed. The complexity of a class is a mean
/// of its methods, and so not one of a function.
pub(super) const FORMAT: Format = Format {
    name: "radon",
    recognises: |head| head.has_keys(&["*[].complexity", "*[].rank"]),
    read,
};

#[derive(Default)]
struct Files {
    highest: Option<(Measured, String)>,
    unparsed: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    Blocks(Vec<Block>),
    Unparsed { error: String },
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
    closures: Vec<Block>,
}

impl FoldEntries for Files {
    type Value = File;

    fn add(&mut self, name: String, file: File) {
        match file {
            File::Blocks(blocks) => self.take(&name, &blocks),
            File::Unparsed { error } => self.unparsed.push(format!("{name} ({error})")),
        }
    }
}

impl Files {
    fn take(&mut self, file: &str, blocks: &[Block]) {
        for block in blocks.iter().filter(|block| block.kind != "class") {
            let higher = |(highest, _): &(Measured, String)| block.complexity > *highest;
            if self.highest.as_ref().is_none_or(higher) {
                let function = format!("{} ({file}:{})", block.name, block.line);
                self.highest = Some((block.complexity, function));
            }
            self.take(file, &block.closures);
        }
    }
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let EachEntry(files): EachEntry<Files> = json::read(content)?;
    let (complexity, function) = files.highest.unzip();
    let unparsed =
        (!files.unparsed.is_empty()).then(|| format!("not parsed: {}", files.unparsed.join(", ")));
    Ok(Findings::CodeQuality(CodeQualitySource {
        complexity,
        function,
        incomplete: unparsed,
        ..CodeQualitySource::new(CodeQualityMetric::Complexity, "radon")
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
}
