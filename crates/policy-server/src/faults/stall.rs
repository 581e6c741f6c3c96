//! `--stall 500ms/5s`: everything stops for 500 ms in every 5 s.

use std::str::FromStr;
use std::time::{Duration, Instant};

use crate::units;

/// A stop of everything at the end of every period, counted from the start of serving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stall {
    stop: Duration,
    period: Duration,
}

impl Stall {
    /// The end of the stall that `now` falls into, if it does.
    pub(crate) fn ends_at(self, serving_since: Instant, now: Instant) -> Option<Instant> {
        let served = now.saturating_duration_since(serving_since).as_nanos();
        let period = self.period.as_nanos();
        let into_period = served % period;
        if into_period < period - self.stop.as_nanos() {
            return None;
        }
        let left = u64::try_from(period - into_period).unwrap_or(u64::MAX);
        Some(now + Duration::from_nanos(left))
    }
}

impl FromStr for Stall {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (stop_text, period_text) = text
            .split_once('/')
            .ok_or_else(|| format!("{text:?} found, STOP/PERIOD expected, such as 500ms/5s"))?;
        let (stop, period) = (units::duration(stop_text)?, units::duration(period_text)?);
        if stop >= period {
            return Err(format!(
                "{text:?} found, a stop shorter than its period expected"
            ));
        }
        Ok(Self { stop, period })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stall_sits_at_the_end_of_every_period() {
        let stall: Stall = "500ms/5s".parse().unwrap();
        let start = Instant::now();
        let end_after_ms = |ms: u64| {
            let end = stall.ends_at(start, start + Duration::from_millis(ms));
            end.map(|end| end.duration_since(start).as_millis())
        };
        assert_eq!(end_after_ms(0), None);
        assert_eq!(end_after_ms(4_499), None);
        assert_eq!(end_after_ms(4_500), Some(5_000));
        assert_eq!(end_after_ms(4_999), Some(5_000));
        assert_eq!(end_after_ms(5_000), None);
        assert_eq!(end_after_ms(9_700), Some(10_000));
    }

    #[test]
    fn a_stop_of_no_time_never_stops() {
        let stall: Stall = "0ms/1s".parse().unwrap();
        let start = Instant::now();
        assert_eq!(
            stall.ends_at(start, start + Duration::from_millis(999)),
            None
        );
    }

    #[test]
    fn what_is_no_stall_is_refused() {
        for text in ["500ms", "5s/500ms", "1s/1s", "0s/0s", "/", "500ms/5"] {
            assert!(
                text.parse::<Stall>().unwrap_err().contains(" expected"),
                "{text}"
            );
        }
    }
}
