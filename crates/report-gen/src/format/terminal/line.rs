use toolkit::{begins_like_a_command, on_one_line};
use unicode_width::UnicodeWidthChar;

/// How a piece of text looks where colours help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Strong,
    Faint,
    Good,
    Doubtful,
    Bad,
}

impl Style {
    /// The parameter of the control sequence that turns it on (ECMA-48, SGR); `None` for plain text.
    fn code(self) -> Option<u8> {
        match self {
            Style::Plain => None,
            Style::Strong => Some(1),
            Style::Faint => Some(2),
            Style::Good => Some(32),
            Style::Doubtful => Some(33),
            Style::Bad => Some(31),
        }
    }
}

/// A line of text in several styles. Control characters in what is put into it become spaces, and so do those that reorder it.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    characters: Vec<(Style, char)>,
}

/// A space at which no line is broken. It is sent as any other.
const UNBROKEN: char = '\u{a0}';

/// Between two colons they are no command, and nobody sees it.
const GAP: char = '\u{200b}';

/// What stands for text that there was no room for.
const CUT: char = '…';

impl Line {
    pub(super) fn of(style: Style, text: &str) -> Line {
        Line::default().and(style, text)
    }

    /// This and then `text`.
    pub(super) fn and(mut self, style: Style, text: &str) -> Line {
        let text = on_one_line(text);
        self.characters
            .extend(text.chars().map(|character| (style, character)));
        self
    }

    /// This and then `text`, which is to stay on one line if it can.
    pub(super) fn and_unbroken(self, style: Style, text: &str) -> Line {
        self.and(style, &text.replace(' ', &UNBROKEN.to_string()))
    }

    /// This and then `other`.
    pub(super) fn followed_by(mut self, other: Line) -> Line {
        self.characters.extend(other.characters);
        self
    }

    /// In columns of a terminal.
    pub(super) fn width(&self) -> usize {
        self.characters.iter().map(width).sum()
    }

    /// Filled up with spaces to `columns`.
    pub(super) fn filled(self, columns: usize) -> Line {
        let blank = blank(columns.saturating_sub(self.width()));
        self.followed_by(blank)
    }

    /// The same with the spaces before it.
    pub(super) fn filled_before(self, columns: usize) -> Line {
        blank(columns.saturating_sub(self.width())).followed_by(self)
    }

    /// The beginning that fits `columns`, with a sign that it is not all.
    pub(super) fn cut(mut self, columns: usize) -> Line {
        if self.width() > columns {
            let kept = self.fitting(columns.saturating_sub(1));
            self.characters.truncate(kept);
            if columns > 0 {
                self.characters.push((Style::Faint, CUT));
            }
        }
        self
    }

    /// As many lines as it takes to fit `columns`, broken at spaces where there are any; all but the first are indented.
    pub(super) fn folded(mut self, columns: usize, indent: usize) -> Vec<Line> {
        let indent = if indent * 2 <= columns { indent } else { 0 };
        let words = self.characters.iter().rposition(|one| !is_blank(one));
        self.characters.truncate(words.map_or(0, |last| last + 1));
        let mut lines = Vec::new();
        let mut before = Line::default();
        loop {
            // A character that is wider than the screen still needs a line.
            let fitting = self.fitting(columns - before.width()).max(1);
            if fitting >= self.characters.len() {
                lines.push(before.followed_by(self));
                return lines;
            }
            let rest = self.characters.split_off(self.end_of_words(fitting));
            lines.push(before.followed_by(self));
            self = Line {
                characters: rest.into_iter().skip_while(is_blank).collect(),
            };
            before = blank(indent);
        }
    }

    /// As it is sent to the terminal, without its end and without spaces there. A line that a CI runner could take for a command is
    /// none: whatever stands in a document, folding may put it where a line begins.
    pub(super) fn written(&self, colour: bool) -> String {
        let last = self.characters.iter().rposition(|one| !is_blank(one));
        let mut shown = self.characters[..last.map_or(0, |last| last + 1)].to_vec();
        let text: String = shown.iter().map(|(_, character)| character).collect();
        if begins_like_a_command(&text) {
            let colon = shown.iter().position(|(_, character)| *character == ':');
            shown.insert(colon.map_or(0, |first| first + 1), (Style::Plain, GAP));
        }
        shown
            .chunk_by(|one, next| one.0 == next.0)
            .map(|alike| {
                let text: String = alike.iter().map(|(_, character)| character).collect();
                let text = text.replace(UNBROKEN, " ");
                match alike[0].0.code().filter(|_| colour) {
                    Some(code) => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
                    None => text,
                }
            })
            .collect()
    }

    /// How many of its characters fit `columns`.
    fn fitting(&self, columns: usize) -> usize {
        let mut taken = 0;
        let fits = |one: &&(Style, char)| {
            taken += width(one);
            taken <= columns
        };
        self.characters.iter().take_while(fits).count()
    }

    /// Where to break before the character at `limit`: at the last space up to it, at one that was not to be broken where
    /// there is no other, or there, where all before is one word.
    fn end_of_words(&self, limit: usize) -> usize {
        let first_word = self.characters.iter().position(|one| !is_blank(one));
        let places = first_word.unwrap_or(0) + 1..=limit;
        let last = |is_place: fn(&(Style, char)) -> bool| {
            let mut places = places.clone().rev();
            places.find(|index| is_place(&self.characters[*index]))
        };
        last(|(_, character)| *character == ' ')
            .or_else(|| last(is_blank))
            .unwrap_or(limit)
    }
}

fn blank(columns: usize) -> Line {
    Line::of(Style::Plain, &" ".repeat(columns))
}

fn is_blank((_, character): &(Style, char)) -> bool {
    matches!(*character, ' ' | UNBROKEN)
}

/// An upper bound where terminals disagree: the selector of an emoji's picture makes the character before it wider.
fn width((_, character): &(Style, char)) -> usize {
    match character {
        '\u{fe0f}' => 1,
        _ => character.width().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| line.written(false)).collect()
    }

    #[test]
    fn a_line_is_broken_at_spaces_and_indented() {
        let line = Line::of(Style::Bad, "  failed ").and(Style::Plain, "p95 of batch_1 is 3 ms");
        assert_eq!(
            written(&line.folded(16, 4)),
            ["  failed p95 of", "    batch_1 is 3", "    ms"]
        );
    }

    #[test]
    fn a_word_that_is_wider_than_the_screen_is_broken_where_the_screen_ends() {
        let line = Line::of(Style::Plain, "abcdefghij 名前名前");
        assert_eq!(
            written(&line.folded(4, 2)),
            [
                "abcd", "  ef", "  gh", "  ij", "  名", "  前", "  名", "  前"
            ]
        );
    }

    #[test]
    fn what_is_to_stay_together_does_and_no_line_is_of_spaces_only() {
        let line = Line::of(Style::Plain, "p95").and_unbroken(Style::Plain, " ≤ 20 ms");
        let line = Line::of(Style::Plain, "latency ")
            .followed_by(line)
            .filled(40);
        assert_eq!(written(&line.folded(14, 2)), ["latency", "  p95 ≤ 20 ms"]);
    }

    #[test]
    fn what_is_cut_says_so() {
        let line = Line::of(Style::Plain, "名前 abc");
        assert_eq!(
            written(&[line.clone().cut(8), line.cut(7)]),
            ["名前 abc", "名前 a…"]
        );
    }

    #[test]
    fn styles_end_where_their_text_ends() {
        let line = Line::of(Style::Good, "a").and(Style::Plain, " b  ");
        assert_eq!(line.written(true), "\u{1b}[32ma\u{1b}[0m b");
        assert_eq!(line.written(false), "a b");
    }

    proptest! {
        #[test]
        fn folding_fits_the_screen_and_loses_nothing_but_spaces(
            text in any::<String>(), columns in 2..200_usize, indent in 0..10_usize,
        ) {
            let line = Line::of(Style::Plain, &text);
            let letters = |text: &str| text.replace([' ', UNBROKEN, GAP], "");
            let folded = line.clone().folded(columns, indent);
            prop_assert!(folded.iter().all(|line| line.width() <= columns));
            prop_assert_eq!(
                letters(&written(&folded).concat()),
                letters(&line.written(false))
            );
            prop_assert!(line.cut(columns).width() <= columns);
        }

        #[test]
        fn no_line_is_a_command(text in "[: \u{2003}e]*", columns in 2..20_usize, indent in 0..5_usize) {
            let folded = Line::of(Style::Plain, &text).folded(columns, indent);
            prop_assert!(!written(&folded).iter().any(|line| begins_like_a_command(line)));
        }
    }
}
