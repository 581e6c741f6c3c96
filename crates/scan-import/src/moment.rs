//! When a tool says that it wrote a file, in the many ways in which tools say it.

use jiff::Timestamp;

/// Above this an epoch is in milliseconds: as seconds it would lie in the year 5138.
const FIRST_IN_MILLISECONDS: i64 = 100_000_000_000;

/// A time of RFC 3339. `None` for what is none, and for one without a zone: whose clock that was, nobody knows.
pub(crate) fn of_text(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok()
}

/// The same, as documents write it: in UTC.
pub(crate) fn in_utc(text: &str) -> Option<String> {
    of_text(text).map(|time| time.to_string())
}

/// Seconds or milliseconds since 1970. `None` for 0 and for negative numbers, which stand for no time.
pub(crate) fn of_epoch(number: i64) -> Option<Timestamp> {
    match number {
        ..=0 => None,
        1..FIRST_IN_MILLISECONDS => Timestamp::from_second(number).ok(),
        FIRST_IN_MILLISECONDS.. => Timestamp::from_millisecond(number).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(time: Option<Timestamp>) -> Option<String> {
        time.map(|time| time.to_string())
    }

    #[test]
    fn a_time_is_told_in_utc_and_without_a_zone_it_is_none() {
        for (text, expected) in [
            (
                "2026-11-23T18:02:07.330967+00:00",
                Some("2026-11-23T18:02:07.330967Z"),
            ),
            ("2026-11-23T20:02:07+02:00", Some("2026-11-23T18:02:07Z")),
            ("2026-11-23T18:02:07.514891", None),
            ("today", None),
        ] {
            assert_eq!(shown(of_text(text)).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn an_epoch_is_in_seconds_or_in_milliseconds() {
        for (number, expected) in [
            (1_795_457_303, Some("2026-11-23T18:08:23Z")),
            (1_795_457_303_500, Some("2026-11-23T18:08:23.5Z")),
            (0, None),
            (-5, None),
            (i64::MAX, None),
        ] {
            assert_eq!(shown(of_epoch(number)).as_deref(), expected, "{number}");
        }
    }
}
