//! The table as a reader of such tables reads it.

use csv::{Reader, StringRecord};

use crate::hostile::{HOSTILE, hostile};
use crate::{FAILED, PASSED, in_format};

const TWICE: &str = include_str!("../documents/twice.json");

fn rows(document: &str) -> Vec<StringRecord> {
    let table = in_format("csv", document);
    let mut reader = Reader::from_reader(table.as_bytes());
    assert_eq!(reader.headers().unwrap().len(), 14);
    reader.records().map(Result::unwrap).collect()
}

fn of_metric(rows: &[StringRecord], metric: &str) -> Vec<String> {
    let cells = |row: &StringRecord| {
        let kept = [3, 4, 5, 6, 10, 11, 12, 13];
        kept.map(|column| row[column].to_owned()).join("|")
    };
    rows.iter()
        .filter(|row| &row[8] == metric)
        .map(cells)
        .collect()
}

#[test]
fn the_table_is_the_one_that_was_agreed_on() {
    assert_eq!(
        in_format("csv", PASSED),
        include_str!("../documents/passed.csv")
    );
    assert_eq!(
        in_format("csv", FAILED),
        include_str!("../documents/failed.csv")
    );
}

#[test]
fn a_row_is_about_the_run_a_scenario_or_a_repetition() {
    assert_eq!(
        of_metric(&rows(PASSED), "latency.p50_ms"),
        [
            "||||0.41|0.4|0.42|20000",
            "0|batch_1|||0.41|0.4|0.42|",
            "0|batch_1|0|0|0.39|||",
            "0|batch_1|1|2|0.44|||",
            "1|single_request|||0.31|||",
        ]
    );
}

#[test]
fn a_table_of_nothing_has_its_columns() {
    assert_eq!(rows("{}"), Vec::<StringRecord>::new());
    assert!(in_format("csv", "{}").starts_with("run_id,commit,"));
}

#[test]
fn every_text_comes_back() {
    let rows = rows(&hostile());
    assert!(rows.iter().any(|row| &row[4] == HOSTILE));
    assert!(rows.iter().all(|row| &row[0] == HOSTILE));
}

#[test]
fn no_text_is_a_formula_and_no_number_is_touched() {
    let rows = rows(TWICE);
    assert!(
        rows.iter()
            .all(|row| &row[0] == "'=1+1" && &row[1] == "'@SUM(1)")
    );
    assert_eq!(
        of_metric(&rows, "memory.growth_mb_per_minute"),
        ["3|'-1+1|||-1.25|-2.5|0|"]
    );
    let numbers = rows
        .iter()
        .flat_map(|row| [10, 11, 12].map(|column| row[column].to_owned()));
    assert!(
        numbers
            .filter(|cell| !cell.is_empty())
            .all(|cell| cell.parse::<f64>().is_ok())
    );
}

#[test]
fn scenarios_of_one_name_are_told_apart() {
    let latencies = of_metric(&rows(TWICE), "latency.p50_ms");
    assert_eq!(latencies[1], "0|one # TYPE a counter|||1.5|1|2|");
    assert_eq!(latencies[2], "1|one # TYPE a counter|||2.5|||");
}
