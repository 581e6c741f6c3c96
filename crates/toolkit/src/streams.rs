use std::io::{Read, Write};

use schema::evidence::Warning;

/// Where a tool reads and writes. stdout is the document and nothing else; words for people go to stderr.
pub struct Streams<'a> {
    /// Where documents come from.
    pub stdin: &'a mut dyn Read,
    /// Where the document goes.
    pub stdout: &'a mut dyn Write,
    /// Where words for people go.
    pub stderr: &'a mut dyn Write,
    /// Whether nobody pipes anything in.
    pub stdin_is_terminal: bool,
    /// Whether a person may be watching.
    pub stderr_is_terminal: bool,
    /// Whether colours help on stderr.
    pub colour: bool,
    /// The terminal that stdout is, if it is one.
    pub screen: Option<Screen>,
    /// Whether only errors are to be said.
    pub quiet: bool,
}

/// A terminal that a person looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// How many characters a line holds.
    pub columns: u16,
    /// Whether colours help.
    pub colour: bool,
}

impl Streams<'_> {
    /// Says a line to people, unless they want quiet.
    pub fn say(&mut self, line: &str) {
        if !self.quiet {
            self.error(&format!("{line}\n"));
        }
    }

    /// Says a warning to people, unless they want quiet; that it is also data in the document is up to the caller.
    pub fn warn(&mut self, warning: &Warning) {
        let words = format!("{}: warning: {}", warning.tool, warning.message);
        self.say(&on_one_line(&words));
    }

    /// Says `text` even to those who want quiet.
    pub fn error(&mut self, text: &str) {
        // A stderr that cannot be written to leaves nobody to tell.
        let _ = self
            .stderr
            .write_all(in_order_and_without_commands(text).as_bytes())
            .and_then(|()| self.stderr.flush());
    }

    /// `text` in green if it is good news, else in red, where colours help.
    pub fn verdict(&self, good: bool, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let colour = if good { 32 } else { 31 };
        format!("\u{1b}[{colour}m{text}\u{1b}[0m")
    }
}

/// Words with text from documents in them, without the control characters that could make lines of their own, or colours, without
/// what reorders them, and without commands to a CI runner that count anywhere in a line.
pub fn on_one_line(words: &str) -> String {
    in_order_and_without_commands(&words.replace(char::is_control, " "))
}

/// Whether GitHub's runner could take the line for a command, such as `::error::` or `::add-mask::`: those count only where a
/// line begins, after any blanks. Source: `ActionCommand.TryParseV2` in actions/runner.
pub fn begins_like_a_command(line: &str) -> bool {
    line.trim_start().starts_with("::")
}

/// Whether the character changes the direction in which others are read: the formatting characters of Unicode's bidirectional
/// algorithm (UAX 9, section 2). A name with one of them in it could make people read *failed* where *passed* is written. Letters of
/// languages that are written from right to left need none.
pub(crate) fn reorders(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// GitHub's runner takes `##[error]`, `##[add-mask]` or `##[stop-commands]` anywhere in a line of a step's output for a command.
/// In text from a document it could hide words from the log or stop the commands of others. Source: `ActionCommand.TryParse` in
/// actions/runner. The newer `::error::` counts only where a line begins, and lines begin with a tool's name.
fn in_order_and_without_commands(text: &str) -> String {
    text.replace(reorders, " ").replace("##[", "## [")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_document_makes_no_line_of_its_own() {
        assert_eq!(
            on_one_line("a\n::error::b\u{1b}[31m\r"),
            "a ::error::b [31m "
        );
    }

    #[test]
    fn text_from_a_document_commands_no_runner() {
        assert_eq!(
            on_one_line("a ##[add-mask]b ###[x]"),
            "a ## [add-mask]b ### [x]"
        );
        // Nor do control characters that are taken out make a command of what was none.
        assert_eq!(on_one_line("#\u{7}#["), "# #[");
        assert_eq!(on_one_line("##\u{202e}["), "## [");
    }

    #[test]
    fn text_from_a_document_is_read_in_the_order_in_which_it_is_written() {
        assert_eq!(
            on_one_line("a\u{202e}dessap\u{202c} \u{2066}b\u{2069}\u{61c}\u{200e}\u{200f}c"),
            "a dessap   b    c"
        );
        assert_eq!(on_one_line("اختبار"), "اختبار");
    }

    #[test]
    fn a_command_begins_after_any_blanks_of_unicode() {
        for line in ["::error::", "  ::x", "\u{a0}\u{2003}\t::add-mask::a"] {
            assert!(begins_like_a_command(line), "{line:?}");
        }
        for line in ["", ":", ": :", "a ::error::", "\u{200b}::error::"] {
            assert!(!begins_like_a_command(line), "{line:?}");
        }
    }
}
