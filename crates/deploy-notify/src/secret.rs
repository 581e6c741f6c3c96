use std::path::Path;
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
        let found = Secret::find_if_any(option, file, variables)?;
        found.ok_or_else(|| Error::NoSecret {
            variables: variables.join(" or "),
            option,
        })
    }

    /// The same where there may be none.
    pub(crate) fn find_if_any(
        option: &'static str,
        file: Option<&str>,
        variables: &[&str],
    ) -> Result<Option<Secret>, Error> {
        if let Some(file) = file {
            let content = fs::read_to_string(file).map_err(|source| {
                if may_be_a_secret(file) {
                    return Error::NoFile {
                        option,
                        variables: variables.join(" or "),
                    };
                }
                let path = file.to_owned();
                ToolkitError::Read { path, source }.into()
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

/// Beginnings of tokens of GitHub and Slack.
const TOKENS: [&str; 7] = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "xox"];
/// Of the names of files.
const LONGEST_EXTENSION: usize = 5;

/// Whether it begins as tokens do.
pub(crate) fn is_token(text: &str) -> bool {
    TOKENS.iter().any(|token| text.starts_with(token))
}

/// Whether what stands in the place of a file's name may be the secret itself: it is no file, and neither its folder nor its
/// extension says that it was meant as one.
fn may_be_a_secret(name: &str) -> bool {
    let path = Path::new(name);
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let extension = path.extension().map_or(0, |extension| extension.len());
    let is_meant_as_one = path.exists()
        || folder.is_some_and(Path::is_dir)
        || (1..=LONGEST_EXTENSION).contains(&extension);
    name.contains("://") || is_token(name) || !is_meant_as_one
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
    fn what_was_not_meant_as_a_file_may_be_a_secret() {
        for name in [
            "https://host/a.txt",
            "ghp_0123",
            "s3cretkey",
            "c2VjcmV0/a2V5",
            "a.b.c2lnbmF0dXJl",
        ] {
            assert!(may_be_a_secret(name), "{name}");
        }
        for name in ["key.txt", "src/no-such-file", "/no-such-file", "src"] {
            assert!(!may_be_a_secret(name), "{name}");
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
