//! Words that fit into a limit. Limits are counted in UTF-16 units, of which a text has at least as many as characters:
//! whichever of the two a service counts, it fits.

use std::borrow::Cow;

/// As much of `text` as fits into `limit`, each character as `written` writes it and none in part; "…" stands for the rest.
pub(crate) fn fitted(text: &str, limit: usize, written: fn(char) -> Cow<'static, str>) -> String {
    let mut fitted = String::new();
    let (mut units, mut end_before_an_ellipsis) = (0, 0);
    for character in text.chars() {
        let piece = written(character);
        units += length(&piece);
        if units > limit {
            fitted.truncate(end_before_an_ellipsis);
            fitted.push('…');
            break;
        }
        fitted += &piece;
        if units < limit {
            end_before_an_ellipsis = fitted.len();
        }
    }
    fitted
}

/// On one line and in its own direction, else as it is.
pub(crate) fn plain(character: char) -> Cow<'static, str> {
    if is_disturbing(character) {
        " ".into()
    } else {
        character.to_string().into()
    }
}

/// In UTF-16 units.
pub(crate) fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

pub(crate) fn is_one_line(text: &str) -> bool {
    !text.contains(is_disturbing)
}

/// Whether it ends a line, commands a terminal, or turns the direction in which what stands beside it is read (Unicode's
/// bidirectional formatting characters).
fn is_disturbing(character: char) -> bool {
    let turns_or_ends_a_line = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    character.is_control() || turns_or_ends_a_line
}

/// `1 check`, `2 checks`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_fits_stays_and_what_does_not_is_cut_with_a_sign() {
        assert_eq!(fitted("abc", 3, plain), "abc");
        assert_eq!(fitted("abcd", 3, plain), "ab…");
        assert_eq!(fitted("a\nb", 3, plain), "a b");
        assert_eq!(fitted("a\u{202e}b\u{2066}", 4, plain), "a b ");
        assert_eq!(fitted("a🙂🙂", 4, plain), "a🙂…");
    }

    proptest! {
        #[test]
        fn no_text_is_longer_than_its_limit(text in "[\\PC--[\u{2028}\u{2029}]]*", limit in 1usize..50) {
            let cut = fitted(&text, limit, plain);
            prop_assert!(length(&cut) <= limit, "{}", cut);
            prop_assert_eq!(cut == text, length(&text) <= limit);
        }
    }
}
