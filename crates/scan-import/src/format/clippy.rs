use schema::Measured;
use schema::evidence::CodeQualitySource;
use serde::Deserialize;

use super::{Findings, Format};
use crate::brief::brief;
use crate::error::Refusal;
use crate::input::Content;
use crate::most_complex::MostComplex;
use crate::read::json::{self, Each, Fold};

/// What `cargo clippy --message-format=json` writes, a message a line. The complexity of a function stands only in the text of
/// `clippy::cognitive_complexity`, and only if it is above clippy's threshold.
pub(super) const FORMAT: Format = Format {
    name: "clippy",
    recognises: |head| {
        head.has_keys(&["reason", "package_id"]) || head.has_keys(&["reason", "success"])
    },
    read,
};

const LINT: &str = "clippy::cognitive_complexity";

#[derive(Deserialize)]
struct Message {
    reason: String,
    success: Option<bool>,
    message: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Diagnostic {
    message: String,
    code: Option<Code>,
    #[serde(default)]
    spans: Each<Primary>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

/// The place that a message is about.
#[derive(Default)]
struct Primary(Option<Span>);

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: u64,
    is_primary: bool,
    #[serde(default)]
    text: Each<FirstLine>,
}

#[derive(Default)]
struct FirstLine(Option<Line>);

#[derive(Deserialize)]
struct Line {
    text: String,
    /// From 1, in characters.
    highlight_start: usize,
    highlight_end: usize,
}

impl Fold for Primary {
    type Element = Span;

    fn add(&mut self, span: Span) {
        if span.is_primary && self.0.is_none() {
            self.0 = Some(span);
        }
    }
}

impl Fold for FirstLine {
    type Element = Line;

    fn add(&mut self, line: Line) {
        self.0.get_or_insert(line);
    }
}

/// What cargo has told so far.
#[derive(Default)]
struct Build {
    functions: MostComplex,
    functions_named: u64,
    /// A message of the lint that does not read as they do.
    unread: Option<String>,
    ended: bool,
    failed: bool,
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let mut build = Build::default();
    json::read_each(content, |message| build.take(message))?;
    Ok(Findings::CodeQuality(build.source()))
}

impl Build {
    fn take(&mut self, message: Message) {
        self.ended = message.reason == "build-finished";
        self.failed |= self.ended && message.success != Some(true);
        let of_the_lint = |diagnostic: &Diagnostic| {
            diagnostic
                .code
                .as_ref()
                .is_some_and(|code| code.code == LINT)
        };
        let Some(diagnostic) = message.message.filter(of_the_lint) else {
            return;
        };
        match complexity(&diagnostic.message) {
            Some(complexity) => {
                self.functions_named += 1;
                self.functions
                    .add(complexity, || function(diagnostic.spans.0));
            }
            None => self.unread = Some(brief(&diagnostic.message)),
        }
    }

    fn source(self) -> CodeQualitySource {
        let incomplete = if !self.ended {
            Some("the last message is not build-finished: cargo was broken off".to_owned())
        } else if self.failed {
            Some("the build failed, so that not all of the code was looked at".to_owned())
        } else if let Some(unread) = self.unread {
            Some(format!(
                "found \"{unread}\", expected a complexity of (complexity/threshold)"
            ))
        } else if self.functions_named == 0 {
            Some(format!(
                "clippy names only functions above its threshold, and named none; it names all with cognitive-complexity-threshold = 0 in clippy.toml and -W {LINT}"
            ))
        } else {
            None
        };
        CodeQualitySource {
            incomplete,
            ..self.functions.found_by("clippy")
        }
    }
}

/// The first number of `… complexity of (6/4)`; the second is the threshold.
fn complexity(message: &str) -> Option<Measured> {
    let (_, numbers) = message.split_once("complexity of (")?;
    let (complexity, _) = numbers.split_once('/')?;
    complexity.parse::<u32>().ok().map(Measured::from)
}

fn function(Primary(span): Primary) -> String {
    let Some(span) = span else {
        return "a function that clippy does not name".to_owned();
    };
    let Each(FirstLine(line)) = span.text;
    let name: String = line.map_or_else(String::new, |line| {
        let length = line.highlight_end.saturating_sub(line.highlight_start);
        let characters = line.text.chars();
        characters
            .skip(line.highlight_start.saturating_sub(1))
            .take(length)
            .collect()
    });
    format!(
        "{} ({}:{})",
        brief(&name),
        brief(&span.file_name),
        span.line_start
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{code_quality, read};

    const FINISHED: &str = r#"{"reason":"build-finished","success":true}"#;

    fn message(lint: &str, text: &str) -> String {
        format!(
            r#"{{"reason":"compiler-message","package_id":"a","message":{{"message":"{text}","code":{{"code":"{lint}"}},"spans":[
                {{"file_name":"src/other.rs","line_start":1,"is_primary":false,"text":[]}},
                {{"file_name":"src/price.rs","line_start":2,"is_primary":true,"text":[{{"text":"pub fn größe()","highlight_start":8,"highlight_end":13}}]}}]}}}}"#
        )
    }

    fn of_complexity(complexity: u32) -> String {
        message(
            LINT,
            &format!("the function has a cognitive complexity of ({complexity}/4)"),
        )
    }

    fn source(messages: &[&str]) -> CodeQualitySource {
        code_quality(read(&FORMAT, &messages.join("\n")).unwrap())
    }

    #[test]
    fn the_highest_complexity_is_told_with_its_function() {
        let source = source(&[&of_complexity(5), &of_complexity(6), FINISHED, ""]);
        assert_eq!(source.complexity, Measured::new(6.0));
        assert_eq!(source.function.as_deref(), Some("größe (src/price.rs:2)"));
        assert_eq!(source.incomplete, None);
    }

    #[test]
    fn without_a_message_the_highest_is_not_known() {
        let other = message(
            "clippy::too_many_lines",
            "this function has too many lines (120/100)",
        );
        let source = source(&[&other, FINISHED]);
        assert_eq!(source.complexity, None);
        assert!(
            source
                .incomplete
                .unwrap()
                .contains("cognitive-complexity-threshold = 0")
        );
    }

    #[test]
    fn a_build_that_failed_or_did_not_end_was_not_looked_at_whole() {
        let (six, failed) = (
            of_complexity(6),
            r#"{"reason":"build-finished","success":false}"#,
        );
        for (messages, said) in [
            (&[six.as_str()][..], "broken off"),
            (&[FINISHED, &six], "broken off"),
            (&[&six, failed], "the build failed"),
            (&[&six, failed, FINISHED], "the build failed"),
            (
                &[&six, r#"{"reason":"build-finished"}"#],
                "the build failed",
            ),
            (&[], "broken off"),
        ] {
            let incomplete = source(messages).incomplete.unwrap();
            assert!(incomplete.contains(said), "{messages:?}: {incomplete}");
        }
    }

    #[test]
    fn a_message_that_reads_otherwise_hides_no_function() {
        for text in [
            "the function is complex",
            "a complexity of (many/4)",
            "a complexity of (5)",
        ] {
            let source = source(&[&of_complexity(6), &message(LINT, text), FINISHED]);
            assert!(source.incomplete.unwrap().contains(text));
        }
    }

    #[test]
    fn what_is_no_message_is_refused_with_its_line() {
        for text in ["warning: unused\n", "{}\n", "{\"reason\":1}\n"] {
            let refusal = read(&FORMAT, &format!("{FINISHED}\n{text}")).unwrap_err();
            assert!(refusal.contains("line 2"), "{text}: {refusal}");
        }
    }
}
