//! Documents that mean harm.

use pulldown_cmark::{Event, Options, Parser, Tag};
use scraper::Selector;

use crate::{FAILED, PASSED, html, in_format, markdown, parsed, report_gen, texts};

pub(crate) const HOSTILE: &str =
    r#"<script>alert(1)</script>|a`b*_c_ @everyone [x](y) "quoted" 'too'"#;

/// A document in which every text is hostile.
pub(crate) fn hostile() -> String {
    with_all_texts(HOSTILE)
}

/// A document in which every text is this one.
fn with_all_texts(text: &str) -> String {
    fn poison(value: &mut serde_json::Value, with: &str) {
        const WORDS_OF_THE_SCHEMA: [&str; 9] = [
            "schema_version",
            "operator",
            "status",
            "verdict",
            "better",
            "group",
            "mode",
            "kind",
            "source",
        ];
        match value {
            serde_json::Value::String(text) => *text = with.to_owned(),
            serde_json::Value::Array(items) => items.iter_mut().for_each(|item| poison(item, with)),
            serde_json::Value::Object(entries) => entries
                .iter_mut()
                .filter(|(key, value)| {
                    !(value.is_string() && WORDS_OF_THE_SCHEMA.contains(&key.as_str()))
                })
                .for_each(|(_, value)| poison(value, with)),
            _ => {}
        }
    }
    let mut document: serde_json::Value = serde_json::from_str(PASSED).unwrap();
    let failed: serde_json::Value = serde_json::from_str(FAILED).unwrap();
    document["comparison"] = failed["comparison"].clone();
    document["validation"] = failed["validation"].clone();
    poison(&mut document, text);
    document.to_string()
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    let page = parsed(&html(&hostile()));
    let everything = Selector::parse("*").unwrap();
    for element in page.select(&everything) {
        let name = element.value().name();
        assert!(!["script", "img", "iframe", "object", "embed", "base", "form"].contains(&name));
        for (attribute, value) in element.value().attrs() {
            assert!(!attribute.starts_with("on") && attribute != "src" && attribute != "style");
            assert!(!value.contains("//"), "{name} {attribute}={value}");
        }
    }
    let style = texts(&page, "style").concat();
    assert!(!style.contains("url(") && !style.contains("@import"));
}

#[test]
fn hostile_text_is_only_text_on_the_page() {
    let page = parsed(&html(&hostile()));
    assert_eq!(
        texts(&page, "#scenarios-latency .chart > .heading > title"),
        [HOSTILE, HOSTILE]
    );
    for cut in texts(&page, "#scenarios-latency .chart > .heading > text.words") {
        assert!(HOSTILE.starts_with(cut.trim_end_matches('…')), "{cut}");
    }
    assert!(texts(&page, "script").is_empty());
}

#[test]
fn hostile_text_is_only_text_in_markdown() {
    let comment = markdown(&hostile());
    let mut rendered = String::new();
    for event in Parser::new_ext(&comment, Options::ENABLE_TABLES) {
        match &event {
            Event::Html(html) | Event::InlineHtml(html) => assert!(
                ["<details>", "</details>", "<summary>", "</summary>"]
                    .iter()
                    .any(|known| html.contains(known)),
                "{html}"
            ),
            Event::Text(text) => rendered += text,
            Event::Code(_) => panic!("code: {event:?}"),
            Event::Start(Tag::Link { .. } | Tag::Emphasis) => {
                panic!("markup: {event:?}")
            }
            _ => {}
        }
    }
    let as_read = HOSTILE.replace('@', "@\u{200b}");
    assert!(rendered.contains(&as_read), "{rendered}");
    assert!(!rendered.contains("@everyone"));
}

/// Whatever the step of a workflow prints, the runner reads.
#[test]
fn no_text_becomes_a_command_to_the_runner() {
    let words = ["::error title=a::b"; 20].join(" ");
    let lines = ["::error title=a::b"; 3].join("\n\u{2003}");
    for text in [words, lines, "##[error] title".to_owned()] {
        for format in [
            "html",
            "markdown",
            "summary",
            "junit",
            "sarif",
            "openmetrics",
            "csv",
            "terminal",
        ] {
            let report = in_format(format, &with_all_texts(&text));
            assert!(report.contains("title"), "{format}");
            for line in report.lines() {
                assert!(!line.trim_start().starts_with("::"), "{format}: {line}");
                assert!(!line.contains("##["), "{format}: {line}");
            }
        }
    }
}

#[test]
fn no_text_changes_the_order_in_which_others_are_read() {
    let document = with_all_texts("a\u{202e}dessap\u{2066}\u{200f}b");
    for format in [
        "html",
        "terminal",
        "markdown",
        "github",
        "junit",
        "openmetrics",
        "csv",
    ] {
        let report = in_format(format, &document);
        assert!(report.contains("a dessap  b"), "{format}: {report}");
        assert!(!report.contains(['\u{202e}', '\u{2066}', '\u{200f}']));
    }
    let ran = report_gen(&["--format", "a\u{202e}b"], PASSED).ended(2);
    assert!(ran.stderr.contains("found a b, expected"), "{}", ran.stderr);
}
