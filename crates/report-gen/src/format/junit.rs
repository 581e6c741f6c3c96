use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use toolkit::{Screen, on_one_line};

use super::Format;
use crate::error::Error;
use crate::model::{CheckGroup, CheckRow, Report};

/// JUnit's XML, as Jenkins and those after it read it (junit-10.xsd of Jenkins' xunit plugin): a suite for each group of checks.
///
/// What fails the build is a failure; missing evidence too, because nothing went wrong in asking for it. What
/// passed without a certain answer is skipped, so that nothing counts as passed that was not judged.
pub(crate) struct Junit;

const INDENT: usize = 2;

impl Format for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["xml"]
    }

    fn render(&self, report: &Report<'_>, _: Option<Screen>) -> Result<String, Error> {
        let suites: Vec<Suite> = [of_document(report)]
            .into_iter()
            .chain(report.groups.iter().chain(&report.compared).map(of_group))
            .filter(|suite| !suite.cases.is_empty() || !suite.output.is_empty())
            .collect();
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', INDENT);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let counts = Counts::of(suites.iter().flat_map(|suite| &suite.cases));
        writer
            .create_element("testsuites")
            .with_attribute(("name", "perfpipe"))
            .with_attribute(("tests", counts.tests.as_str()))
            .with_attribute(("failures", counts.failures.as_str()))
            .with_attribute(("errors", "0"))
            .write_inner_content(|writer| {
                suites.iter().try_for_each(|suite| suite.write(writer))
            })?;
        let text = String::from_utf8(writer.into_inner()).map_err(io::Error::other)?;
        Ok(text + "\n")
    }
}

struct Suite {
    name: String,
    cases: Vec<Case>,
    /// A line each.
    output: Vec<String>,
}

struct Case {
    class: String,
    name: String,
    took_ms: Option<f64>,
    outcome: Outcome,
}

enum Outcome {
    /// What is worth knowing all the same may be nothing.
    Passed(String),
    NotPassed {
        /// `failure` or `skipped`.
        element: &'static str,
        /// The answer in a word.
        word: &'static str,
        message: String,
        /// With everything there is to it.
        text: String,
    },
}

/// As attributes.
struct Counts {
    tests: String,
    failures: String,
    skipped: String,
}

/// What belongs to no check: sections that say no without one, the tools' warnings, and that there is no check at all.
fn of_document(report: &Report<'_>) -> Suite {
    const NAME: &str = "Document";
    let case = |name: &str, outcome| Case {
        class: NAME.to_owned(),
        name: name.to_owned(),
        took_ms: None,
        outcome,
    };
    let not_passed = |element, word, message: &str| Outcome::NotPassed {
        element,
        word,
        message: message.to_owned(),
        text: message.to_owned(),
    };
    let refusals = report.refusals.iter().map(|refusal| {
        let outcome = not_passed("failure", refusal.status.word, &refusal.reason);
        case(refusal.section, outcome)
    });
    let mut cases: Vec<Case> = refusals.collect();
    let mut groups = report.groups.iter().chain(&report.compared);
    if cases.is_empty() && groups.all(|group| group.rows.is_empty()) {
        let outcome = not_passed(
            "skipped",
            "no check",
            "the document holds no check that decides",
        );
        cases.push(case("document", outcome));
    }
    let warnings = report.evidence.warnings.iter();
    Suite {
        name: NAME.to_owned(),
        cases,
        output: warnings
            .map(|warning| {
                format!(
                    "warning of {}, {}: {}",
                    warning.tool, warning.code, warning.message
                )
            })
            .collect(),
    }
}

fn of_group(group: &CheckGroup<'_>) -> Suite {
    let case = |check: &CheckRow<'_>| Case {
        class: match check.scenario {
            Some(scenario) => format!("{}.{scenario}", group.title),
            None => group.title.to_owned(),
        },
        name: check.question().to_owned(),
        took_ms: check.took_ms,
        outcome: outcome(check),
    };
    Suite {
        name: group.title.to_owned(),
        cases: group.rows.iter().map(case).collect(),
        output: Vec::new(),
    }
}

fn outcome(check: &CheckRow<'_>) -> Outcome {
    if check.status.is_good() {
        return Outcome::Passed(check.explained());
    }
    Outcome::NotPassed {
        element: if check.status.is_bad() {
            "failure"
        } else {
            "skipped"
        },
        word: check.status.word,
        message: check.answer(),
        text: check.explained(),
    }
}

impl Counts {
    fn of<'a>(cases: impl Iterator<Item = &'a Case> + Clone) -> Counts {
        let count = |wanted| {
            let is_wanted = |case: &&Case| matches!(&case.outcome, Outcome::NotPassed { element, .. } if *element == wanted);
            cases.clone().filter(is_wanted).count().to_string()
        };
        Counts {
            tests: cases.clone().count().to_string(),
            failures: count("failure"),
            skipped: count("skipped"),
        }
    }
}

impl Suite {
    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        let counts = Counts::of(self.cases.iter());
        writer
            .create_element("testsuite")
            .with_attribute(("name", self.name.as_str()))
            .with_attribute(("tests", counts.tests.as_str()))
            .with_attribute(("failures", counts.failures.as_str()))
            .with_attribute(("errors", "0"))
            .with_attribute(("skipped", counts.skipped.as_str()))
            .write_inner_content(|writer| {
                self.cases.iter().try_for_each(|case| case.write(writer))?;
                let lines: Vec<String> = self.output.iter().map(|line| fit_for_xml(line)).collect();
                write_text(writer, "system-out", &lines.join("\n"))
            })?;
        Ok(())
    }
}

impl Case {
    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        let (class, name) = (fit_for_xml(&self.class), fit_for_xml(&self.name));
        let seconds = self.took_ms.map(|took| (took / 1_000.0).to_string());
        writer
            .create_element("testcase")
            .with_attribute(("classname", class.as_str()))
            .with_attribute(("name", name.as_str()))
            .with_attributes(seconds.iter().map(|seconds| ("time", seconds.as_str())))
            .write_inner_content(|writer| self.outcome.write(writer))?;
        Ok(())
    }
}

impl Outcome {
    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        match self {
            Outcome::Passed(remark) => write_text(writer, "system-out", &fit_for_xml(remark)),
            Outcome::NotPassed {
                element,
                word,
                message,
                text,
            } => {
                writer
                    .create_element(*element)
                    .with_attribute(("type", *word))
                    .with_attribute(("message", fit_for_xml(message).as_str()))
                    .write_text_content(BytesText::new(&fit_for_xml(text)))?;
                Ok(())
            }
        }
    }
}

fn write_text(writer: &mut Writer<Vec<u8>>, element: &str, text: &str) -> io::Result<()> {
    if !text.is_empty() {
        writer
            .create_element(element)
            .write_text_content(BytesText::new(text))?;
    }
    Ok(())
}

/// XML 1.0 has no way to write these characters, escaped or not.
fn fit_for_xml(text: &str) -> String {
    on_one_line(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
