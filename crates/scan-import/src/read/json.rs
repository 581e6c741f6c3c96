use std::fmt;
use std::io::{self, BufReader, Read};
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor};

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

/// Reads JSON values one after another, such as one a line, and gives each to `take`.
pub(crate) fn read_each<T: DeserializeOwned>(
    content: Content<'_>,
    mut take: impl FnMut(T),
) -> Result<(), Refusal> {
    let mut values = deserializer(content);
    loop {
        match values.end() {
            Ok(()) => return Ok(()),
            Err(error) if error.is_io() => return Err(Refusal::new(error.to_string())),
            // There is another value, or what is none.
            Err(_) => take(read_next(&mut values)?),
        }
    }
}

type Values<'a> = serde_json::Deserializer<serde_json::de::IoRead<BufReader<Bounded<Content<'a>>>>>;

fn deserializer(content: Content<'_>) -> Values<'_> {
    serde_json::Deserializer::from_reader(BufReader::new(Bounded::new(content)))
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

/// `null` as what is empty, for `deserialize_with` where a tool writes it for that. Anywhere else it is refused: a list of
/// findings that is null was not made by the tool that the format is of.
pub(crate) fn null_is_empty<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A list of which only what `F` makes of its elements is kept.
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

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Each<F>, A::Error> {
                let mut fold = F::default();
                while let Some(element) = list.next_element()? {
                    fold.add(element);
                }
                Ok(Each(fold))
            }
        }

        deserializer.deserialize_seq(List(PhantomData))
    }
}

/// A list that is kept. No tool writes more than ten thousand elements where this stands: what has them would fill the memory
/// and is refused.
#[derive(Debug)]
pub(crate) struct Short<T>(pub(crate) Vec<T>);

impl<T> Default for Short<T> {
    fn default() -> Short<T> {
        Short(Vec::new())
    }
}

const MOST_KEPT: usize = 10_000;

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Short<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Short<T>, D::Error> {
        struct List<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
            type Value = Short<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "a list of no more than {MOST_KEPT} elements")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Short<T>, A::Error> {
                let mut kept = Vec::new();
                while let Some(element) = list.next_element()? {
                    if kept.len() == MOST_KEPT {
                        return Err(A::Error::invalid_length(MOST_KEPT + 1, &self));
                    }
                    kept.push(element);
                }
                Ok(Short(kept))
            }
        }

        deserializer.deserialize_seq(List(PhantomData))
    }
}

/// What becomes of the entries of an object whose keys are data, and that is too large to be kept.
pub(crate) trait FoldEntries: Default {
    /// What stands under a key.
    type Value: DeserializeOwned;
    /// Takes the next entry.
    fn add(&mut self, key: String, value: Self::Value);
}

/// An object of which only what `F` makes of its entries is kept.
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

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EachEntry<F>, A::Error> {
                let mut fold = F::default();
                while let Some((key, value)) = map.next_entry()? {
                    fold.add(key, value);
                }
                Ok(EachEntry(fold))
            }
        }

        deserializer.deserialize_map(Object(PhantomData))
    }
}

/// No tool writes longer texts, be they keys, names or whole source files. serde_json holds each whole, and numbers too.
const LONGEST_TEXT_BYTES: usize = 16 * 1024 * 1024;

/// Refuses JSON that is nested too deep, and texts that would fill the memory. serde_json refuses depth too, but not in what is
/// skipped, where it keeps a byte a level.
struct Bounded<R> {
    inner: R,
    depth: usize,
    in_text: bool,
    text_bytes: usize,
    escaped: bool,
}

impl<R> Bounded<R> {
    fn new(inner: R) -> Bounded<R> {
        Bounded {
            inner,
            depth: 0,
            in_text: false,
            text_bytes: 0,
            escaped: false,
        }
    }

    fn follow(&mut self, byte: u8) {
        self.text_bytes = match byte {
            b'{' | b'}' | b'[' | b']' | b',' | b':' | b' ' | b'\n' if !self.in_text => 0,
            _ => self.text_bytes + 1,
        };
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_text => self.escaped = true,
            b'"' => self.in_text = !self.in_text,
            b'{' | b'[' if !self.in_text => self.depth += 1,
            b'}' | b']' if !self.in_text => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        for byte in buffer.iter().take(length) {
            self.follow(*byte);
            if self.depth > DEEPEST {
                return Err(io::Error::other(format!(
                    "nested deeper than {DEEPEST} levels"
                )));
            }
            if self.text_bytes > LONGEST_TEXT_BYTES {
                return Err(io::Error::other(format!(
                    "a text or number is longer than {LONGEST_TEXT_BYTES} bytes"
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
        #[serde(default, deserialize_with = "null_is_empty")]
        lenient: Each<Sum>,
    }

    #[test]
    fn a_list_that_is_kept_has_an_end() {
        let read_list = |length: usize| {
            let text = format!("[{}]", vec!["1"; length].join(","));
            let list: Result<Short<u64>, Refusal> = read(Content::new(&mut text.as_bytes()));
            list.map(|Short(list)| list.len())
                .map_err(|refusal| refusal.to_string())
        };
        assert_eq!(read_list(10_000), Ok(10_000));
        let refusal = read_list(10_001).unwrap_err();
        assert!(
            refusal.starts_with(
                "invalid length 10001, expected a list of no more than 10000 elements"
            ),
            "{refusal}"
        );
    }

    fn read_text(text: &str) -> Result<File, String> {
        let mut bytes = text.as_bytes();
        read(Content::new(&mut bytes)).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn lists_and_objects_are_folded() {
        let file =
            read_text(r#"{"numbers":[1,2,3],"entries":{"a":1,"long":2},"else":[{}]}"#).unwrap();
        assert_eq!((file.numbers.0.0, file.entries.0.0.as_str()), (6, "long"));
        assert!(read_text("{}").is_ok());
    }

    #[test]
    fn null_is_an_empty_list_only_where_that_was_asked_for() {
        assert_eq!(read_text(r#"{"lenient":null}"#).unwrap().lenient.0.0, 0);
        assert_eq!(read_text(r#"{"lenient":[2]}"#).unwrap().lenient.0.0, 2);
        for (text, said) in [
            (
                r#"{"numbers":null}"#,
                "numbers: invalid type: null, expected a list",
            ),
            (
                r#"{"entries":null}"#,
                "entries: invalid type: null, expected an object",
            ),
        ] {
            let refusal = read_text(text).unwrap_err();
            assert!(refusal.starts_with(said), "{refusal}");
        }
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

    fn sum_of_each(text: &str) -> Result<u64, String> {
        let mut bytes = text.as_bytes();
        let mut sum = 0;
        read_each(Content::new(&mut bytes), |value: u64| sum += value)
            .map_err(|refusal| refusal.to_string())?;
        Ok(sum)
    }

    #[test]
    fn values_are_read_one_after_another_to_the_end_or_to_what_is_none() {
        assert_eq!(sum_of_each("1\n2\r\n\n3\n"), Ok(6));
        assert_eq!(sum_of_each(" \n"), Ok(0));
        assert!(sum_of_each("1\n\"two\"\n").unwrap_err().contains("line 2"));
        assert!(
            sum_of_each("1\nwarning: text\n")
                .unwrap_err()
                .contains("line 2")
        );
        assert!(
            sum_of_each(&format!("1\n{}", "[".repeat(10_000)))
                .unwrap_err()
                .contains("nested deeper")
        );
    }

    #[test]
    fn a_text_or_number_without_an_end_is_refused_before_it_fills_the_memory() {
        for beginning in [r#"{"entries":{""#, r#"{"skipped":""#, r#"{"numbers":[1"#] {
            let mut endless = beginning.as_bytes().chain(io::repeat(b'1'));
            let refusal = read::<File>(Content::new(&mut endless))
                .unwrap_err()
                .to_string();
            assert!(
                refusal.contains("a text or number is longer than"),
                "{refusal}"
            );
        }
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
