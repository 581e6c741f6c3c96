use std::fmt;
use std::io::{self, BufReader, Read};
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};

use super::DEEPEST;
use crate::error::Refusal;
use crate::input::Content;

/// Reads one JSON value. A wrong type is refused with its path and line; so is text behind the value.
pub(crate) fn read<T: DeserializeOwned>(content: Content<'_>) -> Result<T, Refusal> {
    let mut values = deserializer(content);
    let value = read_next(&mut values)?;
    values
        .end()
        .map_err(|error| Refusal::new(error.to_string()))?;
    Ok(value)
}

type Values<'a> =
    serde_json::Deserializer<serde_json::de::IoRead<BufReader<NotTooDeep<Content<'a>>>>>;

fn deserializer(content: Content<'_>) -> Values<'_> {
    serde_json::Deserializer::from_reader(BufReader::new(NotTooDeep::new(content)))
}

fn read_next<T: DeserializeOwned>(values: &mut Values<'_>) -> Result<T, Refusal> {
    serde_path_to_error::deserialize(values).map_err(|error| {
        let path = error.path().to_string();
        match path.as_str() {
            "." => Refusal::new(error.into_inner().to_string()),
            _ => Refusal::new(format!("{path}: {}", error.into_inner())),
        }
    })
}

/// What becomes of the elements of a list that is too long to be kept.
pub(crate) trait Fold: Default {
    /// An element.
    type Element: DeserializeOwned;
    /// Takes the next element.
    fn add(&mut self, element: Self::Element);
}

/// A list of which only what `F` makes of its elements is kept. `null` is an empty one.
#[derive(Debug, Default)]
pub(crate) struct Each<F>(pub(crate) F);

impl<'de, F: Fold> Deserialize<'de> for Each<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Each<F>, D::Error> {
        struct List<F>(PhantomData<F>);

        impl<'de, F: Fold> Visitor<'de> for List<F> {
            type Value = Each<F>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list")
            }

            fn visit_unit<E>(self) -> Result<Each<F>, E> {
                Ok(Each(F::default()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Each<F>, A::Error> {
                let mut fold = F::default();
                while let Some(element) = list.next_element()? {
                    fold.add(element);
                }
                Ok(Each(fold))
            }
        }

        deserializer.deserialize_any(List(PhantomData))
    }
}

/// What becomes of the entries of an object whose keys are data, and that is too large to be kept.
pub(crate) trait FoldEntries: Default {
    /// What stands under a key.
    type Value: DeserializeOwned;
    /// Takes the next entry.
    fn add(&mut self, key: String, value: Self::Value);
}

/// An object of which only what `F` makes of its entries is kept. `null` is an empty one.
#[derive(Debug, Default)]
pub(crate) struct EachEntry<F>(pub(crate) F);

impl<'de, F: FoldEntries> Deserialize<'de> for EachEntry<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<EachEntry<F>, D::Error> {
        struct Object<F>(PhantomData<F>);

        impl<'de, F: FoldEntries> Visitor<'de> for Object<F> {
            type Value = EachEntry<F>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_unit<E>(self) -> Result<EachEntry<F>, E> {
                Ok(EachEntry(F::default()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EachEntry<F>, A::Error> {
                let mut fold = F::default();
                while let Some((key, value)) = map.next_entry()? {
                    fold.add(key, value);
                }
                Ok(EachEntry(fold))
            }
        }

        deserializer.deserialize_any(Object(PhantomData))
    }
}

/// Refuses JSON that is nested too deep. serde_json does so too, but not in what is skipped, where it keeps a byte a level.
struct NotTooDeep<R> {
    inner: R,
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl<R> NotTooDeep<R> {
    fn new(inner: R) -> NotTooDeep<R> {
        NotTooDeep {
            inner,
            depth: 0,
            in_string: false,
            escaped: false,
        }
    }

    fn follow(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_string => self.escaped = true,
            b'"' => self.in_string = !self.in_string,
            b'{' | b'[' if !self.in_string => self.depth += 1,
            b'}' | b']' if !self.in_string => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

impl<R: Read> Read for NotTooDeep<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        for byte in buffer.iter().take(length) {
            self.follow(*byte);
            if self.depth > DEEPEST {
                return Err(io::Error::other(format!(
                    "nested deeper than {DEEPEST} levels"
                )));
            }
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default)]
    struct Sum(u64);

    impl Fold for Sum {
        type Element = u64;

        fn add(&mut self, element: u64) {
            self.0 += element;
        }
    }

    #[derive(Debug, Default)]
    struct Longest(String);

    impl FoldEntries for Longest {
        type Value = u64;

        fn add(&mut self, key: String, _: u64) {
            if key.len() > self.0.len() {
                self.0 = key;
            }
        }
    }

    #[derive(Debug, Deserialize)]
    struct File {
        #[serde(default)]
        numbers: Each<Sum>,
        #[serde(default)]
        entries: EachEntry<Longest>,
    }

    fn read_text(text: &str) -> Result<File, String> {
        let mut bytes = text.as_bytes();
        read(Content::new(&mut bytes)).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn lists_and_objects_are_folded_and_null_is_an_empty_one() {
        let file =
            read_text(r#"{"numbers":[1,2,3],"entries":{"a":1,"long":2},"else":[{}]}"#).unwrap();
        assert_eq!((file.numbers.0.0, file.entries.0.0.as_str()), (6, "long"));
        let file = read_text(r#"{"numbers":null,"entries":null}"#).unwrap();
        assert_eq!((file.numbers.0.0, file.entries.0.0.as_str()), (0, ""));
        assert!(read_text("{}").is_ok());
    }

    #[test]
    fn a_wrong_type_is_refused_with_path_and_line() {
        assert_eq!(
            read_text("{\"numbers\":[1,\n\"two\"]}").unwrap_err(),
            "numbers[1]: invalid type: string \"two\", expected u64 at line 2 column 5"
        );
        assert!(
            read_text(r#"{"entries":[]}"#)
                .unwrap_err()
                .contains("expected an object")
        );
    }

    #[test]
    fn what_is_cut_off_or_goes_on_is_refused() {
        let whole = r#"{"numbers":[1,2,3],"entries":{"a":1}}"#;
        for end in 0..whole.len() {
            assert!(read_text(&whole[..end]).is_err(), "{end}");
        }
        assert!(
            read_text(&format!("{whole} {{}}"))
                .unwrap_err()
                .contains("trailing")
        );
        assert!(read_text(&format!("{whole} \n")).is_ok());
    }

    #[test]
    fn depth_is_refused_in_what_is_skipped_too_and_brackets_in_text_are_none() {
        for deep in ["[".repeat(10_000), r#"{"a":"#.repeat(10_000)] {
            for text in [deep.clone(), format!(r#"{{"skipped":{deep}"#)] {
                assert!(
                    read_text(&text).unwrap_err().contains("nested deeper"),
                    "{}",
                    &text[..20]
                );
            }
        }
        assert!(read_text(&format!(r#"{{"skipped":"\"{}"}}"#, "[".repeat(10_000))).is_ok());
    }
}
