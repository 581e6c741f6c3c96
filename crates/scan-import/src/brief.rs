const MOST_CHARACTERS: usize = 200;

/// What a message or a document quotes of a text that somebody else wrote, which may be as long as it likes.
pub(crate) fn brief(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_whole_up_to_two_hundred_characters() {
        assert_eq!(brief(&"ß".repeat(200)), "ß".repeat(200));
        assert_eq!(brief(&"ß".repeat(201)), format!("{}…", "ß".repeat(200)));
    }
}
