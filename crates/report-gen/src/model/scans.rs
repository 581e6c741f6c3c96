use schema::evidence::{
    CodeQuality, CodeQualityMetric, CodeQualitySource, TestCounts, Vulnerabilities,
    VulnerabilitySource,
};

use super::facts::{known, readable_time};
use super::part::{Column, Part, Row, Table};
use super::quantity::{NOT_MEASURED, said};

/// What vulnerability scanners found.
pub(crate) fn vulnerabilities(section: &Vulnerabilities) -> Option<Part> {
    let facts = known([
        ("Critical", section.critical.map(|count| count.to_string())),
        ("High", section.high.map(|count| count.to_string())),
        ("Medium", section.medium.map(|count| count.to_string())),
        ("Low", section.low.map(|count| count.to_string())),
        (
            "Without a severity",
            section.unknown.map(|count| count.to_string()),
        ),
    ]);
    let columns = vec![
        Column::text("Scanner"),
        Column::text("File"),
        Column::number("Critical"),
        Column::number("High"),
        Column::number("Medium"),
        Column::number("Low"),
        Column::number("Unknown"),
        Column::text("Remark"),
    ];
    let rows = section.sources.iter().map(scanner).collect();
    let table = Table::new("What each scanner found", columns, rows);
    Part::of("Vulnerabilities", facts, Some(table))
}

fn scanner(source: &VulnerabilitySource) -> Row {
    let count =
        |count: Option<u32>| count.map_or_else(|| NOT_MEASURED.to_owned(), |n| n.to_string());
    Row::plain(vec![
        tool(&source.tool, source.tool_version.as_deref()),
        source.file.clone(),
        count(source.critical),
        count(source.high),
        count(source.medium),
        count(source.low),
        count(source.unknown),
        remark(source.measured_at.as_deref(), source.incomplete.as_deref()),
    ])
}

/// What coverage, complexity, duplication and test tools found.
pub(crate) fn code_quality(section: &CodeQuality) -> Option<Part> {
    let facts = known([
        ("Line coverage", said(section.coverage, "percent")),
        ("Highest complexity", said(section.complexity, "count")),
        ("Duplicated lines", said(section.duplication, "percent")),
        ("Tests", section.tests.map(tests)),
    ]);
    let columns = vec![
        Column::text("Tool"),
        Column::text("File"),
        Column::text("Measures"),
        Column::text("Found"),
        Column::text("Remark"),
    ];
    let rows = section.sources.iter().map(measurement).collect();
    let table = Table::new("What each tool measured", columns, rows);
    Part::of("Code quality", facts, Some(table))
}

fn measurement(source: &CodeQualitySource) -> Row {
    Row::plain(vec![
        tool(&source.tool, source.tool_version.as_deref()),
        source.file.clone(),
        source.metric.name().to_owned(),
        found(source).unwrap_or_else(|| NOT_MEASURED.to_owned()),
        remark(source.measured_at.as_deref(), source.incomplete.as_deref()),
    ])
}

fn found(source: &CodeQualitySource) -> Option<String> {
    match source.metric {
        CodeQualityMetric::Coverage => {
            of_all(source.covered_lines, source.valid_lines, "lines covered")
        }
        CodeQualityMetric::Complexity => {
            let complexity = said(source.complexity, "count")?;
            Some(match &source.function {
                Some(function) => format!("{complexity} in {function}"),
                None => complexity,
            })
        }
        CodeQualityMetric::Duplication => {
            of_all(source.duplicated_lines, source.total_lines, "lines twice")
        }
        CodeQualityMetric::Tests => source.tests.map(tests),
    }
}

fn of_all(some: Option<u64>, all: Option<u64>, what: &str) -> Option<String> {
    Some(format!("{} of {} {what}", some?, all?))
}

fn tests(counts: TestCounts) -> String {
    format!(
        "{} run, {} failed, {} skipped",
        counts.total.saturating_sub(counts.skipped),
        counts.failed,
        counts.skipped
    )
}

fn tool(name: &str, version: Option<&str>) -> String {
    match version {
        Some(version) => format!("{name} {version}"),
        None => name.to_owned(),
    }
}

fn remark(measured_at: Option<&str>, incomplete: Option<&str>) -> String {
    let doubt = incomplete.map(|why| format!("not whole: {why}"));
    let time = measured_at.map(|time| format!("of {}", readable_time(time)));
    let said: Vec<String> = doubt.into_iter().chain(time).collect();
    said.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_whole_says_so_before_its_time() {
        assert_eq!(
            remark(Some("2026-11-23T10:00:00Z"), Some("a target failed")),
            "not whole: a target failed; of 2026-11-23 10:00:00 UTC"
        );
        assert_eq!(remark(None, None), "");
    }

    #[test]
    fn a_figure_of_which_half_is_missing_is_not_measured() {
        let mut source = CodeQualitySource::new(CodeQualityMetric::Coverage, "lcov");
        source.covered_lines = Some(8);
        assert_eq!(found(&source), None);
        source.valid_lines = Some(10);
        assert_eq!(found(&source).unwrap(), "8 of 10 lines covered");
    }
}
