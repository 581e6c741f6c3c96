use schema::evidence::{CodeQualityMetric, CodeQualitySource};
use serde::Deserialize;

use super::{Findings, Format};
use crate::error::Refusal;
use crate::input::Content;
use crate::moment;
use crate::read::json;

/// What `coverage json` writes. Statements count; `percent_covered` mixes branches in, where they were measured.
pub(super) const FORMAT: Format = Format {
    name: "coverage-py",
    recognises: |head| {
        head.has_keys(&["meta.version", "files"]) || head.has_keys(&["meta.version", "totals"])
    },
    read,
};

#[derive(Deserialize)]
struct Report {
    meta: Meta,
    totals: Totals,
}

#[derive(Deserialize)]
struct Meta {
    version: String,
    timestamp: Option<String>,
}

#[derive(Deserialize)]
struct Totals {
    covered_lines: u64,
    num_statements: u64,
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let Report { meta, totals } = json::read(content)?;
    // Without a zone in all versions so far.
    let measured_at = meta.timestamp.as_deref().and_then(moment::in_utc);
    Ok(Findings::CodeQuality(CodeQualitySource {
        tool_version: Some(meta.version),
        measured_at,
        covered_lines: Some(totals.covered_lines),
        valid_lines: Some(totals.num_statements),
        ..CodeQualitySource::new(CodeQualityMetric::Coverage, "coverage.py")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{code_quality, read};

    fn report(totals: &str) -> String {
        format!(
            r#"{{"meta":{{"version":"7.17.3","timestamp":"2026-11-23T18:02:07.514891"}},"files":{{}},"totals":{totals}}}"#
        )
    }

    #[test]
    fn statements_count_and_not_the_percentage_that_branches_are_mixed_into() {
        let totals = r#"{"covered_lines":22,"num_statements":76,"percent_covered":32.7,"num_branches":28,"covered_branches":12}"#;
        let source = code_quality(read(&FORMAT, &report(totals)).unwrap());
        assert_eq!(
            (source.covered_lines, source.valid_lines),
            (Some(22), Some(76))
        );
        assert_eq!(source.tool_version.as_deref(), Some("7.17.3"));
    }

    #[test]
    fn a_time_without_a_zone_is_none() {
        let text = report(r#"{"covered_lines":1,"num_statements":2}"#);
        let at = |text: &str| code_quality(read(&FORMAT, text).unwrap()).measured_at;
        assert_eq!(at(&text), None);
        assert_eq!(
            at(&text.replace("514891", "5+00:00")).as_deref(),
            Some("2026-11-23T18:02:07.5Z")
        );
    }

    #[test]
    fn what_lacks_its_totals_or_has_others_is_refused() {
        for (text, said) in [
            (report("{}"), "missing field `covered_lines`"),
            (
                report(r#"{"covered_lines":-1,"num_statements":2}"#),
                "totals.covered_lines: invalid value",
            ),
            (
                r#"{"meta":{"version":"7"},"files":{}}"#.to_owned(),
                "missing field `totals`",
            ),
        ] {
            let refusal = read(&FORMAT, &text).unwrap_err();
            assert!(refusal.contains(said), "{text}: {refusal}");
        }
    }
}
