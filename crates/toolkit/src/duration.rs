use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// A time as people type it on a command line: `500ms`, `30s`, `24h`, `7d`, `1h 30m`. A bare number has no unit and is refused.
pub fn duration(text: &str) -> Result<Duration, String> {
    let refused = || format!("found {text:?}, expected a time, as in 30s, 24h or 7d");
    let span: Span = text.parse().map_err(|_| refused())?;
    let exact = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| refused())?;
    Duration::try_from(exact).map_err(|_| refused())
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
            assert_eq!(duration(text).map(|time| time.as_secs_f64()), Ok(seconds));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "30", "-5s", "soon", "5 parsecs", "1 month"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
