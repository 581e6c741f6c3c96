//! What a person reads of an answer that is not as expected.

use std::cmp::Reverse;

use serde_json::Value;
use toolkit::http::Exchange;
use toolkit::on_one_line;

/// More of a body than that nobody reads in a line.
const LONGEST_EXCERPT: usize = 200;

/// What is shorter guards nothing, and would be found in every text.
const SHORTEST_SECRET: usize = 4;

/// In place of what may be printed nowhere; no value of a header holds it.
pub(crate) const HIDDEN: &str = "${}";

/// What the environment or an earlier answer said for the headers of a request: a service may echo it.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    pub(crate) fn extend(&mut self, secrets: Vec<String>) {
        for secret in secrets {
            // In a body of JSON it is written otherwise, by some with slashes escaped.
            let quoted = Value::from(secret.as_str()).to_string();
            let quoted = quoted.trim_matches('"');
            let forms = [quoted.replace('/', "\\/"), quoted.to_owned(), secret];
            let long = forms
                .into_iter()
                .filter(|form| form.chars().count() >= SHORTEST_SECRET);
            self.0.extend(long);
        }
        // One may be the beginning of another.
        self.0.sort_by_key(|secret| Reverse(secret.len()));
        self.0.dedup();
    }

    /// Every one, for another request that a service may echo it to.
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.clone()
    }

    /// A text without them, on one line.
    pub(crate) fn hidden(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            text = text.replace(secret.as_str(), HIDDEN);
        }
        on_one_line(&text)
    }

    /// The same, and no longer than anybody reads.
    pub(crate) fn excerpt(&self, text: &str) -> String {
        let text = self.hidden(text);
        match text.char_indices().nth(LONGEST_EXCERPT) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

/// Method and address, what was expected, what came, and how its body begins; `None` is an answer that may not be shown.
pub(crate) fn message(
    request: &str,
    expected: &str,
    found: &str,
    answer: Option<&Exchange>,
    secrets: &Secrets,
) -> String {
    let answer = answer.map(|answer| (answer.status, answer.body.as_slice()));
    let body = match answer {
        None => "; the body is not shown, as a secret is captured from it".to_owned(),
        Some((None, _)) => String::new(),
        Some((Some(_), [])) => "; the body is empty".to_owned(),
        Some((Some(_), body)) => {
            let text = String::from_utf8_lossy(body);
            format!("; the body begins with {}", secrets.excerpt(&text))
        }
    };
    format!("{request}: expected {expected}, found {found}{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_and_one_harmless_line_without_secrets() {
        let mut secrets = Secrets::default();
        secrets.extend(vec!["my-secret".to_owned(), "a\"b\\".to_owned()]);
        let told = secrets.hidden(r#"a"b\ {"a": "a\"b\\"}"#);
        assert_eq!(told, r#"${} {"a": "${}"}"#);
        assert_eq!(
            secrets.excerpt("a\n::error::\u{1b}[31m Bearer my-secret"),
            "a ::error:: [31m Bearer ${}"
        );
        let cut_through = format!("{}my-secret", "ü".repeat(LONGEST_EXCERPT - 3));
        let excerpt = secrets.excerpt(&cut_through);
        assert!(excerpt.ends_with("ü${}"), "{excerpt}");
        assert_eq!(secrets.excerpt(&"ü".repeat(300)).chars().count(), 201);
    }
}
