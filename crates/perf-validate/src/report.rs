//! The verdict in markdown, fit for a comment on a pull request. Every text of the document is escaped.

use schema::evidence::{Check, CheckStatus, Evidence, Interval, Validation, unit_symbol};
use schema::{Measured, Section};
use toolkit::figure::{told_from, written};
use toolkit::markdown::escaped;

use crate::doubts::Doubt;

/// The titles of the report's sections, with the section of the document that their metrics come from.
const CATEGORIES: [(&str, &str); 4] = [
    ("Latency", "latency"),
    ("Throughput", "throughput"),
    ("Memory", "memory"),
    ("Error Rate", "error_rate"),
];

/// The whole report. What is certain and good of scenarios is folded away.
pub(crate) fn markdown(validation: &Validation, doubts: &[Doubt], evidence: &Evidence) -> String {
    let (open, folded): (Vec<&Check>, Vec<&Check>) = validation
        .checks
        .iter()
        .partition(|check| check.scenario.is_none() || !is_plain(check));
    let mut report = heading(validation, evidence);
    let of_run = |check: &&Check| title_of(check).is_none();
    report += &section("Run", open.iter().copied().filter(of_run));
    for (title, _) in CATEGORIES {
        let here = |check: &&Check| title_of(check) == Some(title);
        report += &section(title, open.iter().copied().filter(here));
    }
    if !folded.is_empty() {
        report += &format!(
            "\n<details>\n<summary>Scenarios: {} passed</summary>\n\n{}\n</details>\n",
            counted(folded.len()),
            table(folded.into_iter())
        );
    }
    if !doubts.is_empty() {
        report += "\n### Warnings\n\n";
        for doubt in doubts {
            report += &format!("- {}\n", escaped(&doubt.to_string()));
        }
    }
    report
}

fn heading(validation: &Validation, evidence: &Evidence) -> String {
    let status = if validation.passed {
        "✅ PASSED"
    } else {
        "❌ FAILED"
    };
    let all = validation.checks.len();
    let failed = of_those(validation, |check| !check.passed);
    let mut tally = match failed {
        0 => format!("{} passed", counted(all)),
        _ => format!("{failed} of {} failed", counted(all)),
    };
    let undecided = of_those(validation, |check| {
        check.status == CheckStatus::Inconclusive
    });
    if undecided > 0 {
        tally += &format!(", {undecided} of them inconclusive");
    }
    let mut heading = format!(
        "## Performance Validation Report\n\n**Overall Status**: {status}\n\n{tally}{}.\n",
        of_which_run(evidence)
    );
    let others: Vec<&str> = evidence
        .verdicts()
        .into_iter()
        .filter(|(section, passed)| !passed && *section != Validation::NAME)
        .map(|(section, _)| section)
        .collect();
    if !others.is_empty() {
        heading += &format!("\nFailed before in this document: {}.\n", others.join(", "));
    }
    heading
}

/// Which run that was, as far as it is known.
fn of_which_run(evidence: &Evidence) -> String {
    let Some(run) = evidence.run.as_ref() else {
        return String::new();
    };
    let commit = run
        .source
        .as_ref()
        .and_then(|source| source.commit.as_deref())
        .map(|commit| commit.chars().take(8).collect::<String>());
    [
        (" · run", run.id.as_deref()),
        (" of", run.target.as_deref()),
        (" at commit", commit.as_deref()),
    ]
    .into_iter()
    .filter_map(|(words, name)| name.map(|name| format!("{words} {}", escaped(name))))
    .collect()
}

fn of_those(validation: &Validation, asked: impl Fn(&Check) -> bool) -> usize {
    validation
        .checks
        .iter()
        .filter(|check| asked(check))
        .count()
}

fn counted(checks: usize) -> String {
    format!("{checks} check{}", if checks == 1 { "" } else { "s" })
}

fn is_plain(check: &Check) -> bool {
    check.passed && check.status == CheckStatus::Pass
}

/// The title that a check stands under; `None` for what is asked of the run itself.
fn title_of(check: &Check) -> Option<&'static str> {
    let (section, _) = check.metric.split_once('.')?;
    CATEGORIES
        .iter()
        .find(|(_, key)| *key == section)
        .map(|(title, _)| *title)
}

fn section<'a>(title: &str, checks: impl Iterator<Item = &'a Check>) -> String {
    let mut checks = checks.peekable();
    if checks.peek().is_none() {
        return String::new();
    }
    format!("\n### {title}\n\n{}", table(checks))
}

fn table<'a>(checks: impl Iterator<Item = &'a Check>) -> String {
    let head = "| Scenario | Metric | Value | 95 % interval | Threshold | Status |\n\
                | --- | --- | ---: | ---: | ---: | --- |\n";
    let rows: String = checks.map(row).collect();
    format!("{head}{rows}")
}

fn row(check: &Check) -> String {
    let unit = match unit_symbol(&check.unit) {
        "" => String::new(),
        symbol => format!(" {}", escaped(symbol)),
    };
    let sign = check.operator.sign();
    let value = check.actual.as_ref().map_or_else(
        || "not measured".to_owned(),
        |actual| format!("{}{unit}", told_from(actual, &check.expected)),
    );
    let note = check
        .note
        .as_deref()
        .filter(|_| !is_plain(check))
        .map(|note| format!(": {}", escaped(note)))
        .unwrap_or_default();
    format!(
        "| {} | {} | {value} | {} | {sign} {}{unit} | {} {}{note} |\n",
        check
            .scenario
            .as_deref()
            .map_or_else(|| "whole run".to_owned(), escaped),
        escaped(&check.metric),
        range(check),
        written(&check.expected),
        mark(check),
        check.status.name(),
    )
}

fn range(check: &Check) -> String {
    let end = |value: Measured| told_from(&value.into(), &check.expected);
    match check.ci95.unwrap_or_default() {
        Interval {
            low: Some(low),
            high: Some(high),
        } => format!("{} – {}", end(low), end(high)),
        Interval {
            low: Some(low),
            high: None,
        } => format!("≥ {}", end(low)),
        Interval {
            low: None,
            high: Some(high),
        } => format!("≤ {}", end(high)),
        Interval {
            low: None,
            high: None,
        } => "none".to_owned(),
    }
}

fn mark(check: &Check) -> &'static str {
    match (check.passed, check.status) {
        (true, CheckStatus::Pass) => "✅",
        (true, _) => "❔",
        (false, _) => "❌",
    }
}
