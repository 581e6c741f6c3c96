use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use schema::evidence::Latency;

/// What bench-run writes takes a tenth of it.
const LONGEST_ENCODED: usize = 1 << 20;

/// Three digits over 60 years are 0.5 MB.
const LONGEST_DECODED: u64 = 4 << 20;

/// More make tables of tens of megabytes.
const MOST_DIGITS: u32 = 4;

/// Some thirty years.
const LONGEST_TIME_NS: u64 = 1_000_000_000_000_000_000;

const NANOSECONDS_PER_MS: f64 = 1e6;

/// In front of the numbers of an HdrHistogram V2: cookie, length, offset, digits, lowest, highest, ratio.
const HEADER: usize = 40;

/// Every time that was recorded, in buckets from short to long.
pub(super) struct Recorded {
    pub(super) buckets: Vec<Bucket>,
    /// How many times there are.
    pub(super) total: u64,
}

/// Times that were not told from each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bucket {
    pub(super) shortest_ms: f64,
    pub(super) longest_ms: f64,
    pub(super) count: u64,
}

impl Recorded {
    /// `None` without a histogram, with one that holds nothing, or with one that is not what it claims to be.
    pub(super) fn of(latency: Option<&Latency>) -> Option<Recorded> {
        let histogram = decoded(latency?.histogram.as_deref()?)?;
        let buckets: Vec<Bucket> = histogram
            .iter_recorded()
            .map(|step| {
                let value = step.value_iterated_to();
                Bucket {
                    shortest_ms: milliseconds(histogram.lowest_equivalent(value)),
                    longest_ms: milliseconds(histogram.highest_equivalent(value)),
                    count: step.count_since_last_iteration(),
                }
            })
            .collect();
        let total = buckets.iter().map(|bucket| bucket.count).sum();
        (total > 0).then_some(Recorded { buckets, total })
    }

    /// The longest time among that share of the shortest ones, in ms, for each of `quantiles`, which ascend.
    pub(super) fn quantiles(
        &self,
        quantiles: impl IntoIterator<Item = f64>,
    ) -> impl Iterator<Item = (f64, f64)> {
        let mut buckets = self.buckets.iter();
        let mut bucket = buckets.next();
        let mut below = bucket.map_or(0, |bucket| bucket.count);
        quantiles.into_iter().filter_map(move |quantile| {
            let rank = (quantile * self.total as f64).ceil().max(1.0);
            while (below as f64) < rank
                && let Some(next) = buckets.next()
            {
                below += next.count;
                bucket = Some(next);
            }
            bucket.map(|bucket| (quantile, bucket.longest_ms))
        })
    }
}

/// Counts of 32 bits: no sum of them overflows.
fn decoded(encoded: &str) -> Option<Histogram<u32>> {
    if encoded.len() > LONGEST_ENCODED {
        return None;
    }
    let bytes = STANDARD.decode(encoded).ok()?;
    // Inflated here and not by the library, which would first make room for as much as the document claims.
    let mut inflated = Vec::new();
    ZlibDecoder::new(bytes.get(8..)?)
        .take(LONGEST_DECODED)
        .read_to_end(&mut inflated)
        .ok()?;
    if !is_harmless(&inflated)? {
        return None;
    }
    Deserializer::new()
        .deserialize(&mut inflated.as_slice())
        .ok()
}

/// Whether the library can read it without a panic and within bounds.
fn is_harmless(inflated: &[u8]) -> Option<bool> {
    let word = |at: usize| {
        let bytes = inflated.get(at..at + 4)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    };
    let highest = u64::from(word(24)?) << 32 | u64::from(word(28)?);
    let numbers = inflated.get(HEADER..)?;
    let claimed = usize::try_from(word(4)?).ok()?;
    // Nine of these are −2⁶³, which has no positive.
    let unspeakable = numbers
        .windows(9)
        .any(|window| window.iter().all(|byte| *byte == u8::MAX));
    Some(
        claimed <= numbers.len()
            && word(12)? <= MOST_DIGITS
            && highest <= LONGEST_TIME_NS
            && !unspeakable,
    )
}

fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / NANOSECONDS_PER_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};
    use proptest::prelude::*;
    use std::io::Write;

    fn latency(histogram: String) -> Latency {
        Latency {
            histogram: Some(histogram),
            ..Latency::default()
        }
    }

    fn encoded(times_ns: &[u64]) -> String {
        let mut histogram = Histogram::<u64>::new_with_bounds(1, 60_000_000_000, 3).unwrap();
        times_ns
            .iter()
            .for_each(|time| histogram.record(*time).unwrap());
        let mut bytes = Vec::new();
        V2DeflateSerializer::new()
            .serialize(&histogram, &mut bytes)
            .unwrap();
        STANDARD.encode(bytes)
    }

    /// What claims to be a histogram: a header with these numbers, and counts.
    fn claimed(length: u32, digits: u32, highest: u64, counts: &[u8]) -> String {
        let mut inner = Vec::new();
        for word in [0x1c84_9313, length, 0, digits] {
            inner.extend(u32::to_be_bytes(word));
        }
        inner.extend(1_u64.to_be_bytes());
        inner.extend(highest.to_be_bytes());
        inner.extend(1_f64.to_be_bytes());
        inner.extend(counts);
        let mut deflated = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        deflated.write_all(&inner).unwrap();
        let deflated = deflated.finish().unwrap();
        let mut bytes = 0x1c84_9314_u32.to_be_bytes().to_vec();
        bytes.extend(u32::try_from(deflated.len()).unwrap().to_be_bytes());
        bytes.extend(deflated);
        STANDARD.encode(bytes)
    }

    fn is_read(histogram: String) -> bool {
        Recorded::of(Some(&latency(histogram))).is_some()
    }

    proptest! {
        #[test]
        fn quantiles_are_those_of_the_times(mut times_ns in prop::collection::vec(1_u64..60_000_000_000, 1..300), quantile in 0.0..1.0_f64) {
            let recorded = Recorded::of(Some(&latency(encoded(&times_ns)))).unwrap();
            times_ns.sort_unstable();
            prop_assert_eq!(recorded.total, times_ns.len() as u64);
            let place = ((quantile * times_ns.len() as f64).ceil() as usize).max(1) - 1;
            let expected_ms = times_ns[place] as f64 / NANOSECONDS_PER_MS;
            let (_, found_ms) = recorded.quantiles([quantile]).next().unwrap();
            prop_assert!((found_ms - expected_ms).abs() <= expected_ms / 500.0, "{found_ms} {expected_ms}");
        }

        #[test]
        fn what_is_no_histogram_is_not_read_and_does_no_harm(text in "[A-Za-z0-9+/=]{0,200}", counts in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(!is_read(text));
            let length = u32::try_from(counts.len()).unwrap();
            let _ = is_read(claimed(length, 3, 60_000_000_000, &counts));
        }
    }

    #[test]
    fn a_histogram_that_claims_more_than_it_holds_is_not_read() {
        let seconds = 60_000_000_000;
        assert!(is_read(claimed(1, 3, seconds, &[2])));
        assert!(!is_read(claimed(u32::MAX, 3, seconds, &[2])));
        assert!(!is_read(claimed(1, 5, seconds, &[2])));
        assert!(!is_read(claimed(1, 3, u64::MAX, &[2])));
        assert!(!is_read(claimed(9, 3, seconds, &[u8::MAX; 9])));
        assert!(!is_read(claimed(0, 3, seconds, &[])));
        assert!(!is_read(encoded(&[])));
        assert!(!is_read("A".repeat(LONGEST_ENCODED + 4)));
        assert!(!is_read(String::new()));
    }
}
