use std::collections::HashSet;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::problem::{Problem, zero};

/// Processors, by number or by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Cores {
    /// That many of those that this process may use, the first ones.
    Count(u64),
    /// Exactly these.
    Listed(Vec<u64>),
}

impl<'de> Deserialize<'de> for Cores {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Cores, D::Error> {
        struct CountOrList;

        impl<'de> Visitor<'de> for CountOrList {
            type Value = Cores;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a number of processors or a list of their ids")
            }

            fn visit_u64<E: de::Error>(self, count: u64) -> Result<Cores, E> {
                Ok(Cores::Count(count))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut ids: A) -> Result<Cores, A::Error> {
                let mut listed = Vec::new();
                while let Some(id) = ids.next_element()? {
                    listed.push(id);
                }
                Ok(Cores::Listed(listed))
            }
        }

        deserializer.deserialize_any(CountOrList)
    }
}

impl Cores {
    pub(super) fn problem(&self, path: &str) -> Option<Problem> {
        match self {
            Cores::Count(count) => zero(path, *count),
            Cores::Listed(ids) => id_problem(path, ids),
        }
    }
}

/// A problem if these cannot be the processors of anything.
pub(super) fn id_problem(path: &str, ids: &[u64]) -> Option<Problem> {
    let distinct: HashSet<&u64> = ids.iter().collect();
    if ids.is_empty() {
        Some(Problem::new(
            path,
            "an empty list",
            "at least one processor",
        ))
    } else if distinct.len() < ids.len() {
        Some(Problem::new(
            path,
            "a processor twice",
            "each processor once",
        ))
    } else {
        None
    }
}
