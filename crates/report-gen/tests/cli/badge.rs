//! The badge as a reader of XML reads it.

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::hostile::hostile;
use crate::{FAILED, PASSED, in_format};

/// The elements of an SVG by name, and its texts.
fn read(svg: &str) -> (BTreeSet<String>, Vec<String>) {
    let mut reader = Reader::from_str(svg);
    let (mut names, mut texts) = (BTreeSet::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                names.insert(element.name().as_ref().to_owned());
                for attribute in element.attributes() {
                    let attribute = attribute.unwrap();
                    let key = attribute.key.as_ref();
                    assert!(!key.starts_with("on") && !key.ends_with("href") && key != "style");
                }
            }
            Event::Text(text) => {
                let text = text.trim().to_owned();
                texts.extend((!text.is_empty()).then_some(text));
            }
            Event::Eof => return (names, texts),
            _ => {}
        }
    }
}

fn said(document: &str) -> Vec<String> {
    read(&in_format("badge", document)).1
}

#[test]
fn the_badge_is_the_one_that_was_agreed_on() {
    assert_eq!(
        in_format("badge", PASSED),
        include_str!("../documents/passed.svg")
    );
    assert_eq!(
        in_format("badge", FAILED),
        include_str!("../documents/failed.svg")
    );
}

#[test]
fn it_says_the_verdict_and_of_what_passed_the_p95() {
    for (document, message) in [
        (PASSED, "passed · p95 0.900 ms"),
        (FAILED, "failed"),
        ("{}", "not judged"),
        (r#"{"validation":{"passed":true,"checks":[]}}"#, "passed"),
    ] {
        let title = format!("performance: {message}");
        assert_eq!(said(document), [&title, "performance", message]);
        let label = format!(r#"role="img" aria-label="{title}""#);
        assert!(in_format("badge", document).contains(&label));
    }
}

#[test]
fn it_needs_nothing_but_itself_whatever_the_document_holds() {
    for document in [PASSED, FAILED, "{}", &hostile()] {
        let svg = in_format("badge", document);
        let (names, _) = read(&svg);
        let known = ["g", "path", "svg", "text", "title"];
        assert_eq!(names, known.map(str::to_owned).into());
        assert_eq!(
            svg.matches("//").count(),
            1,
            "the name space and nothing else"
        );
    }
}
