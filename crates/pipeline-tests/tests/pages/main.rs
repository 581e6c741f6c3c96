//! What the pages for people tell to type is typed, in the order of the page, and ends and says what the page says.
#![allow(clippy::unwrap_used, clippy::panic)]

mod fenced;
mod links;
mod said;
mod scratch;

use std::fs;

use pipeline_tests::{alone, root};

use crate::fenced::{Block, Command, blocks};
use crate::said::Said;

/// Runs every command of a page in one scratch copy, and looks for what is shown of their output in what they wrote.
fn the_page_is_true(name: &str) {
    let page = fs::read_to_string(root().join("bin-docs").join(name)).unwrap();
    let blocks = blocks(&page).unwrap_or_else(|reason| panic!("bin-docs/{name}:{reason}"));
    assert_eq!(links::broken(name), [""; 0], "bin-docs/{name}");
    let _alone = alone();
    let place = scratch::place();
    let has_jq = place.shell("jq --version").code == Some(0);
    let mut output = Said::default();
    let mut ran = 0;
    for block in blocks {
        match block {
            Block::File { name, content } => drop(place.write(name, content)),
            Block::Commands(commands) => {
                for Command { text, exit } in commands {
                    // What only asks jq, which is not on every machine.
                    if text.starts_with("jq ") && !has_jq {
                        continue;
                    }
                    let end = place.shell(&scratch::line(text));
                    assert_eq!(end.code, Some(exit), "bin-docs/{name}: {text}\n{end}");
                    output.hear(&end.stderr);
                    output.hear(&end.stdout);
                    ran += 1;
                }
            }
            Block::Said(lines) => {
                for line in lines {
                    assert!(
                        output.holds(line),
                        "bin-docs/{name}: no command above says\n{line}\nbut\n{output}"
                    );
                }
            }
            Block::Elsewhere => {}
        }
    }
    assert!(ran > 5, "bin-docs/{name}: {ran} commands");
}

#[test]
fn what_the_page_on_quality_gates_tells_to_type_does_what_it_says() {
    the_page_is_true("quality-gates.md");
}

#[test]
fn what_the_page_on_performance_validation_tells_to_type_does_what_it_says() {
    the_page_is_true("performance-validation.md");
}

#[test]
fn what_the_page_on_troubleshooting_tells_to_type_does_what_it_says() {
    the_page_is_true("troubleshooting.md");
}
