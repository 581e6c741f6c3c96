//! Documents that mean harm.

use pulldown_cmark::{Event, Options, Parser, Tag};
use scraper::Selector;

use crate::{FAILED, PASSED, html, markdown, parsed, texts};

pub(crate) const HOSTILE: &str =
    r#"<script>alert(1)</script>|a`b*_c_ @everyone [x](y) "quoted" 'too'"#;

/// A document in which every text is hostile.
pub(crate) fn hostile() -> String {
    fn poison(value: &mut serde_json::Value) {
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
            serde_json::Value::String(text) => *text = HOSTILE.to_owned(),
            serde_json::Value::Array(items) => items.iter_mut().for_each(poison),
            serde_json::Value::Object(entries) => entries
                .iter_mut()
                .filter(|(key, value)| {
                    !(value.is_string() && WORDS_OF_THE_SCHEMA.contains(&key.as_str()))
                })
                .for_each(|(_, value)| poison(value)),
            _ => {}
        }
    }
    let mut document: serde_json::Value = serde_json::from_str(PASSED).unwrap();
    let failed: serde_json::Value = serde_json::from_str(FAILED).unwrap();
    document["comparison"] = failed["comparison"].clone();
    document["validation"] = failed["validation"].clone();
    poison(&mut document);
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
        texts(&page, "#scenarios-latency .chart > text.words"),
        [HOSTILE, HOSTILE]
    );
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
