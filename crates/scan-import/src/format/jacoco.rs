use jiff::Timestamp;
use schema::evidence::{CodeQualityMetric, CodeQualitySource};

use super::{Findings, Format};
use crate::error::Refusal;
use crate::input::Content;
use crate::moment;
use crate::read::xml::{Element, Tag, Tags};

/// JaCoCo's report.dtd, which Kover writes too. The counters of the report itself count, behind all packages; those further
/// down are repeated at each level.
pub(super) const FORMAT: Format = Format {
    name: "jacoco",
    recognises: |head| head.has_root(ROOT, &["name"]),
    read,
};

const ROOT: &str = "report";

#[derive(Default)]
struct Report {
    /// Covered ones, and all.
    lines: Option<(u64, u64)>,
    has_counters: bool,
    /// When the first of the runs that went into it ended.
    measured_at: Option<Timestamp>,
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let mut tags = Tags::new(content);
    let mut report = Report::default();
    while let Some(tag) = tags.next()? {
        match (tag, tags.depth()) {
            (Tag::Open(root), 1) if root.name != ROOT => {
                return Err(root.refuse("this root element, expected <report>"));
            }
            (Tag::Open(element), 2) => report.take(&element)?,
            _ => {}
        }
    }
    Ok(Findings::CodeQuality(report.source()))
}

impl Report {
    fn take(&mut self, element: &Element) -> Result<(), Refusal> {
        match element.name.as_str() {
            "sessioninfo" => {
                let dump = element.value("dump", "milliseconds since 1970")?;
                let dump = dump.and_then(moment::of_epoch);
                self.measured_at = [self.measured_at, dump].into_iter().flatten().min();
            }
            "counter" => {
                self.has_counters = true;
                if element.text("type") == Some("LINE") {
                    self.take_lines(element)?;
                }
            }
            "group" | "package" => {}
            _ => {
                return Err(element.refuse(
                    "this element, expected <sessioninfo>, <group>, <package> or <counter>",
                ));
            }
        }
        Ok(())
    }

    fn take_lines(&mut self, counter: &Element) -> Result<(), Refusal> {
        let missed: u64 = counter.required("missed", "a count of lines")?;
        let covered: u64 = counter.required("covered", "a count of lines")?;
        match self
            .lines
            .replace((covered, covered.saturating_add(missed)))
        {
            None => Ok(()),
            Some(_) => Err(counter.refuse("a second count of the report's lines")),
        }
    }

    fn source(self) -> CodeQualitySource {
        let without_lines = self.has_counters && self.lines.is_none();
        let (covered, valid) = self.lines.unwrap_or_default();
        CodeQualitySource {
            measured_at: self.measured_at.map(|time| time.to_string()),
            covered_lines: Some(covered),
            valid_lines: Some(valid),
            incomplete: without_lines.then(|| {
                "no line was counted: the classes were compiled without line numbers".to_owned()
            }),
            ..CodeQualitySource::new(CodeQualityMetric::Coverage, "jacoco")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{code_quality, read};

    fn report(inner: &str) -> String {
        format!(
            r#"<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="r">{inner}</report>"#
        )
    }

    fn source(inner: &str) -> CodeQualitySource {
        code_quality(read(&FORMAT, &report(inner)).unwrap())
    }

    const LINES: &str = r#"<counter type="LINE" missed="6" covered="9"/>"#;

    #[test]
    fn the_counter_of_the_report_itself_counts_and_missed_and_covered_are_all() {
        let package = r#"<group name="g"><package name="p"><counter type="LINE" missed="1" covered="0"/></package></group>"#;
        let others = r#"<counter type="BRANCH" missed="6" covered="4"/>"#;
        let source = source(&format!("{package}{others}{LINES}"));
        assert_eq!(
            (source.covered_lines, source.valid_lines),
            (Some(9), Some(15))
        );
        assert_eq!(source.incomplete, None);
    }

    #[test]
    fn the_first_of_several_runs_says_how_old_the_report_is() {
        let runs = r#"<sessioninfo id="b" dump="1795457032436"/><sessioninfo id="a" dump="1795457032000"/>"#;
        assert_eq!(
            source(&format!("{runs}{LINES}")).measured_at.as_deref(),
            Some("2026-11-23T18:03:52Z")
        );
    }

    #[test]
    fn classes_without_line_numbers_have_no_coverage_and_a_reason() {
        let only_methods = source(r#"<counter type="METHOD" missed="3" covered="2"/>"#);
        assert!(
            only_methods
                .incomplete
                .unwrap()
                .contains("without line numbers")
        );
        let nothing = source("");
        assert_eq!((nothing.valid_lines, nothing.incomplete), (Some(0), None));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (text, said) in [
            (report(&LINES.repeat(2)), "a second count"),
            (
                report(r#"<counter type="LINE" missed="-1" covered="0"/>"#),
                "expected a count of lines",
            ),
            (
                report(r#"<counter type="LINE" covered="0"/>"#),
                "found no missed",
            ),
            (report("<file/>"), "expected <sessioninfo>"),
            ("<coverage/>".to_owned(), "expected <report>"),
            (report(LINES).replace("</report>", ""), "cut off"),
        ] {
            let refusal = read(&FORMAT, &text).unwrap_err();
            assert!(refusal.contains(said), "{text}: {refusal}");
        }
    }
}
