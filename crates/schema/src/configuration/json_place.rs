//! Places in a JSON text, found without making a tree of it.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

/// A JSON Pointer (RFC 6901), taken apart.
#[derive(Clone, Debug)]
pub struct JsonPlace {
    steps: Vec<String>,
}

impl JsonPlace {
    /// Of a pointer that is well-formed: nothing, or steps that each begin with a slash.
    pub fn new(pointer: &str) -> JsonPlace {
        let steps = pointer.split('/').skip(1);
        JsonPlace {
            steps: steps
                .map(|step| step.replace("~1", "/").replace("~0", "~"))
                .collect(),
        }
    }

    /// The value there as it is written; `None` if there is no such place. All of `body` must be one JSON value, else an
    /// error.
    pub fn find<'a>(&self, body: &'a [u8]) -> serde_json::Result<Option<&'a RawValue>> {
        let mut value: &RawValue = serde_json::from_slice(body)?;
        for step in &self.steps {
            if !value.get().starts_with(['{', '[']) {
                return Ok(None);
            }
            let child =
                serde_json::Deserializer::from_str(value.get()).deserialize_any(Child(step))?;
            let Some(child) = child else { return Ok(None) };
            value = child;
        }
        Ok(Some(value))
    }
}

/// The value under this key or at this index.
struct Child<'a>(&'a str);

impl<'de> Visitor<'de> for Child<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut child = None;
        while let Some(wanted) = entries.next_key_seed(IsKey(self.0))? {
            if wanted {
                child = Some(entries.next_value()?);
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(child)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let plain = self.0 == "0" || !self.0.starts_with(['0', '+']);
        let wanted: Option<usize> = self.0.parse().ok().filter(|_| plain);
        let mut child = None;
        for index in 0.. {
            if wanted == Some(index) {
                child = items.next_element()?;
            } else if items.next_element::<IgnoredAny>()?.is_none() {
                break;
            }
        }
        Ok(child)
    }
}

/// Whether a key is this one.
struct IsKey<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for IsKey<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for IsKey<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

/// How many items, entries or characters a value has.
pub(super) struct Length(pub(super) u64);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Length, D::Error> {
        struct Count;

        impl<'de> Visitor<'de> for Count {
            type Value = Length;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list, an object or a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Length, E> {
                Ok(Length(text.chars().count() as u64))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Length, A::Error> {
                let mut count = 0;
                while items.next_element::<IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Length(count))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Length, A::Error> {
                let mut count = 0;
                while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Length(count))
            }
        }

        deserializer.deserialize_any(Count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a/~\"\\\\ü]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 30, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a01~/]{0,2}", inner, 0..4)
                    .prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_place_is_where_a_tree_has_it(value in any_json(), pointer in "(/([a01-]|~0|~1){0,2}){0,4}") {
            let text = value.to_string();
            let found = JsonPlace::new(&pointer).find(text.as_bytes()).unwrap();
            let found = found.map(|found| serde_json::from_str::<Value>(found.get()).unwrap());
            prop_assert_eq!(found.as_ref(), value.pointer(&pointer));
        }

        #[test]
        fn a_length_is_that_of_the_tree(value in any_json()) {
            let expected = match &value {
                Value::Array(items) => Some(items.len()),
                Value::Object(entries) => Some(entries.len()),
                Value::String(text) => Some(text.chars().count()),
                _ => None,
            };
            let found = serde_json::from_str::<Length>(&value.to_string()).ok();
            prop_assert_eq!(found.map(|Length(found)| found), expected.map(|length| length as u64));
        }
    }
}
