use std::{fmt, fs};

use toolkit::ToolkitError;

use crate::error::Error;
use crate::surroundings;
use crate::text::is_one_line;

const MASK: &str = "***";
/// Shorter parts of an address are words, which would be missed elsewhere.
const SHORTEST_KEY: usize = 12;

/// What nobody may read. It is printed as stars, and taken out of what others say.
#[derive(Clone)]
pub(crate) struct Secret {
    text: String,
    /// The file or variable that it came from, which may be told.
    pub(crate) source_name: String,
}

impl Secret {
    /// From a file, if one is named, else from the first of the variables that is set. `option` is the one that names a file.
    pub(crate) fn find(
        option: &'static str,
        file: Option<&str>,
        variables: &[&str],
    ) -> Result<Secret, Error> {
        let found = Secret::find_if_any(file, variables)?;
        found.ok_or_else(|| Error::NoSecret {
            variables: variables.join(" or "),
            option,
        })
    }

    /// The same where there may be none.
    pub(crate) fn find_if_any(
        file: Option<&str>,
        variables: &[&str],
    ) -> Result<Option<Secret>, Error> {
        if let Some(file) = file {
            let content = fs::read_to_string(file).map_err(|source| ToolkitError::Read {
                path: file.to_owned(),
                source,
            })?;
            return Secret::new(&content, file).map(Some);
        }
        let mut set = variables
            .iter()
            .filter_map(|name| Some((name, surroundings::variable(name)?)));
        set.next()
            .map(|(name, value)| Secret::new(&value, name))
            .transpose()
    }

    fn new(text: &str, source_name: &str) -> Result<Secret, Error> {
        let text = text.trim();
        if text.is_empty() || !is_one_line(text) {
            return Err(Error::OddSecret {
                source_name: source_name.to_owned(),
            });
        }
        Ok(Secret {
            text: text.to_owned(),
            source_name: source_name.to_owned(),
        })
    }

    /// A part of it, or what is made of it, that tells as much.
    pub(crate) fn part(&self, text: &str) -> Secret {
        Secret {
            text: text.to_owned(),
            source_name: self.source_name.clone(),
        }
    }

    /// Of an address: itself, its path, and what in that looks like a key.
    pub(crate) fn of_address(self, path: &str) -> Vec<Secret> {
        let keys = path.split(['/', '?', '&', '=']);
        let keys = keys.filter(|part| part.len() >= SHORTEST_KEY);
        let path = (path.len() >= SHORTEST_KEY).then_some(path);
        let mut parts: Vec<Secret> = path
            .into_iter()
            .chain(keys)
            .map(|part| self.part(part))
            .collect();
        parts.insert(0, self);
        parts
    }

    /// What it is, for whoever is meant to read it.
    pub(crate) fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(MASK)
    }
}

/// `text` with stars in place of each secret in it.
pub(crate) fn masked(text: &str, secrets: &[Secret]) -> String {
    secrets.iter().fold(text.to_owned(), |text, secret| {
        text.replace(&secret.text, MASK)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_line_and_its_debug_form_does_not_tell_it() {
        let secret = Secret::new(" s3cret\n", "token.txt").unwrap();
        assert_eq!(
            (secret.expose(), format!("{secret:?}").as_str()),
            ("s3cret", "***")
        );
        for odd in ["", " \n", "two\nlines"] {
            let refusal = Secret::new(odd, "token.txt").unwrap_err().to_string();
            assert!(
                refusal.starts_with("token.txt: expected one line"),
                "{refusal}"
            );
            assert!(
                !refusal.contains("lines\n") && !refusal.contains("two"),
                "{refusal}"
            );
        }
    }

    #[test]
    fn what_others_say_is_told_without_it() {
        let secret = Secret::new("s3cret", "").unwrap();
        assert_eq!(
            masked("no s3cret/s3cret here", &[secret]),
            "no ***/*** here"
        );
    }

    #[test]
    fn an_address_is_secret_in_its_parts_too() {
        let url = "https://host/services/T00000000/B00000000/abcdefghijkl";
        let secrets = Secret::new(url, "").unwrap().of_address(&url[12..]);
        for said in [
            url,
            "/services/T00000000/B00000000/abcdefghijkl: gone",
            "abcdefghijkl?",
        ] {
            let told = masked(said, &secrets);
            assert!(!told.contains("abcdefghijkl"), "{told}");
        }
        assert_eq!(masked("no services at /", &secrets), "no services at /");
    }
}
