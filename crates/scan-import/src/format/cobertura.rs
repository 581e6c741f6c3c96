use schema::evidence::{CodeQualityMetric, CodeQualitySource};

use super::{Findings, Format};
use crate::covered_lines::CoveredLines;
use crate::error::Refusal;
use crate::fingerprint::Fingerprint;
use crate::input::Content;
use crate::moment;
use crate::read::xml::{Element, Tag, Tags};

/// Cobertura's coverage-04.dtd, which coverage.py, gcovr, cargo-llvm-cov, coverlet and others write. The root's counts of lines
/// count, and the lines where it has none. Its line-rate does not: tools write 1 where there are no lines at all.
pub(super) const FORMAT: Format = Format {
    name: "cobertura",
    recognises: |head| head.has_root(ROOT, &["line-rate"]),
    read,
};

const ROOT: &str = "coverage";

/// What the root says of the whole.
struct Whole {
    counts: Option<(u64, u64)>,
    measured_at: Option<String>,
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let mut tags = Tags::new(content);
    let mut whole = None;
    let mut file = Fingerprint::of(&[]);
    let mut lines = CoveredLines::default();
    while let Some(tag) = tags.next()? {
        let Tag::Open(element) = tag else { continue };
        match element.name.as_str() {
            _ if whole.is_none() => whole = Some(Whole::of(&element)?),
            "class" => {
                let name = element.text("filename").or(element.text("name"));
                file = Fingerprint::of(&[name.unwrap_or_default()]);
            }
            "line" => {
                let number = element.required("number", "a line's number")?;
                let hits: f64 = element.required("hits", "how often it was executed")?;
                lines
                    .add(file, number, hits > 0.0)
                    .map_err(|problem| element.refuse(problem))?;
            }
            _ => {}
        }
    }
    let whole = whole.ok_or_else(|| Refusal::new("found no element"))?;
    let (covered, valid) = whole.counts.unwrap_or_else(|| lines.counts());
    Ok(Findings::CodeQuality(CodeQualitySource {
        measured_at: whole.measured_at,
        covered_lines: Some(covered),
        valid_lines: Some(valid),
        ..CodeQualitySource::new(CodeQualityMetric::Coverage, "cobertura")
    }))
}

impl Whole {
    fn of(root: &Element) -> Result<Whole, Refusal> {
        if root.name != ROOT {
            return Err(root.refuse("this root element, expected <coverage>"));
        }
        let line_rate: f64 = root.required("line-rate", "a fraction from 0 to 1")?;
        if !(0.0..=1.0).contains(&line_rate) {
            return Err(root.refuse(&format!(
                "line-rate=\"{line_rate}\", expected a fraction from 0 to 1"
            )));
        }
        let covered: Option<u64> = root.value("lines-covered", "a count of lines")?;
        let valid = root.value("lines-valid", "a count of lines")?;
        let counts = covered.zip(valid);
        // Some tools write a date of their own here.
        let epoch = root.text("timestamp").and_then(|text| text.parse().ok());
        let measured_at = epoch
            .and_then(moment::of_epoch)
            .map(|time| time.to_string());
        match counts {
            Some((covered, valid)) if covered > valid => Err(root.refuse(&format!(
                "lines-covered=\"{covered}\", expected at most lines-valid, {valid}"
            ))),
            _ => Ok(Whole {
                counts,
                measured_at,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{code_quality, read};

    fn source(text: &str) -> CodeQualitySource {
        code_quality(read(&FORMAT, text).unwrap())
    }

    const CLASS: &str = r#"<class filename="a.py"><methods><method><lines><line number="1" hits="2"/></lines></method></methods>
        <lines><line number="1" hits="2"/><line number="2" hits="0"/></lines></class>"#;

    #[test]
    fn the_counts_of_the_root_are_preferred() {
        let text = format!(
            r#"<coverage line-rate="0.9" lines-covered="7" lines-valid="9">{CLASS}</coverage>"#
        );
        let source = source(&text);
        assert_eq!(
            (source.covered_lines, source.valid_lines),
            (Some(7), Some(9))
        );
    }

    #[test]
    fn lines_count_once_a_file_where_the_root_has_no_counts() {
        let other = CLASS.replace("a.py", "b.py");
        let text = format!(r#"<coverage line-rate="0.9">{CLASS}{CLASS}{other}</coverage>"#);
        let source = source(&text);
        assert_eq!(
            (source.covered_lines, source.valid_lines),
            (Some(2), Some(4))
        );
    }

    #[test]
    fn a_rate_alone_is_no_line() {
        let without = r#"<coverage line-rate="1.0"><packages/></coverage>"#;
        let zero = r#"<coverage line-rate="1" lines-covered="0" lines-valid="0"/>"#;
        for text in [without, zero] {
            assert_eq!(source(text).valid_lines, Some(0));
        }
    }

    #[test]
    fn the_time_is_an_epoch_in_seconds_or_milliseconds_and_anything_else_is_none() {
        for (timestamp, expected) in [
            ("1795456927", Some("2026-11-23T18:02:07Z")),
            ("1795456927603", Some("2026-11-23T18:02:07.603Z")),
            ("0", None),
            ("yesterday", None),
        ] {
            let source = source(&format!(
                r#"<coverage line-rate="1" timestamp="{timestamp}"/>"#
            ));
            assert_eq!(source.measured_at.as_deref(), expected);
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (text, said) in [
            (r#"<coverage line-rate="NaN"/>"#, "expected a fraction"),
            (r#"<coverage line-rate="81.5"/>"#, "expected a fraction"),
            (r#"<coverage/>"#, "found no line-rate"),
            (r#"<report/>"#, "expected <coverage>"),
            (
                r#"<coverage line-rate="1" lines-covered="2" lines-valid="1"/>"#,
                "expected at most lines-valid, 1",
            ),
            (
                r#"<coverage line-rate="1"><line hits="1"/></coverage>"#,
                "found no number",
            ),
            (
                r#"<coverage line-rate="1" lines-covered="2" lines-valid="3">"#,
                "cut off",
            ),
        ] {
            let refusal = read(&FORMAT, text).unwrap_err();
            assert!(refusal.contains(said), "{text}: {refusal}");
        }
    }
}
