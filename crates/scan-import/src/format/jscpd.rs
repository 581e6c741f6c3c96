use schema::evidence::{CodeQualityMetric, CodeQualitySource};
use serde::Deserialize;

use super::{Findings, Format};
use crate::error::Refusal;
use crate::input::Content;
use crate::moment;
use crate::read::json;

/// What `jscpd --reporters json` writes. Version 5 has the clones first, version 4 the statistics, and they count the lines of
/// a clone differently.
pub(super) const FORMAT: Format = Format {
    name: "jscpd",
    recognises: |head| {
        head.has_keys(&["statistics.detectionDate"]) || head.has_keys(&["duplicates[].firstFile"])
    },
    read,
};

#[derive(Deserialize)]
struct Report {
    statistics: Statistics,
}

#[derive(Deserialize)]
struct Statistics {
    #[serde(rename = "detectionDate")]
    detection_date: Option<String>,
    total: Total,
}

#[derive(Deserialize)]
struct Total {
    sources: u64,
    lines: u64,
    #[serde(rename = "duplicatedLines")]
    duplicated_lines: u64,
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let Report { statistics } = json::read(content)?;
    let Total {
        sources,
        lines,
        duplicated_lines,
    } = statistics.total;
    if sources == 0 && lines > 0 {
        return Err(Refusal::new(format!(
            "statistics.total: found {lines} lines in 0 sources, expected 0"
        )));
    }
    let measured_at = statistics
        .detection_date
        .as_deref()
        .and_then(moment::in_utc);
    Ok(Findings::CodeQuality(CodeQualitySource {
        measured_at,
        duplicated_lines: Some(duplicated_lines),
        total_lines: Some(lines),
        ..CodeQualitySource::new(CodeQualityMetric::Duplication, "jscpd")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{code_quality, read};

    fn report(sources: u64, lines: u64, duplicated: u64) -> String {
        format!(
            r#"{{"statistics":{{"detectionDate":"2026-11-23T18:02:27.003Z","formats":{{}},"total":{{"lines":{lines},"sources":{sources},"duplicatedLines":{duplicated},"percentage":99}}}},"duplicates":[]}}"#
        )
    }

    #[test]
    fn lines_of_the_total_count() {
        let source = code_quality(read(&FORMAT, &report(3, 106, 18)).unwrap());
        assert_eq!(
            (source.duplicated_lines, source.total_lines),
            (Some(18), Some(106))
        );
        assert_eq!(
            source.measured_at.as_deref(),
            Some("2026-11-23T18:02:27.003Z")
        );
    }

    #[test]
    fn no_sources_have_no_lines_or_are_refused() {
        let source = code_quality(read(&FORMAT, &report(0, 0, 0)).unwrap());
        assert_eq!(source.total_lines, Some(0));
        let refusal = read(&FORMAT, &report(0, 5, 0)).unwrap_err();
        assert!(refusal.contains("found 5 lines in 0 sources"), "{refusal}");
    }

    #[test]
    fn what_lacks_its_statistics_is_refused() {
        for (text, said) in [
            (
                r#"{"duplicates":[]}"#.to_owned(),
                "missing field `statistics`",
            ),
            (
                report(1, 2, 3).replace("duplicatedLines", "other"),
                "statistics.total: missing field `duplicatedLines`",
            ),
            (
                report(1, 2, 3).replace(":3,", ":null,"),
                "statistics.total.duplicatedLines: invalid type: null",
            ),
        ] {
            let refusal = read(&FORMAT, &text).unwrap_err();
            assert!(refusal.contains(said), "{text}: {refusal}");
        }
    }
}
