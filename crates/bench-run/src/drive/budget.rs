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

    /// Whether a response at `now` counts for throughput.
    pub fn in_time(self, now: Instant) -> bool {
        match self {
            Budget::Requests(_) => true,
            Budget::Until(end) => now <= end,
        }
    }
}

/// The part of `total` that falls to worker `index`: parts add up to the whole and differ by at most one.
pub fn share(total: u64, index: usize, of: usize) -> u64 {
    let (index, of) = (index as u64, of as u64);
    total / of + u64::from(index < total % of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    proptest! {
        #[test]
        fn shares_add_up_to_the_whole_and_differ_by_at_most_one(total in 0_u64..10_000, workers in 1_usize..64) {
            let shares: Vec<u64> = (0..workers).map(|index| share(total, index, workers)).collect();
            prop_assert_eq!(shares.iter().sum::<u64>(), total);
            prop_assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1);
        }
    }

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
        let after = end + Duration::from_millis(1);
        assert!(Budget::Until(end).in_time(end) && !Budget::Until(end).in_time(after));
    }
}
