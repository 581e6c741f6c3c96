//! A step: a probe in which `{{name}}` stands for what an earlier step captured.

use std::collections::HashMap;
use std::rc::Rc;

use schema::configuration::{self, Capture, Probe, TextPart, is_header_value, text_parts};
use serde_json::Value;
use toolkit::ToolkitError;
use toolkit::outside::Outside;

use crate::probe::{Content, Increase, Prepared, Wanted};
use crate::served::Served;

/// Where a captured value comes from.
pub(super) struct Origin {
    /// The step that captures it.
    pub(super) step: String,
    /// Where in its answer.
    pub(super) capture: Capture,
    /// Whether it may be printed nowhere.
    pub(super) is_secret: bool,
}

/// That of every value, by its name.
pub(super) type Origins = HashMap<String, Origin>;

/// What has been captured so far, by name.
pub(super) type Values = HashMap<String, Value>;

/// A step with the files and variables that it names, without the values that others capture.
pub(super) struct Step {
    /// With `{{name}}` as it stands.
    unfilled: Prepared,
    probe: Probe,
    /// Those that use a captured value.
    headers: Vec<(String, Vec<Piece>)>,
    /// The names of metrics, and how much they must have grown.
    increases: Vec<(String, f64)>,
    origins: Rc<Origins>,
}

/// A piece of a header. What the environment says is a text, whatever is written in it.
enum Piece {
    Text(String),
    Captured(String),
}

impl Step {
    /// The step that stands at `place` in its file. A file or a variable that it names and that cannot be had is an error.
    pub(super) fn new(
        step: &configuration::Step,
        place: &str,
        origins: &Rc<Origins>,
        served: &Served,
        outside: &mut Outside,
    ) -> Result<Step, ToolkitError> {
        let mut probe = step.probe();
        let with_captured = probe
            .headers
            .extract_if(.., |_, value| value.contains("{{"));
        let with_captured: Vec<(String, String)> = with_captured.collect();
        let mut unfilled = Prepared::new(&probe, place, served, outside)?;
        let mut headers = Vec::new();
        for (name, value) in with_captured {
            let mut pieces = Vec::new();
            for part in text_parts(&value).unwrap_or_default() {
                pieces.push(match part {
                    TextPart::Captured(name) => Piece::Captured(name.to_owned()),
                    TextPart::Text(text) => {
                        let text = outside.header(&format!("{place}.headers.{name}"), text)?;
                        unfilled.headers.hide(text.secrets);
                        Piece::Text(text.sent)
                    }
                });
            }
            headers.push((name, pieces));
        }
        let captures = step.capture.iter().map(|(name, capture)| Wanted {
            name: name.clone(),
            capture: capture.clone(),
            is_secret: origins.get(name).is_some_and(|origin| origin.is_secret),
        });
        unfilled.captures = captures.collect();
        let increases = step.increased_by_at_least.iter();
        Ok(Step {
            unfilled,
            probe,
            headers,
            increases: increases
                .map(|(name, least)| (name.clone(), least.get()))
                .collect(),
            origins: Rc::clone(origins),
        })
    }

    /// The step as it stands, for what is asked before any value is captured or without one.
    pub(super) fn unfilled(&self) -> &Prepared {
        &self.unfilled
    }

    /// The same, to be changed before the suite begins.
    pub(super) fn unfilled_mut(&mut self) -> &mut Prepared {
        &mut self.unfilled
    }

    /// The step with the values that it uses; or why it cannot be taken.
    pub(super) fn filled(&self, values: &Values) -> Result<Prepared, String> {
        let filling = Filling {
            values,
            origins: &self.origins,
        };
        let mut filled = self.unfilled.clone();
        (filled.path, filled.told_path) = filling.path(&self.probe.path)?;
        filled.headers.hide(filling.secrets());
        for (name, pieces) in &self.headers {
            filled.headers.add(name, filling.header(pieces)?);
        }
        if let Some(json) = &self.probe.json {
            filled.body = Content::of_json(&self.probe, &filling.value(json)?);
        }
        for condition in filled.expect.body.iter_mut().flatten() {
            if let Some(equals) = &mut condition.equals {
                *equals = filling.value(equals)?;
            }
        }
        for (name, least) in &self.increases {
            filled.increases.extend(filling.increase(name, *least)?);
        }
        Ok(filled)
    }
}

/// What stands for `{{name}}`.
struct Filling<'a> {
    values: &'a Values,
    origins: &'a Origins,
}

impl Filling<'_> {
    fn get(&self, name: &str) -> Result<&Value, String> {
        self.values.get(name).ok_or_else(|| {
            let step = self.origins.get(name).map(|origin| origin.step.as_str());
            let step = step.unwrap_or_default();
            format!("not sent: it needs `{name}` of the step {step}, which failed")
        })
    }

    fn is_secret(&self, name: &str) -> bool {
        self.origins
            .get(name)
            .is_some_and(|origin| origin.is_secret)
    }

    /// Every text that may be printed nowhere: the service may echo it long after it was sent.
    fn secrets(&self) -> Vec<String> {
        let secret = self.values.iter().filter(|(name, _)| self.is_secret(name));
        let texts = secret.map(|(_, value)| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        texts
            .flat_map(|text| [percent_encoded(&text), text])
            .collect()
    }

    /// As it is sent, and as it may be printed.
    fn path(&self, path: &str) -> Result<(String, String), String> {
        let (mut sent, mut told) = (String::new(), String::new());
        for part in text_parts(path).unwrap_or_default() {
            match part {
                TextPart::Text(text) => {
                    sent += text;
                    told += text;
                }
                TextPart::Captured(name) => {
                    let value = percent_encoded(&in_text(self.get(name)?));
                    told += &if self.is_secret(name) {
                        format!("{{{{{name}}}}}")
                    } else {
                        value.clone()
                    };
                    sent += &value;
                }
            }
        }
        Ok((sent, told))
    }

    fn header(&self, pieces: &[Piece]) -> Result<String, String> {
        let mut whole = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => whole += text,
                Piece::Captured(name) => {
                    let value = in_text(self.get(name)?);
                    if !is_header_value(&value) {
                        return Err(format!(
                            "not sent: what was captured as `{name}` cannot stand in a header"
                        ));
                    }
                    whole += &value;
                }
            }
        }
        Ok(whole)
    }

    /// A value in which each text is filled: one that is `{{name}}` and nothing else becomes what was captured.
    fn value(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => match text_parts(text).unwrap_or_default().as_slice() {
                [TextPart::Captured(name)] => self.get(name)?.clone(),
                parts => {
                    let mut whole = String::new();
                    for part in parts {
                        match part {
                            TextPart::Text(text) => whole += text,
                            TextPart::Captured(name) => whole += &in_text(self.get(name)?),
                        }
                    }
                    Value::String(whole)
                }
            },
            Value::Array(items) => {
                let items = items.iter().map(|item| self.value(item));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            Value::Object(entries) => {
                let filled =
                    |(key, entry): (&String, &Value)| Ok((key.clone(), self.value(entry)?));
                Value::Object(entries.iter().map(filled).collect::<Result<_, String>>()?)
            }
            other => other.clone(),
        })
    }

    fn increase(&self, name: &str, least: f64) -> Result<Option<Increase>, String> {
        let since = self.get(name)?.as_f64();
        let capture = self.origins.get(name).map(|origin| origin.capture.clone());
        Ok(since.zip(capture).map(|(since, capture)| Increase {
            name: name.to_owned(),
            capture,
            since,
            least,
        }))
    }
}

/// A value in a longer text: a text without its quotes, all else as JSON.
fn in_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// All but the unreserved characters of RFC 3986 as in `%20`.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn values(entries: &[(&str, Value)]) -> Values {
        let entries = entries.iter();
        entries
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    }

    #[test]
    fn a_whole_text_becomes_the_value_and_a_piece_of_one_its_text() {
        let values = values(&[("n", json!(2.5)), ("t", json!("a b")), ("l", json!([1]))]);
        let filling = Filling {
            values: &values,
            origins: &Origins::new(),
        };
        let filled = filling
            .value(&json!({"{{n}}": ["{{n}}", "{{t}}", "{{l}}", "x{{n}}{{t}}{{l}}", 1, null]}));
        let expected = json!({"{{n}}": [2.5, "a b", [1], "x2.5a b[1]", 1, null]});
        assert_eq!(filled, Ok(expected));
        let path = filling.path("/{{t}}?n={{n}}").unwrap();
        assert_eq!(path, ("/a%20b?n=2.5".to_owned(), "/a%20b?n=2.5".to_owned()));
    }

    #[test]
    fn a_value_that_would_begin_another_header_is_not_sent() {
        let values = values(&[("t", json!("a\r\nX: y"))]);
        let filling = Filling {
            values: &values,
            origins: &Origins::new(),
        };
        let pieces = [Piece::Text("b".to_owned()), Piece::Captured("t".to_owned())];
        let refusal = filling.header(&pieces).unwrap_err();
        assert!(
            refusal.contains("`t` cannot stand in a header"),
            "{refusal}"
        );
    }

    proptest! {
        #[test]
        fn what_stands_in_a_path_cannot_leave_its_place(text in any::<String>()) {
            let encoded = percent_encoded(&text);
            prop_assert!(!encoded.contains(['/', '?', '#', '&', ' ']) && encoded.is_ascii());
            let bytes: Vec<u8> = text.bytes().collect();
            let mut decoded = Vec::new();
            let mut rest = encoded.as_bytes();
            while let [first, behind @ ..] = rest {
                if *first == b'%' {
                    let digits = std::str::from_utf8(&behind[..2]).unwrap();
                    decoded.push(u8::from_str_radix(digits, 16).unwrap());
                    rest = &behind[2..];
                } else {
                    decoded.push(*first);
                    rest = behind;
                }
            }
            prop_assert_eq!(decoded, bytes);
        }
    }
}
