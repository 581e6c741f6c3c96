use std::time::Instant;

/// How many more requests may be begun.
#[derive(Clone, Copy, Debug)]
pub enum Budget {
    /// That many.
    Requests(u64),
    /// All that begin before then.
    Until(Instant),
}

impl Budget {
    /// Takes one request out of the budget, if there is one.
    pub fn take(&mut self, now: Instant) -> bool {
        match self {
            Budget::Requests(0) => false,
            Budget::Requests(left) => {
                *left -= 1;
                true
            }
            Budget::Until(end) => now < *end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_budget_of_requests_is_spent_one_by_one() {
        let now = Instant::now();
        let mut budget = Budget::Requests(2);
        assert_eq!(
            [budget.take(now), budget.take(now), budget.take(now)],
            [true, true, false]
        );
    }

    #[test]
    fn a_budget_of_time_ends_with_it() {
        let end = Instant::now();
        let before = end.checked_sub(Duration::from_millis(1)).unwrap();
        assert!(Budget::Until(end).take(before) && !Budget::Until(end).take(end));
    }
}
