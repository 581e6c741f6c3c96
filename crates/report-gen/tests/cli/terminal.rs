//! What whoever sits before a terminal sees.

use pipeline_tests::Workplace;
use unicode_width::UnicodeWidthStr;

use crate::hostile::hostile;
use crate::{FAILED, PASSED, in_format};

const TWICE: &str = include_str!("../documents/twice.json");

/// What a terminal of so many columns is sent, with `\n` for its ends of lines.
fn on_a_terminal(columns: u16, environment: &str, document: &str) -> String {
    let place = Workplace::default();
    let document = place.write("document.json", document);
    let command = format!(
        "stty cols {columns} && {environment} {} --quiet --exit-zero --results {}",
        env!("CARGO_BIN_EXE_report-gen"),
        document.display()
    );
    // The program of util-linux that runs a command on a terminal of its own.
    let ran = place.run("/usr/bin/script", &["-qec", &command, "/dev/null"]);
    ran.ended(0).stdout.replace("\r\n", "\n")
}

/// Without the control sequences that set colours.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let (parameter, text) = part.split_once('m').unwrap();
        assert!(["0", "1", "2", "31", "32", "33"].contains(&parameter));
        all + text
    })
}

#[test]
fn in_a_file_it_is_the_one_that_was_agreed_on() {
    assert_eq!(
        in_format("terminal", PASSED),
        include_str!("../documents/passed.txt")
    );
    assert_eq!(
        in_format("terminal", FAILED),
        include_str!("../documents/failed.txt")
    );
}

#[test]
fn it_is_what_a_terminal_gets_when_nobody_asks_for_a_format() {
    let sent = on_a_terminal(100, "NO_COLOR=1", PASSED);
    assert_eq!(sent, include_str!("../documents/passed.txt"));
}

#[test]
fn it_has_colours_where_they_help() {
    let sent = on_a_terminal(100, "NO_COLOR= TERM=xterm", FAILED);
    assert!(
        sent.starts_with("\u{1b}[31m✗ FAILED\u{1b}[0m  3 of 6 checks failed"),
        "{sent}"
    );
    assert_eq!(plain(&sent), include_str!("../documents/failed.txt"));
}

#[test]
fn it_has_none_where_the_terminal_has_none() {
    let sent = on_a_terminal(100, "NO_COLOR= TERM=dumb", FAILED);
    assert_eq!(sent, include_str!("../documents/failed.txt"));
}

#[test]
fn no_line_is_wider_than_the_screen_and_no_figure_is_lost() {
    for columns in [20, 60, 80, 140] {
        for document in [PASSED, FAILED, TWICE, "{}", &hostile()] {
            let sent = plain(&on_a_terminal(columns, "NO_COLOR=", document));
            for line in sent.lines() {
                assert!(line.width() <= columns.into(), "{columns} columns: {line}");
            }
        }
    }
    let narrow = plain(&on_a_terminal(60, "NO_COLOR=", PASSED));
    assert!(narrow.contains("too narrow for: "), "{narrow}");
}

#[test]
fn an_ordinary_run_fits_a_screen() {
    for document in [PASSED, FAILED] {
        assert!(on_a_terminal(80, "NO_COLOR=", document).lines().count() <= 40);
    }
}

#[test]
fn text_from_a_document_controls_no_terminal() {
    let evil = FAILED.replace("batch_8", r"\u001b[2J\u0007\u009b31m\r\n");
    for sent in [
        in_format("terminal", &evil),
        on_a_terminal(80, "NO_COLOR=1", &evil),
    ] {
        let is_control = |character: char| character.is_control() && character != '\n';
        assert!(!sent.contains(is_control), "{sent:?}");
        assert!(sent.contains("[2J"));
    }
}

#[test]
fn names_of_wide_characters_are_aligned() {
    let sent = in_format("terminal", TWICE);
    let column = |name: &str| {
        let line = sent.lines().find(|line| line.starts_with(name)).unwrap();
        let end = line.find("50").unwrap_or(line.len());
        line[..end].width()
    };
    assert_eq!(column("名前"), column("-1+1"));
}

#[test]
fn what_has_no_room_is_counted() {
    let scenarios: Vec<String> = (0..100).map(|n| format!(r#"{{"name":"s{n}"}}"#)).collect();
    let document = format!(r#"{{"scenarios":[{}]}}"#, scenarios.join(","));
    let sent = in_format("terminal", &document);
    assert!(sent.contains("… and 88 more"), "{sent}");
}
