//! `{{name}}` in a text: what an earlier step captured stands there when the text is used.

use serde_json::Value;

/// A piece of a text as it is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPart<'a> {
    /// Used as it stands.
    Text(&'a str),
    /// The name in `{{name}}`: used is the value that was captured under it.
    Captured(&'a str),
}

/// The pieces of a text, of which none is an empty text; `None` if it holds a `{{` that no name and `}}` follow.
pub fn text_parts(mut text: &str) -> Option<Vec<TextPart<'_>>> {
    let mut parts = Vec::new();
    while let Some((before, rest)) = text.split_once("{{") {
        let (name, after) = rest.split_once("}}")?;
        if !is_name(name) {
            return None;
        }
        parts.extend((!before.is_empty()).then_some(TextPart::Text(before)));
        parts.push(TextPart::Captured(name));
        text = after;
    }
    parts.extend((!text.is_empty()).then_some(TextPart::Text(text)));
    Some(parts)
}

/// Whether a value can be captured under this name.
pub(super) fn is_name(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

/// Every text in a value, with its place below `path`. The keys of objects are none: they stand as they are.
pub(super) fn texts<'a>(path: &str, value: &'a Value) -> Vec<(String, &'a str)> {
    match value {
        Value::String(text) => vec![(path.to_owned(), text.as_str())],
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, item)| texts(&format!("{path}[{index}]"), item))
            .collect(),
        Value::Object(entries) => entries
            .iter()
            .flat_map(|(key, entry)| texts(&format!("{path}.{key}"), entry))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::TextPart::{Captured, Text};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_found_wherever_they_stand() {
        assert_eq!(text_parts(""), Some(vec![]));
        assert_eq!(text_parts("a {b} }}"), Some(vec![Text("a {b} }}")]));
        assert_eq!(
            text_parts("/{{id_1}}/${A}{{b}}"),
            Some(vec![
                Text("/"),
                Captured("id_1"),
                Text("/${A}"),
                Captured("b")
            ])
        );
        for wrong in [
            "{{", "{{a", "{{}}", "{{1a}}", "{{ a }}", "{{a-b}}", "{{{a}}",
        ] {
            assert_eq!(text_parts(&format!("x{wrong}")), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn the_pieces_of_a_text_are_the_whole_text(text in "[a{} 1ü]{0,20}") {
            if let Some(parts) = text_parts(&text) {
                let whole: String = parts
                    .iter()
                    .map(|part| match part {
                        Text(text) => (*text).to_owned(),
                        Captured(name) => format!("{{{{{name}}}}}"),
                    })
                    .collect();
                prop_assert_eq!(whole, text);
            } else {
                prop_assert!(text.contains("{{"));
            }
        }
    }
}
