//! Times as people type them.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// A week: nobody waits longer, so it is a slip of the finger.
const LONGEST_WAIT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// An age, as in `30m`, `24h` or `7d`; in words what is none. A number alone is refused: it may be days or seconds.
pub fn age(text: &str) -> Result<Duration, String> {
    with_unit(text).ok_or_else(|| format!("found {text:?}, expected a time, as in 30m, 24h or 7d"))
}

/// How long to wait, as in `500ms`, `60s` or `1m 30s`, a week at most; in words what is none. A number alone is seconds.
pub fn wait(text: &str) -> Result<Duration, String> {
    let time = match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => with_unit(text),
    };
    time.filter(|time| *time <= LONGEST_WAIT)
        .ok_or_else(|| format!("found {text:?}, expected a time, as in 500ms, 60s or 2m"))
}

fn with_unit(text: &str) -> Option<Duration> {
    let span: Span = text.parse().ok()?;
    let exact = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(exact).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_type_them() {
        for (text, seconds) in [
            ("500ms", 0.5),
            ("30s", 30.0),
            ("24h", 86_400.0),
            ("7d", 604_800.0),
            ("1h 30m", 5_400.0),
            ("1h30m", 5_400.0),
            ("0s", 0.0),
        ] {
            for read in [age, wait] {
                let time = read(text).map(|time| time.as_secs_f64());
                assert_eq!(time, Ok(seconds), "{text}");
            }
        }
    }

    #[test]
    fn a_number_alone_is_seconds_to_wait_and_no_age() {
        for (text, seconds) in [("30", 30.0), ("0.5", 0.5), ("0", 0.0)] {
            assert_eq!(wait(text).map(|time| time.as_secs_f64()), Ok(seconds));
            assert!(age(text).is_err());
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "-5s",
            "soon",
            "5 parsecs",
            "1 month",
            "NaN",
            "inf",
            "1e300",
        ] {
            assert!(age(text).is_err() && wait(text).is_err(), "{text}");
        }
        assert!(wait("8d").is_err() && age("8d").is_ok());
    }
}
