//! The headers of a request, whose values may name variables of the environment.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::problem::Problem;

/// What frames a message or belongs to a connection: a request that names it could end where it does not, or
/// be answered by something that cannot be measured.
const OF_THE_CONNECTION: [&str; 8] = [
    "connection",
    "content-length",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A piece of a header's value as it is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderPart<'a> {
    /// Sent as it stands.
    Text(&'a str),
    /// The name in `${NAME}`: sent is what the environment says.
    Variable(&'a str),
}

/// The pieces of a header's value; `None` if it holds a `${` that no name and `}` follow.
pub fn header_parts(mut value: &str) -> Option<Vec<HeaderPart<'_>>> {
    let mut parts = Vec::new();
    while let Some((text, rest)) = value.split_once("${") {
        let (name, after) = rest.split_once('}')?;
        let is_name = !name.starts_with(|first: char| first.is_ascii_digit())
            && !name.is_empty()
            && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
        if !is_name {
            return None;
        }
        parts.extend([HeaderPart::Text(text), HeaderPart::Variable(name)]);
        value = after;
    }
    parts.push(HeaderPart::Text(value));
    Some(parts)
}

/// Whether a header may have this value: anything but control characters, which could begin another header.
pub fn is_header_value(value: &str) -> bool {
    !value.chars().any(|c| c.is_control() && c != '\t')
}

/// Whether this is a `token` of RFC 9110: what methods and the names of headers are made of.
pub(super) fn is_token(text: &str) -> bool {
    let of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(of_token)
}

pub(super) fn problems(headers: &IndexMap<String, String>) -> Vec<Problem> {
    let mut seen = HashSet::new();
    let mut problems = Vec::new();
    for (name, value) in headers {
        let mut refuse = |found: String, expected: &str| {
            problems.push(Problem::new(format!("headers.{name}"), found, expected));
        };
        let lower_case = name.to_ascii_lowercase();
        if !is_token(name) {
            refuse(
                format!("the name {name:?}"),
                "letters, digits and hyphens, as in Content-Type",
            );
        } else if OF_THE_CONNECTION.contains(&lower_case.as_str()) {
            refuse(
                format!("`{name}`"),
                "it left out: the tool frames its requests and keeps its connections itself",
            );
        } else if !seen.insert(lower_case) {
            refuse(format!("`{name}` again"), "each header once");
        }
        // A value is not repeated: it may be what should not have been written there.
        if !is_header_value(value) {
            refuse("a control character".to_owned(), "text of one line");
        } else if header_parts(value).is_none() {
            refuse(
                "a ${ that names no variable".to_owned(),
                "${NAME}, of letters, digits and underscores",
            );
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use HeaderPart::{Text, Variable};
    use proptest::prelude::*;

    fn refusals(name: &str, value: &str) -> Vec<Problem> {
        problems(&IndexMap::from([(name.to_owned(), value.to_owned())]))
    }

    #[test]
    fn variables_are_found_wherever_they_stand() {
        assert_eq!(header_parts("a $b {c}"), Some(vec![Text("a $b {c}")]));
        assert_eq!(
            header_parts("${USER_1}:${B}!"),
            Some(vec![
                Text(""),
                Variable("USER_1"),
                Text(":"),
                Variable("B"),
                Text("!")
            ])
        );
        for wrong in ["${", "${A", "${}", "${1A}", "${A B}", "${${A}}", "${Ä}"] {
            assert_eq!(header_parts(&format!("x{wrong}")), None);
        }
    }

    proptest! {
        #[test]
        fn the_pieces_of_a_value_are_the_whole_value(value in "[a$ {}A1]{0,20}") {
            if let Some(parts) = header_parts(&value) {
                let whole: String = parts
                    .iter()
                    .map(|part| match part {
                        Text(text) => (*text).to_owned(),
                        Variable(name) => format!("${{{name}}}"),
                    })
                    .collect();
                prop_assert_eq!(whole, value);
            }
        }
    }

    #[test]
    fn no_header_can_begin_another_or_end_the_request_elsewhere() {
        for (name, value) in [
            ("X", "a\r\nY: b"),
            ("X", "a\nb"),
            ("X", "a\0"),
            ("X\r\nY", "a"),
            ("X Y", "a"),
            ("X:", "a"),
            ("", "a"),
            ("Content-Length", "0"),
            ("content-length", "0"),
            ("Transfer-Encoding", "chunked"),
            ("Connection", "close"),
            ("Upgrade", "h2c"),
            ("X", "${"),
        ] {
            assert_eq!(refusals(name, value).len(), 1, "{name:?}: {value:?}");
        }
        for (name, value) in [("Host", "other"), ("X-Y", "ü\t${A}"), ("Accept", "")] {
            assert!(refusals(name, value).is_empty(), "{name}: {value}");
        }
    }

    #[test]
    fn a_header_that_stands_there_twice_is_refused_and_no_value_is_repeated() {
        let twice =
            IndexMap::from(["Accept", "accept"].map(|name| (name.to_owned(), "a".to_owned())));
        assert_eq!(problems(&twice).len(), 1);
        let refusal = format!("{:?}", refusals("Authorization", "Bearer my-secret\n"));
        assert!(!refusal.contains("my-secret"), "{refusal}");
    }
}
