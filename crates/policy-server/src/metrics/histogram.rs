//! A Prometheus histogram of times in a few atomics.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper ends of the buckets in nanoseconds, and as Prometheus reads them, in seconds.
const BOUNDS: [(u64, &str); 17] = [
    (10_000, "0.00001"),
    (25_000, "0.000025"),
    (50_000, "0.00005"),
    (100_000, "0.0001"),
    (250_000, "0.00025"),
    (500_000, "0.0005"),
    (1_000_000, "0.001"),
    (2_500_000, "0.0025"),
    (5_000_000, "0.005"),
    (10_000_000, "0.01"),
    (25_000_000, "0.025"),
    (50_000_000, "0.05"),
    (100_000_000, "0.1"),
    (250_000_000, "0.25"),
    (500_000_000, "0.5"),
    (1_000_000_000, "1"),
    (5_000_000_000, "5"),
];

/// Counts of times by bucket, and their sum.
#[derive(Debug, Default)]
pub struct Histogram {
    /// One for each bound, and the last for what is above them all.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    sum_ns: AtomicU64,
}

impl Histogram {
    /// Counts one time.
    pub fn observe(&self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|&(bound, _)| bound < nanoseconds);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_ns.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// Whether nothing was counted yet.
    pub fn is_empty(&self) -> bool {
        self.buckets
            .iter()
            .all(|bucket| bucket.load(Ordering::Relaxed) == 0)
    }

    /// Its lines; `label` is empty or `name="value"`.
    pub fn write(&self, text: &mut String, name: &str, label: &str) -> fmt::Result {
        let comma = if label.is_empty() { "" } else { "," };
        let braced = if label.is_empty() {
            String::new()
        } else {
            format!("{{{label}}}")
        };
        // The count is the sum of the buckets that were read, so +Inf and _count always agree.
        let mut count = 0;
        let bounds = BOUNDS.iter().map(|&(_, seconds)| seconds).chain(["+Inf"]);
        for (bucket, bound) in self.buckets.iter().zip(bounds) {
            count += bucket.load(Ordering::Relaxed);
            writeln!(
                text,
                "{name}_bucket{{{label}{comma}le=\"{bound}\"}} {count}"
            )?;
        }
        let sum_s = self.sum_ns.load(Ordering::Relaxed) as f64 / 1e9;
        writeln!(text, "{name}_sum{braced} {sum_s}")?;
        writeln!(text, "{name}_count{braced} {count}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_ascend_and_say_in_seconds_what_they_are_in_nanoseconds() {
        assert!(BOUNDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (nanoseconds, seconds) in BOUNDS {
            let seconds: f64 = seconds.parse().unwrap();
            assert_eq!((seconds * 1e9).round() as u64, nanoseconds);
        }
    }

    #[test]
    fn buckets_are_cumulative_and_a_bound_belongs_to_its_bucket() {
        let histogram = Histogram::default();
        assert!(histogram.is_empty());
        for time in [10, 11, 2_000_000, 9_000_000] {
            histogram.observe(Duration::from_micros(time));
        }
        let mut text = String::new();
        histogram
            .write(&mut text, "t", "endpoint=\"/predict\"")
            .unwrap();
        assert!(
            text.contains("t_bucket{endpoint=\"/predict\",le=\"0.00001\"} 1\n"),
            "{text}"
        );
        assert!(text.contains("le=\"0.000025\"} 2\n"), "{text}");
        assert!(text.contains("le=\"5\"} 3\n"), "{text}");
        assert!(text.contains("le=\"+Inf\"} 4\n"), "{text}");
        assert!(
            text.contains("t_sum{endpoint=\"/predict\"} 11.000021\n"),
            "{text}"
        );
        assert!(
            text.ends_with("t_count{endpoint=\"/predict\"} 4\n"),
            "{text}"
        );
    }
}
