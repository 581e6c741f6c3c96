use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// How deep keys are looked for. Formats are told apart above.
const DEEPEST: usize = 8;
/// More keys than that tell nothing new; a head has room for ten thousand.
const MOST_KEYS: usize = 1000;
/// What a message names.
const MOST_NAMED: usize = 8;

/// The keys of JSON of which only the beginning is known, as paths from the top.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    paths: BTreeSet<Vec<Step>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Key(String),
    Element,
}

impl Keys {
    /// Of one value or several one after another, up to where the text ends or is no JSON any more.
    pub(super) fn in_beginning(beginning: &[u8]) -> Keys {
        let paths = RefCell::new(BTreeSet::new());
        let mut values = serde_json::Deserializer::from_slice(beginning);
        loop {
            let top = Below {
                path: Vec::new(),
                paths: &paths,
            };
            // A beginning is cut off nearly always.
            if top.deserialize(&mut values).is_err() {
                return Keys {
                    paths: paths.into_inner(),
                };
            }
        }
    }

    /// Whether there is something at `path`, as in `runs[].tool`: `[]` is an element of a list, `*` any one key, as in
    /// `*[].complexity`.
    pub(crate) fn has(&self, path: &str) -> bool {
        let wanted = steps(path);
        self.paths.iter().any(|known| {
            known.len() == wanted.len()
                && known.iter().zip(&wanted).all(|(known, wanted)| {
                    known == wanted
                        || matches!((known, wanted), (Step::Key(_), Step::Key(any)) if any == "*")
                })
        })
    }

    pub(super) fn describe(&self) -> String {
        let top = self.paths.iter().filter_map(|path| match path.as_slice() {
            [Step::Key(key)] | [Step::Element, Step::Key(key)] => Some(key.as_str()),
            _ => None,
        });
        let top: Vec<&str> = top.take(MOST_NAMED).collect();
        if top.is_empty() {
            "JSON in no known format, without keys".to_owned()
        } else {
            format!("JSON in no known format, with the keys {}", top.join(", "))
        }
    }
}

fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let mut parts = part.split("[]");
        steps.extend(
            parts
                .next()
                .filter(|key| !key.is_empty())
                .map(|key| Step::Key(key.to_owned())),
        );
        steps.extend(parts.map(|_| Step::Element));
    }
    steps
}

struct Below<'a> {
    path: Vec<Step>,
    paths: &'a RefCell<BTreeSet<Vec<Step>>>,
}

impl Below<'_> {
    fn child(&self, step: Step) -> Below<'_> {
        let path: Vec<Step> = self.path.iter().cloned().chain([step]).collect();
        let mut paths = self.paths.borrow_mut();
        if paths.len() < MOST_KEYS {
            paths.insert(path.clone());
        }
        Below {
            path,
            paths: self.paths,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Below<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.path.len() >= DEEPEST {
            deserializer.deserialize_ignored_any(IgnoredAny).map(drop)
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for Below<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            map.next_value_seed(self.child(Step::Key(key)))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(self.child(Step::Element))?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_up_to_where_the_text_is_cut_off() {
        let text =
            br#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"ruleI"#;
        let keys = Keys::in_beginning(text);
        for path in [
            "version",
            "runs",
            "runs[].tool.driver.name",
            "runs[].results[]",
        ] {
            assert!(keys.has(path), "{path}");
        }
        assert!(!keys.has("runs[].results[].ruleI"));
        assert!(!keys.has("results"));
    }

    #[test]
    fn a_list_at_the_top_and_values_one_after_another_are_seen() {
        assert!(Keys::in_beginning(br#"[{"a":1},{"b":1}]"#).has("[].b"));
        let lines = Keys::in_beginning(b"{\"reason\":1}\n{\"message\":{\"code\":2}}\n{");
        assert!(lines.has("reason") && lines.has("message.code"));
    }

    #[test]
    fn a_star_is_any_one_key_even_one_with_dots_in_it() {
        let keys = Keys::in_beginning(br#"{"src/a.py":[{"complexity":1}]}"#);
        assert!(keys.has("*[].complexity"));
        assert!(!keys.has("*.complexity"));
    }

    #[test]
    fn a_stranger_is_described_by_its_keys() {
        let keys = Keys::in_beginning(br#"{"latency":{"p50_ms":1},"run":{}}"#);
        assert_eq!(
            keys.describe(),
            "JSON in no known format, with the keys latency, run"
        );
    }
}
