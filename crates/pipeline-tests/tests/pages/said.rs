//! What commands wrote, with the figures of the day taken out.

use std::fmt;

/// All lines that were written so far.
#[derive(Default)]
pub struct Said {
    lines: Vec<String>,
}

impl Said {
    /// Takes in what a command wrote.
    pub fn hear(&mut self, output: &str) {
        self.lines.extend(output.lines().map(without_figures));
    }

    /// Whether a line was written, whatever its figures; `…` stands for any part of it.
    pub fn holds(&self, shown: &str) -> bool {
        let shown = without_figures(shown);
        self.lines.iter().any(|line| fits(line, &shown))
    }
}

impl fmt::Display for Said {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.lines.join("\n"))
    }
}

fn fits(line: &str, shown: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

/// `N` in place of each number, and one blank in place of several: columns are as wide as their figures.
fn without_figures(line: &str) -> String {
    let mut plain = String::new();
    let mut characters = line.trim_end().chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_ascii_digit() {
            while characters.next_if(|next| next.is_ascii_digit()).is_some() {}
            if !(plain.ends_with("N.")) {
                plain.push('N');
            } else {
                plain.pop();
            }
        } else if character != ' ' || !plain.ends_with(' ') {
            plain.push(character);
        }
    }
    plain
}

#[test]
fn a_line_is_known_again_whatever_its_figures() {
    let mut said = Said::default();
    said.hear("tool: p99 is 1.25 ms of batch_16, expected <= 50 ms (note)\nbatch_1      1     4.5");
    for shown in [
        "tool: p99 is 133 ms of batch_4, expected <= 5 ms (note)",
        "tool: p99 is 1 ms…",
        "tool: … expected <= 50 ms …",
        "…(note)",
        "batch_1 2 3",
        "…",
    ] {
        assert!(said.holds(shown), "{shown}");
    }
    for shown in [
        "tool: p99 is 1.25 ms of batch_16",
        "tool: p99 is - ms of batch_16, expected <= 50 ms (note)",
        "tool: … expected >= 50 ms …",
        "tool: … (note) … expected…",
        "",
    ] {
        assert!(!said.holds(shown), "{shown}");
    }
}
