//! The page as a browser reads it.

use scraper::Html;

use crate::hostile::hostile;
use crate::{FAILED, PASSED, html, parsed, texts};

#[test]
fn the_page_is_well_formed_whatever_the_document_holds() {
    let broken = "<!DOCTYPE html><table><tr><td></b></table>";
    assert!(!Html::parse_document(broken).errors.is_empty());
    for document in [PASSED, FAILED, "{}", &hostile()] {
        parsed(&html(document));
    }
}

#[test]
fn the_page_has_a_heading_a_section_and_a_table_with_headers_for_each_part() {
    let page = parsed(&html(FAILED));
    assert_eq!(texts(&page, "h1"), ["✗ FAILED"]);
    assert_eq!(texts(&page, "section").len(), texts(&page, "h2").len());
    let tables = texts(&page, "table").len();
    let named = "table > caption, table[aria-labelledby]";
    assert_eq!(texts(&page, named).len(), tables);
    assert_eq!(
        texts(&page, "table th[scope=col]:first-child").len(),
        tables
    );
    assert_eq!(texts(&page, ".tile").len(), 8);
    assert!(texts(&page, "#checks + .scroll tbody tr")[0].contains("latency.p95_ms"));
}

#[test]
fn the_chart_says_in_words_what_it_draws() {
    let page = parsed(&html(FAILED));
    let titles = texts(&page, "#scenarios-latency .chart g > title");
    assert_eq!(titles[0], "batch_8 p50: 11.2 ms, limit 10 ms: failed");
    assert_eq!(titles.len(), 3);
    assert_eq!(
        texts(&page, "#scenarios-latency .chart .stroke-bad").len(),
        1
    );
    let page = parsed(&html(PASSED));
    let rings = "#scenarios-latency .row g.stroke-main circle";
    assert_eq!(texts(&page, rings).len(), 6);
    let limits = "#scenarios-latency .row .stroke-limit";
    assert_eq!(texts(&page, limits).len(), 1);
}

#[test]
fn the_page_of_an_empty_document_is_the_one_that_was_agreed_on() {
    let page = html("{}");
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, body) = rest.split_once("</style>").unwrap();
    assert_eq!(
        format!("{head}{body}"),
        include_str!("../documents/empty.html")
    );
}
