//! Text of documents in markdown that GitHub shows.

use std::fmt::{self, Write};

use crate::streams::reorders;

/// Makes any text harmless in a paragraph and in a table cell: no markup, no HTML, no cell or line of its own,
/// no person or issue called by name, nothing read in another order than it is written.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    // A string takes whatever is written.
    let _ = write_escaped(&mut escaped, text);
    escaped
}

/// The same, to where it belongs; fails only as `destination` does.
pub fn write_escaped(destination: &mut impl Write, text: &str) -> fmt::Result {
    let mut previous = ' ';
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        match character {
            '<' => destination.write_str("&lt;")?,
            '>' => destination.write_str("&gt;")?,
            '&' => destination.write_str("&amp;")?,
            // Entities would be resolved before GitHub looks for people and issues; a gap stays.
            '@' | '#' => write!(destination, "{character}&#8203;")?,
            // Inside a word an underscore is only itself, and metrics' names stay readable as text.
            '_' if previous.is_alphanumeric() && next.is_alphanumeric() => {
                destination.write_char('_')?;
            }
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '!' | '$' => {
                write!(destination, "\\{character}")?;
            }
            _ if character.is_control() || reorders(character) => destination.write_char(' ')?,
            _ => destination.write_char(character)?,
        }
        previous = character;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_and_ordinary_words_stay_as_they_are() {
        for text in ["latency.p99_ms", "≤ 20 ms", "2 cores found, 4 wanted"] {
            assert_eq!(escaped(text), text);
        }
    }

    #[test]
    fn a_cell_stays_one_cell_and_a_line_one_line() {
        assert_eq!(escaped("a|b\r\nc"), "a\\|b  c");
        assert_eq!(escaped("a\\|b"), "a\\\\\\|b");
    }

    #[test]
    fn text_is_read_in_the_order_in_which_it_is_written() {
        assert_eq!(escaped("a\u{202e}b\u{2066}c\u{200f}"), "a b c ");
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(escaped("<b>&amp;"), "&lt;b&gt;&amp;amp;");
        assert_eq!(escaped("_a_ **b** [c]"), "\\_a\\_ \\*\\*b\\*\\* \\[c\\]");
    }

    #[test]
    fn nobody_is_called() {
        assert_eq!(escaped("@everyone #1"), "@&#8203;everyone #&#8203;1");
    }
}
