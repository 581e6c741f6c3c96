//! What a person reads of an answer that is not as expected.

use toolkit::http::Exchange;
use toolkit::on_one_line;

/// More of a body than that nobody reads in a line.
const LONGEST_EXCERPT: usize = 200;

/// What the environment said for the headers of a request: a service may echo it.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    pub(crate) fn extend(&mut self, secrets: Vec<String>) {
        self.0.extend(secrets);
    }

    /// A text without them, on one line.
    pub(crate) fn hidden(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            text = text.replace(secret.as_str(), "${}");
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

/// Method and address, what was expected, what came, and how its body begins.
pub(crate) fn message(
    request: &str,
    expected: &str,
    found: &str,
    exchange: &Exchange,
    secrets: &Secrets,
) -> String {
    let body = match (exchange.status, exchange.body.as_slice()) {
        (None, _) => String::new(),
        (Some(_), []) => "; the body is empty".to_owned(),
        (Some(_), body) => {
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
        secrets.extend(vec!["my-secret".to_owned()]);
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
