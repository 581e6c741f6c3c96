mod line;
mod table;

use schema::evidence::{Scenario, Verdict};
use toolkit::Screen;

use super::Format;
use crate::error::Error;
use crate::model::{
    CheckRow, ComparisonTable, Fact, KeyFigure, Quantity, Report, ScenarioRow, Status,
};
use line::{Line, Style};
use table::Column;

/// The report at a glance, for whoever sits before it: what matters first, and no more than a screenful of an ordinary run.
pub(crate) struct Terminal;

/// Where nobody looks yet: a file or a pipe.
const PAPER: Screen = Screen {
    columns: 100,
    colour: false,
};

/// More of each would push what came before off the screen.
const MOST_FINDINGS: usize = 7;
const MOST_SCENARIOS: usize = 12;
const MOST_IMPROVED: usize = 5;
const MOST_WARNINGS: usize = 5;

/// Before the lines that belong to a heading, and twice before what goes on in the next line.
const INDENT: usize = 2;

impl Format for Terminal {
    fn name(&self) -> &'static str {
        "terminal"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["txt"]
    }

    fn render(&self, report: &Report<'_>, screen: Option<Screen>) -> Result<String, Error> {
        let screen = screen.unwrap_or(PAPER);
        let mut page = Page {
            columns: screen.columns.into(),
            lines: Vec::new(),
        };
        page.headline(report);
        page.findings(&report.findings);
        page.figures(&report.figures);
        page.scenarios(&report.scenarios, &report.evidence.scenarios);
        if let Some(comparison) = &report.comparison {
            page.comparison(comparison);
        }
        for part in report.capacity.iter().chain(&report.parts) {
            page.facts(part.title, &part.facts);
        }
        page.warnings(report);
        let lines = page.lines.iter();
        Ok(lines
            .map(|line| line.written(screen.colour) + "\n")
            .collect())
    }
}

struct Page {
    columns: usize,
    lines: Vec<Line>,
}

impl Page {
    /// Over as many lines as the screen makes of it.
    fn say(&mut self, line: Line) {
        self.lines.extend(line.folded(self.columns, 2 * INDENT));
    }

    fn heading(&mut self, text: &str) {
        self.lines.push(Line::default());
        self.say(Line::of(Style::Strong, text));
    }

    /// That a list goes on elsewhere.
    fn more(&mut self, all: usize, shown: usize) {
        if all > shown {
            let text = format!("… and {} more: --format markdown has them", all - shown);
            self.say(indented().and(Style::Faint, &text));
        }
    }

    fn headline(&mut self, report: &Report<'_>) {
        let headline = &report.headline;
        let status = headline.verdict.status();
        let verdict = format!("{} {}", status.sign(), headline.verdict.words());
        self.say(
            Line::of(tone(status), &verdict).and(Style::Plain, &format!("  {}", headline.summary)),
        );
        let sections = headline.sections.iter().map(|(name, status)| {
            Line::of(Style::Plain, &format!("{name} ")).followed_by(answer(*status))
        });
        self.enumeration(sections);
        self.enumeration(headline.facts.iter().map(fact));
    }

    /// One after the other, broken between two of them where a line is full.
    fn enumeration(&mut self, parts: impl Iterator<Item = Line>) {
        let mut line = Line::default();
        for part in parts {
            let joined = match line.width() {
                0 => part.clone(),
                _ => line
                    .clone()
                    .and(Style::Faint, " · ")
                    .followed_by(part.clone()),
            };
            if joined.width() <= self.columns || line.width() == 0 {
                line = joined;
            } else {
                self.say(std::mem::replace(&mut line, part));
            }
        }
        if line.width() > 0 {
            self.say(line);
        }
    }

    fn findings(&mut self, findings: &[CheckRow<'_>]) {
        if findings.is_empty() {
            return;
        }
        self.heading("What to look at first");
        for finding in findings.iter().take(MOST_FINDINGS) {
            self.say(sentence(finding));
        }
        self.more(findings.len(), MOST_FINDINGS);
    }

    /// Those that were measured or held to something, a line each; the others together.
    fn figures(&mut self, figures: &[KeyFigure<'_>]) {
        self.heading("Key figures");
        let (shown, absent): (Vec<&KeyFigure<'_>>, Vec<&KeyFigure<'_>>) = figures
            .iter()
            .partition(|figure| !figure.measured.is_absent() || !figure.limits.is_empty());
        let cells = |figure: &KeyFigure<'_>| {
            let interval = figure.interval.map(|range| range.to_string());
            [
                Line::of(Style::Plain, figure.label),
                Line::of(Style::Strong, &figure.measured.to_string()),
                Line::of(Style::Faint, &interval.unwrap_or_default()),
            ]
        };
        let widest = |column: usize| shown.iter().map(|one| cells(one)[column].width()).max();
        let widths = [0, 1, 2].map(|column| widest(column).unwrap_or(0));
        for figure in &shown {
            let [label, measured, interval] = cells(figure);
            let mut line = indented()
                .followed_by(label.filled(widths[0] + INDENT))
                .followed_by(measured.filled_before(widths[1]))
                .and(Style::Plain, "  ")
                .followed_by(interval.filled(widths[2]));
            for limit in &figure.limits {
                line = line
                    .and(Style::Plain, "  ")
                    .and_unbroken(Style::Plain, &limit.expected)
                    .and(Style::Plain, " ")
                    .followed_by(answer(limit.status));
            }
            self.say(line);
        }
        let absent: Vec<&str> = absent.iter().map(|figure| figure.label).collect();
        if !absent.is_empty() {
            let text = format!("not measured: {}", absent.join(", "));
            self.say(indented().and(Style::Faint, &text));
        }
    }

    fn scenarios(&mut self, rows: &[ScenarioRow<'_>], scenarios: &[Scenario]) {
        if rows.is_empty() {
            return;
        }
        self.heading("Scenarios");
        let rows: Vec<(&ScenarioRow<'_>, &Scenario)> =
            rows.iter().zip(scenarios).take(MOST_SCENARIOS).collect();
        let (lines, left_out) = table::laid_out(columns_of(&rows), self.columns);
        self.lines.extend(lines);
        self.more(scenarios.len(), MOST_SCENARIOS);
        if !left_out.is_empty() {
            let text = format!("too narrow for: {}", left_out.join(", "));
            self.say(indented().and(Style::Faint, &text));
        }
    }

    /// In a sentence, and how many metrics came out how: those that failed stand among the findings.
    fn comparison(&mut self, comparison: &ComparisonTable<'_>) {
        self.heading("Comparison");
        let words = format!(
            " with {}; a metric may become worse by {}",
            comparison.baseline, comparison.threshold
        );
        self.say(
            indented()
                .followed_by(answer(comparison.status))
                .and(Style::Plain, &words),
        );
        let mut words: Vec<(&str, usize)> = Vec::new();
        for row in &comparison.rows {
            match words.iter_mut().find(|(word, _)| *word == row.status.word) {
                Some((_, count)) => *count += 1,
                None => words.push((row.status.word, 1)),
            }
        }
        let counts: Vec<String> = words
            .iter()
            .map(|(word, count)| format!("{count} {word}"))
            .collect();
        if !counts.is_empty() {
            self.say(indented().and(Style::Plain, &counts.join(", ")));
        }
        let improved = Verdict::Improved.name();
        let better = comparison
            .rows
            .iter()
            .filter(|row| row.status.word == improved);
        for row in better.take(MOST_IMPROVED) {
            let words = format!(
                " {}{}: {}, from {} to {}",
                row.metric,
                of_scenario(row.scenario),
                row.change,
                row.baseline,
                row.current
            );
            self.say(
                indented()
                    .followed_by(answer(row.status))
                    .and(Style::Plain, &words),
            );
        }
        if !comparison.limits.is_empty() {
            let text = format!("limited by: {}", comparison.limits.join("; "));
            self.say(indented().and(Style::Doubtful, &text));
        }
    }

    fn facts(&mut self, title: &str, facts: &[Fact]) {
        if facts.is_empty() {
            return;
        }
        self.heading(title);
        let joined = facts
            .iter()
            .map(|fact| format!("{}: {}", fact.label, fact.text));
        let text = joined.collect::<Vec<_>>().join(" · ");
        self.say(indented().and(Style::Plain, &text));
    }

    fn warnings(&mut self, report: &Report<'_>) {
        let warnings = &report.evidence.warnings;
        if warnings.is_empty() {
            return;
        }
        self.heading("Warnings");
        for warning in warnings.iter().take(MOST_WARNINGS) {
            let words = format!("{}: {}", warning.tool, warning.message);
            self.say(
                indented()
                    .and(Style::Doubtful, "! ")
                    .and(Style::Plain, &words),
            );
        }
        self.more(warnings.len(), MOST_WARNINGS);
    }
}

fn indented() -> Line {
    Line::of(Style::Plain, &" ".repeat(INDENT))
}

fn tone(status: Status) -> Style {
    if status.is_bad() {
        Style::Bad
    } else if status.is_good() {
        Style::Good
    } else {
        Style::Doubtful
    }
}

fn answer(status: Status) -> Line {
    let text = format!("{} {}", status.sign(), status.word);
    Line::default().and_unbroken(tone(status), &text)
}

fn fact(fact: &Fact) -> Line {
    Line::of(Style::Faint, &format!("{} ", fact.label.to_lowercase())).and(Style::Plain, &fact.text)
}

fn of_scenario(scenario: Option<&str>) -> String {
    scenario
        .map(|scenario| format!(" of {scenario}"))
        .unwrap_or_default()
}

/// A check as a sentence: the answer, what it is about, what was found and expected, by whom.
fn sentence(check: &CheckRow<'_>) -> Line {
    let interval = check.interval.map(|range| format!(" ({range})"));
    let distance = check
        .distance
        .as_ref()
        .map(|distance| format!(", {distance}"));
    let note = check.note.map(|note| format!("; {note}"));
    let subject = format!(" {}{}: ", check.metric, of_scenario(check.scenario));
    let measured = format!("{}{}", check.measured, interval.unwrap_or_default());
    let expected = format!("expected {}", check.expected);
    let rest = format!(
        "{}{} ",
        distance.unwrap_or_default(),
        note.unwrap_or_default()
    );
    indented()
        .followed_by(answer(check.status))
        .and(Style::Strong, &subject)
        .and_unbroken(Style::Plain, &measured)
        .and(Style::Plain, ", ")
        .and_unbroken(Style::Plain, &expected)
        .and(Style::Plain, &rest)
        .and(Style::Faint, &format!("[{}]", check.section.to_lowercase()))
}

/// As in the table that bench-run leaves on stderr.
fn columns_of(rows: &[(&ScenarioRow<'_>, &Scenario)]) -> Vec<Column> {
    let column = |title, rank, cell: &dyn Fn(&ScenarioRow<'_>, &Scenario) -> Line| Column {
        title,
        cells: rows
            .iter()
            .map(|(row, scenario)| cell(row, scenario))
            .collect(),
        rank,
    };
    let count = |count: Option<u64>| {
        let text = count.map_or_else(|| ABSENT.to_owned(), |count| count.to_string());
        Line::of(Style::Plain, &text)
    };
    vec![
        column("scenario", 9, &|row, _| Line::of(Style::Plain, row.name)),
        column("batch", 1, &|_, scenario| count(scenario.batch_size)),
        column("conn", 1, &|_, scenario| {
            count(scenario.concurrent_requests)
        }),
        column("p50 ms", 3, &|row, _| quantile(row, 0)),
        column("p95 ms", 7, &|row, _| quantile(row, 1)),
        column("p99 ms", 6, &|row, _| quantile(row, 2)),
        column("req/s", 5, &|row, _| {
            amount(row.throughput.measured, Style::Plain)
        }),
        column("peak MiB", 2, &|row, _| {
            amount(row.peak_memory.measured, Style::Plain)
        }),
        column("err %", 4, &|row, _| amount(row.error_rate, Style::Plain)),
    ]
}

/// In place of what was not measured, in a table whose cells are narrow.
const ABSENT: &str = "-";

/// In the colour of the limits that did not hold, which stand among the findings.
fn quantile(row: &ScenarioRow<'_>, index: usize) -> Line {
    let quantile = &row.quantiles[index];
    let missed = quantile.limits.iter().any(|(_, status)| status.is_bad());
    let style = if missed { Style::Bad } else { Style::Plain };
    amount(quantile.measured, style)
}

fn amount(quantity: Quantity<'_>, style: Style) -> Line {
    if quantity.is_absent() {
        Line::of(Style::Faint, ABSENT)
    } else {
        Line::of(style, &quantity.amount())
    }
}
