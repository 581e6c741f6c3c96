//! Which format goes where.

use std::fs;
use std::path::Path;

use crate::{FAILED, PASSED, folder, html, inside, markdown, report_gen};

#[test]
fn without_output_the_report_is_markdown_on_stdout() {
    let run = report_gen(&[], PASSED).ended(0);
    assert_eq!(run.stdout, include_str!("../documents/passed.md"));
    let run = report_gen(&[], FAILED).ended(1);
    assert_eq!(run.stdout, include_str!("../documents/failed.md"));
}

#[test]
fn the_ending_of_each_output_decides_its_format() {
    let folder = folder();
    let (page, comment) = (inside(&folder, "r.HTML"), inside(&folder, "r.md"));
    report_gen(&["--output", &page, "--output", &comment], PASSED).ended(0);
    assert_eq!(fs::read_to_string(page).unwrap(), html(PASSED));
    assert_eq!(fs::read_to_string(comment).unwrap(), markdown(PASSED));
}

#[test]
fn format_decides_whatever_the_ending_says() {
    let folder = folder();
    let file = inside(&folder, "report.txt");
    report_gen(&["--output", &file, "--format=html"], PASSED).ended(0);
    assert_eq!(fs::read_to_string(file).unwrap(), html(PASSED));
}

#[test]
fn formats_that_are_as_many_as_the_outputs_belong_to_them_in_turn() {
    let folder = folder();
    let file = inside(&folder, "comment");
    let outputs = ["--output", "-", "--output", &file];
    let formats = ["--format", "html", "--format", "markdown"];
    let run = report_gen(&[outputs, formats].concat(), PASSED).ended(0);
    assert_eq!(run.stdout, html(PASSED));
    assert_eq!(fs::read_to_string(file).unwrap(), markdown(PASSED));
}

#[test]
fn a_dash_is_the_report_on_stdout_beside_other_files() {
    let folder = folder();
    let file = inside(&folder, "r.html");
    let run = report_gen(&["--output", "-", "--output", &file], PASSED).ended(0);
    assert_eq!(run.stdout, markdown(PASSED));
    assert!(Path::new(&file).exists());
}

#[test]
fn an_unknown_ending_or_format_is_refused_with_the_known_ones() {
    let run = report_gen(&["--output", "report.pdf"], PASSED).ended(2);
    assert_eq!(
        run.stderr,
        "report-gen: error: --output report.pdf: the ending tells no format: expected one of .md, .markdown, .html, .htm, .txt, .xml, .sarif, .prom, .om, .csv, .svg, or --format with one of markdown, summary, html, terminal, github, junit, sarif, openmetrics, csv, badge\n"
    );
    let run = report_gen(&["--format", "pdf"], PASSED).ended(2);
    assert_eq!(
        run.stderr,
        "report-gen: error: --format: found pdf, expected one of markdown, summary, html, terminal, github, junit, sarif, openmetrics, csv, badge\n"
    );
    let run = report_gen(&["--format=html", "--format=markdown"], PASSED).ended(2);
    assert!(run.stderr.contains("--format: given 2 times for 1 outputs"));
    let run = report_gen(&["--output", "a.md", "--output", "a.md"], PASSED).ended(2);
    assert!(run.stderr.contains("--output a.md: given twice"));
}
