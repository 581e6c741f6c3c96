//! The wall clock, for people and provenance; nothing is measured with it.

/// Now, RFC 3339 in UTC to the millisecond.
pub fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}
