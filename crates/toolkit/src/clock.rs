//! The wall clock, for people and provenance; nothing is measured with it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Now, RFC 3339 in UTC to the millisecond.
pub fn now() -> String {
    format!("{:.3}", Timestamp::now())
}

/// The day that it is in UTC.
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// How long ago that was, in seconds, negative if it is still to come; `None` for what is no RFC 3339 time.
pub fn seconds_since(time: &str) -> Option<f64> {
    let then: Timestamp = time.parse().ok()?;
    let age: SignedDuration = Timestamp::now().duration_since(then);
    Some(age.as_secs_f64())
}

/// A time with an offset, RFC 3339 in UTC to the millisecond, as [`now`] writes it; `None` for what is no such time.
pub fn in_utc(time: &str) -> Option<String> {
    let time: Timestamp = time.parse().ok()?;
    Some(format!("{time:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_any_offset_is_told_in_utc_and_one_without_is_none() {
        let summer = "2026-07-01T12:00:00.123456789+02:00";
        assert_eq!(in_utc(summer).as_deref(), Some("2026-07-01T10:00:00.123Z"));
        assert_eq!(
            in_utc("2026-11-23T18:02:06Z").as_deref(),
            Some("2026-11-23T18:02:06.000Z")
        );
        for none in ["", "yesterday", "2026-11-23", "2026-11-23T18:02:06"] {
            assert_eq!(in_utc(none), None, "{none}");
        }
    }
}
