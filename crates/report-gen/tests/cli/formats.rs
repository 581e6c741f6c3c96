//! Which format goes where.

use std::fs;
use std::path::Path;

use pipeline_tests::Workplace;

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
fn the_system_s_name_of_stdout_is_a_dash() {
    let folder = folder();
    let run = report_gen(&["--output", "/dev/stdout"], PASSED).ended(0);
    assert_eq!(run.stdout, markdown(PASSED));
    let run = report_gen(&["--output", "/dev/stdout", "--format", "html"], PASSED).ended(0);
    assert_eq!(run.stdout, html(PASSED));
    let run = report_gen(&["--output", "-", "--output", "/dev/stdout"], PASSED).ended(2);
    assert!(run.stderr.contains("--output /dev/stdout: given twice"));
    // What a shell redirects stdout to is not replaced by another file.
    let (document, file) = (inside(&folder, "document.json"), inside(&folder, "r.md"));
    fs::write(&document, PASSED).unwrap();
    let command = format!(
        "{} --quiet --results {document} --output /dev/stdout > {file}",
        env!("CARGO_BIN_EXE_report-gen")
    );
    let run = Workplace::default().run("/bin/sh", &["-c", &command]);
    run.ended(0);
    assert_eq!(fs::read_to_string(file).unwrap(), markdown(PASSED));
}

#[test]
fn of_several_outputs_none_is_written_where_one_cannot_be() {
    let folder = folder();
    let (kept, new) = (inside(&folder, "kept.html"), inside(&folder, "new.md"));
    fs::write(&kept, "the report before").unwrap();
    let nowhere = inside(&folder, "no/folder.md");
    for last in [nowhere.as_str(), "/dev/full"] {
        let outputs = ["--output", &kept, "--output", &new, "--output", last];
        let formats = ["--format", "html", "--format", "csv", "--format", "junit"];
        let run = report_gen(&[outputs, formats].concat(), PASSED).ended(2);
        assert!(run.stderr.contains("no such folder") || run.stderr.contains("/dev/full"));
        assert_eq!(run.stdout, "");
        assert_eq!(fs::read_to_string(&kept).unwrap(), "the report before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn one_file_by_two_names_is_refused() {
    let folder = folder();
    let (one, other) = (inside(&folder, "a.md"), inside(&folder, "./a.md"));
    let run = report_gen(&["--output", &one, "--output", &other], PASSED).ended(2);
    assert!(run.stderr.contains("a.md: given twice"), "{}", run.stderr);
    assert!(!Path::new(&one).exists());
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
    let run = report_gen(&["--format", "markdwn"], PASSED).ended(2);
    assert!(run.stderr.ends_with("; did you mean markdown?\n"));
    let run = report_gen(&["--format=html", "--format=markdown"], PASSED).ended(2);
    assert!(run.stderr.contains("--format: given 2 times for 1 outputs"));
    let run = report_gen(&["--output", "a.md", "--output", "a.md"], PASSED).ended(2);
    assert!(run.stderr.contains("--output a.md: given twice"));
}
