//! What the beginning of a file tells about its format.

mod json;
mod xml;

pub(crate) use json::Keys;
pub(crate) use xml::Root;

/// The beginning of a file, by the kind of text that it is.
pub(crate) enum Head {
    /// Nothing but white space.
    Empty,
    /// No text in UTF-8: what it looks like.
    NoText(&'static str),
    /// JSON, or JSON values one after another.
    Json(Keys),
    /// XML.
    Xml(Root),
    /// Whatever else, line by line.
    Text(Vec<String>),
}

impl Head {
    pub(crate) fn of(beginning: &[u8]) -> Head {
        if let Some(what) = no_text(beginning) {
            return Head::NoText(what);
        }
        match beginning.trim_ascii_start().first() {
            None => Head::Empty,
            Some(b'{' | b'[') => Head::Json(Keys::in_beginning(beginning)),
            Some(b'<') => Head::Xml(Root::in_beginning(beginning)),
            Some(_) => Head::Text(
                String::from_utf8_lossy(beginning)
                    .lines()
                    .map(str::to_owned)
                    .collect(),
            ),
        }
    }

    /// Whether it is JSON with all of these keys, written as [`Keys::has`] wants them.
    pub(crate) fn has_keys(&self, paths: &[&str]) -> bool {
        matches!(self, Head::Json(keys) if paths.iter().all(|path| keys.has(path)))
    }

    /// Whether it is XML whose root element has this name and these attributes.
    pub(crate) fn has_root(&self, name: &str, attributes: &[&str]) -> bool {
        matches!(self, Head::Xml(root) if root.name == name
            && attributes.iter().all(|attribute| root.attributes.iter().any(|one| one == attribute)))
    }

    /// Its lines where it is neither JSON nor XML, the last of them perhaps cut off; else none.
    pub(crate) fn lines(&self) -> &[String] {
        match self {
            Head::Text(lines) => lines,
            _ => &[],
        }
    }

    /// What it looks like, for a message.
    pub(crate) fn describe(&self) -> String {
        match self {
            Head::Empty => "empty".to_owned(),
            Head::NoText(what) => format!("{what}, no text in UTF-8"),
            Head::Json(keys) => keys.describe(),
            Head::Xml(root) => format!("XML in no known format, with the root <{}>", root.name),
            Head::Text(_) => "text in no known format".to_owned(),
        }
    }
}

fn no_text(beginning: &[u8]) -> Option<&'static str> {
    match beginning {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [0x1f, 0x8b, ..] => Some("compressed by gzip"),
        [b'P', b'K', 3, 4, ..] => Some("a zip archive"),
        _ => memchr::memchr(0, beginning).map(|_| "binary or UTF-16"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_says_what_it_is() {
        for (beginning, said) in [
            (&b"\xff\xfe<\0c\0"[..], "UTF-16, no text in UTF-8"),
            (b"<\0c\0", "binary or UTF-16, no text in UTF-8"),
            (b"\x1f\x8b\x08", "compressed by gzip, no text in UTF-8"),
            (b" \n", "empty"),
        ] {
            assert_eq!(Head::of(beginning).describe(), said);
        }
    }
}
