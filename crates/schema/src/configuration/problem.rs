use std::fmt::Display;

use serde::de::DeserializeOwned;

use crate::Measured;

/// A file that people write.
pub trait Configuration: DeserializeOwned {
    /// What such a file is called, as in "a gates file".
    const KIND: &'static str;

    /// Every value that has the right type and still makes no sense. Empty if the file can be used.
    fn problems(&self) -> Vec<Problem>;

    /// Whether what stands at `path` is the person's own data, in which an empty value is a value and not a
    /// key that somebody forgot to fill in.
    fn is_data(_path: &str) -> bool {
        false
    }
}

/// A value that makes no sense, with its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as in `test_scenarios[2].batch_size`.
    pub path: String,
    /// What stands there.
    pub found: String,
    /// What would make sense.
    pub expected: String,
    /// Names of which one may have been meant, where a name was expected.
    pub known: Vec<String>,
}

impl Problem {
    pub(super) fn new(
        path: impl Into<String>,
        found: impl Display,
        expected: impl Into<String>,
    ) -> Problem {
        Problem {
            path: path.into(),
            found: found.to_string(),
            expected: expected.into(),
            known: Vec::new(),
        }
    }

    /// The same problem, of a name that may be one of these with a slip of the finger.
    pub(super) fn known<'a>(self, names: impl IntoIterator<Item = &'a str>) -> Problem {
        Problem {
            known: names.into_iter().map(str::to_owned).collect(),
            ..self
        }
    }

    /// The same problem, of a value that stands deeper in the file.
    pub(super) fn below(self, parent: &str) -> Problem {
        Problem {
            path: format!("{parent}.{}", self.path),
            ..self
        }
    }
}

/// A problem if `value` is 0.
pub(super) fn zero(path: &str, value: u64) -> Option<Problem> {
    (value == 0).then(|| Problem::new(path, 0, "at least 1"))
}

/// A problem if `value` is 0 or more than any run has use for: a slip of the finger is told before it costs hours.
pub(super) fn outside(path: &str, value: u64, most: u64) -> Option<Problem> {
    (!(1..=most).contains(&value)).then(|| Problem::new(path, value, format!("1 to {most}")))
}

/// A problem if `value` is there and 0.
pub(super) fn nothing(path: &str, value: Option<Measured>) -> Option<Problem> {
    (value == Some(Measured::ZERO)).then(|| Problem::new(path, 0, "more than 0"))
}

/// A problem for each limit that is below the one before it: a higher quantile cannot be the shorter time.
pub(super) fn descending(limits: &[(&str, Option<Measured>)]) -> Vec<Problem> {
    let present: Vec<(&str, Measured)> = limits
        .iter()
        .filter_map(|(path, limit)| limit.map(|limit| (*path, limit)))
        .collect();
    present
        .windows(2)
        .filter(|pair| pair[1].1 < pair[0].1)
        .map(|pair| {
            let (lower_path, lower) = pair[0];
            let lower_key = lower_path.rsplit('.').next().unwrap_or(lower_path);
            Problem::new(
                pair[1].0,
                pair[1].1,
                format!("at least {lower}, the limit of {lower_key}"),
            )
        })
        .collect()
}
