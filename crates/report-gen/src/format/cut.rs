//! Markdown that GitHub would refuse or break off, cut where it can be, with a word about it.

/// What stands before the name of a part: ASCII's record separator. No text of a document holds it, as the escaper lets no
/// control character through.
const PART: char = '\u{1e}';

/// Room for the words about what was left out.
const WORDS: usize = 800;

/// The end of a part that is folded.
const UNFOLDED: &str = "\n</details>\n";

/// How long a text may be.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    most: usize,
    size: fn(&str) -> usize,
    words: &'static str,
}

impl Limit {
    /// GitHub takes comments of 65,536 characters; what posts them may add a line of its own.
    pub(crate) const COMMENT: Limit = Limit {
        most: 65_000,
        size: |text| text.chars().count(),
        words: "65,000 characters",
    };

    /// GitHub takes 1 MiB from each step of a job.
    pub(crate) const SUMMARY: Limit = Limit {
        most: 1024 * 1024,
        size: str::len,
        words: "1 MiB",
    };
}

/// The parts of `text` without their names; where they are longer than `limit`, as much of them as there is room for: a part
/// loses its last lines before it is left out, and what a reader needs first stands first.
pub(crate) fn cut(text: &str, limit: Limit) -> String {
    let parts = || text.split(PART).filter_map(Part::of);
    let whole: String = parts().map(|part| part.text).collect();
    if (limit.size)(&whole) <= limit.most {
        return whole;
    }
    let mut kept = String::with_capacity(limit.most);
    let mut room = limit.most.saturating_sub(WORDS);
    let mut left_out = Vec::new();
    for part in parts() {
        let lines = part.cut_to(&mut room, limit.size, &mut kept);
        if lines > 0 {
            left_out.push(part.told(lines));
        }
    }
    kept.push_str(&words(&left_out, limit));
    kept
}

/// A part of the text by its name.
#[derive(Clone, Copy)]
struct Part<'a> {
    name: &'a str,
    text: &'a str,
}

impl<'a> Part<'a> {
    /// Its first line is its name; `None` for what stands before the first part.
    fn of(text: &'a str) -> Option<Part<'a>> {
        let (name, text) = text.split_once('\n')?;
        (!name.is_empty()).then_some(Part { name, text })
    }

    /// Adds as many of its lines to `kept` as there is `room` for, and returns how many it lost.
    fn cut_to(self, room: &mut usize, size: fn(&str) -> usize, kept: &mut String) -> usize {
        let (lines, end) = match self.text.strip_suffix(UNFOLDED) {
            Some(lines) => (lines, UNFOLDED),
            None => (self.text, ""),
        };
        let lines: Vec<&str> = lines.split_inclusive('\n').collect();
        let mut left = room.saturating_sub(size(end));
        let fitting = lines
            .iter()
            .take_while(|line| {
                let fits = size(line) <= left;
                left = left.saturating_sub(size(line));
                fits
            })
            .count();
        // What is above the first row of a table says nothing without it.
        let worth_keeping = fitting == lines.len() || fitting > head(&lines);
        if !worth_keeping {
            return lines.len();
        }
        lines[..fitting].iter().for_each(|line| kept.push_str(line));
        kept.push_str(end);
        *room = left;
        lines.len() - fitting
    }

    fn told(self, lines: usize) -> String {
        format!("{} ({lines} lines)", self.name)
    }
}

/// How many lines stand before the first row of a table; none where there is no table.
fn head(lines: &[&str]) -> usize {
    lines
        .iter()
        .position(|line| line.starts_with("| ---"))
        .map_or(0, |place| place + 1)
}

fn words(left_out: &[String], limit: Limit) -> String {
    let most = 12;
    let mut named = left_out[..left_out.len().min(most)].join(", ");
    if left_out.len() > most {
        named += &format!(" and {} more parts", left_out.len() - most);
    }
    format!(
        "\n> Cut to {}. Left out: {named}. The report as HTML and the document hold all of it.\n",
        limit.words
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHORT: Limit = Limit {
        most: WORDS + 60,
        size: |text| text.chars().count(),
        words: "860 characters",
    };

    fn part(name: &str, rows: usize) -> String {
        let rows = "| a row |\n".repeat(rows);
        format!("{PART}{name}\n<details>\n| head |\n| --- |\n{rows}{UNFOLDED}")
    }

    #[test]
    fn what_is_short_enough_stays_as_it_is() {
        let text = format!("{PART}Verdict\n## PASSED\n{PART}Rest\nmore\n");
        assert_eq!(cut(&text, SHORT), "## PASSED\nmore\n");
    }

    #[test]
    fn a_table_loses_its_last_rows_and_is_closed_and_what_follows_is_named() {
        let text = format!(
            "{PART}Verdict\n## PASSED\n{}{}",
            part("Scenarios", 100),
            part("The run", 100)
        );
        assert_eq!(
            cut(&text, SHORT),
            "## PASSED\n<details>\n| head |\n| --- |\n| a row |\n\
             \n</details>\n\n> Cut to 860 characters. Left out: Scenarios (99 lines), The run (103 lines). \
             The report as HTML and the document hold all of it.\n"
        );
    }

    #[test]
    fn a_table_of_which_no_row_fits_is_left_out_with_its_head() {
        let row = format!("| {} |\n", "wide".repeat(900));
        let text = format!(
            "{PART}Verdict\n## PASSED\n{PART}Scenarios\n<details>\n| head |\n| --- |\n{row}{UNFOLDED}"
        );
        let kept = cut(&text, SHORT);
        assert!(kept.starts_with("## PASSED\n\n> Cut to"), "{kept}");
    }

    proptest! {
        #[test]
        fn no_text_is_longer_than_its_limit(
            parts in prop::collection::vec(("[a-zé]{1,30}", 0_usize..200), 0..40),
            wide in "[a-zé]{0,900}",
        ) {
            let mut text = format!("{PART}Verdict\n{wide}\n");
            parts.iter().for_each(|(name, rows)| text += &part(name, *rows));
            let kept = cut(&text, SHORT);
            prop_assert!((SHORT.size)(&kept) <= SHORT.most);
            prop_assert_eq!(kept.matches("<details>").count(), kept.matches("</details>").count());
        }
    }
}
