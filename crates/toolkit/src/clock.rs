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

/// The same moment as [`now`] writes it; `None` for what is no RFC 3339 time.
pub fn utc(time: &str) -> Option<String> {
    let time: Timestamp = time.parse().ok()?;
    Some(format!("{time:.3}"))
}

/// How long ago that was, in seconds, negative if it is still to come; `None` for what is no RFC 3339 time.
pub fn seconds_since(time: &str) -> Option<f64> {
    let then: Timestamp = time.parse().ok()?;
    let age: SignedDuration = Timestamp::now().duration_since(then);
    Some(age.as_secs_f64())
}
