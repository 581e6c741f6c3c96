use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// When any worker of a phase was answered last: a service that answers one connection is not silent, though another may
/// wait for it in vain.
#[derive(Debug)]
pub struct LastAnswer {
    start: Instant,
    nanoseconds: AtomicU64,
}

impl LastAnswer {
    /// Nothing yet since `start`, which is no answer and counts as one.
    pub fn new(start: Instant) -> LastAnswer {
        LastAnswer {
            start,
            nanoseconds: AtomicU64::new(0),
        }
    }

    /// Takes in what one worker knows, and says what all know.
    pub fn share(&self, own: Instant) -> Instant {
        let own = own.saturating_duration_since(self.start);
        let own = u64::try_from(own.as_nanos()).unwrap_or(u64::MAX);
        let others = self.nanoseconds.fetch_max(own, Ordering::Relaxed);
        self.start + Duration::from_nanos(own.max(others))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_answer_is_that_of_all_workers() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let last = LastAnswer::new(start);
        assert_eq!(last.share(start), start);
        assert_eq!(last.share(after(3)), after(3));
        assert_eq!(last.share(after(2)), after(3));
        assert_eq!(last.share(after(4)), after(4));
    }
}
