//! Quantities as people type them: `5ms`, `2%`, `1MB/s`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Reads a length of time such as `250us`, `5ms`, `1.5s` or `2m`.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
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

/// A percentage of 0 or more, as in `15%`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Percentage(
    /// 100 is all.
    pub f64,
);

impl Percentage {
    /// 1 is all.
    pub fn fraction(self) -> f64 {
        self.0 / 100.0
    }
}

impl FromStr for Percentage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match split_number(text) {
            Some((number, "%")) => Ok(Self(number)),
            _ => Err(format!("{text:?} found, a percentage such as 2% expected")),
        }
    }
}

impl fmt::Display for Percentage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// A share of the requests, from 0 to 100 percent, as in `2%`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Share(Percentage);

impl Share {
    /// From 0 to 1.
    pub fn fraction(self) -> f64 {
        self.0.fraction()
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let percentage: Percentage = text.parse()?;
        if percentage.0 > 100.0 {
            return Err(format!("{text:?} found, a share from 0% to 100% expected"));
        }
        Ok(Self(percentage))
    }
}

/// Bytes each second, as in `1MB/s`; KB, MB and GB are powers of 1,024.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ByteRate {
    /// Bytes each second.
    pub bytes_per_second: f64,
}

impl FromStr for ByteRate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("{text:?} found, a rate such as 512KB/s or 1MB/s expected");
        let (number, unit) = split_number(text).ok_or_else(refused)?;
        let bytes_per_unit = match unit {
            "KB/s" | "KiB/s" => 1024.0,
            "MB/s" | "MiB/s" => 1024.0 * 1024.0,
            "GB/s" | "GiB/s" => 1024.0 * 1024.0 * 1024.0,
            _ => return Err(refused()),
        };
        Ok(Self {
            bytes_per_second: number * bytes_per_unit,
        })
    }
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
                parse_duration(text),
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
            let error = parse_duration(text).unwrap_err();
            assert!(
                error.starts_with(&format!("{text:?} found, a time")),
                "{error}"
            );
        }
        assert!(
            parse_duration("99999999999s")
                .unwrap_err()
                .contains("a year")
        );
    }

    #[test]
    fn a_percentage_wants_its_sign() {
        assert_eq!("2.5%".parse(), Ok(Percentage(2.5)));
        assert_eq!("150%".parse(), Ok(Percentage(150.0)));
        for text in ["2", "%", "-1%", "2%%"] {
            assert!(text.parse::<Percentage>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_share_is_at_most_all() {
        assert_eq!("100%".parse::<Share>().map(Share::fraction), Ok(1.0));
        assert!(
            "100.1%"
                .parse::<Share>()
                .unwrap_err()
                .contains("0% to 100%")
        );
    }

    #[test]
    fn rates_are_read_in_every_unit() {
        assert_eq!(
            "1KB/s".parse::<ByteRate>().unwrap().bytes_per_second,
            1024.0
        );
        assert_eq!(
            "0.5MB/s".parse::<ByteRate>().unwrap().bytes_per_second,
            524_288.0
        );
        assert_eq!(
            "1GB/s".parse::<ByteRate>().unwrap().bytes_per_second,
            1_073_741_824.0
        );
        assert!("1MB".parse::<ByteRate>().is_err());
    }
}
