/// More tell a reader nothing new.
const MOST_NAMED: usize = 8;
const LONGEST_CHARACTERS: usize = 300;

/// Why a result is not whole: the first reasons in words, all others by their number.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    named: Vec<String>,
    others: usize,
}

impl Reasons {
    /// Takes a reason, and of a long one the beginning.
    pub(crate) fn add(&mut self, reason: &str) {
        if self.named.len() < MOST_NAMED {
            self.named
                .push(reason.chars().take(LONGEST_CHARACTERS).collect());
        } else {
            self.others += 1;
        }
    }

    /// Takes all of another's.
    pub(crate) fn extend(&mut self, others: Reasons) {
        others.named.iter().for_each(|reason| self.add(reason));
        self.others += others.others;
    }

    /// All of them behind what they have in common; `None` if there are none.
    pub(crate) fn into_text(self, common: &str) -> Option<String> {
        let more = (self.others > 0).then(|| format!("{} more", self.others));
        let listed: Vec<String> = self.named.into_iter().chain(more).collect();
        (!listed.is_empty()).then(|| format!("{common}: {}", listed.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_named_and_the_others_counted() {
        let text = |count: usize| {
            let mut reasons = Reasons::default();
            (0..count).for_each(|number| reasons.add(&format!("{number}.py")));
            reasons.into_text("not parsed")
        };
        assert_eq!(text(0), None);
        assert_eq!(text(2).unwrap(), "not parsed: 0.py, 1.py");
        assert!(text(100).unwrap().ends_with("7.py, 92 more"));
    }

    #[test]
    fn those_of_another_are_named_as_far_as_there_is_room() {
        let of = |count: usize| {
            let mut reasons = Reasons::default();
            (0..count).for_each(|_| reasons.add("a"));
            reasons
        };
        let mut all = of(7);
        all.extend(of(10));
        assert!(all.into_text("not parsed").unwrap().ends_with("a, 9 more"));
    }

    #[test]
    fn a_long_one_is_cut_between_characters() {
        let mut reasons = Reasons::default();
        reasons.add(&"é".repeat(10_000));
        assert!(reasons.into_text("").unwrap().len() < 1000);
    }
}
