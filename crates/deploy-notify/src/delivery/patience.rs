use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use toolkit::Interrupt;
use toolkit::http::Exchange;

use super::courier::Refusal;
use crate::text::counted;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// What GitHub wants where a secondary limit says no time.
const SECONDARY_LIMIT_PAUSE: Duration = Duration::from_secs(60);

/// Whether a request that was refused may be taken later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    Never,
    /// After this time at the earliest, where the service says one.
    May(Option<Duration>),
}

/// How often is looked whether somebody wants to stop.
const LOOK: Duration = Duration::from_millis(50);

/// The time that there is, which passes.
pub(crate) trait Time {
    fn left(&self) -> Duration;
    /// Whether it passed; `false` if somebody wanted to stop meanwhile.
    fn pass(&mut self, time: Duration) -> bool;
}

/// The end of the time, by the monotonic clock, unless somebody wants to stop before.
#[derive(Clone, Debug)]
pub(crate) struct Deadline {
    end: Instant,
    interrupt: Interrupt,
}

impl Deadline {
    pub(crate) fn after(time: Duration, interrupt: &Interrupt) -> Deadline {
        Deadline {
            end: Instant::now() + time,
            interrupt: interrupt.clone(),
        }
    }

    pub(crate) fn instant(&self) -> Instant {
        self.end
    }
}

impl Time for Deadline {
    fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    fn pass(&mut self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while !self.interrupt.asked() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            thread::sleep(left.min(LOOK));
        }
        false
    }
}

/// What became of a message that was taken, and with which attempt.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) words: &'static str,
    pub(crate) attempts: u32,
}

/// Tries until it is taken, refused for good, or the next attempt would come after the end of the time. The error says in
/// words what the last attempt came to.
pub(crate) fn persist(
    time: &mut impl Time,
    mut attempt: impl FnMut() -> Result<&'static str, Refusal>,
) -> Result<Delivered, String> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let refusal = match attempt() {
            Ok(words) => return Ok(Delivered { words, attempts }),
            Err(refusal) => refusal,
        };
        let Again::May(asked) = refusal.again else {
            return Err(refusal.reason);
        };
        let wait = pause(attempts, random_share()).max(asked.unwrap_or_default());
        if wait >= time.left() {
            let asked = match asked {
                Some(asked) => format!(", which wants {} s of patience", asked.as_secs()),
                None => String::new(),
            };
            let attempts = counted(attempts as usize, "attempt");
            return Err(format!(
                "{}{asked}; gave up after {attempts}",
                refusal.reason
            ));
        }
        if !time.pass(wait) {
            let attempts = counted(attempts as usize, "attempt");
            return Err(format!("{}; interrupted after {attempts}", refusal.reason));
        }
    }
}

/// Before the attempt that follows the `attempts`-th: twice as long each time, of which a random `share` of one half is left
/// out, so that many who failed together do not come back together.
fn pause(attempts: u32, share: f64) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    doubled.min(LONGEST_PAUSE).mul_f64(1.0 - share / 2.0)
}

/// From 0 to 1. The keys of the standard library's hash maps are its only source of chance.
fn random_share() -> f64 {
    f64::from(RandomState::new().hash_one(0) as u32) / f64::from(u32::MAX)
}

/// What an answer that is no 2xx asks for. A 403 may pass if it is one of GitHub's limits, of which `said` speaks.
pub(super) fn asked_wait(status: u16, exchange: &Exchange, said: &str) -> Again {
    let secondary = said.to_ascii_lowercase().contains("secondary rate limit");
    let asked = retry_after(exchange)
        .or_else(|| limit_reset(exchange))
        .or(secondary.then_some(SECONDARY_LIMIT_PAUSE));
    match status {
        429 | 500..=599 => Again::May(asked),
        403 if asked.is_some() => Again::May(asked),
        _ => Again::Never,
    }
}

/// In seconds or as a date (RFC 9110, 10.2.3).
fn retry_after(exchange: &Exchange) -> Option<Duration> {
    let value = exchange.header("retry-after")?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number has room for are longer than anybody waits.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    Some(until(date(value)?, exchange))
}

/// When GitHub's primary limit ends, if nothing is left of it.
fn limit_reset(exchange: &Exchange) -> Option<Duration> {
    if exchange.header("x-ratelimit-remaining")?.trim() != "0" {
        return None;
    }
    let reset = exchange.header("x-ratelimit-reset")?.trim().parse().ok()?;
    Some(until(Timestamp::from_second(reset).ok()?, exchange))
}

/// From when the answer was given, by the clock of whoever gave it where it tells.
fn until(then: Timestamp, exchange: &Exchange) -> Duration {
    let now = exchange.header("date").and_then(date);
    let wait = then.duration_since(now.unwrap_or_else(Timestamp::now));
    wait.try_into().unwrap_or_default()
}

fn date(value: &str) -> Option<Timestamp> {
    Some(rfc2822::parse(value.trim()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Time that passes as it is told to.
    struct Told {
        left: Duration,
        waits: Vec<Duration>,
    }

    impl Time for Told {
        fn left(&self) -> Duration {
            self.left
        }

        fn pass(&mut self, time: Duration) -> bool {
            self.left -= time;
            self.waits.push(time);
            true
        }
    }

    fn told(seconds: u64) -> Told {
        Told {
            left: Duration::from_secs(seconds),
            waits: Vec::new(),
        }
    }

    fn refusal(again: Again) -> Refusal {
        Refusal {
            reason: "503".to_owned(),
            status: Some(503),
            again,
        }
    }

    fn answer(headers: &[(&str, &str)]) -> Exchange {
        let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Exchange {
            status: Some(429),
            headers: headers.iter().map(text).collect(),
            body: Vec::new(),
            failure: None,
            timings: Default::default(),
            certificate: None,
        }
    }

    #[test]
    fn what_may_pass_is_asked_again_with_growing_pauses_until_it_is_taken() {
        let (mut time, mut left) = (told(60), 4);
        let delivered = persist(&mut time, || {
            left -= 1;
            if left == 0 {
                Ok("sent")
            } else {
                Err(refusal(Again::May(None)))
            }
        });
        assert_eq!(delivered.unwrap().attempts, 4);
        assert!(time.waits.is_sorted(), "{:?}", time.waits);
        assert_eq!(time.waits.len(), 3);
    }

    #[test]
    fn what_will_not_pass_is_asked_once() {
        let mut time = told(60);
        let mut asked = 0;
        let gave_up = persist(&mut time, || {
            asked += 1;
            Err(refusal(Again::Never))
        });
        assert_eq!((gave_up.unwrap_err().as_str(), asked), ("503", 1));
        assert_eq!(time.waits, []);
    }

    #[test]
    fn the_time_that_a_service_wants_is_given_to_it_or_it_is_not_asked_again() {
        let wanted = Duration::from_secs(20);
        let mut time = told(50);
        let gave_up = persist(&mut time, || Err(refusal(Again::May(Some(wanted)))));
        assert_eq!(time.waits, [wanted, wanted]);
        assert_eq!(
            gave_up.unwrap_err(),
            "503, which wants 20 s of patience; gave up after 3 attempts"
        );
    }

    #[test]
    fn a_limit_says_when_it_ends() {
        let date = ("date", "Wed, 21 Oct 2015 07:28:00 GMT");
        let seconds = |seconds| Again::May(Some(Duration::from_secs(seconds)));
        let later = "Wed, 21 Oct 2015 07:28:30 GMT";
        let empty = ("x-ratelimit-remaining", "0");
        for (status, headers, said, again) in [
            (429, vec![("retry-after", "7")], "", seconds(7)),
            (429, vec![("retry-after", later), date], "", seconds(30)),
            (
                429,
                vec![("retry-after", "99999999999999999999999")],
                "",
                seconds(u64::MAX),
            ),
            (
                403,
                vec![empty, ("x-ratelimit-reset", "1445412490"), date],
                "",
                seconds(10),
            ),
            (
                403,
                vec![empty, ("x-ratelimit-reset", "1445412400"), date],
                "",
                seconds(0),
            ),
            (403, vec![("x-ratelimit-remaining", "9")], "", Again::Never),
            (
                403,
                vec![],
                "You have exceeded a secondary rate limit.",
                seconds(60),
            ),
            (
                403,
                vec![],
                "Resource not accessible by integration",
                Again::Never,
            ),
            (429, vec![("retry-after", "soon")], "", Again::May(None)),
            (503, vec![], "", Again::May(None)),
            (404, vec![("retry-after", "7")], "", Again::Never),
        ] {
            assert_eq!(
                asked_wait(status, &answer(&headers), said),
                again,
                "{status} {headers:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_pause_is_at_least_half_of_its_doubled_length_and_never_longer(attempts in 1u32..100, share in 0.0..=1.0) {
            let whole = pause(attempts, 0.0);
            let pause = pause(attempts, share);
            prop_assert!(pause <= whole && pause * 2 >= whole);
            prop_assert!((FIRST_PAUSE..=LONGEST_PAUSE).contains(&whole));
        }
    }

    #[test]
    fn chance_is_a_share_and_not_always_the_same() {
        let shares: Vec<f64> = (0..20).map(|_| random_share()).collect();
        assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
        assert!(shares.iter().any(|share| *share != shares[0]));
    }
}
