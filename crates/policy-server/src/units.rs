//! Quantities as people type them: `5ms`, `2%`, `1MB/s`.

use std::time::Duration;

/// Reads a length of time such as `250us`, `5ms`, `1.5s` or `2m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let refused = || format!("{text:?} found, a time such as 250us, 5ms or 1.5s expected");
    let (number, unit) = split_number(text).ok_or_else(refused)?;
    let seconds_per_unit = match unit {
        "ns" => 1e-9,
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" | "min" => 60.0,
        _ => return Err(refused()),
    };
    let nanoseconds = (number * seconds_per_unit * 1e9).round();
    // Some 584 years fit; a year is already no latency.
    if nanoseconds > 365.0 * 86_400e9 {
        return Err(format!("{text:?} found, at most a year expected"));
    }
    Ok(Duration::from_nanos(nanoseconds as u64))
}

/// Reads a percentage of 0 or more, such as `15%`, as a fraction: 1 is all.
pub(crate) fn fraction(text: &str) -> Result<f64, String> {
    match split_number(text) {
        Some((number, "%")) => Ok(number / 100.0),
        _ => Err(format!("{text:?} found, a percentage such as 2% expected")),
    }
}

/// Reads a share of the requests, from `0%` to `100%`, as a fraction.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let share = fraction(text)?;
    if share > 1.0 {
        return Err(format!("{text:?} found, a share from 0% to 100% expected"));
    }
    Ok(share)
}

/// Reads a rate such as `1MB/s`; KB, MB and GB are powers of 1,024.
pub(crate) fn bytes_per_second(text: &str) -> Result<f64, String> {
    let refused = || format!("{text:?} found, a rate such as 512KB/s or 1MB/s expected");
    let (number, unit) = split_number(text).ok_or_else(refused)?;
    let bytes_per_unit = match unit {
        "KB/s" | "KiB/s" => 1024.0,
        "MB/s" | "MiB/s" => 1024.0 * 1024.0,
        "GB/s" | "GiB/s" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(refused()),
    };
    Ok(number * bytes_per_unit)
}

/// A decimal number that is not negative, and what follows it.
fn split_number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().ok()?;
    number.is_finite().then_some((number, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_unit() {
        for (text, nanoseconds) in [
            ("7ns", 7),
            ("250us", 250_000),
            ("250µs", 250_000),
            ("5ms", 5_000_000),
            ("0.1ms", 100_000),
            ("1.5s", 1_500_000_000),
            ("2m", 120_000_000_000),
            ("0ms", 0),
        ] {
            assert_eq!(
                duration(text),
                Ok(Duration::from_nanos(nanoseconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_what_was_found_and_expected() {
        for text in [
            "", "5", "ms", "-5ms", "5 ms", "5parsec", "1e3ms", "1.2.3s", "NaNs", "infs",
        ] {
            let error = duration(text).unwrap_err();
            assert!(
                error.starts_with(&format!("{text:?} found, a time")),
                "{error}"
            );
        }
        assert!(duration("99999999999s").unwrap_err().contains("a year"));
    }

    #[test]
    fn a_percentage_wants_its_sign() {
        assert_eq!(fraction("2.5%"), Ok(0.025));
        assert_eq!(fraction("150%"), Ok(1.5));
        for text in ["2", "%", "-1%", "2%%"] {
            assert!(fraction(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_share_is_at_most_all() {
        assert_eq!(share("100%"), Ok(1.0));
        assert!(share("100.1%").unwrap_err().contains("0% to 100%"));
    }

    #[test]
    fn rates_are_read_in_every_unit() {
        assert_eq!(bytes_per_second("1KB/s"), Ok(1024.0));
        assert_eq!(bytes_per_second("0.5MB/s"), Ok(524_288.0));
        assert_eq!(bytes_per_second("1GB/s"), Ok(1_073_741_824.0));
        assert!(bytes_per_second("1MB").is_err());
    }
}
