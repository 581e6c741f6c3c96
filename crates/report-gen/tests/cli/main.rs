//! The binary, as a shell runs it.
#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test may fail as a test does"
)]

mod badge;
mod charts;
mod contents;
mod csv;
mod formats;
mod github;
mod hostile;
mod junit;
mod markdown;
mod openmetrics;
mod page;
mod pipe;
mod sarif;
mod terminal;

use pipeline_tests::{Ran, Workplace};
use scraper::{Html, Selector};
use tempfile::TempDir;

const PASSED: &str = include_str!("../documents/passed.json");
const FAILED: &str = include_str!("../documents/failed.json");

fn report_gen(arguments: &[&str], stdin: &str) -> Ran {
    Workplace::default().feed(env!("CARGO_BIN_EXE_report-gen"), arguments, stdin)
}

fn markdown(document: &str) -> String {
    report_gen(&[], document).stdout
}

fn html(document: &str) -> String {
    in_format("html", document)
}

fn in_format(name: &str, document: &str) -> String {
    report_gen(&["--format", name], document).stdout
}

/// A document whose verdict is no though no check of it says so.
const INTERRUPTED: &str = r#"{"run":{"interrupted":true}}"#;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn inside(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

fn parsed(page: &str) -> Html {
    let page = Html::parse_document(page);
    assert_eq!(page.errors, Vec::<String>::new());
    page
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    page.select(&Selector::parse(selector).unwrap())
        .map(|element| element.text().collect::<String>().trim().to_owned())
        .collect()
}
