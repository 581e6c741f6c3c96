use jiff::Timestamp;
use schema::evidence::{CodeQualityMetric, CodeQualitySource, TestCounts};

use super::{Findings, Format};
use crate::brief::brief;
use crate::error::Refusal;
use crate::input::Content;
use crate::moment;
use crate::read::xml::{Element, Tag, Tags};

/// JUnit's XML as pytest, nextest, Surefire, go-junit-report and many others write it. Tests count by their elements: what
/// suites say of themselves differs from tool to tool, and is only held against it.
pub(super) const FORMAT: Format = Format {
    name: "junit",
    recognises: |head| head.has_root("testsuites", &[]) || head.has_root("testsuite", &[]),
    read,
};

/// An element that has been opened.
enum Level {
    Suite(Suite),
    Case(Case),
    /// `properties`, `system-out`, a `failure` and whatever else.
    Other,
}

struct Suite {
    name: String,
    /// What it says of itself.
    told: Counts,
    /// What its elements say, and those of the suites within.
    counted: Counts,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    tests: u64,
    /// Failures and errors. A test may have several.
    failures: u64,
}

#[derive(Default)]
struct Case {
    failures: u64,
    skipped: bool,
}

#[derive(Default)]
struct Report {
    levels: Vec<Level>,
    tests: TestCounts,
    /// When the first suite was begun.
    measured_at: Option<Timestamp>,
    incomplete: Option<String>,
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let mut tags = Tags::new(content);
    let mut report = Report::default();
    while let Some(tag) = tags.next()? {
        match tag {
            Tag::Open(element) => report.open(&element)?,
            Tag::Close(_) => report.close(),
        }
    }
    Ok(Findings::CodeQuality(CodeQualitySource {
        measured_at: report.measured_at.map(|time| time.to_string()),
        tests: Some(report.tests),
        incomplete: report.incomplete,
        ..CodeQualitySource::new(CodeQualityMetric::Tests, "junit")
    }))
}

impl Report {
    fn open(&mut self, element: &Element) -> Result<(), Refusal> {
        let name = element.name.as_str();
        let level = match (self.levels.last_mut(), name) {
            (None, "testsuites" | "testsuite") | (Some(Level::Suite(_)), "testsuite") => {
                let begun = element.text("timestamp").and_then(moment::of_text);
                self.measured_at = [self.measured_at, begun].into_iter().flatten().min();
                Level::Suite(Suite::of(element)?)
            }
            (None, _) => {
                return Err(
                    element.refuse("this root element, expected <testsuites> or <testsuite>")
                );
            }
            (Some(Level::Suite(_)), "testcase") => Level::Case(Case {
                // What googletest says of a test that is disabled.
                skipped: element.text("status") == Some("notrun"),
                ..Case::default()
            }),
            (Some(Level::Suite(suite)), "failure" | "error") => {
                let outside = format!("suite {:?} failed outside of its tests", suite.name);
                self.incomplete.get_or_insert(outside);
                Level::Other
            }
            (Some(Level::Case(case)), "failure" | "error") => {
                case.failures += 1;
                Level::Other
            }
            (Some(Level::Case(case)), "skipped") => {
                case.skipped = true;
                Level::Other
            }
            (Some(_), "testsuite" | "testcase") => {
                return Err(element.refuse("it in this place, expected it in a suite"));
            }
            (Some(_), _) => Level::Other,
        };
        self.levels.push(level);
        Ok(())
    }

    fn close(&mut self) {
        match self.levels.pop() {
            Some(Level::Case(case)) => {
                let failed = case.failures > 0;
                self.tests.total += 1;
                self.tests.failed += u64::from(failed);
                self.tests.skipped += u64::from(case.skipped && !failed);
                self.count(Counts {
                    tests: 1,
                    failures: case.failures,
                });
            }
            Some(Level::Suite(suite)) => {
                if let Some(lacking) = suite.lacking() {
                    self.incomplete.get_or_insert(lacking);
                }
                self.count(suite.counted);
            }
            Some(Level::Other) | None => {}
        }
    }

    /// Adds to the suite that is open.
    fn count(&mut self, counts: Counts) {
        if let Some(Level::Suite(suite)) = self.levels.last_mut() {
            suite.counted.tests += counts.tests;
            suite.counted.failures += counts.failures;
        }
    }
}

impl Suite {
    fn of(element: &Element) -> Result<Suite, Refusal> {
        let told = |attribute| {
            if element.text(attribute).is_none_or(str::is_empty) {
                return Ok(0);
            }
            let count: u32 = element.required(attribute, "a count")?;
            Ok(u64::from(count))
        };
        Ok(Suite {
            name: brief(element.text("name").unwrap_or_default()),
            told: Counts {
                tests: told("tests")?,
                failures: told("failures")? + told("errors")?,
            },
            counted: Counts::default(),
        })
    }

    /// What it tells of and does not show. More than it tells of is no doubt: a suite need not count those within it, and pytest
    /// counts a test once that fails and then fails to be torn down, but shows it twice.
    fn lacking(&self) -> Option<String> {
        [
            ("tests", self.told.tests, self.counted.tests),
            (
                "failures and errors",
                self.told.failures,
                self.counted.failures,
            ),
        ]
        .into_iter()
        .find(|(_, told, counted)| told > counted)
        .map(|(what, told, counted)| {
            format!(
                "suite {:?} says that it has {told} {what}, and shows {counted}",
                self.name
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{code_quality, read};

    const PASSED: &str = "<testcase name='a'/>";
    const FAILED: &str = "<testcase name='b'><failure message='&lt;'>text</failure></testcase>";
    const ERROR: &str = "<testcase name='c'><error/></testcase>";
    const SKIPPED: &str = "<testcase name='d'><skipped/></testcase>";

    fn source(text: &str) -> CodeQualitySource {
        code_quality(read(&FORMAT, text).unwrap())
    }

    fn counts(text: &str) -> [u64; 3] {
        let TestCounts {
            total,
            failed,
            skipped,
        } = source(text).tests.unwrap();
        [total, failed, skipped]
    }

    fn incomplete(text: &str) -> String {
        source(text).incomplete.unwrap_or_default()
    }

    #[test]
    fn tests_count_by_their_elements_in_suites_within_suites() {
        let suite = format!("<testsuite>{PASSED}{FAILED}{ERROR}{SKIPPED}</testsuite>");
        assert_eq!(counts(&suite), [4, 2, 1]);
        assert_eq!(
            counts(&format!("<testsuites>{suite}{suite}</testsuites>")),
            [8, 4, 2]
        );
        let nested =
            format!("<testsuites><testsuite tests='5'>{PASSED}{suite}</testsuite></testsuites>");
        assert_eq!(counts(&nested), [5, 2, 1]);
        assert_eq!(incomplete(&nested), "");
    }

    #[test]
    fn a_test_that_is_disabled_was_skipped() {
        let text = "<testsuite tests='2' failures='0' disabled='1'><testcase name='a' status='run' result='completed'/>
            <testcase name='DISABLED_b' status='notrun' result='suppressed'/></testsuite>";
        assert_eq!(counts(text), [2, 0, 1]);
    }

    #[test]
    fn a_count_that_is_empty_is_as_one_that_is_absent() {
        let text = format!("<testsuite tests='' failures='' errors=''>{PASSED}</testsuite>");
        assert_eq!((counts(&text), incomplete(&text).as_str()), ([1, 0, 0], ""));
    }

    #[test]
    fn an_attempt_that_failed_before_one_that_passed_is_no_failure() {
        for attempt in ["flakyFailure", "flakyError"] {
            let text = format!(
                "<testsuite tests='1' failures='0'><testcase><{attempt}><system-out/></{attempt}></testcase></testsuite>"
            );
            assert_eq!(counts(&text), [1, 0, 0]);
        }
        let in_vain =
            "<testsuite><testcase><failure/><rerunFailure/><rerunFailure/></testcase></testsuite>";
        assert_eq!(counts(in_vain), [1, 1, 0]);
    }

    #[test]
    fn a_test_that_failed_twice_and_was_skipped_too_is_one_that_failed() {
        let text = "<testsuite tests='1' failures='1' errors='1'><testcase><failure/><error/><skipped/></testcase></testsuite>";
        assert_eq!(counts(text), [1, 1, 0]);
        assert_eq!(incomplete(text), "");
    }

    #[test]
    fn what_a_suite_tells_of_and_does_not_show_makes_it_incomplete() {
        for (attributes, said) in [
            ("tests='3'", "3 tests, and shows 2"),
            ("failures='2'", "2 failures and errors, and shows 1"),
            (
                "failures='1' errors='1'",
                "2 failures and errors, and shows 1",
            ),
        ] {
            let told = format!("<testsuite name='s' {attributes}>{PASSED}{FAILED}</testsuite>");
            let incomplete = incomplete(&told);
            assert!(incomplete.starts_with("suite \"s\" says"), "{incomplete}");
            assert!(incomplete.contains(said), "{incomplete}");
        }
        let summary = "<testsuites tests='100' failures='0'/>";
        assert!(incomplete(summary).contains("shows 0"));
        let less = format!("<testsuite tests='1' failures='0'>{FAILED}{FAILED}</testsuite>");
        assert_eq!((counts(&less), incomplete(&less).as_str()), ([2, 2, 0], ""));
    }

    #[test]
    fn a_suite_that_fails_outside_of_its_tests_is_incomplete() {
        let text = format!("<testsuite name='s'><error/>{PASSED}</testsuite>");
        assert_eq!(incomplete(&text), "suite \"s\" failed outside of its tests");
    }

    #[test]
    fn the_time_is_that_of_the_first_suite_whose_zone_is_known() {
        let at = |time: &str| format!("<testsuite timestamp='{time}'/>");
        let (early, late) = (at("2026-11-23T19:00:00+02:00"), at("2026-11-23T18:00:00Z"));
        let without = at("2026-11-23T01:00:00");
        assert_eq!(source(&without).measured_at, None);
        let all = format!("<testsuites>{late}{early}{without}</testsuites>");
        assert_eq!(
            source(&all).measured_at.as_deref(),
            Some("2026-11-23T17:00:00Z")
        );
    }

    #[test]
    fn what_tests_print_is_passed_over() {
        let text =
            "<testsuite><testcase><system-out><![CDATA[<testcase><failure/>]]> <!-- <testcase/> -->
            </system-out></testcase><system-err>&gt; 0 failed</system-err></testsuite>";
        assert_eq!(counts(text), [1, 0, 0]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (text, said) in [
            ("<tests/>", "expected <testsuites> or <testsuite>"),
            (
                "<testsuite><testcase><testcase/></testcase></testsuite>",
                "expected it in a suite",
            ),
            (
                "<testsuite><x><testcase/></x></testsuite>",
                "expected it in a suite",
            ),
            ("<testsuite tests='many'/>", "expected a count"),
            ("<testsuite><testcase/>", "cut off"),
        ] {
            let refusal = read(&FORMAT, text).unwrap_err();
            assert!(refusal.contains(said), "{text}: {refusal}");
        }
    }
}
