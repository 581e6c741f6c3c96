//! Where in a text a path leads: the text is read once more, and reading it is made to fail at the very
//! place, so that the reader's own error tells the line.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::yaml::{self, Position};

/// The line and column of the key or item at `path`, as in `test_scenarios[2].batch_size`.
pub(crate) fn locate(text: &str, path: &str) -> Option<Position> {
    let steps = steps(path);
    if steps.is_empty() {
        return None;
    }
    yaml::read(text, Walk { steps: &steps })
        .err()
        .and_then(|arrival| arrival.position)
}

#[derive(Debug, PartialEq)]
enum Step {
    Key(String),
    Item(usize),
}

fn steps(path: &str) -> Vec<Step> {
    path.split(['.', '['])
        .filter(|step| !step.is_empty())
        .map(
            |step| match step.strip_suffix(']').and_then(|index| index.parse().ok()) {
                Some(index) => Step::Item(index),
                None => Step::Key(step.to_owned()),
            },
        )
        .collect()
}

#[derive(Clone, Copy)]
struct Walk<'a> {
    steps: &'a [Step],
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the next step of the path")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((Step::Key(wanted), rest)) = self.steps.split_first() else {
            return Err(de::Error::custom("arrived"));
        };
        while let Some(found) = map.next_key_seed(Key {
            wanted,
            last: rest.is_empty(),
        })? {
            if found {
                map.next_value_seed(Walk { steps: rest })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Some((Step::Item(wanted), rest)) = self.steps.split_first() else {
            return Err(de::Error::custom("arrived"));
        };
        for _ in 0..*wanted {
            items.next_element::<IgnoredAny>()?;
        }
        items.next_element_seed(Walk { steps: rest })?;
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

struct Key<'a> {
    wanted: &'a str,
    last: bool,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<bool, E> {
        let found = key == self.wanted;
        if found && self.last {
            Err(E::custom("arrived"))
        } else {
            Ok(found)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "benchmark:\n  cores: 0\n  batch_sizes: [1,\n    4]\ntest_scenarios:\n  - name: a\n  - name: b\n    batch_size: 0\n";

    fn line(path: &str) -> Option<usize> {
        locate(TEXT, path).map(|position| position.line)
    }

    #[test]
    fn every_path_leads_to_its_line() {
        assert_eq!(line("benchmark"), Some(1));
        assert_eq!(line("benchmark.cores"), Some(2));
        assert_eq!(line("benchmark.batch_sizes[1]"), Some(4));
        assert_eq!(line("test_scenarios[1].batch_size"), Some(8));
        assert_eq!(line("test_scenarios[1]"), Some(7));
    }

    #[test]
    fn a_path_that_leads_nowhere_has_no_line() {
        assert_eq!(line("benchmark.nothing"), None);
        assert_eq!(line("test_scenarios[7].name"), None);
        assert_eq!(line(""), None);
    }
}
