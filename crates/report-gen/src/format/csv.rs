use csv::Writer;
use schema::evidence::{Evidence, Run, Source};
use toolkit::{Screen, begins_like_a_command, on_one_line};

use super::Format;
use crate::error::Error;
use crate::model::Report;
use crate::model::measurements::{self, Measurement};

/// A row for each number that was measured: of the whole run, of each scenario, of each of its repetitions.
pub(crate) struct Csv;

const COLUMNS: [&str; 14] = [
    "run_id",
    "commit",
    "environment",
    "scenario_index",
    "scenario",
    "repetition",
    "order",
    "started_at",
    "metric",
    "unit",
    "value",
    "ci95_low",
    "ci95_high",
    "samples",
];

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["csv"]
    }

    fn render(&self, report: &Report<'_>, _: Option<Screen>) -> Result<String, Error> {
        let mut bytes = Vec::new();
        let mut table = Writer::from_writer(&mut bytes);
        table.write_record(COLUMNS)?;
        for (whose, measured) in measured(report.evidence) {
            for measurement in &measured {
                table.write_record(row(report.evidence.run.as_ref(), &whose, measurement))?;
            }
        }
        table.flush().map_err(csv::Error::from)?;
        drop(table);
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// What was measured: the whole run where all is absent, all repetitions of a scenario where that of the repetition is.
#[derive(Default)]
struct Whose<'a> {
    /// From 0: two scenarios may have one name.
    scenario_index: Option<usize>,
    scenario: Option<&'a str>,
    /// From 0, as in the scenario's timeline.
    repetition: Option<usize>,
    order: Option<u64>,
    /// The repetition; all of the run where it is about more than one.
    started_at: Option<&'a str>,
}

fn measured(evidence: &Evidence) -> Vec<(Whose<'_>, Vec<Measurement>)> {
    let run = evidence.run.as_ref();
    let of_run = || Whose {
        started_at: run.and_then(|run| run.started_at.as_deref()),
        ..Whose::default()
    };
    let mut all = vec![(of_run(), measurements::of_run(evidence))];
    for (index, scenario) in evidence.scenarios.iter().enumerate() {
        let of_scenario = || Whose {
            scenario_index: Some(index),
            scenario: Some(&scenario.name),
            ..of_run()
        };
        all.push((of_scenario(), measurements::of_scenario(scenario)));
        for (number, repetition) in scenario.repetitions.iter().enumerate() {
            let of_repetition = Whose {
                repetition: Some(number),
                order: Some(repetition.order),
                started_at: repetition.started_at.as_deref(),
                ..of_scenario()
            };
            all.push((of_repetition, measurements::of_repetition(repetition)));
        }
    }
    all
}

fn row(run: Option<&Run>, whose: &Whose<'_>, measurement: &Measurement) -> [String; 14] {
    let source = run.and_then(|run| run.source.as_ref());
    let of_run = |read: fn(&Run) -> Option<&String>| text(run.and_then(read).map(String::as_str));
    let commit = |source: &Source| source.commit.clone();
    let range = measurement.ci95;
    [
        of_run(|run| run.id.as_ref()),
        text(source.and_then(commit).as_deref()),
        of_run(|run| run.environment.as_ref()),
        cell(whose.scenario_index),
        text(whose.scenario),
        cell(whose.repetition),
        cell(whose.order),
        text(whose.started_at),
        measurement.metric.clone(),
        measurement.unit.to_owned(),
        measurement.value.to_string(),
        cell(range.and_then(|range| range.low)),
        cell(range.and_then(|range| range.high)),
        cell(measurement.samples),
    ]
}

fn cell(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// What spreadsheets take for the beginning of a formula (OWASP, CSV injection), and the quote that keeps them from it.
const BEGINNINGS_OF_FORMULAS: [char; 9] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', QUOTE];

const QUOTE: char = '\'';

/// A text from the document, on one line, for a table may be printed into the log of a CI runner. One that a spreadsheet might compute
/// or that a runner might obey gets a quote before it, and so does one that begins with a quote: whoever takes one quote away
/// has the text as it was.
fn text(text: Option<&str>) -> String {
    let text = on_one_line(text.unwrap_or_default());
    let is_formula = text.trim_start().starts_with(BEGINNINGS_OF_FORMULAS);
    if is_formula || begins_like_a_command(&text) {
        format!("{QUOTE}{text}")
    } else {
        text
    }
}
